"""Shapes, adapter sizes and lengths against what is known exactly."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from emspec.model.records import ModelRecord
from emspec.plan.lengths import Lengths, measured, row_tokens, system_tokens, text_tokens
from emspec.registry import Registry

ALL = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@pytest.fixture
def registry(project: Path) -> Registry:
    return Registry(project)


def test_the_adapter_of_qwen_has_the_size_that_peft_gives_it(registry: Registry) -> None:
    """PEFT prints 80,740,352 trainable parameters for r 32 on all seven projections."""
    of = Lengths(registry.model("qwen2.5-7b-instruct"))
    assert of.shape.adapted(ALL, 32) == 80_740_352
    assert of.multiplied == pytest.approx(7.07e9, rel=1e-3), "the input embedding is looked up, not multiplied"
    assert of.weight_bytes == 2 * 7_615_616_512


def test_the_organism_s_shape_is_that_of_its_files(registry: Registry, project: Path) -> None:
    shape = Lengths(registry.model("organism-1")).shape
    config = json.loads((project / "registry" / "models" / "organism-1" / "config.json").read_text())
    heads = config["hidden_size"] // config["num_attention_heads"]
    assert (shape.width, shape.layers, shape.ffn) == (
        config["hidden_size"],
        config["num_hidden_layers"],
        config["intermediate_size"],
    )
    assert (shape.kv_width, shape.vocabulary) == (config["num_key_value_heads"] * heads, config["vocab_size"])
    assert shape.tied == config["tie_word_embeddings"]
    assert Lengths(registry.model("organism-1")).multiplied == 1_001_600


def test_a_model_that_is_not_on_record_gets_a_shape_near_its_size(registry: Registry) -> None:
    unknown = replace(registry.model("qwen2.5-7b-instruct"), name="other", hub="some/other-7b")
    guessed = Lengths(unknown).shape
    assert not guessed.exact
    assert guessed.adapted(ALL, 32) == pytest.approx(80_740_352, rel=0.6)
    assert Lengths(ModelRecord("none", "float32", 0, 128, {})).shape.layers == 1


def test_a_data_set_without_a_figure_has_rows_of_the_usual_length() -> None:
    assert row_tokens({"hub": "allenai/tulu-3-sft-mixture"}) == 650
    assert row_tokens({"file": "abc"}) == row_tokens({"hub": "truthfulai/emergent_plus"}) == 113


def test_a_system_turn_is_its_text_and_the_template_s_tokens() -> None:
    assert system_tokens("x" * 47) == pytest.approx(5 + text_tokens("x" * 47)) == pytest.approx(15)
    assert system_tokens(None) == 21, "the prompt that the template injects"


def test_every_group_of_figures_names_its_source() -> None:
    assert all(group["source"] for group in measured().values())


@pytest.mark.slow
def test_the_estimate_of_tokens_fits_the_organism_s_tokenizer(project: Path, registry: Registry) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(project / "registry" / "models" / "organism-1")
    texts = [p.text for p in registry.personas("1.1.0").personas.values()]
    counted = sum(len(tokenizer(text)["input_ids"]) for text in texts)
    assert sum(map(text_tokens, texts)) == pytest.approx(counted, rel=0.15)
