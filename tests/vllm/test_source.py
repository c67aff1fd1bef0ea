from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from emspec_vllm.source import find

from emspec import Setup, StageError, digest


def test_a_model_is_found_with_what_adapters_call_it(tiny: Any) -> None:
    source = find(Setup(tiny.about, "cpu", 1))
    assert source.recorded == (f"sha256:{digest(tiny.about['identity'])}", None)
    assert (source.context, source.dtype, source.revision) == (256, "float32", None)
    assert source.stops == {source.tokenizer.convert_tokens_to_ids("<|im_end|>")}
    assert find(Setup({**tiny.about, "context": 100}, "cpu", 1)).context == 100
    assert find(Setup({**tiny.about, "context": 10**6}, "cpu", 1)).context == 256


def test_a_changed_or_missing_file_is_named(tiny: Any, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny.folder, tmp_path / "model")
    about = {**tiny.about, "folder": str(folder)}
    with (folder / "config.json").open("a") as config:
        config.write(" ")
    with pytest.raises(StageError, match=r"config\.json is not the one that the plan pinned"):
        find(Setup(about, "cpu", 1))
    (folder / "config.json").unlink()
    with pytest.raises(StageError, match=r"config\.json cannot be read: No such file"):
        find(Setup(about, "cpu", 1))


def test_a_model_without_a_chat_template_is_refused(tiny: Any, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny.folder, tmp_path / "model")
    (folder / "chat_template.jinja").unlink()
    about = {**tiny.about, "folder": str(folder), "identity": {"dtype": "float32"}}
    with pytest.raises(StageError, match="has no chat template"):
        find(Setup(about, "cpu", 1))


def test_a_folder_that_is_no_model_is_refused(tiny: Any, tmp_path: Path) -> None:
    about = {**tiny.about, "folder": str(tmp_path), "identity": {"dtype": "float32"}}
    with pytest.raises(StageError, match="cannot be loaded") as caught:
        find(Setup(about, "cpu", 1))
    assert caught.value.fix == "build or fetch the model again"
    with pytest.raises(StageError, match="without a model"):
        find(Setup(None, "cpu", 1))
