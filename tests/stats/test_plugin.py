from __future__ import annotations

import subprocess
import sys

import emspec_stats
import jsonschema
import pytest

HEAVY = ("numpy", "scipy", "pyarrow", "matplotlib")


def test_the_shell_loads_no_heavy_library() -> None:
    code = f"import sys, emspec_stats; print([m for m in {HEAVY} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_kinds_and_tests() -> None:
    assert [(b.kind, b.name) for b in emspec_stats.emspec_backends()] == [
        ("score", "stats"),
        ("rows", "stats"),
        ("analyse", "stats"),
        ("query", "stats"),
        ("gate", "stats"),
        ("power", "stats"),
    ]
    tests = ["self-leakage", "invariance", "immunity", "contrast", "trend"]
    assert [t.name for t in emspec_stats.emspec_tests()] == tests


@pytest.mark.parametrize("declared", [*emspec_stats.emspec_backends(), *emspec_stats.emspec_tests()])
def test_every_target_can_be_loaded(declared: object) -> None:
    module, _, name = str(declared.target).partition(":")
    assert callable(getattr(__import__(module, fromlist=[name]), name))


@pytest.mark.parametrize(
    ("test", "parameters", "valid"),
    [
        ("self-leakage", {}, True),
        ("contrast", {"of": "E0", "against": ["benign", "couple-only"]}, True),
        ("contrast", {"of": "E0", "against": "benign", "direction": "different", "margin": 0.1, "run_sd": 0.05}, True),
        ("contrast", {"of": "E0"}, False),
        ("contrast", {"of": "E0", "against": "benign", "direction": "up"}, False),
        ("invariance", {"margin": 0.1, "personas": "sampled", "run_sd": 0.049}, True),
        ("invariance", {"margin": 0.1, "personas": "some"}, False),
        ("self-leakage", {"alpha": 0.01, "marker": "[ZLT]"}, True),
        ("self-leakage", {"margin": 0.1}, False),
        ("self-leakage", {"variant": "rank"}, True),
        ("self-leakage", {"variant": "ranks"}, False),
        ("trend", {"covariate": "cosine", "direction": "increasing"}, True),
        ("trend", {"direction": "increasing"}, False),
        ("trend", {"covariate": "cosine", "direction": "up"}, False),
        ("invariance", {"margin": 0.1}, True),
        ("invariance", {}, False),
        ("invariance", {"margin": 10}, False),
        ("immunity", {"persona": "z", "condition": "C", "margin": 0.05}, True),
        ("immunity", {"persona": "z", "margin": 0.05}, False),
    ],
)
def test_parameter_schemas(test: str, parameters: dict[str, object], valid: bool) -> None:
    kind = next(t for t in emspec_stats.emspec_tests() if t.name == test)
    assert jsonschema.Draft202012Validator(dict(kind.parameters)).is_valid(parameters) is valid
