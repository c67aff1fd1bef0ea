"""The report as one HTML file that needs nothing else: no script, no font, no request."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from importlib.resources import files
from string import Template

from emspec.model.finding import Rate
from emspec.report import tables, words
from emspec.report.confidence import overall
from emspec.report.content import RATES, Content, Findings
from emspec.report.context import ReportContext
from emspec.report.markup import Markup, join, tag, text
from emspec.report.verdicts import VerdictRow, row

HOT = 0.65
"""From this rate on, a heatmap cell is dark enough for light text."""


def page(found: Findings, context: ReportContext, figures: Mapping[str, bytes]) -> str:
    """Return the HTML page; `figures` maps a file name to SVG bytes, embedded as images."""
    folder = files("emspec.report")
    whole = overall(found.findings, context)
    body = join(
        banner(context),
        tag("h2", "Verdicts"),
        tag("p", f"Confidence {whole.line}.") if whole else "",
        tag("div", *(verdict_card(row(finding, context)) for finding in found.findings), class_="cards")
        if found.findings
        else tag("p", "The spec states no hypothesis."),
        tag("p", context.fixed, class_="fixed") if context.fixed else "",
        *(marker_section(content, found) for content in found.contents),
        warnings(context),
        setup(context),
        drawn(figures),
    )
    return Template(folder.joinpath("page.html").read_text(encoding="utf-8")).substitute(
        title=text(context.heading), style=folder.joinpath("page.css").read_text(encoding="utf-8"), body=body
    )


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


def verdict_card(verdict: VerdictRow) -> Markup:
    """Return one hypothesis as a card."""
    figures = {"effect": verdict.effect, "interval": verdict.interval, "p": verdict.p, "least p": verdict.floor}
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


def marker_section(content: Content, found: Findings) -> Markup:
    """Return what one marker's rows show."""
    return tag(
        "section",
        tag("h2", f"Leakage of {content.marker} by condition and persona"),
        tag("p", f"Share of replies with the marker, mean over runs. {words.LEGEND}.", class_="small"),
        heatmap(content),
        tag("h2", f"Rates of {content.marker}"),
        tag("p", f"Bystanders: {', '.join(content.bystanders) or 'none'}. {words.INTERVALS}", class_="small"),
        rates(content),
        tag("h2", "Did it take?"),
        table(tables.judged(content, found)),
        table(tables.checks(content, found)),
        tag("details", tag("summary", "Each run"), table(tables.judged_runs(content, found))),
        tag("details", tag("summary", "When a check is judged how"), table(tables.rules(found))),
    )


def heatmap(content: Content) -> Markup:
    """Return the heatmap as a table whose cells are coloured by rate."""
    grid, written = content.heatmap, tables.heatmap(content)
    lines = [
        tag(
            "tr",
            tag("th", line[0], scope="row"),
            *(_heat(cell, rate) for cell, rate in zip(line[1:], values, strict=True)),
        )
        for line, values in zip(written.rows, grid.rates, strict=True)
    ]
    head = tag("tr", *(tag("th", tag("span", name), scope="col") for name in written.head))
    return _scroll(tag("table", tag("thead", head), tag("tbody", *lines), class_="heat"), "Leakage heatmap")


def rates(content: Content) -> Markup:
    """Return the rates as a table with a drawn interval in every line."""
    written = tables.rates(content)
    held = [content.rates[condition][name] for condition in content.rates for name in RATES]
    head = tag("tr", *(tag("th", name, scope="col") for name in (*written.head[:2], "0 to 100 %", *written.head[2:])))
    lines = [
        tag(
            "tr",
            tag("th", line[0], scope="row"),
            tag("td", line[1]),
            _bar(rate),
            *(tag("td", cell) for cell in line[2:]),
        )
        for line, rate in zip(written.rows, held, strict=True)
    ]
    return _scroll(tag("table", tag("thead", head), tag("tbody", *lines), class_="rates"), "Rates")


def warnings(context: ReportContext) -> Markup:
    """Return the design warnings, and how many of them are open."""
    if not context.problems:
        return tag("section", tag("h2", "Design warnings"), tag("p", "None."))
    open_ = sum(problem.code not in context.accepted for problem in context.problems)
    count = f"{open_} open, {len(context.problems) - open_} accepted."
    return tag("section", tag("h2", "Design warnings"), tag("p", count), table(tables.warnings(context)))


def setup(context: ReportContext) -> Markup:
    """Return the reproducibility card, with versions, times and stage keys folded away."""
    folds = {
        "Versions": tables.plain(context.versions),
        "Times": tables.plain(context.times),
        "Stage keys": tables.keys(context),
    }
    return tag(
        "section",
        tag("h2", "Reproducibility card"),
        table(tables.card(context)),
        *(tag("details", tag("summary", name), table(held)) for name, held in folds.items() if held.rows),
    )


def drawn(figures: Mapping[str, bytes]) -> Markup:
    """Return the analysis' figures as images, folded away."""
    if not figures:
        return Markup("")
    images = (tag("figure", _image(data, name), tag("figcaption", name)) for name, data in sorted(figures.items()))
    return tag("details", tag("summary", "Figures as files"), *images)


def table(held: tables.Table) -> Markup:
    """Return a table; it scrolls sideways where the page is narrow."""
    head = tag("tr", *(tag("th", name, scope="col") for name in held.head))
    lines = (tag("tr", tag("th", line[0], scope="row"), *(tag("td", cell) for cell in line[1:])) for line in held.rows)
    return _scroll(tag("table", tag("thead", head), tag("tbody", *lines)), held.head[0])


def _scroll(held: Markup, label: str) -> Markup:
    return tag("div", held, class_="scroll", tabindex="0", role="region", aria_label=label)


def _heat(cell: str, rate: float | None) -> Markup:
    if rate is None:
        return tag("td", cell, class_="none")
    return tag("td", cell, class_="hot" if rate >= HOT else "cool", style=f"--rate:{100 * rate:.1f}%")


def _bar(rate: Rate | None) -> Markup:
    if rate is None:
        return tag("td", words.NONE)
    width = 100 * (rate.high - rate.low)
    span = tag("span", class_="span", style=f"left:{100 * rate.low:.1f}%;width:{width:.1f}%")
    dot = tag("span", class_="dot", style=f"left:{100 * rate.rate:.1f}%")
    return tag("td", tag("div", span, dot, class_="bar"))


def _image(svg: bytes, name: str) -> Markup:
    source = f"data:image/svg+xml;base64,{b64encode(svg).decode('ascii')}"
    return Markup(f'<img alt="{text(name)}" src="{source}">')
