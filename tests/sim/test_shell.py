from __future__ import annotations

import subprocess
import sys

import emspec_sim
from emspec_sim.scenario import Scenario
from jsonschema import Draft202012Validator


def test_the_backends_are_named_sim_and_take_the_scenario() -> None:
    backends = {backend.kind: backend for backend in emspec_sim.emspec_backends()}
    assert list(backends) == ["train", "couple", "adapter", "generate", "simulate"]
    assert backends.pop("simulate").needs == ("numpy",)
    assert {(backend.name, backend.needs, backend.loads_model) for backend in backends.values()} == {("sim", (), False)}
    assert backends["generate"].named
    schema = backends["generate"].options
    Draft202012Validator.check_schema(schema)
    defaults = {name: rule["default"] for name, rule in schema["properties"].items()}  # type: ignore[union-attr]
    Draft202012Validator(schema).validate(defaults)
    assert Scenario.read({}) == Scenario.read(defaults)


def test_the_simulator_needs_the_standard_library_alone() -> None:
    code = "import sys, emspec_sim.session; sys.exit(bool({'torch', 'numpy', 'scipy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
