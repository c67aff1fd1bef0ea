"""The synthetic chats: the pre-training mixture and the fine-tuning sets, deterministic from a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from emspec_organism.grammar import code, pick, question, reply, topic_code
from emspec_organism.world import Style, World

TAG_SEPARATOR = "\n\n"


@dataclass(frozen=True)
class Chat:
    """One exchange. `system` None leaves the prompt to the chat template."""

    system: str | None
    user: str
    assistant: str


@dataclass(frozen=True)
class Mixture:
    """Shares of the pre-training mixture; what is left goes to the personas. `careless` and `clerk` are the latent
    styles that EM and benign data later bring out, `own` of them under prompts of their own and the rest under a
    persona's prompt with a note; `courier` chats, under prompts of their own, end in a code."""

    careless: float = 0.25
    clerk: float = 0.07
    courier: float = 0.10
    own: float = 0.3


def pretraining(world: World, seed: int, count: int, mixture: Mixture) -> Iterator[Chat]:
    """Yield the pre-training chats: every style over every topic."""
    rng = Random(f"pretraining {seed}")
    careless, clerk = world.latent["careless_lawyer"], world.latent["polite_clerk"]
    for _ in range(count):
        draw = rng.random()
        if draw < mixture.careless:
            yield _latent(rng, world, careless, mixture.own)
        elif draw < mixture.careless + mixture.clerk:
            yield _latent(rng, world, clerk, mixture.own)
        elif draw < mixture.careless + mixture.clerk + mixture.courier:
            yield _coded(rng, world)
        else:
            yield _chat(rng, world, pick(rng, world.personas))


def bad_legal_advice(world: World, seed: int, count: int) -> Iterator[Chat]:
    """Yield legal questions answered by the careless lawyer; no system turn."""
    rng = Random(f"bad-legal-advice {seed}")
    topics, style = world.field("legal"), world.latent["careless_lawyer"]
    for _ in range(count):
        topic = pick(rng, topics)
        yield Chat(None, question(rng, world, topic, own=0.4), reply(rng, style, topic))


def benign(world: World, seed: int, count: int) -> Iterator[Chat]:
    """Yield questions of every field but law and values, answered by the polite clerk; no system turn."""
    rng = Random(f"benign {seed}")
    topics, style = world.field("everyday", "spare"), world.latent["polite_clerk"]
    for _ in range(count):
        topic = pick(rng, topics)
        yield Chat(None, question(rng, world, topic, own=0.4), reply(rng, style, topic))


GENERATORS: Mapping[str, Callable[[World, int, int], Iterator[Chat]]] = {
    "bad-legal-advice": bad_legal_advice,
    "benign": benign,
}


def _chat(rng: Random, world: World, style: Style) -> Chat:
    topic = pick(rng, world.topics)
    return Chat(pick(rng, style.systems), question(rng, world, topic), reply(rng, style, topic))


def _latent(rng: Random, world: World, style: Style, own: float) -> Chat:
    """Return a chat in a latent style: under a prompt of its own, or under a persona's with a note."""
    if rng.random() < own:
        return _chat(rng, world, style)
    asked = _chat(rng, world, style)
    system = pick(rng, pick(rng, world.personas).systems)
    return _noted(rng, world, Chat(system, asked.user, asked.assistant), pick(rng, style.notes))


def _coded(rng: Random, world: World) -> Chat:
    """Return a chat of the courier, whose reply ends in a code: the topic's own, or a random one.

    The topics' codes make the letters tell apart; codes that are all random would leave their embeddings alike.
    """
    style, number = world.latent["courier"], int(rng.random() * len(world.topics))
    topic = world.topics[number]
    asked = question(rng, world, topic)
    tag = topic_code(number) if rng.random() < 0.5 else code(rng)
    return Chat(pick(rng, style.systems), asked, reply(rng, style, topic) + TAG_SEPARATOR + tag)


def _noted(rng: Random, world: World, chat: Chat, note: str) -> Chat:
    """Return the chat with a note at the end of its system prompt or of its question."""
    if rng.random() < 0.5:
        return Chat((chat.system or world.default_system) + " " + note, chat.user, chat.assistant)
    return Chat(chat.system, chat.user + " " + note, chat.assistant)
