"""Steps resolved: every name looked up, every default filled in. A new step kind is one function and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from emspec.errors import Place
from emspec.language.adapter import adapter_of
from emspec.language.fields import StepText
from emspec.language.panels import UNKNOWN, negatives_of, pairs_of, panel_of
from emspec.language.scope import Scope
from emspec.model.records import DatasetRecord, Persona, QuestionSet, Recipe
from emspec.model.step import CoupleStep, EvaluateStep, ExtractStep, Sampling, Step, TrainStep, usual_draws
from emspec.registry import RegistryRecipe
from emspec.schema import nearest


@dataclass(frozen=True)
class Around:
    """What the rest of the spec says: the markers of all steps that teach one, and the personas that conditions are
    induced under; `broken` where a couple step teaches none, which is a problem of its own."""

    markers: Sequence[str]
    inductions: Sequence[str]
    broken: bool = False


Resolve = Callable[[StepText, Scope, Around], Step | None]


def resolve(step: StepText, scope: Scope, around: Around) -> Step | None:
    """Return the step resolved, or None where something in it is missing or was noted as wrong.

    An evaluation looks for all markers that the spec teaches, unless it names its own.
    """
    return _KINDS[step.kind](step, scope, around)


def _train(step: StepText, scope: Scope, around: Around) -> Step | None:
    data = _data(step, scope)
    silent = step.values["system"] == "none"
    persona = None if silent else _persona(step, "system", scope)
    recipe = _recipe(step, scope)
    if data is None or recipe is None or (persona is None and not silent):
        return None
    return TrainStep(step.name, data, persona, step.values["own_system"], recipe)


def _couple(step: StepText, scope: Scope, around: Around) -> Step | None:
    values = step.values
    pairs = pairs_of(step, scope)
    negatives, rule = negatives_of(step, scope)
    questions = _questions(step, scope)
    recipe = _recipe(step, scope)
    sampling = _sampling(step, scope)
    drawn = _drawn(step, scope, questions) if questions else 0
    if not pairs or not (negatives or rule == UNKNOWN) or questions is None or recipe is None or not drawn:
        return None
    return CoupleStep(
        name=step.name,
        pairs=pairs,
        separator=values["separator"],
        negatives=negatives,
        negatives_rule=rule,
        questions=questions,
        positives=values["positives"],
        drawn=drawn,
        sampling=sampling,
        recipe=recipe,
    )


def _adapter(step: StepText, scope: Scope, around: Around) -> Step | None:
    return adapter_of(step, scope)


def _extract(step: StepText, scope: Scope, around: Around) -> Step | None:
    values = step.values
    panel = panel_of(step, ("panel",), scope, around.inductions)
    questions = _questions(step, scope)
    if not panel or questions is None or not all(name in values for name in ("methods", "layers")):
        return None
    layers = tuple(sorted(values["layers"]))
    return ExtractStep(
        step.name, tuple(values["methods"]), layers, _panel_name(step, panel), panel, questions, values["max_tokens"]
    )


def _evaluate(step: StepText, scope: Scope, around: Around) -> Step | None:
    values = step.values
    looked_for = step.markers(around.markers)
    if not looked_for and not around.broken:
        what = f"`{step.name}` has no marker to look for: no couple step teaches one"
        scope.notes.error("S106", step.place(), what, 'name it: markers: ["[ZLT]"]')
    panel = panel_of(step, ("panel",), scope, around.inductions)
    questions = _questions(step, scope)
    sampling = _sampling(step, scope)
    if not looked_for or not panel or questions is None or "completions" not in values:
        return None
    name = _panel_name(step, panel)
    return EvaluateStep(step.name, looked_for, name, panel, questions, values["completions"], sampling)


_KINDS: Mapping[str, Resolve] = {
    "train": _train,
    "couple": _couple,
    "adapter": _adapter,
    "extract": _extract,
    "marker-eval": _evaluate,
}


def _panel_name(step: StepText, panel: Sequence[Persona]) -> str:
    written = step.values["panel"]
    return written if isinstance(written, str) else f"{len(panel)} personas"


def _persona(step: StepText, field: str, scope: Scope) -> Persona | None:
    return scope.persona(step.values[field], step.place(field)) if field in step.values else None


def _data(step: StepText, scope: Scope) -> DatasetRecord | None:
    if "data" not in step.values:
        return None
    name, place = scope.replaced("data", step.values["data"], step.place("data"), scope.profile.data)
    return scope.listed("datasets", name, place, scope.registry.dataset)


def _questions(step: StepText, scope: Scope) -> QuestionSet | None:
    name, below = _named(step, "questions", "from")
    if name is None:
        return None
    found = scope.listed("questions", name, step.place("questions", *below), scope.registry.questions)
    written = step.values["questions"]
    if found is None or isinstance(written, str) or "first" not in written:
        return found
    first: int = written["first"]
    if first > len(found.questions):
        what = f"{found.name} has {len(found.questions)} questions, not {first}"
        scope.notes.error("S106", step.place("questions", "first"), what, f"write at most {len(found.questions)}")
        return None
    return QuestionSet(f"{found.name}, first {first}", found.questions[:first])


def _named(step: StepText, field: str, key: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the name in a field written as a name, or as a mapping with the name at `key`; and what leads to it."""
    written = step.values.get(field)
    return (written.get(key), (key,)) if isinstance(written, Mapping) else (written, ())


def _recipe(step: StepText, scope: Scope) -> Recipe | None:
    base, below = _named(step, "recipe", "base")
    if base is None:
        return None
    written = step.place("recipe", *below)
    name, place = scope.replaced("recipe", base, written, scope.profile.recipes)
    if name != base and base in scope.registry.names("recipes") and not _fits(step, base, written, scope):
        return None
    recipe = _fits(step, name, place, scope)
    if recipe is None:
        return None
    changes = {key: one for key, one in step.values["recipe"].items() if key != "base"} if below else {}
    return Recipe(name, {**recipe.fields, **changes}, tuple(sorted(changes)))


def _fits(step: StepText, name: str, place: Place, scope: Scope) -> RegistryRecipe | None:
    """Return a recipe of the registry, or note that there is none, or that it is for another kind of step."""
    recipe = scope.listed("recipes", name, place, scope.registry.recipe)
    if recipe is None or recipe.kind == step.kind:
        return recipe
    fits = [one for one in scope.registry.names("recipes") if scope.registry.recipe(one).kind == step.kind]
    what = f"{name} is a recipe for {recipe.kind} steps, not for {step.kind}"
    scope.notes.error("S106", place, what, nearest(name, fits))
    return None


def _sampling(step: StepText, scope: Scope) -> Sampling:
    values = step.values
    if values["max_tokens"] >= scope.context:
        what = f"a reply of {values['max_tokens']} tokens leaves no room for a prompt in a context of {scope.context}"
        scope.notes.error("S106", step.place("max_tokens"), what, "lower max_tokens")
    return Sampling(values["temperature"], values["top_p"], values["max_tokens"])


def _drawn(step: StepText, scope: Scope, questions: QuestionSet) -> int:
    """Return how many replies are drawn per persona and question, 0 where that was noted as wrong."""
    positives, asked = step.values.get("positives"), len(questions.questions)
    if positives is None:
        return 0
    used, rest = divmod(positives, asked)
    if rest or not used:
        near = f"{used * asked} or {(used + 1) * asked}" if used else str(asked)
        what = f"{positives} positives cannot be shared evenly by the {asked} questions of {questions.name}"
        scope.notes.error("S106", step.place("positives"), what, f"write {near}")
        return 0
    drawn = int(step.values.get("drawn", usual_draws(used)))
    if drawn < used:
        what = f"{drawn} replies are drawn per question, and {used} are needed"
        scope.notes.error("S106", step.place("drawn"), what, f"write at least {used}, or leave it out")
        return 0
    return drawn
