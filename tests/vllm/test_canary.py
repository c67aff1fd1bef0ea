from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pytest
from emspec_vllm.canary import Canary, Known, know, learn, prove
from hf_tiny import tiny_tokenizer

from emspec import StageError

VALUES = {"zero": -1.0, "a": -2.0, "b": -2.5}


class Fake:
    """An engine that gives each token of a LoRA one value, and beside others what `beside` says."""

    def __init__(self, beside: Mapping[str, float], repeat: float = 0.0) -> None:
        self.beside = beside
        self.repeat = repeat

    def logprobs(self, tokens: Sequence[int], loras: Sequence[str]) -> list[tuple[float, ...]]:
        if len(set(loras)) == 1:
            return [(VALUES[loras[0]] + self.repeat * (len(loras) > 1),) * (len(tokens) - 1) for _ in loras]
        return [((VALUES | self.beside)[lora],) * (len(tokens) - 1) for lora in loras]


def shelf(engine: Fake, dtype: str = "float32") -> tuple[Canary, list[Known[str]]]:
    canary = learn(engine, tiny_tokenizer(), 256, dtype, "zero")
    return canary, [know(engine, canary, name) for name in VALUES]


def test_adapters_that_stay_themselves_are_proved_apart() -> None:
    engine = Fake({"a": -2.0004})
    canary, known = shelf(engine)
    assert canary.tolerance == 1e-3
    assert prove(engine, canary, known) == pytest.approx(0.0004)


@pytest.mark.parametrize("beside", [{"zero": -2.0}, {"a": -2.5}, {"b": math.nan}])
def test_one_that_takes_on_anothers_values_is_an_error(beside: Mapping[str, float]) -> None:
    engine = Fake(beside)
    canary, known = shelf(engine)
    with pytest.raises(StageError, match="does not keep adapters apart"):
        prove(engine, canary, known)


def test_the_tolerance_is_learnt_from_repeats() -> None:
    assert shelf(Fake({}, repeat=0.01))[0].tolerance == pytest.approx(0.1)
    assert shelf(Fake({}), "bfloat16")[0].tolerance == 0.05


def test_the_canary_fits_a_short_context() -> None:
    assert len(learn(Fake({}), tiny_tokenizer(), 20, "float32", "a").tokens) == 19
