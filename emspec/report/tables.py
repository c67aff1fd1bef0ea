"""The tables of a report as cells of text, the same in Markdown and HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emspec.model.finding import Finding
from emspec.model.json import JsonObject, canonical
from emspec.report import words
from emspec.report.content import RATES, Content, Findings
from emspec.report.context import ReportContext


@dataclass(frozen=True)
class Table:
    """Column headings and rows of text; the first column names the row."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def rates(content: Content) -> Table:
    """Each condition's rates with interval and size, and the bystander rate of each run."""
    rows = []
    for condition, held in content.rates.items():
        for name, label in RATES.items():
            rate = held[name]
            runs = ", ".join(f"{seed}: {words.percent(value)}" for seed, value in content.seeds[condition].items())
            figures = (words.percent(rate.rate if rate else None), words.interval(rate), words.share(rate))
            rows.append(
                (
                    content.name_of(condition),
                    label,
                    *figures,
                    runs if name == "bystanders" else "",
                    rate.method if rate else "",
                )
            )
    head = ("condition", "rate of", "rate", "95 % interval", "hits / replies", "each run (seed)", "interval by")
    return Table(head, tuple(rows))


def parts(finding: Finding) -> Table:
    """The comparisons that a finding is made of, with their intervals."""
    rows = (
        (part.label, words.value(part.effect, finding.unit), words.part_span(part, finding.unit), words.chance(part.p))
        for part in finding.parts
    )
    return Table(("comparison", "effect", "interval", "p of the claim"), tuple(rows))


def heatmap(content: Content) -> Table:
    """Each condition's hit rate by persona, mean over runs, with the letters of its roles."""
    grid = content.heatmap
    rows = (
        (
            content.name_of(condition),
            *(_cell(content, condition, persona, rate) for persona, rate in zip(grid.personas, line, strict=True)),
        )
        for condition, line in zip(grid.conditions, grid.rates, strict=True)
    )
    return Table(("condition", *grid.personas), tuple(rows))


def checks(content: Content, found: Findings) -> Table:
    """Whether training took, and what the replies look like, by condition."""
    rows = []
    for condition, replies in content.replies.items():
        places, n = content.places[condition], replies["n"]
        hits = places["bystander_hits"]
        source = content.rates[condition]["source"]
        tokens = replies["mean_tokens"]
        rows.append(
            (
                content.name_of(condition),
                "; ".join(f"{a.kind} {a.first:.2f} → {a.last:.2f}" for a in found.training.get(condition, ()))
                or words.NONE,
                words.percent(source.rate if source else None),
                (words.UNRECORDED if n else words.NONE) if tokens is None else f"{tokens:.1f}",
                *(_part(replies[name], n) for name in ("truncated", "empty", "degenerate")),
                _part(places["end"], hits),
            )
        )
    head = ("condition", "loss, first step → end", "source rate", "tokens a reply", "truncated", "empty", "repetitive")
    return Table((*head, "bystander hits at the end of the reply"), tuple(rows))


def questions(content: Content) -> Table:
    """The bystanders' rate by question and condition, the questions that leak most first."""
    conditions = tuple(content.rates)
    rows = (
        (
            one.text,
            *(words.percent(one.rates[name]) for name in conditions),
            words.percent(one.mean),
        )
        for one in content.questions
    )
    return Table(("question", *map(content.name_of, conditions), "mean"), tuple(rows))


def took(content: Content, found: Findings) -> Table:
    """How each condition's manipulation checks are judged, a column for each check."""
    held = [check for check in found.checks.get(content.marker, ()) if not check.run]
    names = tuple(dict.fromkeys(check.check for check in held))
    judged = {(check.condition, check.check): check.judged for check in held}
    conditions = dict.fromkeys(check.condition for check in held)
    rows = ((content.name_of(c), *(judged.get((c, name), words.NONE) for name in names)) for c in conditions)
    return Table(("condition", *names), tuple(rows))


def judged(content: Content, found: Findings) -> Table:
    """Each condition's manipulation checks, judged by their rules over its runs."""
    held = (check for check in found.checks.get(content.marker, ()) if not check.run)
    rows = ((content.name_of(c.condition), c.check, c.judged, c.said) for c in held)
    return Table(("condition", "check", "judged", "measured"), tuple(rows))


def judged_runs(content: Content, found: Findings) -> Table:
    """Each run's manipulation checks."""
    held = (check for check in found.checks.get(content.marker, ()) if check.run)
    rows = ((content.name_of(c.condition), c.run, c.check, c.judged, c.said) for c in held)
    return Table(("condition", "seed", "check", "judged", "measured"), tuple(rows))


def rules(found: Findings) -> Table:
    """When each manipulation check is judged how."""
    return Table(("check", "rule"), tuple(found.rules.items()))


def warnings(context: ReportContext) -> Table:
    """The design warnings, open ones before accepted ones, with the spec's reason for each that it accepts."""
    ordered = sorted(context.problems, key=lambda problem: problem.code in context.accepted)
    rows = (
        (p.code, p.message, context.accepted.get(p.code, "open"), "" if p.code in context.accepted else p.fix)
        for p in ordered
    )
    return Table(("check", "what", "accepted because", "fix"), tuple(rows))


def card(context: ReportContext) -> Table:
    """What it takes to run this again, less versions and times."""
    rows = [
        ("model", f"{context.model_name} {_fields(context.model)}"),
        ("personas", f"registry version {context.personas_version}"),
        ("seeds", ", ".join(map(str, context.seeds))),
        *((f"data {name}", _fields(value)) for name, value in context.datasets.items()),
        *((f"recipe of {step}", _fields(value)) for step, value in context.recipes.items()),
        *((f"backend of {step}", _fields(value)) for step, value in context.backends.items()),
        ("profile", context.stamp),
        *((f"profile: {what}", f"{old} → {new}") for what, old, new in context.profile.replacements),
        ("plan", context.plan),
        ("analysis", context.analysis),
    ]
    return Table(("what", "value"), tuple(rows))


def keys(context: ReportContext) -> Table:
    """The stages behind each cell, by key."""
    rows = ((cell.condition, cell.run, what, key) for cell in context.cells for what, key in cell.stages.items())
    return Table(("condition", "seed", "stage", "key"), tuple(rows))


def plain(values: Mapping[str, str]) -> Table:
    """Names and values, as they come."""
    return Table(("what", "value"), tuple(values.items()))


def _cell(content: Content, condition: str, persona: str, rate: float | None) -> str:
    marks = words.letters(content.heatmap.roles.get((condition, persona), ()))
    return f"{words.percent(rate)} {marks}".strip()


def _part(count: float | None, n: float | None) -> str:
    if count is None and n:
        return words.UNRECORDED
    return words.percent(count / n if n and count is not None else None)


def _fields(value: JsonObject) -> str:
    return ", ".join(f"{name} {item if isinstance(item, str) else canonical(item)}" for name, item in value.items())
