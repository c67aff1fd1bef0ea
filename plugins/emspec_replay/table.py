"""A table of recorded hits (CSV): a row has the hits of a persona's replies to a question, whose text was not kept.

What is wrong is a StageError that names the line: nothing that is missing, double or no number passes as a count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emspec import StageError
from emspec_replay.lines import Columns, Row, nearest, read_rows, selected

SEED = "seed"


@dataclass(frozen=True)
class Count:
    """Hits out of so many completions, and the line that says so."""

    hits: int
    completions: int
    line: int


@dataclass(frozen=True)
class Table:
    """The counts of one run by persona and question, both in the file's order."""

    counts: Mapping[str, Mapping[str, Count]]
    by_position: bool

    def questions(self, persona: str, asked: Sequence[str]) -> list[Count]:
        """Return a persona's counts of each question that is asked; StageError where the table has it not."""
        if persona not in self.counts:
            hint = nearest(persona, list(self.counts), "the rows taken have the personas")
            raise StageError(f"the table has no row of persona {persona}", hint)
        found = self.counts[persona]
        if self.by_position:
            return _by_position(found, persona, len(asked))
        for text in (text for text in asked if text not in found):
            hint = nearest(text, list(found), "its rows have the questions")
            place = "match: position takes them by their number, from 0"
            raise StageError(f"the table has no row of {persona} and the question {text!r}", f"{hint}; {place}")
        return [found[text] for text in asked]


def read_table(path: Path, columns: Columns, where: Mapping[str, str], seed: int, match: str) -> Table:
    """Return the counts of the rows whose columns are as in `where`; StageError with the line of what does not fit."""
    counts: dict[str, dict[str, Count]] = {}
    lines: dict[tuple[str, str], Row] = {}
    for row in selected(list(read_rows(path, columns)), where, path.name):
        if row.values.get(SEED, str(seed)) != str(seed):
            what = f"{path.name} line {row.line} is of seed {row.values[SEED]}, and the run of seed {seed}"
            raise StageError(what, f"where: {{{SEED}: {seed}}}, or results: {{{row.values[SEED]}: ...}}")
        persona, question = row.values[columns.persona], row.values[columns.question]
        again = lines.setdefault((persona, question), row)
        if again is not row:
            raise _double(again, row, columns, path.name)
        counts.setdefault(persona, {})[question] = _count(row, columns, path.name)
    return Table(counts, match == "position")


def _count(row: Row, columns: Columns, name: str) -> Count:
    for column in (columns.persona, columns.question):
        if not row.values[column]:
            raise StageError(f"{name} line {row.line} has no {column}", "fill it in")
    hits, completions = (_whole(row, column, name) for column in (columns.hits, columns.completions))
    if hits > completions:
        what = f"{name} line {row.line} has {hits} {columns.hits} of {completions} {columns.completions}"
        raise StageError(what, f"{columns.hits} are of so many {columns.completions}: correct the line")
    return Count(hits, completions, row.line)


def _whole(row: Row, column: str, name: str) -> int:
    text = row.values[column]
    if text.isascii() and text.isdigit():
        return int(text)
    shown = repr(text) if text else "nothing"
    raise StageError(f"{name} line {row.line} has {shown} as {column}", "a whole number from 0 on belongs there")


def _double(first: Row, second: Row, columns: Columns, name: str) -> StageError:
    """Return the error of two rows for one persona and question: the columns in which they differ can tell them."""
    persona, question = first.values[columns.persona], first.values[columns.question]
    counted = (columns.hits, columns.completions)
    differing = [one for one in first.values if one not in counted and first.values[one] != second.values[one]]
    chosen = ", ".join(f"{column}: {first.values[column]}" for column in differing)
    fix = f"say which rows are meant: where: {{{chosen}}}" if chosen else "remove one of the two"
    what = f"{name} has two rows of {persona} and question {question}"
    return StageError(f"{what}: lines {first.line}, {second.line}", fix)


def _by_position(found: Mapping[str, Count], persona: str, asked: int) -> list[Count]:
    """Return counts by the number of their question, from 0; StageError unless all that are asked are there."""
    for question, count in found.items():
        if not (question.isascii() and question.isdigit()):
            what = f"line {count.line} has the question {question!r}, which is no number, and match is position"
            raise StageError(what, "match: text")
    numbered = {int(question): count for question, count in found.items()}
    lacking = [at for at in range(asked) if at not in numbered]
    if lacking or len(numbered) != asked or len(numbered) != len(found):
        has = f"the table has {len(found)} questions of {persona}, numbered {min(numbered)} to {max(numbered)}"
        fix = "ask the recorded questions, numbered from 0 as they are asked"
        raise StageError(f"{has}, and the spec asks {asked}, from 0 to {asked - 1}", fix)
    return [numbered[at] for at in range(asked)]
