"""findings.json as frozen values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, cast

from emspec.errors import UsageError
from emspec.model.finding import Finding, Part, Rate
from emspec.model.json import JsonObject
from emspec.report.cells import Cell

RATES = {
    "source": "source",
    "bystanders": "bystanders",
    "bystanders_without_induction": "bystanders without the induction persona",
    "personas_sampled": "bystanders, for personas like these",
    "runs_sampled": "bystanders, for runs like these",
}
"""The rates of a condition, and what a reader calls them."""


@dataclass(frozen=True)
class Heatmap:
    """Hit rates (fractions, None where nothing was run) by condition and persona, and each persona's roles there."""

    conditions: tuple[str, ...]
    personas: tuple[str, ...]
    rates: tuple[tuple[float | None, ...], ...]
    roles: Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True)
class Question:
    """A question and the bystanders' rate under it by condition, None where it was not asked."""

    text: str
    rates: Mapping[str, float | None]

    @property
    def mean(self) -> float | None:
        """Return the mean over the conditions that were asked it."""
        held = [rate for rate in self.rates.values() if rate is not None]
        return sum(held) / len(held) if held else None


@dataclass(frozen=True)
class Content:
    """What the analysis found for one marker, conditions in the spec's order, which the file's sorted keys lose.

    `rates` has the names of RATES; `cells` are in order of condition, persona, run; `seeds` maps seed to bystander
    rate; `replies` has no means where there is none; `recorded` names the conditions whose results existed before.
    """

    marker: str
    bystanders: tuple[str, ...]
    heatmap: Heatmap
    rates: Mapping[str, Mapping[str, Rate | None]]
    seeds: Mapping[str, Mapping[str, float | None]]
    replies: Mapping[str, Mapping[str, float | None]]
    places: Mapping[str, Mapping[str, int | None]]
    recorded: frozenset[str] = frozenset()
    cells: tuple[Cell, ...] = ()
    people: Mapping[tuple[str, str], Rate | None] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()

    def name_of(self, condition: str) -> str:
        """Return a condition's name, with a word where its replies were not drawn by this run."""
        return f"{condition} (recorded elsewhere)" if condition in self.recorded else condition


@dataclass(frozen=True)
class Adapter:
    """An adapter's mean training loss over a condition's runs, at the first step and at the end."""

    kind: str
    first: float
    last: float


@dataclass(frozen=True)
class Curve:
    """The training losses (nat) of one adapter of a run, at most 100 points; `run` is its seed, 42.2 the second run."""

    condition: str
    run: str
    kind: str
    steps: tuple[int, ...]
    loss: tuple[float, ...]


@dataclass(frozen=True)
class Check:
    """A manipulation check of a condition, or of one of its runs: `run` is then its seed, else "".

    `passed` is None where nothing was measured; `said` are the figures in words, or why there are none.
    """

    condition: str
    run: str
    check: str
    judged: str
    passed: bool | None
    said: str


@dataclass(frozen=True)
class Findings:
    """A whole findings.json: one content per marker, training losses by condition, their curves, verdicts.

    checks   by marker: of the conditions, then of their runs
    rules    by check, when it is judged how
    """

    contents: tuple[Content, ...]
    training: Mapping[str, tuple[Adapter, ...]]
    findings: tuple[Finding, ...]
    curves: tuple[Curve, ...] = ()
    checks: Mapping[str, tuple[Check, ...]] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)


def read(findings: JsonObject) -> Findings:
    """Read findings.json; UsageError where it is not one of this version."""
    raw = cast("Mapping[str, Any]", findings)
    try:
        counts_as = {c["name"]: c["counts_as"] for c in raw["design"]["conditions"] if c.get("counts_as")}
        recorded = frozenset(c["name"] for c in raw["design"]["conditions"] if c.get("results"))
        parts = (_content(part, counts_as, raw["asked"]) for part in (raw, *raw["others"].values()))
        return Findings(
            contents=tuple(replace(part, recorded=recorded) for part in parts),
            training={
                name: tuple(Adapter(a["kind"], a["first"], a["last"]) for a in adapters)
                for name, adapters in raw["manipulation"]["conditions"].items()
            },
            findings=tuple(_finding(finding) for finding in raw["findings"]),
            curves=tuple(curve for one in raw["manipulation"]["curves"] for curve in _curves(one)),
            checks={marker: tuple(_checks(held)) for marker, held in raw["manipulation"]["checks"].items()},
            rules=raw["manipulation"]["rules"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"findings.json is not of this version: {error}", "run the analysis again") from error


def _content(raw: Mapping[str, Any], counts_as: Mapping[str, str], asked: Sequence[str | None]) -> Content:
    grid = raw["heatmap"]
    conditions = tuple(grid["conditions"])
    roles = {(cell["condition"], cell["persona"]): tuple(cell["roles"]) for cell in raw["cells"]}
    for condition, persona in counts_as.items():
        if (condition, persona) in roles:
            roles[condition, persona] = (*roles[condition, persona], "counts as induction")
    return Content(
        marker=raw["marker"],
        bystanders=tuple(raw["bystanders"]),
        heatmap=Heatmap(
            conditions=conditions,
            personas=tuple(grid["personas"]),
            rates=tuple(tuple(row) for row in grid["rates"]),
            roles=roles,
        ),
        rates={
            condition: {name: Rate(**rate) if (rate := raw["rates"][condition][name]) else None for name in RATES}
            for condition in conditions
        },
        seeds={condition: dict(sorted(raw["seeds"][condition].items(), key=_number)) for condition in conditions},
        replies={condition: raw["replies"][condition] for condition in conditions},
        places=raw["places"],
        people={
            (condition, persona): Rate(**rate) if rate else None
            for condition, held in raw["people"].items()
            for persona, rate in held.items()
        },
        questions=tuple(sorted(_questions(raw, conditions, asked), key=lambda one: -(one.mean or 0.0))),
        cells=tuple(sorted(_cells(raw["cells"]), key=lambda one: _cell_place(one, grid))),
    )


def _questions(raw: Mapping[str, Any], conditions: Sequence[str], asked: Sequence[str | None]) -> Iterator[Question]:
    held = raw["questions"]
    for at, number in enumerate(held["numbers"]):
        text = asked[number] if number < len(asked) else None
        counts = {
            name: (held["bystanders"][name]["hits"][at], held["bystanders"][name]["n"][at]) for name in conditions
        }
        yield Question(
            text or f"question {number + 1}", {name: hits / n if n else None for name, (hits, n) in counts.items()}
        )


def _cells(raw: Sequence[Mapping[str, Any]]) -> Iterator[Cell]:
    repeated = any("replicate" in one for one in raw)
    return (_cell(one, repeated) for one in raw)


def _cell(raw: Mapping[str, Any], repeated: bool) -> Cell:
    again = raw.get("replicate", 1)
    return Cell(
        condition=raw["condition"],
        run=str(raw["seed"]) if again == 1 else f"{raw['seed']}.{again}",
        repeated=repeated,
        persona=raw["persona"],
        marker=raw["marker"],
        roles=tuple(raw["roles"]),
        rate=Rate(**{field.name: raw[field.name] for field in fields(Rate)}),
        tokens=raw["mean_tokens"],
        places=raw["places"],
        truncated=raw["truncated"],
    )


def _cell_place(cell: Cell, grid: Mapping[str, Any]) -> tuple[int, ...]:
    """Return where a cell comes: in the heatmap's order, and by run."""
    conditions, personas = grid["conditions"], grid["personas"]
    return conditions.index(cell.condition), personas.index(cell.persona), *_number((cell.run, None))


def _checks(raw: Mapping[str, Any]) -> Iterator[Check]:
    for held in (*raw["conditions"], *raw["runs"]):
        run = _run(held) if "seed" in held else ""
        yield Check(held["condition"], run, held["check"], held["judged"], held["passed"], held["said"])


def _run(raw: Mapping[str, Any]) -> str:
    return f"{raw['seed']}.{raw['replicate']}" if "replicate" in raw else str(raw["seed"])


def _curves(raw: Mapping[str, Any]) -> Iterator[Curve]:
    run = _run(raw)
    for adapter in raw["adapters"]:
        yield Curve(raw["condition"], run, adapter["kind"], tuple(adapter["steps"]), tuple(adapter["loss"]))


def _number(run: tuple[str, float | None]) -> tuple[int, ...]:
    """Return a run's seed, and which run of it this is: 42.2 is the second."""
    return tuple(map(int, run[0].split(".")))


def _finding(raw: Mapping[str, Any]) -> Finding:
    values = {one.name: raw[one.name] for one in fields(Finding)}
    parts = tuple(Part(**part) for part in raw["parts"])
    texts = {name: tuple(cast("Sequence[str]", raw[name])) for name in ("assumptions", "untaken")}
    return Finding(**{**values, **texts, "parts": parts})
