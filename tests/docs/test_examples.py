"""What README and docs tell a reader to type does what they say: whole specs check, cheap commands end well."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from cli import emspec

PROJECT = Path(__file__).parents[2]
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
CHEAP = {"check", "plan", "explain", "schema", "registry", "plugins"}
CHANGING = {"add", "import", "release"}


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.M | re.S)


def commands() -> list[str]:
    """Return the lines in blocks of code that are commands which change nothing and end at once."""
    lines = [line for page in PAGES for block in blocks(page, "") for line in block.splitlines()]
    typed = [line for line in lines if line.startswith("emspec ") and "[OPTIONS]" not in line]
    words = {line: shlex.split(line, comments=True) for line in typed}
    return sorted({line for line, parts in words.items() if parts[1] in CHEAP and not CHANGING & set(parts)})


def specs() -> list[str]:
    found = [block for page in PAGES for block in blocks(page, "yaml")]
    return [block for block in found if re.search("^model:", block, re.M) and re.search("^steps:", block, re.M)]


def test_there_are_examples_to_run() -> None:
    assert len(commands()) >= 3
    assert specs()


@pytest.mark.parametrize("line", commands())
def test_commands_in_the_pages_end_well(line: str) -> None:
    done = emspec(*shlex.split(line, comments=True)[1:], cwd=PROJECT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("text", specs(), ids=range(len(specs())))
def test_whole_specs_in_the_pages_check(text: str, tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(text)
    done = emspec("check", spec, "--profile", "organism", cwd=PROJECT)
    assert done.returncode == 0, done.stdout + done.stderr
