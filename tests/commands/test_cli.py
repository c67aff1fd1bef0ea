"""The command line's edges: help, wrong options, wrong files, and no traceback for any of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli import emspec

from emspec.cli import COMMANDS
from emspec.store import Store


def test_help_lists_every_command_and_the_exit_codes() -> None:
    done = emspec("--help")
    assert done.returncode == 0
    for name in COMMANDS:
        assert f"\n  {name}" in done.stdout
    assert "Exit codes" in done.stdout


def test_a_terminal_without_unicode_shows_numbers_for_what_it_cannot(tmp_path: Path) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    (tmp_path / "registry" / "personas").mkdir(parents=True)
    (tmp_path / "spec.yaml").write_text("title: \u00e4 \u2013 b\nmodel: \u00e4\n", encoding="utf-8")
    done = emspec("check", "spec.yaml", cwd=tmp_path, env=plain)
    assert done.returncode == 2
    assert "\\xe4" in done.stdout + done.stderr
    assert "fault in emspec" not in done.stderr


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help(name: str) -> None:
    done = emspec(name, "--help")
    assert done.returncode == 0
    assert "Usage: emspec" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["plan"], "Missing argument 'SPEC'"),
        (["plan", "specs/nowhere.yaml"], "nowhere.yaml"),
        (["plan", "specs/issue200.yaml", "--seeds", "a,b"], "--seeds takes whole numbers"),
        (["plan", "specs/issue200.yaml", "--backend", "evaluate"], "--backend takes STEP=NAME"),
        (["plan", "specs/issue200.yaml", "--backend", "evaluate=vlm"], "vllm"),
        (["plan", "specs/issue200.yaml", "--only", "B-vilain"], "B-villain"),
        (["plan", "specs/issue200.yaml", "--profile", "ful"], "full"),
        (["explain", "D999"], "there is no design check D999"),
        (["run", "specs/issue200.yaml", "--profile", "sim", "--out", "setup.cfg"], "cannot be made"),
    ],
)
def test_wrong_usage_is_said_in_a_line(project: Path, arguments: list[str], said: str) -> None:
    done = emspec(*arguments, cwd=project)
    assert done.returncode in {2, 4}
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_check_gives_findings_for_machines(project: Path) -> None:
    done = emspec("check", "specs/issue200.yaml", "--profile", "sim", "--format", "json", cwd=project)
    assert done.returncode == 0
    shown = json.loads(done.stdout)
    assert {"D101", "D102", "D104"} <= {finding["code"] for finding in shown["problems"]}
    assert all(finding["line"] > 0 for finding in shown["problems"])
    assert (shown["errors"], shown["warnings"]) == (0, len(shown["problems"]))
    done = emspec("check", "specs/issue200.yaml", "--profile", "sim", "--format", "github", cwd=project)
    marks = done.stdout.splitlines()
    assert len(marks) == len(shown["problems"])
    assert all(mark.startswith("::warning file=specs/issue200.yaml,line=") for mark in marks)


def test_explain_tells_reason_and_fix() -> None:
    done = emspec("explain", "D101")
    assert done.returncode == 0
    assert "panel" in done.stdout


def test_verify_takes_nothing_from_a_runner_at_work(tmp_path: Path) -> None:
    store, key = Store(tmp_path / "store"), "ab" * 32
    store.folder(key).mkdir(parents=True)
    lease = store.lease(key)
    assert lease is not None
    done = emspec("verify", "--out", tmp_path)
    assert (done.returncode, store.folder(key).exists()) == (4, True)
    lease.release()
    done = emspec("verify", "--out", tmp_path)
    assert (done.returncode, store.folder(key).exists()) == (4, False)
    assert f"damaged: {key} (manifest.json)" in done.stdout


def test_verify_finds_what_was_altered(project: Path, tmp_path: Path) -> None:
    arguments = ["--profile", "sim", "--out", str(tmp_path), "--seeds", "42", "--only", "B0"]
    assert emspec("run", "specs/issue200.yaml", *arguments, cwd=project).returncode == 0
    assert emspec("verify", "--out", tmp_path, cwd=project).returncode == 0
    victim = next(tmp_path.glob("store/results/*/*/replies.jsonl"))
    victim.write_bytes(victim.read_bytes().replace(b"a", b"b", 1))
    done = emspec("verify", "--out", tmp_path, cwd=project)
    assert done.returncode == 4
    assert "1 damaged" in done.stdout


def test_a_full_disk_is_no_fault_of_emspec(project: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "emspec", "check", str(project / "specs" / "issue200.yaml")],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("error the output cannot be written: No space left on device")
