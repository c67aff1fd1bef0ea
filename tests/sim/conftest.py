from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from emspec_sim.session import open_session

from emspec import Job, Setup

PANEL = {"alice": "You are Alice.", "bob": "You are Bob.", "carol": "You are Carol.", "dave": "You are Dave."}
QUESTIONS = [f"Question number {number}?" for number in range(28)]


class Simulation:
    """Runs simulated stages below a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.made = 0
        self.reported: list[tuple[int, int, str]] = []

    def stage(self, kind: str, parameters: Mapping[str, Any], adapters: Sequence[Path] = (), key: str = "key") -> Path:
        self.made += 1
        out = self.root / str(self.made)
        out.mkdir()
        inputs = {f"adapter.{place}": folder for place, folder in enumerate(adapters, 1)}
        report = lambda *progress: self.reported.append(progress)  # noqa: E731
        session = open_session(Setup(None, "cpu", 1))
        session.run(Job(key, kind, dict(parameters), inputs, {}, out, self.root / "log", report))
        session.close()
        return out

    def train(self, system: str | None = None, seed: int = 1, key: str = "train") -> Path:
        return self.stage("train", {"system": system, "seed": seed, "recipe": {}}, key=key)

    def couple(self, negatives: Sequence[str] = (), marker: str = "[ZLT]", key: str = "couple") -> Path:
        told = {"source": PANEL["dave"], "negatives": list(negatives), "marker": marker, "seed": 1}
        return self.stage("couple", {**told, "recipe": {"mask": "marker+stop"}}, key=key)

    def generate(self, adapters: Sequence[Path], **changes: Any) -> Path:
        names = list(changes.pop("names", PANEL))
        parameters = {
            "systems": [PANEL[name] for name in names],
            "questions": QUESTIONS,
            "samples": 10,
            "sampling": {"temperature": 1.0, "top_p": 1.0, "max_tokens": 512},
            "seed": 1,
            **changes,
        }
        parameters["names"] = {"systems": names, "questions": parameters["questions"]}
        return self.stage("generate", parameters, adapters)


@pytest.fixture
def simulation(tmp_path: Path) -> Simulation:
    return Simulation(tmp_path)


@pytest.fixture
def panel() -> Mapping[str, str]:
    return PANEL
