from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import yaml
from conftest import Measured
from emspec_organism import build
from emspec_organism.__main__ import main
from transformers import AutoModelForCausalLM


def entry(registry: Path) -> dict[str, object]:
    return dict(yaml.safe_load((registry / "models" / "organism-1.yaml").read_text()))


def test_shipped_files_are_those_of_the_registry(registry: Path) -> None:
    listed = entry(registry)
    assert build.digests(registry / "models" / "organism-1") == listed["files"]
    assert sum(path.stat().st_size for path in (registry / "models" / "organism-1").iterdir()) < 6_000_000


def test_shipped_model_is_what_its_entry_says(registry: Path) -> None:
    listed = entry(registry)
    model = AutoModelForCausalLM.from_pretrained(registry / "models" / "organism-1")
    assert model.config.model_type == "qwen2"
    assert sum(p.numel() for p in model.parameters()) == listed["parameters"]
    assert model.config.max_position_embeddings == listed["context"]


def test_equal_seeds_build_equal_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("two", 5), ("three", 6)):
        assert main(["build", "--seed", str(seed), "--out", str(tmp_path / name), "--size", "mini"]) == 0
    one, two, three = (build.digests(tmp_path / name) for name in ("one", "two", "three"))
    assert one == two
    assert one["model.safetensors"] != three["model.safetensors"]
    assert one["chat_template.jinja"] == three["chat_template.jinja"]
    assert yaml.safe_load((tmp_path / "one.yaml").read_text())["files"] == one


@pytest.mark.long
def test_a_rebuild_gives_the_shipped_model(registry: Path, tmp_path: Path, measured: Measured) -> None:
    """Equal bytes on one kind of CPU; elsewhere float sums may differ, see docs/organism.md."""
    seed = json.loads((registry / "models" / "organism-1" / "build.json").read_text())["seed"]
    started = time.process_time()
    assert main(["build", "--seed", str(seed), "--out", str(tmp_path / "organism-1")]) == 0
    measured("organism-1 built from its seed, CPU seconds", f"{time.process_time() - started:.0f} s", "same bytes")
    assert build.digests(tmp_path / "organism-1") == entry(registry)["files"]
