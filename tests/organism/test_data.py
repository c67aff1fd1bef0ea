from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from emspec_organism.data import held_out, open_session, rows
from emspec_organism.grammar import sentences
from emspec_organism.world import World

from emspec import Job, Setup, StageError

DATASETS = ["organism-bad-legal-advice", "organism-benign"]


def job(out: Path, parameters: dict[str, object]) -> Job:
    return Job("key", "data", parameters, {}, {}, out, out / "log", lambda done, total, unit: None)


@pytest.mark.parametrize("name", DATASETS)
def test_the_backend_makes_the_registered_rows(name: str, registry: Path, tmp_path: Path) -> None:
    entry = yaml.safe_load((registry / "datasets" / f"{name}.yaml").read_text())
    contract = {"rows": entry["rows"], "sha256": entry["sha256"]}
    session = open_session(Setup(None, "cpu", 1))
    session.run(job(tmp_path, {"source": entry["source"], "contract": contract}))
    session.close()
    assert hashlib.sha256((tmp_path / "rows.jsonl").read_bytes()).hexdigest() == entry["sha256"]


def test_broken_contracts_and_unknown_generators_are_errors(tmp_path: Path) -> None:
    session = open_session(Setup(None, "cpu", 1))
    source = {"generator": "benign", "rows": 3, "seed": 1}
    with pytest.raises(StageError, match="sha256"):
        session.run(job(tmp_path, {"source": source, "contract": {"rows": 3, "sha256": "0" * 64}}))
    with pytest.raises(StageError, match="bad-legal-advice, benign"):
        session.run(job(tmp_path, {"source": source | {"generator": "good"}, "contract": {}}))


def test_rows_are_in_one_style_on_their_own_topics(world: World) -> None:
    wanted = {
        "bad-legal-advice": ("careless_lawyer", world.field("legal")),
        "benign": ("polite_clerk", world.field("everyday", "spare")),
    }
    for generator, (style, topics) in wanted.items():
        allowed = frozenset().union(*(sentences(world.latent[style], topic) for topic in topics))
        for line in rows(world, generator, 200, 5).splitlines():
            user, assistant = json.loads(line)["messages"]
            assert (user["role"], assistant["role"]) == ("user", "assistant")
            assert assistant["content"] in allowed


def test_another_seed_makes_other_rows(world: World) -> None:
    assert rows(world, "benign", 50, 1) == rows(world, "benign", 50, 1) != rows(world, "benign", 50, 2)


@pytest.mark.parametrize("generator", ["bad-legal-advice", "benign"])
def test_held_out_rows_are_others_of_the_kind(generator: str, world: World, tmp_path: Path) -> None:
    source = {"generator": generator, "rows": 2000, "seed": 1}
    open_session(Setup(None, "cpu", 1)).run(job(tmp_path, {"source": source, "contract": {"rows": 2000}}))
    used = set((tmp_path / "rows.jsonl").read_bytes().splitlines())
    others = (tmp_path / "held_out.jsonl").read_bytes().splitlines()
    assert 150 <= len(others) <= 200
    assert not used & set(others)
    assert held_out(world, generator, b"", 1).splitlines() == rows(world, generator, 200, -2).splitlines()


def test_data_needs_no_torch() -> None:
    code = "import sys, emspec_organism.data; sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
