from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from emspec.console.problems import SHOWN, print_problems, problem_text
from emspec.errors import Place, Problem


def problem(column: int, end: int, message: str = "wrong") -> Problem:
    return Problem("error", "S101", Place("spec.yaml", 1, column, end), message, "mend it")


def test_marks_stand_below_wide_and_combining_characters() -> None:
    _, line, marks, *_ = problem_text(problem(5, 8), ["日本: e\u0301xy"]).plain.splitlines()
    assert line == "   1 | 日本: e\u0301xy"
    assert marks == "     | " + " " * 6 + "^" * 2


def test_a_very_long_line_is_cut_around_the_place() -> None:
    text = problem_text(problem(5001, 5004), ["a" * 5000 + "bcd" + "e" * 5000]).plain
    assert max(map(len, text.splitlines())) < 200
    assert "...aaa" in text
    assert "bcdeee" in text


def test_a_terminal_does_not_obey_what_a_spec_says() -> None:
    shown = problem_text(problem(1, 2, "the text \x1b[31m\x00"), ["a"]).plain
    assert "\x1b" not in shown
    assert "\\x1b[31m\\x00" in shown


def test_of_very_many_the_first_are_printed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    print_problems(Console(), [problem(1, 2)] * (SHOWN + 1234))
    shown = capsys.readouterr().out
    assert shown.count("wrong") == SHOWN
    assert "and 1,234 more" in shown
