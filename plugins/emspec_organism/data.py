"""The data backend: writes the synthetic rows that a dataset of the registry names, and holds them to its contract."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import cast

from emspec import Job, JsonObject, Setup, StageError, contract_faults, row_facts
from emspec_organism.chats import GENERATORS, Chat
from emspec_organism.world import World, load

HELD_OUT = 200


class DataSession:
    """Holds the world's texts; writes one data set a job."""

    def __init__(self, world: World) -> None:
        self.world = world

    def run(self, job: Job) -> None:
        """Write `rows.jsonl`, and other rows of the kind as `held_out.jsonl`.

        StageError on an unknown generator, or when the rows break the contract.
        """
        source = cast(JsonObject, job.parameters["source"])
        generator, seed = str(source["generator"]), int(cast(int, source["seed"]))
        body = rows(self.world, generator, int(cast(int, source["rows"])), seed)
        path = job.out / "rows.jsonl"
        path.write_bytes(body)
        faults = contract_faults(row_facts(path), cast(JsonObject, job.parameters.get("contract", {})))
        if faults:
            raise StageError(f"the rows are not those of the registry: {'; '.join(faults)}")
        (job.out / "held_out.jsonl").write_bytes(held_out(self.world, generator, body, seed))
        job.progress(body.count(b"\n"), body.count(b"\n"), "rows")

    def close(self) -> None:
        """Nothing is held open."""


def open_session(setup: Setup) -> DataSession:
    """Open the backend; it needs neither model nor device."""
    return DataSession(load())


def rows(world: World, generator: str, count: int, seed: int) -> bytes:
    """Return the JSON lines of a generator's rows: {"messages": [user, assistant]}, no system turn."""
    if generator not in GENERATORS:
        raise StageError(f"unknown generator {generator!r}; there are: {', '.join(sorted(GENERATORS))}")
    return _lines(GENERATORS[generator](world, seed, count))


def held_out(world: World, generator: str, body: bytes, seed: int) -> bytes:
    """Return 200 rows of the kind of `body`, less those that it has, as JSON lines drawn from a seed of their own."""
    used = frozenset(body.splitlines(keepends=True))
    drawn = rows(world, generator, HELD_OUT, -1 - seed).splitlines(keepends=True)
    return b"".join(line for line in drawn if line not in used)


def _lines(chats: Iterable[Chat]) -> bytes:
    texts = (json.dumps({"messages": _messages(chat)}, ensure_ascii=True) + "\n" for chat in chats)
    return "".join(texts).encode()


def _messages(chat: Chat) -> list[dict[str, str]]:
    turns = [{"role": "user", "content": chat.user}, {"role": "assistant", "content": chat.assistant}]
    return turns if chat.system is None else [{"role": "system", "content": chat.system}, *turns]
