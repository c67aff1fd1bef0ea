"""Design checks of the hypotheses: what their tests can and cannot show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from emspec.language.checks.reading import Finding, Reading
from emspec.model.attainable import Attainable


def single_run(reading: Reading) -> Iterator[Finding]:
    """Hypotheses rest on one run of each condition.

    Two runs of one recipe differ by about 3 percentage points of leakage through the seed alone. With one seed no
    difference, between conditions or between personas in one of them, can be told from that noise, however many
    replies each has. A test that compares orders or labels of whole conditions has the noise in what it compares, and
    can come out; its power is that of one run.

    Example: `seeds: [42]` and a hypothesis that compares conditions.

    Fix: use three seeds or more: `seeds: [42, 137, 256]`; or declare a run-to-run SD in the hypothesis (`run_sd`),
    which the report shows as an assumption.
    """
    experiment = reading.experiment
    names = [condition.name for condition in experiment.conditions]
    asked = [one for one in experiment.hypotheses if one.installed and not one.parameters.get("run_sd")]
    within = [one.name for one in asked if one.parameters.get("condition") in names]
    between = [one.name for one in asked if "condition" not in one.parameters and len(names) > 1]
    concerned = [one.name for one in asked if one.name in (*within, *between)]
    if concerned and all(one.runs(experiment.replicates) < 2 for one in experiment.conditions):
        what = f"one run per condition: {_of_one_run(concerned, experiment.attainable)}"
        there = reading.document.data.get("seeds", ())
        more = f"run it without --seeds: the spec has {', '.join(map(str, there))}"
        fix = more if isinstance(there, list) and len(there) > 1 else "write seeds: [42, 137, 256]"
        yield Finding(reading.document.value(("seeds",)), what, fix)


def _of_one_run(names: Sequence[str], attainable: Mapping[str, Attainable]) -> str:
    """Say which hypotheses run-to-run noise leaves undecided, and which it makes weak."""
    able = [name for name in names if name in attainable and attainable[name].floor is not None]
    rest = [name for name in names if name not in able]
    undecided = f"for {', '.join(rest)} a difference cannot be told from run-to-run noise" if rest else ""
    verb = "has" if len(able) == 1 else "have"
    weak = f"{', '.join(able)} {verb} the noise of single runs in what is compared, and less power" if able else ""
    return "; ".join(part for part in (undecided, weak) if part)
