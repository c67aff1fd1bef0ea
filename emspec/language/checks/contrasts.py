"""Design checks of what is compared with what: the baseline, stretch conditions, recorded replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from emspec.language.checks.reading import Finding, Reading
from emspec.language.checks.words import listed
from emspec.model.experiment import Hypothesis

RECORDED = "generate"
"""The stage kind whose backend gives the replies, where none is named for the step itself."""


def needed_stretch(reading: Reading) -> Iterator[Finding]:
    """The baseline, or the condition that a hypothesis asks about, is a stretch condition.

    Stretch conditions may be left out where time is short (`--no-stretch`). Then there is nothing to compare with, or
    the hypothesis cannot be tested.

    Example: `B0: {stretch: true}` and `baseline: B0`.

    Fix: take `stretch` off that condition.
    """
    stretch = {condition.name for condition in reading.experiment.conditions if condition.stretch}
    if reading.experiment.baseline in stretch:
        what = f"the baseline, {reading.experiment.baseline}, is a stretch condition: without it nothing is compared"
        yield Finding(reading.of_spec(("baseline",)), what, f"take stretch off {reading.experiment.baseline}")
    for hypothesis in reading.experiment.hypotheses:
        name = hypothesis.parameters.get("condition")
        if name in stretch and hypothesis.place:
            what = f"{hypothesis.name} rests on {name}, a stretch condition: without it there is nothing to test"
            yield Finding(hypothesis.place, what, f"take stretch off {name}")


def no_baseline(reading: Reading) -> Iterator[Finding]:
    """Hypotheses compare conditions, and none of these is the baseline.

    With a baseline it is said in which variables each condition differs from it (D110), whether they are trained as
    much (D112), and the report sets each condition against it.

    Example: five conditions and an `invariance` hypothesis, without `baseline`.

    Fix: name the condition that the others are variations of: `baseline: B0`.
    """
    experiment = reading.experiment
    across = [one.name for one in experiment.hypotheses if _is_across(one)]
    if reading.baseline or not across or len(experiment.conditions) < 2:
        return
    named = reading.document.data.get("baseline")
    what = f"the baseline, {named}, is not run" if named else "no condition is named as the baseline"
    first = experiment.conditions[0].name
    fix = f"run {named} as well" if named else f"write baseline: {first}, or accept the finding"
    place = reading.of_spec(("baseline",), ("conditions",))
    yield Finding(place, f"{what}, and conditions are compared in {listed(across)}", fix)


def recorded_runs(reading: Reading) -> Iterator[Finding]:
    """Replies that were recorded once stand for several runs.

    A file of replies says the same under every condition and seed. As several runs they would pass for independent
    ones, and every test would be too sure of itself.

    Example: `backends: {evaluate: {name: replay, file: replies.json}}` with three seeds.

    Fix: keep to one condition and one seed; give each condition its own recorded replies (`results`).
    """
    experiment = reading.experiment
    evaluated: Counter[str] = Counter()
    for condition in experiment.conditions:
        evaluated.update({step.name: condition.runs(experiment.replicates) for step in condition.evaluations})
    for name, runs in evaluated.items():
        choice = experiment.backends.get(name) or experiment.backends.get(RECORDED)
        if choice and choice.files and runs > 1:
            key = name if name in experiment.backends else RECORDED
            file = Path(choice.files[0].path).name
            what = f"the replies of {name} come from {file} in all {runs} runs: copies would pass for independent runs"
            fix = "keep to one condition and one seed (--only, --seeds), or give each condition results of its own"
            yield Finding(reading.of_spec(("backends", key), ("steps", name)), what, fix)


def _is_across(hypothesis: Hypothesis) -> bool:
    return "condition" not in hypothesis.parameters
