"""How a command ends where there is no report, and where nobody reads what it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli import emspec

SPEC = """model: qwen2.5-7b-instruct
personas: 1.1.0
seeds: [42]
conditions: {em: {}}
steps:
  induce: {kind: train, data: bad-legal-advice-6k, recipe: em-125}
"""


def test_a_run_without_an_evaluation_says_where_the_adapters_lie(project: Path, tmp_path: Path) -> None:
    spec = tmp_path / "train.yaml"
    spec.write_text(SPEC)
    done = emspec("run", spec, "--profile", "sim", "--out", tmp_path / "out", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    *_, adapter, last = done.stdout.splitlines()
    assert last == "all 2 stages are done; the spec evaluates nothing, so there is no report"
    assert adapter.startswith("em 42 adapter: ")
    assert (Path(adapter.removeprefix("em 42 adapter: ")) / "adapter_config.json").is_file()


@pytest.mark.parametrize(
    "command",
    [
        ["plan", "--profile", "sim"],
        ["plan", "--profile", "sim", "--format", "json"],
        ["run", "--profile", "sim"],
        ["check"],
        ["check", "--format", "json"],
    ],
)
def test_a_closed_output_is_said_and_is_no_fault(project: Path, tmp_path: Path, command: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    place = [] if command[0] == "check" else ["--out", str(tmp_path)]
    line = [sys.executable, "-m", "emspec", command[0], "specs/issue200.yaml", *command[1:], *place]
    done = subprocess.run(line, stdout=writer, stderr=subprocess.PIPE, text=True, cwd=project, check=False)
    os.close(writer)
    assert done.returncode == 141
    assert done.stderr == "the output was closed before the end\n"
