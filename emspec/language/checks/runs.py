"""Design checks of the runs: results that are taken over, gates, seeds, replicates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emspec.language.checks.reading import Finding, Reading
from emspec.language.checks.words import counted, listed
from emspec.model.experiment import Condition, Gate

EXAMPLE_RULE = 'when: "bystander_rate differs >= 10pp", per: condition, with: baseline'


def reused_results(reading: Reading) -> Iterator[Finding]:
    """A condition's results are taken over from an earlier experiment instead of being run.

    Whatever has changed since then, such as the code, the versions of its libraries or the replies that the coupling
    was trained on, differs between it and the conditions that are run, and is part of every contrast with it. As the
    baseline it is part of all of them. (The second question that #200's clarifier asked.)

    Example: `B0: {results: data/exp125/B0.json}` and `baseline: B0`.

    Fix: run it with the others, at the price of a condition's runs; or keep the results and accept what they confound.
    """
    conditions = reading.experiment.conditions
    times = reading.experiment.replicates
    usual = max((one.runs(times) for one in conditions if not one.results), default=0)
    reused = [one for one in conditions if one.results and usual]
    for condition in reused:
        is_baseline = condition.name == reading.experiment.baseline
        name = f"the baseline, {condition.name}," if is_baseline else condition.name
        runs = f"{counted(len(condition.results), 'recorded run')} beside {usual} of the others"
        what = f"{name} is not run but taken from {_files(condition)}: {runs}, made by other code at another time"
        afresh = f"(a) run it afresh with the others: leave results out (+{counted(usual, 'run')})"
        keep = "(b) keep it, and accept the finding: what has changed since counts as part of each effect"
        fix = f"{afresh}; {keep} (-{counted(usual, 'run')})"
        yield Finding(reading.heading(condition), what, fix)


def open_gate(reading: Reading) -> Iterator[Finding]:
    """Further seeds are to be run if the first ones are informative, and nothing says when they are.

    A rule that is made up after the first results can be made to fit them. So this is an error, and cannot be accepted.
    (The third question that #200's clarifier asked.)

    Example: `seeds: {first: [42], then: [137, 256]}`.

    Fix: write the rule (`when: "bystander_rate differs >= 10pp", per: condition, with: baseline`); or run all seeds up
    front (`seeds: [42, 137, 256]`); or the first only.
    """
    gate = reading.experiment.gate
    if gate and gate.rule is None:
        what = f"{_named(gate.then)} only where the first are informative, and no rule says when"
        yield Finding(reading.of_spec(("seeds", "then")), what, _ways(gate, reading), "error", acceptable=False)


def gated_tests(reading: Reading) -> Iterator[Finding]:
    """Hypotheses are tested on runs that were chosen by their results.

    Where a condition gets further seeds because its first runs stood out, the first ones count again in the test: what
    stood out by chance is taken along, and differences come out too large. Conditions that did not get them have fewer
    runs, or none to tell noise by.

    Example: `seeds: {first: [42], then: [137, 256], when: "bystander_rate differs >= 10pp"}` and a hypothesis.

    Fix: run all seeds up front, or test the further seeds alone in a spec of their own; read a verdict on gated data as
    one on selected data.
    """
    experiment = reading.experiment
    gate = experiment.gate
    if gate and gate.rule and experiment.hypotheses:
        names = listed([one.name for one in experiment.hypotheses])
        verb = "is" if len(experiment.hypotheses) == 1 else "are"
        what = f"{_named(gate.then)} only where the first results ask for it: {names} {verb} tested on selected data"
        fix = f"run all seeds up front (seeds: [{', '.join(_texts(gate.first + gate.then))}]), or accept the finding"
        yield Finding(reading.of_spec(("seeds", "when"), ("seeds",)), what, fix)


def unequal_runs(reading: Reading) -> Iterator[Finding]:
    """Conditions that are compared have other seeds, or other numbers of runs.

    A run of one seed is trained on the same order of rows in each condition; where conditions share their seeds, what
    varies by seed can be taken out of their difference. Conditions with fewer runs have less precision.

    Example: `quick: {seeds: [42]}` in a spec with `seeds: [42, 137, 256]`.

    Fix: give all conditions the same seeds.
    """
    found: dict[tuple[int, ...], list[Condition]] = {}
    for condition in reading.experiment.conditions:
        if condition.seeds and condition.evaluations and not condition.results:
            found.setdefault(condition.seeds, []).append(condition)
    usual = max(found, key=lambda seeds: len(found[seeds]), default=())
    for seeds, conditions in found.items():
        if seeds != usual:
            names = listed([condition.name for condition in conditions])
            what = f"{names}: seeds {listed(_texts(seeds))}; {len(found[usual])} other(s): {listed(_texts(usual))}"
            fix = f"write seeds: [{', '.join(_texts(usual))}] there too, or accept the finding"
            yield Finding(reading.heading(conditions[0]), f"unequal runs are compared ({what})", fix)


def repeated_seeds(reading: Reading) -> Iterator[Finding]:
    """Replicates run the same seeds again.

    A replicate has the seed of the first run: the same order of rows, the same first weights of the adapter. It shows
    how far equal runs differ on the hardware, not how far seeds do. On a CPU equal runs come out equal to the byte.

    Example: `seeds: [42]` with `replicates: 3`.

    Fix: write further seeds in place of replicates, unless the repeatability of a run is the question.
    """
    experiment = reading.experiment
    if experiment.replicates > 1:
        copies = " (on a CPU they are copies)" if experiment.profile.device == "cpu" else ""
        count = f"{experiment.replicates} runs of each seed"
        what = f"{count} are no further seeds{copies}: they show how far equal runs differ"
        fix = "write further seeds instead, or accept the finding"
        yield Finding(reading.of_spec(("replicates",)), what, fix)


def _ways(gate: Gate, reading: Reading) -> str:
    """Return the ways to decide a gate, with the runs that each takes."""
    conditions = sum(not condition.results for condition in reading.experiment.conditions)
    first, everything = (conditions * len(seeds) for seeds in (gate.first, gate.first + gate.then))
    rule = f"(a) write the rule, such as {EXAMPLE_RULE} ({first} to {everything} runs)"
    upfront = f"(b) all seeds up front: seeds: [{', '.join(_texts(gate.first + gate.then))}] ({everything} runs)"
    only = f"(c) the first only: seeds: [{', '.join(_texts(gate.first))}] ({counted(first, 'run')})"
    return f"{rule}; {upfront}; {only}"


def _files(condition: Condition) -> str:
    names = [one.file.path.rpartition("/")[2] for one in condition.results.values()]
    return listed(list(dict.fromkeys(names)))


def _named(seeds: Sequence[int]) -> str:
    return f"seed {seeds[0]} runs" if len(seeds) == 1 else f"seeds {listed(_texts(seeds))} run"


def _texts(seeds: Sequence[int]) -> list[str]:
    return [str(seed) for seed in seeds]
