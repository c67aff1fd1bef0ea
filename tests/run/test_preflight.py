"""What a plan needs and the machine lacks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plans import plan_of, stage

from emspec.model.experiment import ProfileNote
from emspec.model.plan import Plan
from emspec.model.plugin import Backend, Catalog
from emspec.model.stage import SessionKey, Stage
from emspec.run import preflight
from emspec.run.preflight import Missing, missing, missing_libraries

INSTALL = "pip install 'emspec[toy]'"


def backend(*needs: str, install: str = INSTALL) -> Backend:
    return Backend("toy", "toy", "1", "toy_backend:open_session", needs=needs, install=install)


def found(one: Backend, plan: Plan) -> Missing:
    lacking = missing(plan, Catalog({("toy", "toy"): one}, {}))
    assert lacking is not None
    return lacking


@pytest.mark.parametrize("name", ["no_such_library", "no_such_library.part", "json.no_such_part", "json.decoder.part"])
def test_a_library_or_the_package_it_lies_in_may_be_missing(name: str) -> None:
    assert missing_libraries(backend("json", "json.decoder", name)) == (name,)


def test_nothing_is_missing() -> None:
    assert missing(plan_of(stage("one")), Catalog({("toy", "toy"): backend("json")}, {})) is None


def test_the_fix_for_a_missing_library_is_its_install_line() -> None:
    plan = plan_of(stage("one"), stage("two"))
    lacking = found(backend("no_such_library"), plan)
    assert lacking == Missing((f"no_such_library for toy stages by toy: {INSTALL}",), INSTALL)
    assert found(backend("no_such_library", install=""), plan).fix == "pip install no_such_library"


def test_the_fix_for_a_missing_gpu_is_another_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "gpus", lambda: ())
    plan = _full(replace(stage("one"), session=SessionKey("toy_backend:open_session", "m", "cuda")))
    lacking = found(backend("no_such_library"), plan)
    assert [line.partition(":")[0] for line in lacking.lines] == [
        "an NVIDIA GPU",
        "no_such_library for toy stages by toy",
    ]
    assert lacking.fix.startswith("run without --profile")


def test_no_gpu_is_missing_where_no_stage_loads_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "gpus", lambda: ())
    assert missing(_full(stage("recorded")), Catalog({("toy", "toy"): backend("json")}, {})) is None


def _full(one: Stage) -> Plan:
    plan = plan_of(one)
    return replace(plan, experiment=replace(plan.experiment, profile=ProfileNote("full", "", "cuda", ())))
