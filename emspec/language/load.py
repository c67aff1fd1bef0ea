"""A spec's text -> an Experiment under a profile; every problem is found before any is raised."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from emspec.errors import Problem, SpecError
from emspec.language import checks
from emspec.language.attained import attained
from emspec.language.backends import Layers, choose
from emspec.language.conditions import (
    Base,
    ConditionText,
    base_steps,
    condition_texts,
    inductions_of,
    looked_for,
    markers_of,
    note_repeats,
)
from emspec.language.extends import read_extended
from emspec.language.families import resolve_families, with_alpha
from emspec.language.fields import Setting, Settings, Spot, StepText
from emspec.language.hypotheses import Known, resolve_hypotheses
from emspec.language.joined import spec_schema, taken_names
from emspec.language.matrix import grid, point_named
from emspec.language.measures import resolve_measures
from emspec.language.panels import UNKNOWN
from emspec.language.parts import Parts, experiment_of
from emspec.language.pins import check_pins
from emspec.language.profile import load_profile
from emspec.language.scope import Notes, Scope
from emspec.language.seeds import Seeds, results_of, seeds_of
from emspec.language.select import Selection, selected
from emspec.language.steps import Around, resolve
from emspec.language.written import as_numbers, step_kinds
from emspec.model.experiment import BackendChoice, Condition, Experiment, ProfileNote
from emspec.model.json import canonical
from emspec.model.plugin import Catalog
from emspec.model.records import ModelRecord
from emspec.model.step import Step
from emspec.registry import PersonaSet, Registry, find_project
from emspec.schema import broken, nearest
from emspec.source import Document, KeyPath

NO_OVERRIDES: Mapping[str, str] = {}
_FIELD_DEPTH: Mapping[str, int] = {
    "steps": 3,
    "conditions": 3,
    "controls": 3,
    "hypotheses": 3,
    "families": 2,
    "backends": 2,
    "measures": 2,
    "matrix": 2,
    "noise": 2,
}


def load(
    path: Path,
    *,
    text: str | None = None,
    profile: str,
    catalog: Catalog,
    overrides: Mapping[str, str] = NO_OVERRIDES,
    only: tuple[str, ...] = (),
    seeds: tuple[int, ...] = (),
    stretch: bool | None = None,
    skip: tuple[str, ...] = (),
) -> Experiment:
    """Return a spec's experiment under a profile; SpecError with all problems, warnings in Experiment.problems.

    `text` is read in place of what stands at `path`, which need not be there yet.
    `overrides` maps a step or a stage kind to "BACKEND" or "BACKEND,OPTION=VALUE,..."; `only` and `seeds` select
    conditions and seeds of the spec; `stretch` False leaves the stretch conditions out; `skip` names steps that no
    condition has.
    """
    selection = Selection(only, seeds, stretch, skip)
    document = as_numbers(read_extended(path, text), catalog)
    notes = Notes(list(document.problems))
    data = _valid(document, catalog, notes)
    scope = _scope(data, document, profile, catalog, notes)
    check_pins(data, document, scope)
    model = _model(data, document, scope)
    scope = replace(scope, context=model.context) if model else scope
    points = grid(data, document, notes)
    texts = _texts(data, document, points, selection, scope)
    baseline = _baseline(data, document, points, texts, notes)
    known_seeds = seeds_of(data, document, baseline, notes)
    unknown = any("kind" not in step for step in data.get("steps", {}).values() if isinstance(step, Mapping))
    conditions = _conditions(texts, known_seeds, scope, unknown=unknown)
    measures = resolve_measures(data, document, texts, scope)
    known = Known([one.name for one in texts], looked_for(texts), data.get("steps", ()), data.get("measures", ()))
    hypotheses = resolve_hypotheses(data.get("hypotheses", {}), document, known, catalog, scope)
    families = resolve_families(data, document, scope.notes)
    hypotheses = with_alpha(hypotheses, families, catalog)
    backends = _backends(data, document, overrides, catalog, scope)
    chosen = selected(conditions, known_seeds, baseline, selection, notes)
    accepted = checks.accepted(data, document, notes)
    if notes.problems or model is None:
        raise SpecError(sorted(dict.fromkeys(notes.problems), key=_in_text_order))
    parts = Parts(model, chosen, hypotheses, families, backends, _note(scope), accepted, measures)
    experiment = attained(experiment_of(data, path.stem, parts), catalog)
    reading = checks.Reading(experiment, document, texts)
    found = checks.run(reading, accepted)
    if any(problem.severity == "error" for problem in found):
        raise SpecError(found)
    return replace(experiment, problems=found, text=reading)


def _valid(document: Document, catalog: Catalog, notes: Notes) -> Mapping[str, Any]:
    """Return the spec's data without what the schema does not allow, which is noted."""
    data = document.data
    found = broken(document, spec_schema(step_kinds(data), catalog))
    unread = {problem.place for problem in notes.problems}  # what stands there has no value, so that none can be wrong
    notes.problems.extend(problem for _, problem in found if problem.place not in unread)
    if not isinstance(data, Mapping):
        raise SpecError(notes.problems)
    valid: Mapping[str, Any] = _without(
        data, {_cut_at(path, problem) for path, problem in found if not _lacks_only(path, problem)}
    )
    return valid


def _lacks_only(path: KeyPath, problem: Problem) -> bool:
    """Return whether the rest of what stands at `path` can be looked at although something is missing in it."""
    return problem.code == "S103" and (not path or (len(path) == 2 and path[0] in ("steps", "hypotheses")))


def _cut_at(path: KeyPath, problem: Problem) -> KeyPath:
    """Return the path of what is left out for a problem: an unknown key alone, but a whole field for a wrong value."""
    alone = problem.code == "S102" and path[0] != "hypotheses" and not any(isinstance(key, int) for key in path)
    return path if alone else _key_of(path)


def _key_of(path: KeyPath) -> KeyPath:
    """Return the path of what is left out for a problem at `path`: a whole field, not one key or item within it."""
    return path[: _FIELD_DEPTH.get(str(path[0]), 1)] if path else path


def _without(data: Any, paths: set[KeyPath], at: KeyPath = ()) -> Any:
    if not isinstance(data, Mapping) or not paths:
        return data
    below: dict[str | int, set[KeyPath]] = {}
    for path in paths:
        below.setdefault(path[len(at)], set()).add(path)
    kept = {key: value for key, value in data.items() if (*at, key) not in below.get(key, ())}
    return {key: _without(value, below[key], (*at, key)) if key in below else value for key, value in kept.items()}


def _scope(data: Mapping[str, Any], document: Document, profile: str, catalog: Catalog, notes: Notes) -> Scope:
    """Return what names are looked up in; without a version of the personas, no persona can be."""
    project = find_project(Path(document.file))
    registry = Registry(project.root)
    try:
        laid_over = load_profile(profile, project, catalog)
    except SpecError as error:
        raise SpecError([*notes.problems, *error.problems]) from None
    scope = Scope(registry, PersonaSet("", {}, {}), laid_over, sys.maxsize, notes)
    if "personas" not in data:
        return scope
    personas = scope.listed("personas", data["personas"], document.value(("personas",)), registry.personas)
    return replace(scope, personas=personas) if personas else scope


def _model(data: Mapping[str, Any], document: Document, scope: Scope) -> ModelRecord | None:
    if "model" not in data:
        return None
    name, place = scope.replaced("model", data["model"], document.value(("model",)), scope.profile.models)
    return scope.listed("models", name, place, scope.registry.model)


def _texts(
    data: Mapping[str, Any], document: Document, points: Mapping[str, Settings], selection: Selection, scope: Scope
) -> tuple[ConditionText, ...]:
    steps = base_steps(data, document)
    for name in (name for name in selection.skip if name not in steps):
        scope.notes.error("S108", None, f"--skip {name}: there is no step {name}", nearest(name, steps))
    base = Base(data, document, steps, frozenset(selection.skip), scope.profile.kinds)
    texts = condition_texts(base, points, scope.notes)
    note_repeats(texts, scope.notes)
    return texts


def _baseline(
    data: Mapping[str, Any],
    document: Document,
    points: Mapping[str, Settings],
    texts: Sequence[ConditionText],
    notes: Notes,
) -> str | None:
    written = data.get("baseline")
    if isinstance(written, Mapping):
        return point_named(written, points, document, notes)
    names = [text.name for text in texts]
    if written is not None and written not in names:
        place = document.value(("baseline",))
        notes.error("S104", place, f"there is no condition {written}", nearest(written, names))
    return written


def _conditions(texts: Sequence[ConditionText], seeds: Seeds, scope: Scope, *, unknown: bool) -> tuple[Condition, ...]:
    """Return all conditions as resolved; where a step is wrong, it is noted and left out.

    `unknown` says that some step is of no kind that there is, and may have been meant to teach a marker.
    """
    couples = (step.values for text in texts for step in text.steps if step.kind == "couple")
    broken_off = unknown or any("marker" not in values and "pairs" not in values for values in couples)
    around = Around(markers_of(texts), inductions_of(texts), broken_off)
    known: dict[str, Step] = {}
    found = []
    for text in texts:
        counts_as = text.value("as")
        if counts_as is not None:
            scope.persona(counts_as, text.fields["as"].spot.value())
        resolved = [_step(step, scope, around, known) for step in text.steps]
        results = results_of(text, seeds.usual, scope)
        own = tuple(results) or tuple(int(seed) for seed in text.value("seeds", seeds.usual))
        stretch = text.value("stretch", default=False)
        kept = tuple(step for step in resolved if step)
        _note_unknown(text, scope.notes)
        found.append(Condition(text.name, text.control, stretch, counts_as, kept, own, results))
    return tuple(found)


def _note_unknown(text: ConditionText, notes: Notes) -> None:
    """Note negatives that nobody recorded in a condition that is to be trained."""
    for step in text.steps:
        if "results" not in text.fields and step.kind == "couple" and step.values.get("negatives") == UNKNOWN:
            what = f"{text.name} is to be run, and the negatives of `{step.name}` are unknown there"
            fix = "name them or draw them; unknown is for conditions with recorded results"
            notes.error("S106", step.place("negatives"), what, fix)


def _step(step: StepText, scope: Scope, around: Around, known: dict[str, Step]) -> Step | None:
    """Resolve a step, equal ones once. What is wrong is noted for each condition, since each has its own place."""
    text = canonical({"name": step.name, "kind": step.kind, "values": step.values})
    if text not in known:
        found = resolve(step, scope, around)
        if found is None:
            return None
        known[text] = found
    return known[text]


def _backends(
    data: Mapping[str, Any], document: Document, overrides: Mapping[str, str], catalog: Catalog, scope: Scope
) -> Mapping[str, BackendChoice]:
    steps = {name: step.kind for name, step in base_steps(data, document).items()}
    for name in taken_names(steps, catalog):
        fix = f"call it something else, such as my-{name}"
        scope.notes.error("S106", document.key(("steps", name)), f"a step cannot be called {name} here", fix)
    written = data.get("backends", {})
    spec = {name: Setting(value, Spot(document, ("backends", name))) for name, value in written.items()}
    return choose(Layers(scope.profile.backends, spec, overrides), steps, catalog, scope.project, scope.notes)


def _note(scope: Scope) -> ProfileNote:
    profile = scope.profile
    replacements = tuple((what, before, after) for (what, before), after in scope.notes.replacements.items())
    note = "; ".join(part for part in (profile.note, *scope.notes.swaps) if part)
    return ProfileNote(profile.name, note, profile.device, replacements)


def _in_text_order(problem: Problem) -> tuple[bool, str, int, int, str]:
    place = problem.place
    return (place is not None, *((place.file, place.line, place.column) if place else ("", 0, 0)), problem.code)
