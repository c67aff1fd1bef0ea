"""What a report says beside the findings: which experiment, under which profile, from which stages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from emspec.errors import Problem
from emspec.model.experiment import ProfileNote
from emspec.model.json import JsonObject
from emspec.plan.lock import State
from emspec.report.methods import Methods


@dataclass(frozen=True)
class CellKeys:
    """One run of a condition, and the keys of its stages by what they do ("induce", "couple.replies" ...)."""

    condition: str
    seed: int
    stages: Mapping[str, str]
    replicate: int = 1

    @property
    def run(self) -> str:
        """Name the run among those of its condition: the seed, 42.2 for its second run."""
        return str(self.seed) if self.replicate == 1 else f"{self.seed}.{self.replicate}"


@dataclass(frozen=True)
class ReportContext:
    """The experiment that the findings belong to.

    recipes    step name -> {"recipe": the registry's name, and every field}
    backends   step or stage -> {"backend": its name, and its options, files by digest}
    datasets   data set name -> {"source", "contract"} or whatever identifies it
    problems   all design warnings; those whose code is in `accepted` (code -> the spec's reason) count as accepted
    fixed      whether the analysis was fixed before the first result, in words; `locked`, whether a lock was written:
               no part of results.json
    lock       how the analysis stands to its lock (plan.lock.State): no part of results.json
    selected   whether a gate chose, for what the first seeds showed, which further ones were run
    hypotheses  the names of the spec's hypotheses
    run        the name of the run's folder: on the HTML page alone
    methods    what was asked and how it was done, in sentences
    versions   library -> version, and `times`, what -> text: on the HTML page alone, since equal runs differ in them
    """

    title: str
    profile: ProfileNote
    plan: str
    analysis: str
    model_name: str
    model: JsonObject
    personas_version: str
    seeds: tuple[int, ...]
    cells: tuple[CellKeys, ...]
    issue: int | None = None
    state: str = "proposed"
    superseded_by: int | None = None
    baseline: str | None = None
    recipes: Mapping[str, JsonObject] = field(default_factory=dict)
    backends: Mapping[str, JsonObject] = field(default_factory=dict)
    datasets: Mapping[str, JsonObject] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    accepted: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    times: Mapping[str, str] = field(default_factory=dict)
    fixed: str = ""
    locked: bool = False
    run: str = "latest"
    lock: State = "unlocked"
    selected: bool = False
    hypotheses: frozenset[str] = frozenset()
    methods: Methods = field(default_factory=Methods)

    @property
    def open_problems(self) -> tuple[Problem, ...]:
        """Return the design warnings that the spec does not accept."""
        return tuple(problem for problem in self.problems if problem.code not in self.accepted)

    @property
    def fewest_runs(self) -> int:
        """Return how many runs each condition has: the fewest of any."""
        return min(Counter(cell.condition for cell in self.cells).values(), default=0)

    @property
    def heading(self) -> str:
        """Return issue and title in one line."""
        return f"#{self.issue} {self.title}" if self.issue else self.title

    @property
    def stamp(self) -> str:
        """Return the line that every result carries: under which profile it came about."""
        return (
            f"{self.profile.name} profile: {self.profile.note}" if self.profile.note else f"{self.profile.name} profile"
        )

    @property
    def standing(self) -> str:
        """Return the experiment's state where it is worth a word, else nothing."""
        parts = [self.state] if self.state in {"archived", "superseded"} else []
        return ", ".join([*parts, *([f"superseded by #{self.superseded_by}"] if self.superseded_by else [])])
