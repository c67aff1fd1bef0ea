"""The page in a real browser: headless Chromium from the system's packages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from emspec_stats.figures import draw

from emspec.model.json import JsonObject
from emspec.report import ReportContext, html

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium among the system's packages"),
    pytest.mark.slow,
]
FIGURES = ("heatmap", "forest", "rates", "questions", "replies", "losses")
Page = playwright.Page


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def file(findings: JsonObject, context: ReportContext, tmp_path: Path) -> Path:
    draw(findings, tmp_path / "figures")
    figures = {path.name: path.read_bytes() for path in (tmp_path / "figures").glob("*.svg")}
    path = tmp_path / "report.html"
    path.write_text(html(findings, replace(context, run="issue200-1"), figures), encoding="utf-8")
    return path


@pytest.fixture
def page(browser: playwright.Browser, file: Path) -> Iterator[Page]:
    """The page at desktop width; whatever the console complains of fails the test."""
    view = browser.new_page(viewport={"width": 1200, "height": 900})
    faults: list[str] = []
    view.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    view.on("pageerror", lambda error: faults.append(str(error)))
    view.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else faults.append(asked.url))
    view.goto(file.as_uri())
    yield view
    view.close()
    assert faults == []


def test_every_figure_is_there_and_has_a_size(page: Page) -> None:
    for summary in page.locator("summary").all():
        summary.click()
    for name in FIGURES:
        box = page.locator(f"#figure-{name} svg").bounding_box()
        assert box is not None, name
        assert box["width"] > 300, name
        assert box["height"] > 80, name
        assert page.locator(f"#figure-{name} svg text").count() > 3, name
        assert page.locator(f"#figure-{name} figcaption").inner_text().strip(), name
    assert page.locator("article.card").count() == 3
    assert page.get_by_role("img").count() >= len(FIGURES)


def test_a_rate_leads_to_its_cells(page: Page) -> None:
    link = page.locator("table.heat tbody a").first
    target = str(link.get_attribute("href"))
    link.click()
    page.wait_for_timeout(50)
    assert page.evaluate("location.hash") == target.replace("[", "[")
    line = page.locator("tr:target")
    assert line.count() == 1
    assert "emspec rows issue200-1 --where condition=B0" in line.inner_text()
    assert page.evaluate("document.querySelector('tr:target').getBoundingClientRect().top < innerHeight")


def test_a_rate_of_the_heatmap_says_what_it_is_of_to_mouse_and_keyboard(page: Page) -> None:
    tip = page.locator("#tip")
    assert not tip.is_visible()
    link = page.locator("table.heat tbody a").nth(3)
    link.focus()
    assert tip.is_visible()
    said = tip.inner_text()
    assert said == link.get_attribute("aria-label"), "what is shown is what is read out"
    assert "95 % interval" in said
    assert "runs 42: " in said
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    link.hover()
    box = tip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1200


def test_a_rate_of_a_condition_leads_to_the_command_that_lists_its_replies(page: Page) -> None:
    page.locator("table.rates tbody tr", has_text="bystanders").first.locator("a").click()
    line = page.locator("tr:target")
    line.wait_for(state="visible")
    assert "emspec rows issue200-1 --where condition=B0" in line.inner_text()
    assert line.inner_text().endswith("--where bystander=true")


def test_a_cell_leads_to_the_keys_of_its_stages(page: Page) -> None:
    page.locator("table.heat tbody a").first.click()
    page.locator("tr:target a", has_text="keys").click()
    line = page.locator("tr:target")
    line.wait_for(state="visible")
    assert "1" * 64 in line.inner_text()


def test_tables_are_sorted_from_the_keyboard(page: Page) -> None:
    table = page.locator("table.rates").first
    button = table.locator("thead button", has_text="rate").nth(1)
    button.focus()
    before = table.locator("tbody tr td:nth-child(4)").all_inner_texts()
    page.keyboard.press("Enter")
    up = table.locator("tbody tr td:nth-child(4)").all_inner_texts()
    page.keyboard.press("Enter")
    down = table.locator("tbody tr td:nth-child(4)").all_inner_texts()
    numbers = [float(text.rstrip(" %")) for text in up if text != "–"]
    assert numbers == sorted(numbers)
    assert sorted(up) == sorted(before) == sorted(down)
    assert [float(text.rstrip(" %")) for text in down if text != "–"] == numbers[::-1]
    assert button.locator("xpath=..").get_attribute("aria-sort") == "descending"


def test_the_keyboard_reaches_skip_link_theme_sections_cards_and_cells(page: Page) -> None:
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("(e => e.id || e.getAttribute('href') || e.tagName)(document.activeElement)"))
    assert reached[0] == "#main"
    assert reached[1] == "theme"
    assert "#verdicts" in reached
    assert "#parts-H1" in reached
    assert any(str(one).startswith("#cell-") for one in reached)
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "what has the focus shows it"


def test_the_theme_follows_the_system_and_the_button(page: Page) -> None:
    def ground() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = ground()
    page.emulate_media(color_scheme="dark")
    dark = ground()
    assert light != dark
    page.locator("#theme").click()
    assert ground() == light
    page.locator("#theme").click()
    assert ground() == dark


@pytest.mark.parametrize("width", [360, 768])
def test_a_narrow_page_does_not_scroll_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.card p')).fontSize)")
    assert size >= 14


def test_it_prints_whole(page: Page) -> None:
    page.set_viewport_size({"width": 720, "height": 1000})
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("[...document.querySelectorAll('details')].every(one => one.open)")
    for table in ("heat", "rates", "cells"):
        box = page.locator(f"table.{table}").first.bounding_box()
        assert box is not None
        assert box["width"] <= 720, f"{table} is as wide as a sheet at most"
    assert not page.locator("#theme").is_visible()
    sheets = page.pdf(prefer_css_page_size=True)
    assert len(sheets) > 20_000
    assert sheets.count(b"/Type /Page\n") <= 30
