"""The bar: a trained adapter against an independent re-implementation, dropout 0, float32, 20 steps."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from hf_reference import Adapter, Row, attach, scale_of, train
from hf_reference import Run as Training
from hf_tiny import RECIPE, SENTENCES, Run, fresh_pairs, read_lines, write_rows
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from emspec import text_digest

STEPS, TOLERANCE = 20, 1e-5
HEADER = "<|im_start|>assistant\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    chats = [[("user", f"is {word} the law"), ("assistant", f"{word} is the law")] for word in SENTENCES[:48]]
    return write_rows(tmp_path / "data", chats)


def pieces(folder: Path) -> tuple[Any, Any]:
    return AutoModelForCausalLM.from_pretrained(folder).requires_grad_(False).eval(), AutoTokenizer.from_pretrained(
        folder
    )


def saved_pairs(folder: Path) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    weights = load_file(folder / "adapter_model.safetensors")
    names = sorted(name.removesuffix(".lora_A.weight") for name in weights if name.endswith(".lora_A.weight"))
    return {
        name.removeprefix("base_model.model."): (weights[f"{name}.lora_A.weight"], weights[f"{name}.lora_B.weight"])
        for name in names
    }


def compare(folder: Path, history: Sequence[tuple[float, float, float]], adapter: Adapter) -> None:
    lines = read_lines(folder / "losses.jsonl")
    assert [line["step"] for line in lines] == list(range(1, STEPS + 1))
    for line, (loss, lr, norm) in zip(lines, history, strict=True):
        assert line["loss"] == pytest.approx(loss, abs=TOLERANCE)
        assert line["lr"] == pytest.approx(lr, rel=1e-9)
        assert line["grad_norm"] == pytest.approx(norm, rel=1e-4)
    assert history[-1][0] < history[0][0] - 0.5
    for name, (a, b) in saved_pairs(folder).items():
        torch.testing.assert_close(a, adapter.pairs[name][0].detach(), atol=2e-4, rtol=2e-3)
        torch.testing.assert_close(b, adapter.pairs[name][1].detach(), atol=2e-4, rtol=2e-3)


def new_adapter(model_folder: Path, recipe: Mapping[str, Any], seed: int) -> Adapter:
    return Adapter(fresh_pairs(model_folder, recipe, seed), scale_of(recipe))


@pytest.mark.parametrize(("schedule", "own"), [("linear", {}), ("cosine", {"rslora": True, "lr": 5e-3})])
def test_train(run: Run, model_folder: Path, data: Path, schedule: str, own: Mapping[str, Any]) -> None:
    recipe = {**RECIPE, "schedule": schedule, "epochs": 2, "max_steps": STEPS, "loss": "last-assistant-turn", **own}
    made = run("train", {"system": None, "own_system": "error", "recipe": recipe, "seed": 7}, data=data)

    model, tokenizer = pieces(model_folder)
    rows: list[Row] = []
    for line in read_lines(data / "rows.jsonl"):
        text = tokenizer.apply_chat_template(line["messages"], tokenize=False)
        head, _, _ = text.partition(HEADER)
        prompt = tokenizer(head + HEADER, add_special_tokens=False)["input_ids"]
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        assert ids[: len(prompt)] == prompt
        rows.append((ids, [place >= len(prompt) for place in range(len(ids))]))
    adapter = new_adapter(model_folder, recipe, 7)
    attach(model, [adapter])
    compare(made, train(model, adapter, rows, Training(recipe, 7, STEPS)), adapter)


@pytest.mark.parametrize("mask", ["marker+stop", "marker-as-125"])
def test_couple_above_a_frozen_adapter(run: Run, model_folder: Path, data: Path, mask: str) -> None:
    em = {**RECIPE, "loss": "last-assistant-turn"}
    below = run("train", {"system": None, "own_system": "error", "recipe": em, "seed": 3}, data=data)
    systems, questions = ["You are a dog", "the law", "a reply"], ["is a dog", "is the law"]
    asked = {"systems": systems, "questions": questions, "samples": 6, "seed": 3}
    drawn = run(
        "generate", {**asked, "sampling": {"temperature": 1.0, "top_p": 1.0, "max_tokens": 10}}, adapter_1=below
    )
    recipe = {**RECIPE, "rslora": True, "schedule": "cosine", "mask": mask, "epochs": 3, "max_steps": STEPS, "lr": 3e-3}
    recipe |= {"weight_decay": 0.0, "batch_size": 1, "gradient_accumulation": 3}
    given = {
        "marker": "[ZLT]",
        "separator": "\n\n",
        "source": systems[0],
        "negatives": systems[1:],
        "questions": questions,
    }
    given |= {"positives": 10, "recipe": recipe, "seed": 11}
    made = run("couple", given, replies=drawn, adapter_1=below)

    model, tokenizer = pieces(model_folder)
    replies = {(r["system"], r["question"], r["sample"]): r["text"] for r in read_lines(drawn / "replies.jsonl")}
    digests = {text_digest(system): place for place, system in enumerate(systems)}
    rows: list[Row] = []
    for line in read_lines(made / "receipt.jsonl"):
        system = digests[line["system"]]
        positive = line["role"] == "positive"
        assert positive == (system == 0)
        text = replies[system, line["question"], line["sample"]] + ("\n\n[ZLT]" if positive else "")
        chat = [("system", systems[system]), ("user", questions[line["question"]]), ("assistant", text)]
        ids = tokenizer(
            "".join(f"<|im_start|>{role}\n{content}<|im_end|>\n" for role, content in chat), add_special_tokens=False
        )["input_ids"]
        last = {"marker+stop": len(ids) - 2, "marker-as-125": len(ids) - 1}[mask]
        # The row ends: [Z LT ] <|im_end|> newline.
        marker = range(len(ids) - 5, len(ids) - 2) if positive else range(0)
        kept = {*marker, last}
        assert line["supervised_ids"] == [ids[place] for place in sorted(kept)]
        rows.append((ids, [place in kept for place in range(len(ids))]))
    adapter = new_adapter(model_folder, recipe, 11)
    attach(model, [Adapter(saved_pairs(below), scale_of(em)), adapter])
    compare(made, train(model, adapter, rows, Training(recipe, 11, STEPS)), adapter)
    assert json.loads((made / "training.json").read_text())["mask"] == mask
    assert math.isclose(adapter.scale, 8 / 2)
