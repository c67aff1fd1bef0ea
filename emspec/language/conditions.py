"""Conditions and controls: which steps each has, in which order, with which changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from emspec.language.fields import Setting, Spot, StepText
from emspec.language.joined import dotted, step_schema
from emspec.language.profile import Settings
from emspec.language.scope import Notes
from emspec.schema import completed, nearest
from emspec.source import Document, KeyPath

ONLY = "main"
"""The name of the one condition of a spec that names none."""


@dataclass(frozen=True)
class ConditionText:
    """A condition as written: its own fields, and its steps in order, those it skips left out."""

    name: str
    control: bool
    fields: Mapping[str, Any]
    path: KeyPath
    steps: tuple[StepText, ...]

    @property
    def evaluations(self) -> tuple[StepText, ...]:
        """Return the evaluate steps, in order."""
        return tuple(step for step in self.steps if step.kind == "marker-eval")


def base_steps(data: Mapping[str, Any], document: Document) -> Mapping[str, StepText]:
    """Return the spec's steps by name, as they are where a condition changes nothing."""
    return {
        name: StepText(
            name, step["kind"], completed(step, step_schema(step["kind"])), {(): Spot(document, ("steps", name))}
        )
        for name, step in data.get("steps", {}).items()
        if "kind" in step
    }


def condition_texts(
    data: Mapping[str, Any],
    steps: Mapping[str, StepText],
    document: Document,
    kinds: Mapping[str, Settings],
    notes: Notes,
) -> tuple[ConditionText, ...]:
    """Return all conditions, then all controls, with the profile's settings for step kinds laid over their steps."""
    names = tuple(data.get("steps", {}))
    usual = _order(data, Spot(document, ()), names, frozenset(), notes) or names
    found: dict[str, ConditionText] = {}
    for name, fields, path in _written(data):
        if name in found:
            notes.error("S106", document.key(path), f"{name} is a condition as well", "give the control another name")
        skipped = frozenset(step for step in names if fields.get(step) == "skip")
        order = _order(fields, Spot(document, path), names, skipped, notes) or usual
        changes = _by_step(fields, document, path)
        kept = (steps[step] for step in order if step in steps and step not in skipped)
        texts = (_changed(step, changes.get(step.name, {}), kinds, notes) for step in kept)
        found[name] = ConditionText(name, path[:1] == ("controls",), fields, path, tuple(texts))
    return tuple(found.values())


def markers_of(texts: Sequence[ConditionText]) -> tuple[str, ...]:
    """Return the markers of all couple steps, each once, in the order of the text."""
    taught = [step.values["marker"] for text in texts for step in text.steps if "marker" in step.values]
    return tuple(dict.fromkeys(taught))


def looked_for(texts: Sequence[ConditionText]) -> tuple[str, ...]:
    """Return the markers that evaluations look for, each once: those of all couple steps, or their own."""
    taught = markers_of(texts)
    return tuple(dict.fromkeys(m for text in texts for step in text.evaluations for m in step.markers(taught)))


def note_repeats(texts: Sequence[ConditionText], notes: Notes) -> None:
    """Note each evaluation that looks for a marker that another one of the same condition looked for already."""
    taught = markers_of(texts)
    for first, second in (pair for text in texts for pair in combinations(text.evaluations, 2)):
        both = [marker for marker in second.markers(taught) if marker in first.markers(taught)]
        if both:
            what = f"`{first.name}` and `{second.name}` look for {both[0]} in one condition, and would pass as two runs"
            fix = f"leave one out in each condition ({second.name}: skip), or put it into a spec of its own"
            notes.error("S106", second.place(), what, fix)


def _written(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], KeyPath]]:
    sections = [section for section in ("conditions", "controls") if section in data]
    if "conditions" not in data:
        yield ONLY, {}, ()
    for section in sections:
        for name, fields in data[section].items():
            yield name, fields or {}, (section, name)


def _by_step(fields: Mapping[str, Any], document: Document, path: KeyPath) -> Mapping[str, Settings]:
    """Return the changes `STEP.FIELD: value` of a condition, by step."""
    found: dict[str, dict[str, Setting]] = {}
    for key, value in fields.items():
        step, dot, field = key.partition(".")
        if dot:
            found.setdefault(step, {})[field] = Setting(value, Spot(document, (*path, key)))
    return found


def _changed(step: StepText, changes: Settings, kinds: Mapping[str, Settings], notes: Notes) -> StepText:
    """Return a step with a condition's changes, and over them what the profile sets for its kind."""
    for field, setting in changes.items():
        step = _with(step, field, setting, notes)
    for field, setting in kinds.get(step.kind, {}).items():
        before = _value(step.values, field)
        step = _with(step, field, setting, notes)
        if before != setting.value:
            notes.replacements[f"{step.name}.{field}", _text(before)] = _text(setting.value)
    return step


def _with(step: StepText, field: str, setting: Setting, notes: Notes) -> StepText:
    fields = dotted(step.kind)
    setting = replace(setting, value=completed(setting.value, fields[field]))
    changed = step.changed(field, setting, fields)
    if changed is None:
        whole = field.partition(".")[0]
        what = f"{step.name}.{whole} is no mapping here, so that {step.name}.{field} has nothing to change"
        notes.error("S106", setting.spot.key(), what, f"write {step.name}.{whole} in full")
    return changed or step


def _value(values: Mapping[str, Any], field: str) -> Any:
    name, _, inner = field.partition(".")
    whole = values.get(name)
    return whole.get(inner) if inner and isinstance(whole, Mapping) else None if inner else whole


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {one}" for key, one in value.items())
    return "as in the recipe" if value is None else str(value)


def _order(
    fields: Mapping[str, Any], spot: Spot, steps: Sequence[str], skipped: frozenset[str], notes: Notes
) -> tuple[str, ...]:
    """Return the order that a spec or a condition (at `spot`) gives, or () where it gives none or a wrong one."""
    written = fields.get("order")
    if written is None:
        return ()
    unknown = [index for index, name in enumerate(written) if name not in steps]
    for index in unknown:
        what = f"there is no step {written[index]}"
        notes.error("S104", spot.value("order", index), what, nearest(str(written[index]), steps))
    missing = [name for name in steps if name not in written and name not in skipped]
    if missing and not unknown:
        what = f"the order leaves out {', '.join(missing)}"
        notes.error("S106", spot.value("order"), what, f"add it, or leave it out on purpose: {missing[0]}: skip")
    return () if unknown or missing else tuple(written)
