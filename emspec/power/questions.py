"""The plan of a power analysis: one stage for every hypothesis and variant whose outcome the data decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from emspec.errors import PluginError, UsageError
from emspec.language.attained import attained
from emspec.model.alternative import Alternative
from emspec.model.attainable import Attainable
from emspec.model.design import design_of
from emspec.model.experiment import Experiment, Hypothesis
from emspec.model.json import Json, JsonObject, digest
from emspec.model.plan import Plan
from emspec.model.plugin import Backend, Catalog, TestKind
from emspec.plan.compile import hypothesis_document
from emspec.plan.stages import Request, StageSet
from emspec.power.truth import Truth, truth
from emspec.power.variants import DESIGNED, Variant, spelled_out, variants

TARGET = 0.8
"""The power that a least effect is given for."""
USUAL = 0.05
"""How far beyond the edge of the null power is asked at, where neither the spec nor the command line says: 5 pp."""
EVERY = ""
"""The key of an effect that was named for all hypotheses."""
POINTS = 6


@dataclass(frozen=True)
class Asked:
    """What is asked of the power: experiments per point, effects named by hypothesis, the design alone or variants."""

    draws: int
    effects: Mapping[str, float]
    variants: bool = True


@dataclass(frozen=True)
class Question:
    """One hypothesis in one variant. `key` is its stage, None where nothing is simulated, for the reason `why`.

    `effect` is the effect that power is asked at, `said` who names it, "" for nobody.
    """

    hypothesis: Hypothesis
    variant: Variant
    attainable: Attainable
    alternative: Alternative | None
    effect: float
    said: str
    key: str | None = None
    why: str = ""


@dataclass(frozen=True)
class PowerPlan:
    """The stages as a plan that the engine executes, and the questions that they answer."""

    plan: Plan
    variants: tuple[Variant, ...]
    questions: tuple[Question, ...]
    draws: int
    simulator: Backend


def compile_power(experiment: Experiment, catalog: Catalog, wanted: Asked) -> PowerPlan:
    """Return the plan of a power analysis. UsageError for an effect of no hypothesis, PluginError as compile_plan."""
    _check(experiment, wanted.effects)
    stages = StageSet(experiment, catalog)
    designs = variants(experiment) if wanted.variants else (Variant(DESIGNED, spelled_out(experiment)),)
    designs = tuple(replace(one, experiment=attained(one.experiment, catalog)) for one in designs)
    questions = tuple(
        _stage(_question(hypothesis, variant, catalog, wanted.effects), stages, wanted.draws)
        for variant in designs
        for hypothesis in experiment.hypotheses
    )
    plan = Plan(
        digest=digest(sorted(stages.stages)),
        experiment=replace(experiment, profile=replace(experiment.profile, device="cpu")),  # no GPU is needed for this
        stages=stages.stages,
        cells=(),
        design=design_of(experiment),
        attainable=experiment.attainable,
        rows=None,
        analyse=None,
    )
    return PowerPlan(plan, designs, questions, wanted.draws, stages.backend("simulate", stages.chosen("simulate")))


def _check(experiment: Experiment, effects: Mapping[str, float]) -> None:
    names = [hypothesis.name for hypothesis in experiment.hypotheses]
    if not names:
        raise UsageError("the spec states no hypothesis, so there is no power to ask for", "add hypotheses: to it")
    for name in effects:
        if name not in (*names, EVERY):
            example = f"--effect {names[0]}={100 * effects[name]:g}pp"
            raise UsageError(f"--effect names {name}, which is no hypothesis of the spec", f"for example {example}")


def _question(hypothesis: Hypothesis, variant: Variant, catalog: Catalog, effects: Mapping[str, float]) -> Question:
    """Return a hypothesis in a variant, without a stage yet."""
    attainable = variant.experiment.attainable[hypothesis.name]
    test = catalog.tests.get(hypothesis.test)
    alternative = _alternative(test, variant.experiment, hypothesis) if test and not attainable.foregone else None
    effect, said = _effect(effects.get(hypothesis.name, effects.get(EVERY)), alternative)
    question = Question(hypothesis, variant, attainable, alternative, effect, said)
    if attainable.foregone:
        return replace(question, why=attainable.remarks[0] if attainable.remarks else attainable.foregone)
    if alternative is None:
        return replace(question, why=f"the test {hypothesis.test} does not say what can be planted for it")
    return question


def _effect(named: float | None, alternative: Alternative | None) -> tuple[float, str]:
    """Return the effect that power is asked at, and who names it."""
    if named is not None or alternative is None:
        return named or 0.0, "by --effect"
    if alternative.asked is not None:
        return alternative.asked, "as registered"
    return round(alternative.edge + alternative.towards * USUAL, 6), ""


def _alternative(test: TestKind, experiment: Experiment, hypothesis: Hypothesis) -> Alternative | None:
    """Return what a test is to find; PluginError names the test where its code fails."""
    try:
        return test.alternative(experiment, hypothesis) if test.alternative else None
    except Exception as error:
        what = f"the test {test.name}, which {hypothesis.name} asks for, cannot say what it is to find: {error}"
        raise PluginError(what, "emspec plugins names the plugin that brings it: repair or remove it") from error


def _stage(question: Question, stages: StageSet, draws: int) -> Question:
    """Add the stage that answers a question, where one can."""
    alternative = question.alternative
    if question.why or alternative is None:
        return question
    planted = truth(question.variant.experiment, question.hypothesis, alternative)
    question = _with_room(question, alternative, planted)
    if question.why:
        return question
    document = _parameters(question, alternative, planted, draws, stages)
    test = stages.test(question.hypothesis)
    simulate = stages.backend("simulate", stages.chosen("simulate"))
    key = stages.add(
        Request(
            kind="power",
            choice=stages.chosen("power"),
            parameters=document,
            label=f"{question.hypothesis.name}, {question.variant.name}",
            step=question.hypothesis.name,
            cost=float(planted.replies * draws * POINTS),
            places={f"test.{test.name}": test.target, "simulate": simulate.target},
        )
    )
    return replace(question, key=key)


def _with_room(question: Question, alternative: Alternative, planted: Truth) -> Question:
    """Return the question with an effect that nobody named no larger than the rate has room for, or with the reason
    why nothing can be planted at that rate."""
    rate = question.variant.experiment.noise.rate
    if planted.fits(alternative.edge) and not planted.fits(question.effect) and not question.said:
        return replace(question, effect=planted.farthest(alternative.edge, alternative.towards))
    for effect in (alternative.edge, question.effect):
        if not planted.fits(effect):
            return replace(question, why=f"a rate of {100 * rate:g} % leaves no room for an effect of {_pp(effect)}")
    return question


def _parameters(
    question: Question, alternative: Alternative, planted: Truth, draws: int, stages: StageSet
) -> dict[str, Json]:
    """Return a power stage's parameters. Claims are left out: what is said in words changes no figure."""
    experiment, hypothesis = question.variant.experiment, question.hypothesis
    choice = stages.chosen("simulate")
    simulator = stages.backend("simulate", choice)
    design = design_of(experiment)
    designed = question.variant.name == DESIGNED
    version = stages.test(hypothesis).version
    edge = (alternative.edge,) if designed else ()
    noise: Mapping[str, Json] = asdict(experiment.noise)
    return {
        "design": design,
        "hypothesis": {**hypothesis_document(_alone(hypothesis, experiment), version), "claim": ""},
        "cells": list(planted.cells),
        "rates": list(planted.rates),
        "pattern": list(planted.pattern),
        "noise": noise,
        "bystanders": design["bystanders"],
        "planted": alternative.planted,
        "effects": tuple(dict.fromkeys((*edge, question.effect))),
        "searches": _searches(alternative, planted, against=alternative.against and designed),
        "target": TARGET,
        "draws": draws,
        "simulator": {"name": simulator.name, "version": simulator.version},
        "options": choice.options,
    }


def _alone(hypothesis: Hypothesis, experiment: Experiment) -> Hypothesis:
    """Return a hypothesis at the level from which it passes in its family whatever the others do: alpha / m."""
    family = next((one for one in experiment.families if hypothesis.name in one.hypotheses), None)
    if family is None:
        return hypothesis
    alpha = family.alpha / len(family.hypotheses)
    return replace(hypothesis, parameters={**hypothesis.parameters, "alpha": alpha})


def _searches(alternative: Alternative, planted: Truth, *, against: bool) -> Sequence[JsonObject]:
    edge, towards = alternative.edge, alternative.towards
    support = planted.farthest(edge, 1) if towards > 0 else alternative.truest
    searches: list[JsonObject] = [{"verdict": "supported", "from": edge, "to": support}]
    if against:
        searches.append({"verdict": "contradicted", "from": edge, "to": planted.farthest(edge, -towards)})
    return searches


def _pp(effect: float) -> str:
    return f"{100 * effect:g} pp"
