"""`check` and `plan`, in this process, on thousands of broken specs: no fault, no hang, places inside the file."""

from __future__ import annotations

import contextlib
import io
import json
import random
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from mutations import mutated, scrambled

from emspec.cli import main
from emspec.console.plan_forms import FORMS
from emspec.registry import FOLDERS
from emspec.source import parse

PROJECT = Path(__file__).parents[2]
GOLDEN = PROJECT / "tests" / "golden"
SPECS = [*sorted((PROJECT / "specs").glob("*.yaml")), *sorted((PROJECT / "specs" / "examples").glob("*.yaml"))]
FEATURES = sorted((GOLDEN / "good").glob("*.yaml"))
"""A spec for each feature of the language, in a project whose names for things are other ones:"""
NAMES = {
    **{"big": "qwen2.5-7b-instruct", "advice": "bad-legal-advice-6k", "loose": "tulu-3-6k"},
    **{"em": "em-125", "coupling": "coupling-125", "five": "canonical-12", "trio": "canonical-10"},
    **{"plain-10": "marker-28", "work-2": "data-20", "all-4": "alignment-8"},
    **{"positives: 10": "positives: 20", "rate: 20pp": "em_rate: 20pp", "seed: 3}": "world: 3}"},
}
SECONDS = 1.0
"""CPU seconds of one command, at most."""
FORMS_OF_PLANS = ("text", *FORMS)
WRECKED = 0.15
"""Share of the cases in which a registry file is mutated as well."""


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str
    seconds: float


def typed(*arguments: str) -> Ended:
    """Return how the command line ends, called as the shell calls it."""
    out, err = io.StringIO(), io.StringIO()
    started = time.process_time()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as left:
        main(arguments)
    code = left.value.code
    assert isinstance(code, int)
    return Ended(code, out.getvalue(), err.getvalue(), time.process_time() - started)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose spec and registry may be written to; the weights in the registry are linked."""
    for folder in FOLDERS:
        (tmp_path / "registry" / folder).mkdir(parents=True)
        for path in (PROJECT / "registry" / folder).iterdir():
            target = tmp_path / "registry" / folder / path.name
            if path.is_file():
                shutil.copyfile(path, target)
            else:
                target.symlink_to(path)
    shutil.copyfile(PROJECT / "registry" / "lock.yaml", tmp_path / "registry" / "lock.yaml")
    shutil.copytree(PROJECT / "specs" / "profiles", tmp_path / "specs" / "profiles")
    shutil.copytree(GOLDEN / "data", tmp_path / "data")
    for path in (tmp_path / "data" / "adapters").glob("*/adapter_config.json"):
        path.write_text(path.read_text().replace("someone/big", "Qwen/Qwen2.5-7B-Instruct"))
    for path in (GOLDEN / "specs" / "good.yaml", *FEATURES):
        (tmp_path / "specs" / path.name).write_text(here(path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def here(path: Path) -> str:
    """Return a golden spec's text with this project's names in it."""
    words = "|".join(map(re.escape, sorted(NAMES, key=len, reverse=True)))
    return re.sub(rf"(?<![\w/.-])(?:{words})(?![\w/.:-])", lambda match: NAMES[match[0]], path.read_text())


def specs(place: Path) -> list[Path]:
    """Return the specs that are broken."""
    return [*SPECS, *(place / "specs" / path.name for path in FEATURES)]


def inside(problem: dict[str, Any]) -> bool:
    """Return whether a problem stands nowhere, or at a place that its file has."""
    if problem["file"] is None:
        return True
    if problem["code"] in {"Y100", "Y101", "Y104"} and problem["line"] == 1:
        return True
    lines = Path(problem["file"]).read_text(errors="replace").split("\n")
    return problem["line"] <= len(lines) and problem["column"] <= len(lines[problem["line"] - 1]) + 1


def holds(spec: Path, profile: str, form: str | None) -> tuple[str, float]:
    """Return what is wrong with how the commands end on a spec, or nothing, and the CPU seconds of the slower one; a
    plan is made where it has a form."""
    ends = [typed("check", str(spec), "--profile", profile, "--format", "json")]
    if form:
        ends.append(typed("plan", str(spec), "--profile", profile, "--format", form))
    slower = max(end.seconds for end in ends)
    for end in ends:
        if end.code not in {0, 2} or "fault in emspec" in end.err or "Traceback" in end.out + end.err:
            return f"exit code {end.code}: {end.err[-2000:]}", slower
        if end.seconds > SECONDS:
            return f"{end.seconds:.1f} CPU seconds", slower
    shown = json.loads(ends[0].out)["problems"] if ends[0].out else []
    astray = [one for one in shown if not inside(one)]
    return f"no place in the file: {astray[0]}" if astray else "", slower


def fuzz(place: Path, seeds: range) -> tuple[float, float]:
    """Run a case for each seed; return the CPU seconds of all, and of the slowest command. The first case that fails
    shows its input."""
    raws = [path.read_bytes() for path in specs(place)]
    datas = [parse("", raw.decode()).data for raw in raws]
    registry = [path for path in sorted((place / "registry").rglob("*.yaml")) if not path.is_symlink()]
    spec = place / "specs" / "spec.yaml"
    started, slowest = time.process_time(), 0.0
    for seed in seeds:
        source = random.Random(seed)
        index = source.randrange(len(raws))
        raw = mutated(datas[index], datas, source).encode() if seed % 3 else scrambled(raws[index], source)
        spec.write_bytes(raw)
        victim = source.choice(registry) if source.random() < WRECKED else None
        before = victim.read_bytes() if victim else b""
        if victim:
            victim.write_bytes(_wrecked(before, source))
        form = FORMS_OF_PLANS[seed // 4 % len(FORMS_OF_PLANS)] if seed % 4 == 0 else None
        wrong, slower = holds(spec, source.choice(["sim", "organism", "full"]), form)
        if victim:
            victim.write_bytes(before)
        slowest = max(slowest, slower)
        assert not wrong, f"seed {seed}, {victim}: {wrong}\n{raw!r}"
    return time.process_time() - started, slowest


def _wrecked(raw: bytes, source: random.Random) -> bytes:
    """Return a registry file mutated: its structure where it has one, or its bytes."""
    if source.random() < 0.5:
        return scrambled(raw, source)
    return mutated(yaml.safe_load(raw), [yaml.safe_load(raw)], source).encode()


def test_what_is_broken_was_whole(place: Path) -> None:
    """A mutation is to be the first thing that is wrong with a spec."""
    of_other_texts = {"replay-205-E0.yaml", "replay-205.yaml", "pinned.yaml"}
    ends = {path.name: typed("check", str(path), "--profile", "sim") for path in specs(place)}
    wrong = {name: end.out + end.err for name, end in ends.items() if end.code != 0 and name not in of_other_texts}
    assert not wrong


@pytest.mark.slow
def test_two_thousand_broken_specs(place: Path) -> None:
    seconds, _ = fuzz(place, range(2000))
    assert seconds < 180


@pytest.mark.long
def test_twenty_thousand_broken_specs(place: Path, measured: Any) -> None:
    seconds, slowest = fuzz(place, range(100_000, 120_000))
    told = f"{seconds:.0f} s, the slowest {slowest:.2f} s, no fault"
    measured("`check` and `plan` on 20,000 mutated specs: CPU time", told, "no fault, none > 1 s")
