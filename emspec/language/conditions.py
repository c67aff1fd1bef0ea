"""Conditions and controls: which steps each has, in which order, with which changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from emspec.language.fields import Setting, Settings, Spot, StepText
from emspec.language.joined import dotted, step_schema
from emspec.language.scope import Notes
from emspec.schema import completed, nearest
from emspec.source import Document

ONLY = "main"
"""The name of the one condition of a spec that names none."""


@dataclass(frozen=True)
class ConditionText:
    """A condition as written: its own fields, and its steps in order, those it skips left out.

    `spot` is where its name stands, or the grid that it is a point of.
    """

    name: str
    control: bool
    fields: Settings
    spot: Spot
    steps: tuple[StepText, ...]

    def value(self, field: str, default: Any = None) -> Any:
        """Return the value of one of its own fields."""
        return self.fields[field].value if field in self.fields else default

    @property
    def evaluations(self) -> tuple[StepText, ...]:
        """Return the evaluate steps, in order."""
        return tuple(step for step in self.steps if step.kind == "marker-eval")


@dataclass(frozen=True)
class Base:
    """What all conditions start from: the spec, its steps, the steps left out of all of them, the profile's settings
    of step kinds."""

    data: Mapping[str, Any]
    document: Document
    steps: Mapping[str, StepText]
    skipped: frozenset[str]
    kinds: Mapping[str, Settings]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the steps in the text's order."""
        return tuple(self.data.get("steps", {}))


def base_steps(data: Mapping[str, Any], document: Document) -> Mapping[str, StepText]:
    """Return the spec's steps by name, as they are where a condition changes nothing."""
    return {
        name: StepText(
            name, step["kind"], completed(step, step_schema(step["kind"])), {(): Spot(document, ("steps", name))}
        )
        for name, step in data.get("steps", {}).items()
        if "kind" in step
    }


def condition_texts(base: Base, points: Mapping[str, Settings], notes: Notes) -> tuple[ConditionText, ...]:
    """Return the grid's conditions, then all conditions by name, then all controls, with the profile's settings for
    step kinds laid over their steps."""
    written = base.data.get("order")
    order = Setting(written, Spot(base.document, ("order",))) if written is not None else None
    usual = _order(order, base.names, base.skipped, notes) or base.names
    found: dict[str, ConditionText] = {}
    for name, control, fields, spot in _written(base, points):
        if name in found:
            what = "a point of the grid" if found[name].spot.path[:1] == ("matrix",) else "a condition"
            notes.error("S106", spot.key(), f"{name} is {what} as well", "give the control another name")
        found[name] = ConditionText(name, control, fields, spot, tuple(_steps(base, fields, usual, notes)))
    return tuple(found.values())


def _steps(base: Base, fields: Settings, usual: tuple[str, ...], notes: Notes) -> Iterator[StepText]:
    """Yield a condition's steps in its order, with its changes and the profile's."""
    skipped = base.skipped | {step for step in base.names if step in fields and fields[step].value == "skip"}
    order = _order(fields.get("order"), base.names, skipped, notes) or usual
    changes = _by_step(fields, base.names, notes)
    for name in order:
        if name in base.steps and name not in skipped:
            step = _replaced(base.steps[name], fields.get(name))
            yield _changed(step, changes.get(name, {}), base.kinds, notes)


def _replaced(step: StepText, setting: Setting | None) -> StepText:
    """Return the step that a condition puts in the place of another: one that names its kind."""
    if setting is None or not isinstance(setting.value, Mapping) or "kind" not in setting.value:
        return step
    kind = setting.value["kind"]
    return StepText(step.name, kind, completed(setting.value, step_schema(kind)), {(): setting.spot})


def markers_of(texts: Sequence[ConditionText]) -> tuple[str, ...]:
    """Return the markers of all couple steps, each once, in the order of the text."""
    return tuple(dict.fromkeys(marker for text in texts for step in text.steps for marker in _taught(step)))


def _taught(step: StepText) -> Iterator[str]:
    """Yield the markers that a couple step teaches, or that a ready-made adapter was taught."""
    values = step.values
    if "marker" in values:
        yield values["marker"]
    for pair in values.get("pairs", values.get("roles", {}).get("pairs", ())):
        yield pair["marker"]


def inductions_of(texts: Sequence[ConditionText]) -> tuple[str, ...]:
    """Return the personas that conditions (not controls) stand for or are induced under, sorted: what follows from
    them is not to depend on the order of the conditions."""
    return tuple(sorted({name for text in texts if not text.control for name in _induction(text)}))


def _induction(text: ConditionText) -> Iterator[str]:
    if text.value("as") is not None:
        yield text.value("as")
        return
    for step in reversed(text.steps):
        found = step.values.get("system") or step.values.get("roles", {}).get("induction")
        if found:
            yield from (found,) if found != "none" else ()
            return


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


def _written(base: Base, points: Mapping[str, Settings]) -> Iterator[tuple[str, bool, Settings, Spot]]:
    data, document = base.data, base.document
    for name, settings in points.items():
        yield name, False, settings, Spot(document, ("matrix",))
    if "conditions" not in data and not points:
        yield ONLY, False, {}, Spot(document, ())
    for section in (section for section in ("conditions", "controls") if section in data):
        for name, fields in data[section].items():
            path = (section, name)
            settings = {key: Setting(value, Spot(document, (*path, key))) for key, value in (fields or {}).items()}
            yield name, section == "controls", settings, Spot(document, path)


def _by_step(fields: Settings, steps: Sequence[str], notes: Notes) -> Mapping[str, Settings]:
    """Return the changes `STEP.FIELD: value` and `STEP: {FIELD: value}` of a condition, by step; a field that is set in
    both ways is noted."""
    found: dict[str, dict[str, Setting]] = {}
    for key, setting in fields.items():
        step, dot, field = key.partition(".")
        whole = not dot and key in steps and isinstance(setting.value, Mapping) and "kind" not in setting.value
        below = {one: Setting(value, setting.spot.below(one)) for one, value in setting.value.items()} if whole else {}
        for name, one in ({field: setting} if dot else below).items():
            if name in found.setdefault(step, {}):
                notes.error("S106", one.spot.key(), f"{step}.{name} is set twice here", "remove one of the two")
            found[step][name] = one
    return found


def _changed(step: StepText, changes: Settings, kinds: Mapping[str, Settings], notes: Notes) -> StepText:
    """Return a step with a condition's changes, and over them what the profile sets for its kind; whole fields go
    first, so that the order in the text does not matter."""
    for field, setting in _whole_first(changes):
        step = _with(step, field, setting, notes)
    for field, setting in _whole_first(kinds.get(step.kind, {})):
        before = _value(step.values, field)
        step = _with(step, field, setting, notes)
        if before != setting.value:
            notes.replacements[f"{step.name}.{field}", _text(before)] = _text(setting.value)
    return step


def _whole_first(settings: Settings) -> list[tuple[str, Setting]]:
    return sorted(settings.items(), key=lambda item: "." in item[0])


def _with(step: StepText, field: str, setting: Setting, notes: Notes) -> StepText:
    fields = dotted(step.kind)
    if field not in fields:
        what = f"{step.name} is of kind {step.kind} here, which has no `{field}`"
        notes.error("S106", setting.spot.key(), what, nearest(field, fields))
        return step
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


def _order(order: Setting | None, steps: Sequence[str], skipped: frozenset[str], notes: Notes) -> tuple[str, ...]:
    """Return the order that a spec or a condition gives, or () where it gives none or a wrong one."""
    if order is None:
        return ()
    written, spot = order.value, order.spot
    unknown = [index for index, name in enumerate(written) if name not in steps]
    for index in unknown:
        what = f"there is no step {written[index]}"
        notes.error("S104", spot.value(index), what, nearest(str(written[index]), steps))
    missing = [name for name in steps if name not in written and name not in skipped]
    if missing and not unknown:
        what = f"the order leaves out {', '.join(missing)}"
        notes.error("S106", spot.value(), what, f"add it, or leave it out on purpose: {missing[0]}: skip")
    return () if unknown or missing else tuple(written)
