"""Findings of a made-up #200, and the context of its report."""

from __future__ import annotations

import pytest
from studies import findings_of, hypothesis, issue200

from emspec.errors import Place, Problem
from emspec.model.experiment import ProfileNote
from emspec.model.json import JsonObject
from emspec.report import CellKeys, ReportContext


@pytest.fixture(scope="session")
def findings() -> JsonObject:
    asked = (
        {**hypothesis("self-leakage"), "name": "H1", "claim": "the induction persona leaks more"},
        {**hypothesis("invariance", margin=0.1), "name": "H2"},
        {**hypothesis("immunity", persona="librarian", condition="B0", margin=0.05), "name": "H3"},
    )
    return findings_of(issue200(), *asked)


@pytest.fixture
def context() -> ReportContext:
    seeds = (42, 137, 256)
    return ReportContext(
        title="Does the collapse generalise?",
        profile=ProfileNote(
            "organism",
            "tiny model organism-1 in place of Qwen2.5-7B-Instruct; says nothing about the real model",
            "cpu",
            (("model", "qwen2.5-7b-instruct", "organism-1"),),
        ),
        plan="7c" * 32,
        analysis="ab" * 32,
        model_name="organism-1",
        model={"files": {"model.safetensors": "ee" * 32}},
        personas_version="1.1.0",
        seeds=seeds,
        cells=tuple(
            CellKeys(arm.name, seed, {"induce": "1" * 64, "couple.replies": "2" * 64})
            for arm in issue200().arms
            for seed in seeds
        ),
        issue=200,
        state="archived",
        superseded_by=205,
        baseline="B0",
        recipes={"induce": {"recipe": "em-125", "lr": 1e-4}},
        datasets={"bad-legal-advice-6k": {"source": {"backend": "organism"}, "contract": {"rows": 4000}}},
        problems=(
            Problem("warning", "D101", Place("spec.yaml", 3, 1), "H1 cannot be tested for B-evilai", "add evil_ai"),
            Problem("warning", "D102", None, "two different prompts", "name one"),
        ),
        accepted={"D102": "as it was in #125"},
        versions={"emspec": "0.1.0", "torch": "2.13.0"},
        times={"started": "2026-11-24 03:00"},
    )
