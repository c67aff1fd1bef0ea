from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from emspec.model.json import JsonObject
from emspec.report import ReportContext, html, words
from emspec.report.content import read

VOID = {"meta", "img", "br", "link", "hr", "input"}


class Reader(HTMLParser):
    """Checks that elements nest, and collects text and attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.names: list[str] = []
        self.text: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def parse(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture
def page(findings: JsonObject, context: ReportContext) -> str:
    return html(findings, context, {"heatmap.svg": b"<svg/>"})


def test_every_number_is_there(page: str, findings: JsonObject) -> None:
    text = "".join(parse(page).text)
    found = read(findings)
    (content,) = found.contents
    for held in content.rates.values():
        for rate in held.values():
            assert rate is not None
            assert words.percent(rate.rate) in text
            assert words.interval(rate) in text
            assert words.share(rate) in text
    for line in content.heatmap.rates:
        for value in line:
            assert words.percent(value) in text
    for finding in found.findings:
        assert finding.reason in text
        assert words.effect(finding) in text
        assert words.chance(finding.p) in text
        for term in (finding.estimand, finding.family, *finding.assumptions):
            assert term in text


def test_stamp_state_warnings_and_card(page: str) -> None:
    text = "".join(parse(page).text)
    for part in (
        "organism profile: tiny model organism-1 in place of Qwen2.5-7B-Instruct; says nothing about the real model",
        "State: archived, superseded by #205.",
        "1 open, 1 accepted.",
        "as it was in #125",
        "model: qwen2.5-7b-instruct → organism-1",
        "42, 137, 256",
        "7c" * 32,
        "2" * 64,
        "2.13.0",
        "2026-11-24 03:00",
        "train 2.90 → 0.41; couple 3.10 → 0.02",
    ):
        assert part in text, part


def test_nothing_is_fetched(page: str) -> None:
    reader = parse(page)
    assert not {"iframe", "object", "base"} & set(reader.names)
    assert reader.names.count("script") == 1
    sources = {str(value) for _, name, value in reader.attributes if name in {"src", "href", "srcset", "action"}}
    assert all(source.startswith(("#", "data:")) for source in sources), sources
    assert "@import" not in page
    assert re.findall(r"url\((?!#)", page) == []


def test_every_link_leads_somewhere(page: str) -> None:
    reader = parse(page)
    ids = {value for _, name, value in reader.attributes if name == "id"}
    links = [str(value)[1:] for tag, name, value in reader.attributes if tag == "a" and name == "href"]
    assert len(links) > 20
    assert set(links) <= ids


def test_each_rate_of_the_heatmap_leads_to_its_cells_and_these_to_their_rows(page: str, findings: JsonObject) -> None:
    (content,) = read(findings).contents
    assert len(content.cells) == 18 * 6
    for condition in content.heatmap.conditions:
        for persona in content.heatmap.personas:
            assert f'href="#cell-[ZLT]-{condition}-{persona}-42"' in page
    cell = next(one for one in content.cells if (one.condition, one.persona, one.run) == ("B0", "villain", "137"))
    assert f'id="{cell.anchor}"' in page
    command = "emspec rows latest --where condition=B0 --where seed=137 --where persona=villain"
    assert command in "".join(parse(page).text)
    assert words.share(cell.rate) in page


def test_figures_take_the_pages_ink_and_have_names_of_their_own(findings: JsonObject, context: ReportContext) -> None:
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><title>A figure</title>'
        b'<defs><clipPath id="c"><rect/></clipPath></defs>'
        b'<g id="a" clip-path="url(#c)"><path style="stroke: #000000" d="M 0 0"/><use xlink:href="#a"/></g></svg>'
    )
    text = html(findings, context, {"forest.svg": svg})
    assert 'role="img"' in text
    assert 'id="forest-a"' in text
    assert "url(#forest-c)" in text
    assert 'href="#forest-a"' in text
    assert "stroke: currentColor" in text
    assert 'id="figure-forest"' in text


@pytest.mark.parametrize(
    "evil",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"><use x:href="http://a/b"/></svg>',
        b'<svg xmlns="http://www.w3.org/2000/svg"><foreignObject/></svg>',
        b"no svg at all",
    ],
)
def test_what_does_more_than_draw_is_an_image(findings: JsonObject, context: ReportContext, evil: bytes) -> None:
    reader = parse(html(findings, context, {"forest.svg": evil}))
    images = [str(value) for tag, name, value in reader.attributes if (tag, name) == ("img", "src")]
    (source,) = images
    assert b64decode(source.partition(",")[2]) == evil
    assert "svg" not in reader.names


def test_light_dark_phone_and_print(page: str) -> None:
    assert 'content="width=device-width, initial-scale=1"' in page
    assert "@media (prefers-color-scheme: dark)" in page
    assert "@media print" in page
    reader = parse(page)
    assert reader.names.count("table") == len(re.findall(r'<div class="scroll"[^>]*><table', page)), "tables scroll"


def test_every_colour_is_defined_for_light_and_dark(page: str) -> None:
    style = page[page.index("<style>") : page.index("</style>")]
    (light,) = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    system, chosen = (
        re.findall(rf":root{re.escape(which)} \{{(.*?)\}}", style, re.DOTALL)[0]
        for which in (':not([data-theme="light"])', '[data-theme="dark"]')
    )
    names = set(re.findall(r"--([a-z-]+):", light))
    assert names == set(re.findall(r"--([a-z-]+):", system))
    assert re.findall(r"--[a-z-]+: [^;]+", system) == re.findall(r"--[a-z-]+: [^;]+", chosen)
    assert set(re.findall(r"var\(--([a-z-]+)\)", style)) <= names | {"rate", "mark"}


EVIL = "<script>alert('x')</script>\" onload=\"y & z"


def test_everything_is_escaped(findings: JsonObject, context: ReportContext) -> None:
    evil = replace(
        context,
        title=EVIL,
        profile=replace(context.profile, note=EVIL, replacements=((EVIL, EVIL, EVIL),)),
        model_name=EVIL,
        recipes={EVIL: {EVIL: EVIL}},
        datasets={EVIL: {EVIL: EVIL}},
        problems=(replace(context.problems[0], message=EVIL, fix=EVIL),),
        accepted={"D101": EVIL},
        versions={EVIL: EVIL},
        times={EVIL: EVIL},
    )
    found = {**findings, "marker": EVIL}
    found["findings"] = [{**f, "claim": EVIL, "reason": EVIL} for f in findings["findings"]]  # type: ignore[union-attr,dict-item]
    page = html(found, evil, {EVIL: b""})
    assert page.count("<script") == 1, "the page's own"
    reader = parse(page)
    assert not any(name == "onload" for _, name, _ in reader.attributes)
    assert "".join(reader.text).count(EVIL) >= 15


def test_equal_input_gives_equal_pages(findings: JsonObject, context: ReportContext, page: str) -> None:
    assert html(findings, context, {"heatmap.svg": b"<svg/>"}) == page


def test_a_spec_without_hypotheses_says_so(findings: JsonObject, context: ReportContext) -> None:
    assert "The spec states no hypothesis." in html({**findings, "findings": []}, context, {})


def test_no_warning_and_no_figure_are_said_plainly(findings: JsonObject, context: ReportContext) -> None:
    page = html(findings, replace(context, problems=(), versions={}, times={}), {})
    text = "".join(parse(page).text)
    assert "Design warningsNone." in text
    assert "Versions" not in text
    assert "Figures as files" not in text
