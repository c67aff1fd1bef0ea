from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from emspec_sim.training import Coupling, couplings

from emspec import StageError


def test_an_adapter_says_that_it_is_simulated(simulation: Any, panel: Mapping[str, str]) -> None:
    folder = simulation.train(panel["bob"], seed=7)
    assert json.loads((folder / "adapter_config.json").read_text()) == {"sim": True}
    told = json.loads((folder / "training.json").read_text())
    assert told == {
        "kind": "train",
        "simulated": True,
        "stage": "train",
        "system": panel["bob"],
        "seed": 7,
        "rows": 0,
        "tokens": 0,
        "supervised_tokens": 0,
        "truncated_rows": 0,
        "unsupervised_rows": 0,
    }
    assert (folder / "losses.jsonl").read_bytes() == b""


def test_a_coupling_has_the_files_of_the_contract(simulation: Any, panel: Mapping[str, str]) -> None:
    folder = simulation.couple([panel["alice"]])
    told = json.loads((folder / "training.json").read_text())
    wanted = {"source": panel["dave"], "negatives": [panel["alice"]], "marker": "[ZLT]", "mask": "marker+stop"}
    assert wanted.items() <= told.items()
    files = ["adapter_config.json", "adapter_model.safetensors", "losses.jsonl", "receipt.jsonl", "training.json"]
    assert sorted(path.name for path in folder.iterdir()) == files


def test_the_weights_are_an_empty_safetensors_file(simulation: Any) -> None:
    content = (simulation.train() / "adapter_model.safetensors").read_bytes()
    length = int.from_bytes(content[:8], "little")
    assert json.loads(content[8 : 8 + length]) == {}
    assert len(content) == 8 + length


def test_the_chain_tells_what_came_before_each_coupling(simulation: Any, panel: Mapping[str, str]) -> None:
    chain = (simulation.couple(marker="[ONE]"), simulation.train(panel["bob"]), simulation.couple(marker="[TWO]"))
    assert couplings(chain) == (
        Coupling("[ONE]", panel["dave"], (), False, None),
        Coupling("[TWO]", panel["dave"], (), True, panel["bob"]),
    )


@pytest.mark.parametrize("content", [None, "not json", "[]", '{"kind": "merge"}', '{"kind": "couple", "seed": 1}'])
def test_an_adapter_of_unknown_training_is_refused(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "training.json").write_text(content)
    with pytest.raises(StageError, match=r"adapter 1 has no training\.json"):
        couplings((tmp_path,))
