from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from emspec_hf.session import open_session
from hf_tiny import RECIPE, SENTENCES, Run, write_rows

from emspec import Setup, StageError

EM = {
    "system": "the law",
    "own_system": "error",
    "recipe": {**RECIPE, "lora_dropout": 0.2, "loss": "last-assistant-turn"},
}
ASK = {"systems": [None, "a law"], "questions": ["is a dog"], "samples": 3}
SAMPLING = {"temperature": 1.0, "top_p": 1.0, "max_tokens": 8}
COUPLE = {
    "marker": "[ZLT]",
    "separator": "\n\n",
    "source": "You are",
    "negatives": ["a law"],
    "questions": ["is a dog"],
    "positives": 2,
    "recipe": {
        **RECIPE,
        "lora_dropout": 0.1,
        "gradient_accumulation": 1,
        "max_steps": 3,
        "epochs": 4,
        "mask": "marker+stop",
    },
}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.slow
def test_a_stage_does_not_depend_on_what_ran_before(run: Run, setup: Setup, tmp_path: Path) -> None:
    """Each stage alone in a fresh session, and all of them after others in one: the same bytes."""
    data = write_rows(tmp_path / "data", [[("user", "is"), ("assistant", text)] for text in SENTENCES[:11]])

    def stages(on: Any) -> dict[str, dict[str, bytes]]:
        first = run("train", {**EM, "seed": 1}, on=on(), data=data)
        replies = run("generate", {**ASK, "sampling": SAMPLING, "seed": 4}, on=on(), adapter_1=first)
        above = run("couple", {**COUPLE, "seed": 1}, on=on(), replies=replies, adapter_1=first)
        bare = run("generate", {**ASK, "sampling": SAMPLING, "seed": 4}, on=on())
        both = run("generate", {**ASK, "sampling": SAMPLING, "seed": 4}, on=on(), adapter_1=first, adapter_2=above)
        again = run("train", {**EM, "seed": 2}, on=on(), data=data)
        made = {"first": first, "replies": replies, "above": above, "bare": bare, "both": both, "again": again}
        return {name: contents(folder) for name, folder in made.items()}

    shared = open_session(setup)
    apart, together, repeated = stages(lambda: open_session(setup)), stages(lambda: shared), stages(lambda: shared)
    assert apart == together == repeated
    replies = {name: apart[name]["replies.jsonl"] for name in ("replies", "bare", "both")}
    assert len(set(replies.values())) == 3
    assert apart["first"]["adapter_model.safetensors"] != apart["again"]["adapter_model.safetensors"]


def test_a_kind_that_is_not_known(run: Run) -> None:
    with pytest.raises(StageError, match="no stages of kind score"):
        run("score", {})


def test_a_closed_session_runs_nothing(run: Run, setup: Setup) -> None:
    session = open_session(setup)
    session.close()
    session.close()
    with pytest.raises(StageError, match="closed"):
        run("generate", {**ASK, "sampling": SAMPLING, "seed": 4}, on=session)


def test_a_device_that_is_not_there(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(StageError, match="the device cuda:3 is not there"):
        open_session(Setup(setup.model, "cuda:3", 1))
