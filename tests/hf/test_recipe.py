from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from emspec_hf.masks import MASKS
from emspec_hf.recipe import LOSSES, read_recipe
from hf_tiny import RECIPE

from emspec import StageError
from emspec.registry import Registry

TRAIN = {**RECIPE, "loss": "last-assistant-turn"}


@pytest.mark.parametrize("name", ["em-125", "benign-205", "coupling-125"])
def test_the_recipes_of_the_registry_are_read(name: str) -> None:
    recipe = Registry(Path(__file__).parents[2]).recipe(name)
    field, choices = ("loss", LOSSES) if recipe.kind == "train" else ("mask", tuple(MASKS))
    read = read_recipe(recipe.fields, field, choices)
    assert (read.lora_r, read.lora_alpha, read.batch_size * read.gradient_accumulation) == (32, 64, 16)
    assert {name: getattr(read, name) for name in recipe.fields} == {
        **recipe.fields,
        "target_modules": tuple(recipe.fields["target_modules"]),  # type: ignore[arg-type]
    }


def test_defaults_of_the_optional_fields() -> None:
    recipe = read_recipe(TRAIN, "loss", LOSSES)
    assert (recipe.group_by_length, recipe.max_steps, recipe.mask) == (False, None, None)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"learning_rate": 1.0}, "learning_rate is no field of it"),
        ({"mask": "marker+stop"}, "mask is no field of it"),
        ({"lr": "1e-4"}, "lr is '1e-4', not a number above 0"),
        ({"lr": True}, "lr is True"),
        ({"epochs": 0}, "epochs is 0"),
        ({"batch_size": 2.0}, "batch_size is 2.0, not a whole number from 1"),
        ({"rslora": 1}, "rslora is 1, not true or false"),
        ({"schedule": "step"}, "schedule is 'step', not one of linear, cosine, constant"),
        ({"loss": "all"}, "loss is 'all', not one of last-assistant-turn"),
        ({"target_modules": []}, "target_modules is []"),
        ({"warmup_ratio": 1.5}, "warmup_ratio is 1.5"),
        ({"max_steps": 0}, "max_steps is 0"),
    ],
)
def test_a_bad_field_is_named(change: dict[str, Any], says: str) -> None:
    with pytest.raises(StageError, match=says.replace("[", r"\[").replace("+", r"\+")):
        read_recipe({**TRAIN, **change}, "loss", LOSSES)


def test_all_problems_come_at_once() -> None:
    values = {**TRAIN, "lr": -1, "extra": 1}
    del values["lora_r"]
    with pytest.raises(StageError) as error:
        read_recipe(values, "loss", LOSSES)
    assert all(part in error.value.message for part in ("extra is no field", "lora_r is missing", "lr is -1"))
    assert error.value.fix
