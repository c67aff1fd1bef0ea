"""A spec with a question of every kind, compiled once, and answers to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from compiled import compiled_text
from probing import SPEC, Compile, Find, asked, probe_of

from emspec.errors import Problem
from emspec.model.experiment import Experiment
from emspec.model.plugin import Catalog
from emspec.probe import Answer, findings
from emspec.probe.answers import Found


@pytest.fixture
def compiled(project: Path, tmp_path: Path) -> Compile:
    """Return a spec's experiment, each (old, new) of its text replaced, and the catalogue."""

    def go(*changes: tuple[str, str], profile: str = "full") -> tuple[Experiment, Catalog]:
        text = SPEC
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        plan, catalog = compiled_text(text, project, tmp_path, profile)
        return plan.experiment, catalog

    return go


@pytest.fixture
def find(compiled: Compile) -> Find:
    """Return what is warned of where one question was answered so; `accept` codes that the spec accepts."""

    def go(about: str, step: str | None, found: Found, *, condition: str = "plain", accept: str = "") -> list[Problem]:
        experiment, catalog = compiled()
        question = asked(probe_of(experiment, catalog), about, step, condition)
        accepted = {accept: "as published"} if accept else {}
        return list(findings(replace(experiment, accepted=accepted), [Answer(question, found)]))

    return go
