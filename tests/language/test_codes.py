from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from emspec.language import explain
from emspec.language.checks import CHECKS
from emspec.language.codes import ERRORS
from emspec.language.probes import PROBES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("code", [*CHECKS, *ERRORS, *PROBES])
def test_every_code_has_a_page(code: str) -> None:
    page = explain(code.lower())
    assert page
    title, blank, reason, *_ = page.splitlines()
    assert title.startswith(f"{code}  ")
    assert title.endswith(".")
    assert blank == ""
    assert len(reason) > 20


def test_every_code_that_the_core_uses_is_explained() -> None:
    rooms = [ROOT / "emspec" / "source.py", ROOT / "emspec" / "schema.py"]
    rooms += [path for room in ("registry", "language") for path in (ROOT / "emspec" / room).rglob("*.py")]
    used = {code for path in rooms for code in re.findall(r'"([YSRD]\d{3})"', path.read_text())}
    assert used == {*CHECKS, *ERRORS}


def test_every_code_that_a_probe_uses_has_a_page_and_a_test() -> None:
    used = set(re.findall(r'"(P1\d\d)"', (ROOT / "emspec" / "probe" / "findings.py").read_text()))
    assert used == set(PROBES)
    tests = (ROOT / "tests" / "probe" / "test_findings.py").read_text()
    assert all(f"def test_{code.lower()}_" in tests for code in PROBES)


@pytest.mark.parametrize("code", [*CHECKS, *PROBES])
def test_every_check_has_a_page_with_reason_example_and_fix(code: str) -> None:
    page = explain(code) or ""
    title, reason, *rest = page.strip().split("\n\n")
    assert title
    assert not reason.startswith(("Example:", "Fix:"))
    assert [part.split(" ")[0] for part in rest if part.startswith(("Example:", "Fix:"))] == ["Example:", "Fix:"]


@pytest.mark.parametrize("code", CHECKS)
def test_every_check_has_a_golden_spec_and_a_test_by_name(code: str) -> None:
    golden = ROOT / "tests" / "golden"
    expected = [path.read_text() for corpus in ("warned", "bad") for path in (golden / corpus).glob("*.jsonl")]
    assert any(f'"code": "{code}"' in text for text in expected)
    tests = (path.read_text() for path in (ROOT / "tests" / "language").rglob("test_*.py"))
    assert any(f"def test_{code.lower()}_" in text for text in tests)


def test_every_error_code_has_a_golden_spec_or_a_test() -> None:
    golden = (ROOT / "tests" / "golden" / "bad").glob("*.jsonl")
    shown = {json.loads(line)["code"] for path in golden for line in path.read_text().splitlines()} - {*CHECKS}
    elsewhere = {"Y100", "S108", "R101", "R102"}
    assert shown | elsewhere == set(ERRORS)


def test_what_is_no_code_is_not_explained() -> None:
    assert explain("D999") is None
