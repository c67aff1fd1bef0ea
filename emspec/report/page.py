"""The report as one HTML file that asks for nothing else: its script and its figures are in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from string import Template

from emspec.model.finding import Rate
from emspec.report import story, tables, words
from emspec.report.cells import HEAD, keys_anchor, line, whole, whole_anchor
from emspec.report.charts import Chart, charts, figure
from emspec.report.confidence import overall
from emspec.report.content import RATES, Content, Findings
from emspec.report.context import ReportContext
from emspec.report.heat import heatmap
from emspec.report.markup import Markup, join, tag, text
from emspec.report.verdicts import VerdictRow, row

HEADLINE = ("source", "bystanders")
"""The rates that are shown at once; other readings of the same replies are folded away."""
DRAWN = ("heatmap", "rates", "questions", "replies")
"""The figures of each marker."""
OTHERS = tuple(name for name in RATES if name not in HEADLINE)
LINKED = "Each rate links to its cells below, and these name the command that lists their replies."


def page(found: Findings, context: ReportContext, figures: Mapping[str, bytes]) -> str:
    """Return the HTML page; `figures` maps a file name to SVG bytes, put into the page."""
    folder = files("emspec.report")
    held = charts(figures)
    body = join(
        banner(context),
        contents(found, context),
        verdicts(found, context),
        comparisons(found, held),
        *(marker_section(content, found, held, at) for at, content in enumerate(found.contents, 1)),
        trained(held),
        told(found, context),
        warnings(context),
        setup(context),
        *(cells(content, context.run, at) for at, content in enumerate(found.contents, 1)),
    )
    parts = {name: folder.joinpath(f"page.{name}").read_text(encoding="utf-8") for name in ("html", "css", "js")}
    return Template(parts["html"]).substitute(
        title=text(context.heading), style=parts["css"], script=parts["js"], body=body
    )


def contents(found: Findings, context: ReportContext) -> Markup:
    """Return links to the sections."""
    links = {
        "verdicts": "Verdicts",
        "comparisons": "Comparisons",
        **{f"leakage-{at}": f"Leakage of {one.marker}" for at, one in enumerate(found.contents, 1)},
        "told": "Caveats and next steps",
        "warnings": "Design warnings",
        "setup": "Reproducibility",
        **{f"cells-{at}": f"Cells of {one.marker}" for at, one in enumerate(found.contents, 1)},
    }
    items = (tag("li", tag("a", name, href=f"#{at}")) for at, name in links.items())
    return tag("nav", tag("ul", *items), aria_label="Sections")


def verdicts(found: Findings, context: ReportContext) -> Markup:
    """Return a card for each hypothesis, and the confidence in the whole."""
    whole = overall(found.findings, context)
    cards = [verdict_card(row(one, context), linked=bool(one.parts)) for one in found.findings]
    return tag(
        "section",
        tag("h2", "Verdicts"),
        tag("p", f"Confidence {whole.line}.") if whole else "",
        tag("div", *cards, class_="cards") if cards else tag("p", "The spec states no hypothesis."),
        tag("p", context.fixed, class_="fixed") if context.fixed else "",
        id="verdicts",
    )


def comparisons(found: Findings, held: Mapping[str, Chart]) -> Markup:
    """Return the forest plot, and the comparisons of each finding as a table."""
    folds = (
        tag(
            "details",
            tag("summary", f"{one.hypothesis}: {len(one.parts)} comparisons"),
            table(tables.parts(one)),
            id=f"parts-{one.hypothesis}",
        )
        for one in found.findings
        if one.parts
    )
    drawn = figure("forest", held["forest"]) if "forest" in held else ""
    return tag("section", tag("h2", "Comparisons"), drawn, *folds, id="comparisons")


def told(found: Findings, context: ReportContext) -> Markup:
    """Return what a reader must keep in mind, and what would let open questions be decided."""
    caveats, steps = (tuple(lines) for lines in (story.caveats(found, context), story.next_steps(found, context)))
    return tag(
        "section",
        tag("h2", "Standing caveats"),
        tag("ul", *(tag("li", one) for one in caveats)),
        tag("h2", "Next steps") if steps else "",
        tag("ul", *(tag("li", one) for one in steps)) if steps else "",
        id="told",
    )


def trained(held: Mapping[str, Chart]) -> Markup:
    """Return the training losses, and every figure that has no section of its own."""
    placed = {"forest", "heatmap", "rates", "questions", "replies"}
    rest = [figure(name, one) for name, one in held.items() if name.partition("-")[0] not in placed]
    return tag("section", tag("h2", "Training"), *rest) if rest else Markup("")


def banner(context: ReportContext) -> Markup:
    """Return heading, profile stamp and state."""
    replaced = tag("ul", *(tag("li", f"{what}: {old} → {new}") for what, old, new in context.profile.replacements))
    return tag(
        "header",
        tag("p", context.stamp, class_="stamp", role="note"),
        tag("h1", context.heading),
        tag("p", f"State: {context.standing}.") if context.standing else "",
        tag("details", tag("summary", "What the profile replaces"), replaced) if context.profile.replacements else "",
    )


def verdict_card(verdict: VerdictRow, *, linked: bool) -> Markup:
    """Return one hypothesis as a card; its effect may link to the comparisons that it is made of."""
    effect = tag("a", verdict.effect, href=f"#parts-{verdict.hypothesis}") if linked else verdict.effect
    figures = {"effect": effect, "interval": verdict.interval, "p": verdict.p, "least p": verdict.floor}
    return tag(
        "article",
        tag("h3", f"{verdict.hypothesis} ", tag("strong", verdict.verdict, class_="verdict")),
        tag("p", verdict.claim, class_="claim"),
        tag("p", verdict.reason),
        tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in figures.items())),
        tag("p", f"confidence {verdict.confidence}", class_="small") if verdict.confidence else "",
        tag("p", verdict.registered, class_="small") if verdict.registered else "",
        tag("p", f"test: {verdict.test}", class_="small"),
        tag(
            "details",
            tag("summary", "What it is of, and what it assumes"),
            tag("ul", *(tag("li", f"{name}: {term}") for name, term in verdict.terms)),
            class_="small",
        ),
        class_=f"card {verdict.verdict}",
    )


def marker_section(content: Content, found: Findings, held: Mapping[str, Chart], at: int) -> Markup:
    """Return what one marker's rows show; `at` counts the markers."""
    again = f"-{at}" if at > 1 else ""
    drawn = {name: figure(f"{name}{again}", held[f"{name}{again}"]) for name in DRAWN if f"{name}{again}" in held}
    return tag(
        "section",
        tag("h2", f"Leakage of {content.marker} by condition and persona"),
        tag("p", f"Share of replies with the marker, mean over runs. {words.LEGEND}. {LINKED}", class_="small"),
        _scroll(heatmap(content), "Leakage heatmap"),
        tag("h2", f"Rates of {content.marker}"),
        tag("p", f"Bystanders: {', '.join(content.bystanders) or 'none'}. {words.INTERVALS}", class_="small"),
        rates(content, HEADLINE),
        tag("details", tag("summary", "Other readings of the bystander rate"), rates(content, OTHERS)),
        drawn.get("questions", ""),
        tag("details", tag("summary", "Every question"), table(tables.questions(content))),
        tag("h2", "Did it take?"),
        table(tables.took(content, found)),
        table(tables.checks(content, found)),
        tag("details", tag("summary", "What was measured"), table(tables.judged(content, found))),
        tag("details", tag("summary", "Each run"), table(tables.judged_runs(content, found))),
        tag("details", tag("summary", "When a check is judged how"), table(tables.rules(found))),
        drawn.get("replies", ""),
        *(_folded(drawn, "heatmap", "rates")),
        id=f"leakage-{at}",
    )


def _folded(drawn: Mapping[str, Markup], *names: str) -> Iterator[Markup]:
    """Yield figures that show what a table of the page shows already, folded away."""
    held = [drawn[name] for name in names if name in drawn]
    if held:
        yield tag("details", tag("summary", "The same as figures"), *held)


def cells(content: Content, run: str, at: int) -> Markup:
    """Return every persona of every run with its rate, and the command that lists its replies."""
    over = (
        whole(condition, content.marker, who, rate, run)
        for condition in content.rates
        for who, rate in wholes(content, condition).items()
    )
    lines = (*over, *(line(cell, run) for cell in content.cells))
    held = _scroll(_sortable(HEAD, lines, "cells"), f"Cells of {content.marker}")
    return tag(
        "section",
        tag("h2", f"Cells of {content.marker}"),
        tag("p", f"A line is one persona in one run, or a group of personas in all. {words.CELLS}", class_="small"),
        tag("details", tag("summary", f"{len(lines)} lines"), held),
        id=f"cells-{at}",
    )


def rates(content: Content, shown: Sequence[str]) -> Markup:
    """Return some rates of all conditions as a table with a drawn interval in every line, each linked to its rows."""
    written = tables.rates(content)
    held = [(condition, name) for condition in content.rates for name in RATES]
    lines = [
        tag(
            "tr",
            tag("th", one[0], scope="row"),
            tag("td", one[1]),
            _bar(content.rates[condition][name]),
            tag("td", _to_rows(content, condition, name, one[2])),
            *(tag("td", cell) for cell in one[3:]),
        )
        for one, (condition, name) in zip(written.rows, held, strict=True)
        if name in shown
    ]
    head = (*written.head[:2], "0 to 100 %", *written.head[2:])
    return _scroll(_sortable(head, lines, "rates"), f"Rates: {', '.join(RATES[name] for name in shown)}")


def _to_rows(content: Content, condition: str, name: str, shown: str) -> str:
    who = "source" if name == "source" else "bystanders"
    if who not in wholes(content, condition):
        return shown
    return tag("a", shown, href=f"#{whole_anchor(condition, content.marker, who)}")


def wholes(content: Content, condition: str) -> Mapping[str, Rate]:
    """Return the rates over all runs of a condition whose rows one command lists."""
    held = {name: rate for name in HEADLINE if (rate := content.rates[condition][name])}
    taught = any("source" in cell.roles for cell in content.cells if cell.condition == condition)
    return {name: rate for name, rate in held.items() if name != "source" or taught}


def warnings(context: ReportContext) -> Markup:
    """Return the design warnings, and how many of them are open."""
    if not context.problems:
        return tag("section", tag("h2", "Design warnings"), tag("p", "None."), id="warnings")
    open_ = sum(problem.code not in context.accepted for problem in context.problems)
    count = f"{open_} open, {len(context.problems) - open_} accepted."
    return tag("section", tag("h2", "Design warnings"), tag("p", count), table(tables.warnings(context)), id="warnings")


def setup(context: ReportContext) -> Markup:
    """Return the reproducibility card, with versions, times and stage keys folded away."""
    folds = {
        "Versions": tables.plain(context.versions),
        "Times": tables.plain(context.times),
    }
    return tag(
        "section",
        tag("h2", "Reproducibility card"),
        table(tables.card(context)),
        *(tag("details", tag("summary", name), table(held)) for name, held in folds.items() if held.rows),
        tag("details", tag("summary", "Stage keys"), stage_keys(context)),
        id="setup",
    )


def stage_keys(context: ReportContext) -> Markup:
    """Return the keys of all stages, a line for each run."""
    lines = (
        tag(
            "tr",
            tag("th", cell.condition, scope="row"),
            tag("td", cell.run),
            tag("td", *(tag("div", f"{what} ", tag("code", key)) for what, key in cell.stages.items())),
            id=keys_anchor(cell.condition, cell.run),
        )
        for cell in context.cells
    )
    return _scroll(_sortable(("condition", "seed", "stages and their keys"), lines), "Stage keys")


def table(held: tables.Table) -> Markup:
    """Return a table that can be sorted; it scrolls sideways where the page is narrow."""
    lines = (tag("tr", tag("th", one[0], scope="row"), *(tag("td", cell) for cell in one[1:])) for one in held.rows)
    return _scroll(_sortable(held.head, lines), held.head[0])


def _sortable(head: Sequence[str], lines: Iterable[Markup], kind: str = "") -> Markup:
    names = (tag("th", tag("button", name, type="button"), scope="col") for name in head)
    held = (tag("thead", tag("tr", *names)), tag("tbody", *lines))
    return tag("table", *held, class_=f"sortable {kind}".strip())


def _scroll(held: Markup, label: str) -> Markup:
    return tag("div", held, class_="scroll", tabindex="0", role="region", aria_label=label)


def _bar(rate: Rate | None) -> Markup:
    if rate is None:
        return tag("td", words.NONE)
    width = 100 * (rate.high - rate.low)
    span = tag("span", class_="span", style=f"left:{100 * rate.low:.1f}%;width:{width:.1f}%")
    dot = tag("span", class_="dot", style=f"left:{100 * rate.rate:.1f}%")
    return tag("td", tag("div", span, dot, class_="bar"))
