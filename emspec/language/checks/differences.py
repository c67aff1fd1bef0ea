"""How two conditions differ in what they train: the variables, by the words that a spec has for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

from emspec.model.experiment import Condition
from emspec.model.json import canonical
from emspec.model.records import DatasetRecord, Persona, QuestionSet, Recipe
from emspec.model.step import (
    AdapterStep,
    CoupleStep,
    EvaluateStep,
    ExtractStep,
    Pair,
    Roles,
    Sampling,
    Step,
    TrainStep,
    usual_draws,
)

Variables = Mapping[str, object]
"""What is different, as `STEP.FIELD` (`STEP` for a step that one of the two lacks), and the value in its place."""

NAMES_ONLY = frozenset({"name", "panel_name", "negatives_rule", "written", "files", "recorded", "trained_on", "roles"})
WORDS: Mapping[str, str] = {"persona": "system", "origin": "from"}


@dataclass(frozen=True)
class Differences:
    """Differences of conditions from one that they are compared with. Each pair of steps is compared once."""

    baseline: Condition
    _known: dict[tuple[int, int], Variables] = field(default_factory=dict)

    def of(self, condition: Condition) -> Variables:
        """Return the variables in which a condition's training differs from the baseline's, with its values."""
        found: dict[str, object] = {}
        ours = {step.name: step for step in condition.steps if not isinstance(step, EvaluateStep | ExtractStep)}
        for name in self._trained.keys() | ours.keys():
            found.update(self._pair(name, ours.get(name)))
        both = [name for name in ours if name in self._trained]
        if both != [name for name in self._trained if name in ours]:
            found["order"] = tuple(both)
        return found

    @cached_property
    def _trained(self) -> Mapping[str, Step]:
        return {step.name: step for step in self.baseline.steps if not isinstance(step, EvaluateStep | ExtractStep)}

    def _pair(self, name: str, ours: Step | None) -> Variables:
        theirs = self._trained.get(name)
        if ours is None or theirs is None:
            return {name: "left out" if ours is None else "added"}
        if theirs.kind != ours.kind:
            return {name: ours.kind}
        key = (id(theirs), id(ours))
        if key not in self._known:
            before = dict(values_of(theirs))
            after = dict(values_of(ours))
            names = sorted(one for one in before.keys() | after.keys() if before.get(one) != after.get(one))
            self._known[key] = {f"{name}.{one}": after.get(one) for one in names}
        return self._known[key]


def values_of(step: Step) -> Iterator[tuple[str, object]]:
    """Yield a step's fields as the spec calls them; texts and rows stand for their names."""
    for one in fields(step):
        value = getattr(step, one.name)
        if isinstance(value, Recipe):
            yield from ((f"recipe.{name}", repr(inner)) for name, inner in value.fields.items())
        elif isinstance(value, Sampling):
            yield from ((inner.name, getattr(value, inner.name)) for inner in fields(value))
        elif isinstance(step, CoupleStep) and one.name == "pairs" and len(step.pairs) == 1:
            yield from (("source", step.sources[0].digest), ("marker", step.markers[0]))
        elif isinstance(step, CoupleStep) and one.name == "drawn":
            usual = usual_draws(step.positives // len(step.questions.questions))
            yield "drawn", "as usual" if step.drawn == usual else step.drawn
        elif one.name not in NAMES_ONLY:
            yield WORDS.get(one.name, one.name), _plain(value)


def as_executed(step: Step) -> Step:
    """Return a step without the names by which the spec came to its values."""
    if isinstance(step, TrainStep):
        return replace(step, recipe=replace(step.recipe, base="", changed=()))
    if isinstance(step, CoupleStep):
        return replace(step, recipe=replace(step.recipe, base="", changed=()), negatives_rule="")
    if isinstance(step, AdapterStep):
        return replace(step, written="")
    return replace(step, panel_name="")


def _plain(value: object) -> object:
    if isinstance(value, Persona | QuestionSet):
        return value.digest
    if isinstance(value, Mapping):
        return canonical(value)
    if isinstance(value, DatasetRecord):
        return repr((value.source, value.contract))
    if isinstance(value, Pair):
        return (value.source.digest, value.marker)
    if isinstance(value, Roles):
        return tuple(_plain(one) for one in (value.induction, value.pairs, value.negatives))
    return tuple(_plain(one) for one in value) if isinstance(value, tuple) else value
