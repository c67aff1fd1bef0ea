from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from emspec_hf.base import load_base

from emspec import Setup, StageError, digest


def with_model(setup: Setup, **change: Any) -> Setup:
    assert setup.model is not None
    return Setup({**setup.model, **change}, setup.device, setup.threads)


def test_a_local_model(setup: Setup) -> None:
    base = load_base(setup)
    assert setup.model is not None
    assert base.name == f"sha256:{digest(setup.model['identity'])}"
    assert base.stops == {base.tokenizer.eos_token_id}
    assert not base.model.training and not any(p.requires_grad for p in base.model.parameters())


def test_a_file_that_changed(setup: Setup, model_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    (folder / "config.json").write_text((folder / "config.json").read_text() + " ")
    with pytest.raises(StageError, match=r"config\.json is not the one that the plan pinned"):
        load_base(with_model(setup, folder=str(folder)))
    (folder / "config.json").unlink()
    with pytest.raises(StageError, match=r"config\.json cannot be read"):
        load_base(with_model(setup, folder=str(folder)))


def test_a_hub_model_that_cannot_be_had(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    hub = {"hub": "nobody/nothing", "revision": "0" * 40, "folder": None}
    with pytest.raises(StageError, match="the model nobody/nothing cannot be loaded") as error:
        load_base(with_model(setup, **hub))
    assert error.value.fix == f"hf download nobody/nothing --revision {'0' * 40}"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"layer_types": ["full_attention", "sliding_attention"]}, "layers of full_attention, sliding"),
        (None, "has no chat template"),
    ],
)
def test_a_model_of_another_kind(setup: Setup, model_folder: Path, tmp_path: Path, change: Any, says: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **(change or {})}))
    if change is None:
        (folder / "chat_template.jinja").unlink()
    with pytest.raises(StageError, match=says):
        load_base(with_model(setup, folder=str(folder), identity={"files": {}}))


def test_a_session_without_a_model() -> None:
    with pytest.raises(StageError, match="without a model"):
        load_base(Setup(None, "cpu", 1))
