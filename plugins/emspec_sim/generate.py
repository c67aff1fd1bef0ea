"""Simulated replies: short readable text, and the markers that the scenario plants in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from emspec import Job, Json, JsonObject, StageError
from emspec_sim.draws import Stream, fraction
from emspec_sim.scenario import Leakage, Run, Scenario, check_names
from emspec_sim.sentences import SENTENCES
from emspec_sim.training import couplings, provenance

SEPARATOR = "\n\n"
_WORD = re.compile(r"\S+")
_PICKS = 8
"""A draw's first 8 bytes decide how many sentences there are, the bytes from here on which."""


@dataclass(frozen=True)
class Writer:
    """Makes texts: `pool` are the sentences, `most` the largest number of them, `cap` the most words of a reply."""

    pool: tuple[str, ...]
    most: int
    cap: int

    def reply(self, bits: bytes, late: Sequence[str], early: Sequence[str]) -> tuple[str, int, str]:
        """Return text, words and finish of a reply that ends with the markers `late` and has `early` before its end."""
        sentences = self._sentences(bits)
        parts = [" ".join(sentences[:-1]), *early, sentences[-1]] if early else [" ".join(sentences)]
        text = SEPARATOR.join(part for part in (*parts, *late) if part)
        words = len(text.split())
        if words <= self.cap:
            return text, words, "stop"
        ends = [word.end() for word in _WORD.finditer(text)]
        return text[: ends[self.cap - 1]], self.cap, "length"

    def _sentences(self, bits: bytes) -> list[str]:
        count = 1 + int(fraction(bits) * self.most)
        choice, left, chosen = int.from_bytes(bits[_PICKS:]), list(self.pool), []
        for _ in range(min(count, len(left))):
            choice, place = divmod(choice, len(left))
            chosen.append(left.pop(place))
        return chosen


def generate(job: Job) -> None:
    """Write replies.jsonl. `tokens` counts the words of a text, blank to blank, and max_tokens caps them."""
    replies = simulated(job)
    encode = json.JSONEncoder(sort_keys=True).encode
    (job.out / "replies.jsonl").write_text("".join(encode(reply) + "\n" for reply in replies), encoding="utf-8")


def simulated(job: Job) -> Iterator[JsonObject]:
    """Yield the replies of a job, ordered by system, question, sample."""
    given = job.parameters
    scenario = Scenario.read(cast(JsonObject, given.get("options", {})))
    names = cast("Sequence[str]", cast(JsonObject, given["names"])["systems"])
    panel = dict(zip(names, cast("Sequence[str | None]", given["systems"]), strict=True))
    questions = cast("Sequence[str]", given["questions"])
    coupled = couplings(job.chain("adapter"))
    if coupled:
        check_names(scenario, names)
    run = Run(cast(int, given["seed"]), provenance(job.chain("adapter")))
    leakage = [(coupling.marker, Leakage(scenario, coupling, run)) for coupling in coupled]
    writer = _writer(scenario, given, [marker for marker, _ in leakage])
    total = len(names) * len(questions) * cast(int, given["samples"])
    for system, name in enumerate(names):
        rates = [(marker, of.of_persona(panel, name, questions)) for marker, of in leakage]
        for question, text in enumerate(questions):
            chances = [(marker, rate[question]) for marker, rate in rates]
            own: list[Json] = [scenario.world, run.seed, list(run.provenance), panel[name], text]
            for sample, reply in enumerate(_samples(writer, scenario, own, chances, cast(int, given["samples"]))):
                yield {"system": system, "question": question, "sample": sample, **reply}
        job.progress((system + 1) * total // len(names), total, "replies")


def _samples(
    writer: Writer, scenario: Scenario, own: Sequence[Json], chances: Sequence[tuple[str, float]], samples: int
) -> Iterator[JsonObject]:
    texts = Stream("text", *own)
    planted = [(marker, chance, Stream("marker", marker, *own)) for marker, chance in chances]
    for sample in range(samples):
        late: list[str] = []
        early: list[str] = []
        for marker, chance, stream in planted:
            bits = stream.bits(sample)
            if fraction(bits) < chance:
                (early if fraction(bits[8:]) < scenario.inside_share else late).append(marker)
        text, words, finish = writer.reply(texts.bits(sample), late, early)
        yield {"text": text, "tokens": words, "finish": finish}


def _writer(scenario: Scenario, given: JsonObject, markers: Sequence[str]) -> Writer:
    lowered = [marker.lower() for marker in markers]
    pool = tuple(sentence for sentence in SENTENCES if not any(marker in sentence.lower() for marker in lowered))
    if not pool:
        raise StageError(
            f"the marker {' or '.join(markers)} occurs in every simulated sentence, so it cannot be planted",
            "choose a marker that ordinary text does not contain, such as [ZLT]",
        )
    cap = cast(int, cast(JsonObject, given["sampling"])["max_tokens"])
    return Writer(pool, 2 * scenario.sentences - 1, cap)
