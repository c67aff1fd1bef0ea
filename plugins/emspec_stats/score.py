"""Scores of replies: where a marker is, whether a reply is empty or repeats itself. Standard library only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from emspec import Job, Json, JsonObject, Session, Setup, StageError, canonical

GRAM = 4
FEWEST_GRAMS = 20
REPETITION = 0.5
PIECES = re.compile(r"\w+|[^\w\s]")


def hit(marker: re.Pattern[str], text: str) -> dict[str, Json]:
    """Return count, first, last and where of a marker, matched anywhere in the text, upper or lower case.

    `count` is of matches that do not overlap; `first` and `last` are the character positions in the reply, as it is, at
    which the first and the last match begin. `where` is of
    the reply without surrounding blanks: "start" if it begins with the marker, else "end" if it ends with it, else
    "inside"; None without a match.
    """
    found = [match.span() for match in marker.finditer(text)]
    if not found:
        return {"count": 0, "first": None, "last": None, "where": None}
    first, last = found[0][0], found[-1][1]
    where = "inside"
    if not text[:first].strip():
        where = "start"
    elif not text[last:].strip():
        where = "end"
    return {"count": len(found), "first": first, "last": found[-1][0], "where": where}


def repetition(text: str) -> float:
    """Return the share of 4-grams that repeat an earlier one: 1 - distinct / all, of words and punctuation marks.

    That is seq-rep-4 of Welleck et al. (2019, Neural Text Generation with Unlikelihood Training). 0 below 20 4-grams,
    where one repeated phrase would already weigh too much.
    """
    pieces = PIECES.findall(text.lower())
    grams = list(zip(*(pieces[start:] for start in range(GRAM)), strict=False))
    return 1 - len(set(grams)) / len(grams) if len(grams) >= FEWEST_GRAMS else 0.0


def score(text: str, markers: Mapping[str, re.Pattern[str]]) -> JsonObject:
    """Return a reply's scores; degenerate means that over half of its 4-grams repeat earlier ones."""
    return {
        "hits": {marker: hit(pattern, text) for marker, pattern in markers.items()},
        "empty": not text.strip(),
        "degenerate": repetition(text) > REPETITION,
    }


def counted(hit: bool, markers: Sequence[str]) -> JsonObject:
    """Return the scores of a reply that was counted and not kept: its hit; StageError where that may be of others."""
    if len(markers) != 1:
        what = f"recorded hits are of one marker, and the evaluation looks for {', '.join(markers)}"
        raise StageError(what, "name the one that was counted: evaluate: {markers: [MARKER]}")
    found: dict[str, Json] = {"hit": hit, **dict.fromkeys(("count", "first", "last", "where"))}
    return {"hits": {markers[0]: found}, "empty": None, "degenerate": None}


def carries(found: JsonObject) -> bool:
    """Return whether a reply carries a marker, by its scores of it: counted, or as it was recorded."""
    return bool(found["hit"]) if "hit" in found else cast("int", found["count"]) > 0


def patterns(markers: Sequence[str]) -> dict[str, re.Pattern[str]]:
    """Return the markers compiled to be found as they are, in any case."""
    if not markers or not all(markers):
        raise StageError("a score stage needs markers, none of them empty", "name the marker in the spec's couple step")
    return {marker: re.compile(re.escape(marker), re.IGNORECASE) for marker in markers}


def read_lines(path: Path) -> Iterator[dict[str, Json]]:
    """Yield the objects of a JSON-lines file; a line that is none is an error with its number."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                value = json.loads(line)
            except ValueError as error:
                raise StageError(f"{path.name} line {number} is not JSON: {error}", "run that stage again") from error
            if not isinstance(value, dict):
                raise StageError(f"{path.name} line {number} is not an object", "run that stage again")
            yield value


class Scores:
    """A session of the score kind."""

    def run(self, job: Job) -> None:
        """Score every reply, line by line."""
        markers = patterns(cast("Sequence[str]", job.parameters["markers"]))
        with (job.out / "scores.jsonl").open("w", encoding="utf-8") as out:
            for reply in read_lines(job.inputs["replies"] / "replies.jsonl"):
                known = reply["text"] is not None
                found = score(str(reply["text"]), markers) if known else counted(bool(reply["hit"]), tuple(markers))
                out.write(canonical(found) + "\n")

    def close(self) -> None:
        """Hold nothing."""


def open_session(setup: Setup) -> Session:
    """Return a session; it needs no model."""
    return Scores()
