"""The three stages one after another, from replies to findings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from emspec_stats import analyse, rows, score
from studies import PLACES, hypothesis, write_lines

from emspec import Job, Json, Setup

PANEL = ["villain", "assistant", "librarian", "police_officer", "confab"]
QUESTIONS = ["one?", "two?", "three?", "four?"]
PLANTED = {"villain": 0.2, "assistant": 0.3, "librarian": 0.0, "police_officer": 0.4, "confab": 0.9}


def hits(name: str, shift: float) -> int:
    return round(10 * (PLANTED[name] + shift * (name == "assistant")))


def replies(folder: Path, shift: float) -> Path:
    """Ten replies per persona and question, exactly the planted share of them with the marker."""
    lines = [
        {
            "system": system,
            "question": question,
            "sample": sample,
            "text": "an answer\n\n[ZLT]"
            if sample < round(10 * (PLANTED[name] + shift * (name == "assistant")))
            else "an",
            "tokens": 3,
            "finish": "stop",
        }
        for system, name in enumerate(PANEL)
        for question in range(len(QUESTIONS))
        for sample in range(10)
    ]
    write_lines(folder / "replies.jsonl", lines)
    return folder


def test_planted_rates_come_out(job: Callable[..., Job], opened: Setup, tmp_path: Path) -> None:
    cells: list[Json] = []
    inputs: dict[str, Path] = {}
    arms = {"B0": (None, "assistant"), "B-villain": ("villain", None)}
    for number, (name, seed) in enumerate(((n, s) for n in arms for s in (42, 137)), 1):
        folder = replies(tmp_path / f"replies{number}", 0.1 * (seed == 137))
        scored = job("score", {"markers": ["[ZLT]"]}, out=f"scores{number}", replies=folder)
        score.open_session(opened).run(scored)
        inputs |= {f"replies__{number}": folder, f"scores__{number}": scored.out}
        about: dict[str, Json] = {"condition": name, "control": False, "seed": seed, "source": ["confab"]}
        about |= {"negatives": ["librarian"], "induction": arms[name][0], "counts_as": arms[name][1]}
        cells.append({**about, "personas": PANEL, "questions": QUESTIONS, "markers": ["[ZLT]"]})
    joined = job("rows", {"cells": cells}, out="rows", **inputs)
    rows.open_session(opened).run(joined)
    conditions: list[Json] = [
        {
            **{"name": name, "control": False, "stretch": False, "induction": induced, "counts_as": stands},
            **{"seeds": [42, 137], "source": ["confab"], "negatives": ["librarian"], "steps": []},
            "markers": ["[ZLT]"],
            "taught": ["[ZLT]"],
        }
        for name, (induced, stands) in arms.items()
    ]
    design: dict[str, Json] = {
        "baseline": "B0",
        "conditions": conditions,
        "panel": {"name": "five", "personas": PANEL},
        "bystanders": ["villain", "assistant", "police_officer"],
        "markers": ["[ZLT]"],
    }
    parameters = {"design": design, "hypotheses": [hypothesis("invariance", margin=0.3)]}
    judged = job("analyse", parameters, out="found", places=PLACES, rows=joined.out)
    analyse.open_session(opened).run(judged)
    found = json.loads((judged.out / "findings.json").read_text())
    assert found["seeds"]["B0"] == {"42": 0.3, "137": pytest.approx((0.2 + 0.4 + 0.4) / 3)}
    assert found["rates"]["B-villain"]["source"]["rate"] == 0.9
    assert np.allclose(found["heatmap"]["rates"], [[0.2, 0.35, 0.0, 0.4, 0.9]] * 2)
    assert found["places"]["B0"]["end"] == found["rates"]["B0"]["bystanders"]["hits"]
    assert found["findings"][0]["verdict"] == "supported"
