"""Data stages of the backend hub: rows of a data set on the Hugging Face hub, selected and in the shape of chats."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from datasets import load_dataset_builder
from datasets.exceptions import DatasetsError

from emspec import Job, JsonObject, Session, Setup, StageError
from emspec_hf.contract import check_contract
from emspec_hf.files import write_json, write_lines

FIELDS = frozenset({"hub", "config", "revision", "split", "order_by", "first", "columns"})
CHECKSUMS = frozenset({"md5", "sha256"})
HELD_OUT = 200
"""How many of the rows that come after the selection are left beside it, where there are so many."""
COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Source:
    """Which rows are wanted.

    order_by  a column and whether its highest values come first; rows of equal value keep their order
    first     how many rows are taken, all where None
    columns   the column that holds the text of each role, in the chat's order; None: a column `messages` holds the chat
    """

    hub: str
    config: str | None
    revision: str | None
    split: str
    order_by: tuple[str, bool] | None
    first: int | None
    columns: tuple[tuple[str, str], ...] | None


@dataclass(frozen=True)
class Fetched:
    """A data set's rows in their order, and the hub's commit that they are of: None for a folder."""

    rows: Iterable[Mapping[str, Any]]
    revision: str | None


class HubSession:
    """Fetches data sets, one stage after another."""

    def run(self, job: Job) -> None:
        """Write the selected rows as rows.jsonl, the next ones as held_out.jsonl, and as source.json what they were.

        Raises StageError where they cannot be had or break their contract.
        """
        source, contract = job.parameters["source"], job.parameters["contract"]
        assert isinstance(source, Mapping)
        assert isinstance(contract, Mapping)
        wanted = read_source(source)
        path = job.out / "rows.jsonl"
        fetched = fetch(wanted)
        chosen, next_ones = select(fetched.rows, wanted)
        chats = [chat(row, wanted) for row in chosen]
        write_lines(path, chats, ascii_only=True)
        others = held_out(chats, next_ones, wanted)
        if others:
            write_lines(job.out / "held_out.jsonl", others, ascii_only=True)
        was: JsonObject = {"revision": fetched.revision, "sha256": check_contract(path, contract)["sha256"]}
        write_json(job.out / "source.json", was)
        if wanted.revision is None and not CHECKSUMS & contract.keys():
            _say_unpinned(job.log, wanted, was)

    def close(self) -> None:
        """Nothing is held."""


def open_session(setup: Setup) -> Session:
    """Open a session; there is nothing to load."""
    return HubSession()


def read_source(source: JsonObject) -> Source:
    """Return what a data set's `source` asks for; StageError for a field that is not known or not usable."""
    unknown = sorted(source.keys() - FIELDS)
    values: Any = {"config": None, "revision": None, "split": "train", "order_by": None, "first": None, "columns": None}
    values = {**values, **source}
    if unknown or "hub" not in source:
        what = f"{', '.join(unknown)} is not known" if unknown else "hub is missing"
        raise StageError(f"the data set's source cannot be used: {what}", f"its fields are {', '.join(sorted(FIELDS))}")
    order, columns = values["order_by"], values["columns"]
    if order is not None:
        values["order_by"] = (str(order["column"]), bool(order.get("descending", False)))
    if columns is not None:
        values["columns"] = tuple((str(role), str(column)) for role, column in columns.items())
    return Source(**values)


def fetch(source: Source) -> Fetched:
    """Return the data set's rows; without `order_by` only as much as is read comes over the network."""
    try:
        builder = load_dataset_builder(source.hub, source.config, revision=source.revision)
        revision = builder.hash if builder.hash and COMMIT.fullmatch(builder.hash) else None
        if source.order_by is None:
            return Fetched(builder.as_streaming_dataset(split=source.split), revision)
        builder.download_and_prepare()
        return Fetched(builder.as_dataset(split=source.split), revision)
    except (OSError, ValueError, DatasetsError) as error:
        raise _unreachable(source, error) from error


def select(
    rows: Iterable[Mapping[str, Any]], source: Source
) -> tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]:
    """Return the first rows by the order asked for, and the up to 200 rows that come next: none where all are used."""
    try:
        end = None if source.first is None else source.first + HELD_OUT
        if source.order_by is None:
            ordered = list(islice(rows, end))
        else:
            column, descending = source.order_by
            ordered = sorted(rows, key=lambda row: row[column], reverse=descending)[:end]
        first = len(ordered) if source.first is None else source.first
        return ordered[:first], ordered[first:]
    except KeyError as error:
        raise StageError(
            f"the data set {source.hub} has no column {error}", "correct order_by in its source"
        ) from error
    except OSError as error:
        raise _unreachable(source, error) from error


def held_out(chats: Sequence[JsonObject], rows: Sequence[Mapping[str, Any]], source: Source) -> Sequence[JsonObject]:
    """Return the rows as chats, without those that are among `chats`, and those that are none."""
    used = {json.dumps(one) for one in chats}
    found = []
    for row in rows:
        try:
            one = chat(row, source)
        except StageError:
            continue
        if json.dumps(one) not in used:
            found.append(one)
    return found


def chat(row: Mapping[str, Any], source: Source) -> JsonObject:
    """Return a row as {"messages": [{"role", "content"}, ...]}."""
    try:
        if source.columns is not None:
            return {"messages": [{"role": role, "content": row[column]} for role, column in source.columns]}
        return {"messages": [{"role": m["role"], "content": m["content"]} for m in row["messages"]]}
    except (KeyError, TypeError) as error:
        raise StageError(
            f"the data set {source.hub} has no chat in its columns {', '.join(sorted(row))} ({error})",
            "name them in its source, such as columns: {user: prompt, assistant: response}",
        ) from error


def _say_unpinned(log: Path, source: Source, was: JsonObject) -> None:
    log.write_text(
        f"the data set {source.hub} is pinned by no revision and no checksum: another day it may have other rows under "
        f"the same stage key; these were revision {was['revision']}, sha256 {was['sha256']}\n",
        encoding="utf-8",
    )


def _unreachable(source: Source, error: Exception) -> StageError:
    reason = str(error).strip().partition("\n")[0]
    return StageError(
        f"the data set {source.hub} cannot be fetched: {reason}",
        "without a network: type emspec data fetch NAME where there is one, bring its file, and where the "
        "data set has a checksum hand it over: emspec data fetch NAME --file FILE",
    )
