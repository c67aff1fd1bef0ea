"""Seeds: those of the spec, of single conditions, of recorded results, and the gate that opens further ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emspec.errors import Place
from emspec.files import is_regular
from emspec.language.conditions import ConditionText
from emspec.language.fields import Spot
from emspec.language.scope import Notes, Scope
from emspec.model.experiment import Gate, GateRule
from emspec.model.records import FileRef, Recording
from emspec.registry import sha256_file
from emspec.schema import nearest
from emspec.source import Document

DEFAULT_SEEDS = (42,)
METRICS = ("bystander_rate", "source_rate")
"""What a gate can look at: means over a condition's first runs, as fractions of 1."""
_FILE, _WHERE = "file", "where"
_RULE = re.compile(r"\s*(\w+)\s+(differs\s+)?(>=|<=|>|<)\s*([0-9.]+)\s*(pp)?\s*")


@dataclass(frozen=True)
class Seeds:
    """The seeds that every condition runs, those that a gate may add, and the gate."""

    usual: tuple[int, ...]
    later: tuple[int, ...] = ()
    gate: Gate | None = None


def seeds_of(data: Mapping[str, Any], document: Document, baseline: str | None, notes: Notes) -> Seeds:
    """Return the seeds of a spec; a gate that cannot be decided is noted."""
    written = data.get("seeds", DEFAULT_SEEDS)
    if not isinstance(written, Mapping):
        return Seeds(tuple(int(seed) for seed in written))
    first, then = (tuple(int(seed) for seed in written[name]) for name in ("first", "then"))
    spot = Spot(document, ("seeds",))
    for index, seed in enumerate(then):
        if seed in first:
            notes.error("S106", spot.value("then", index), f"{seed} is among the first seeds", "name another seed")
    rule = _rule(written["when"], spot, notes) if "when" in written else None
    beside = baseline if written.get("with", "baseline") == "baseline" else None
    if rule and rule.differs and baseline is None:
        what = "the gate compares with the baseline, and the spec names none"
        notes.error("S106", spot.value("when"), what, "add `baseline: CONDITION`, or leave `differs` out")
    return Seeds(first, then, Gate(first, then, rule, beside))


def results_of(text: ConditionText, usual: tuple[int, ...], scope: Scope) -> Mapping[int, Recording]:
    """Return a condition's recorded results by seed: one recording is of its first seed."""
    setting = text.fields.get("results")
    if setting is None:
        return {}
    written = setting.value
    if not isinstance(written, Mapping) or _FILE in written or _WHERE in written:
        written, spots = {text.value("seeds", usual)[0]: written}, {}
    else:
        spots = {seed: setting.spot.below(seed) for seed in written}
    own = text.value("seeds")
    if own is not None and sorted(own) != sorted(int(seed) for seed in written):
        there, asked = (", ".join(str(seed) for seed in seeds) for seeds in (written, own))
        what = f"results: these are of seed {there}, and the condition's seeds are {asked}"
        fix = "leave `seeds` out, or name a file for each: results: {SEED: FILE}"
        scope.notes.error("S106", setting.spot.value(), what, fix)
    found: dict[int, Recording] = {}
    for seed, one in written.items():
        spot = spots.get(seed, setting.spot)
        record = _recording(int(seed), one, spot, scope)
        again = next((other for other, known in found.items() if _same(known, record)), None)
        if again is not None:
            what = f"results: seeds {again} and {seed} are given the same replies, which would pass as two runs"
            scope.notes.error("S106", spot.value(), what, f"say which are whose: where: {{seed: {seed}}}")
        elif record:
            found[int(seed)] = record
    return found


def _same(known: Recording, record: Recording | None) -> bool:
    return record is not None and (known.file.sha256, known.where) == (record.file.sha256, record.where)


def _recording(seed: int, written: Any, spot: Spot, scope: Scope) -> Recording | None:
    """Return a recording written as a file, or as {file, where}; None where that is wrong, which is noted."""
    if not isinstance(written, Mapping):
        found = _file(seed, written, spot.value(), scope)
        return Recording(found) if found else None
    if _FILE not in written:
        what = "`results` has `where` and no `file`"
        scope.notes.error("S106", spot.value(), what, "name the table: {file: FILE, where: {COLUMN: value}}")
        return None
    for other in (key for key in written if key not in (_FILE, _WHERE)):
        what = f"`results` has {other} beside `file`, which is of one seed"
        scope.notes.error("S106", spot.key(other), what, "write {SEED: {file: FILE, where: {COLUMN: value}}, ...}")
    found = _file(seed, written[_FILE], spot.value(_FILE), scope)
    where = {column: str(value) for column, value in sorted(written.get(_WHERE, {}).items())}
    return Recording(found, where) if found else None


def _file(seed: int, file: str, place: Place, scope: Scope) -> FileRef | None:
    path = scope.project.inside(file)
    if path is None:
        fix = "name a file below the project's folder, relative to it"
        scope.notes.error("S107", place, f"results: {file} leads out of the project", fix)
    elif not is_regular(path):
        fix = "put the file there, or leave `results` out: the condition is run then"
        scope.notes.error("S107", place, f"results: there is no file {file}", fix)
    else:
        return FileRef(str(seed), str(path), sha256_file(path))
    return None


def _rule(written: str, spot: Spot, notes: Notes) -> GateRule | None:
    match = _RULE.fullmatch(written)
    assert match is not None
    metric, differs, comparison, number, points = match.groups()
    if metric not in METRICS:
        notes.error("S104", spot.value("when"), f"a gate cannot look at {metric}", nearest(metric, METRICS))
        return None
    threshold = float(number) / (100 if points else 1)
    if not 0 <= threshold <= 1:
        what = f"{number}pp is no rate between 0pp and 100pp" if points else f"{number} is no rate between 0 and 1"
        notes.error("S101", spot.value("when"), what, "write 10pp or 0.1")
        return None
    return GateRule(metric, bool(differs), comparison, threshold)
