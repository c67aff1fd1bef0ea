"""vLLM's engine, started and let go, with the few things that are asked of it."""

from __future__ import annotations

import gc
import io
from collections.abc import Callable, Sequence
from typing import Any

from tqdm import tqdm  # type: ignore[import-untyped]
from vllm import LLM, SamplingParams
from vllm.distributed import cleanup_dist_env_and_memory
from vllm.lora.request import LoRARequest

from emspec_vllm.prompts import Asked
from emspec_vllm.source import Source

SLOTS = 3
"""LoRAs that one batch can hold: the zero one, the one in use and the one before it."""
LEAST_BATCH_TOKENS = 4096
Tell = Callable[[int], None]


class Engine:
    """One engine for one base model. Every request names a LoRA: beside others, one that named none got theirs."""

    def __init__(self, source: Source, device: str, rank: int) -> None:
        cuda = device.startswith("cuda")
        self.rank = rank
        self._stops = sorted(source.stops)
        self._llm = LLM(
            model=source.path,
            revision=source.revision,
            dtype=source.dtype,
            max_model_len=source.context,
            max_num_seqs=1024 if cuda else 256,
            skip_tokenizer_init=True,
            # Sampling is the stage's, and the stop tokens are those of all backends.
            generation_config="vllm",
            enable_lora=True,
            max_loras=SLOTS,
            max_lora_rank=rank,
            enable_prefix_caching=True,
            disable_log_stats=True,
            **({} if cuda else _on_a_cpu(source.context)),
        )

    def replies(self, asked: Sequence[Asked], sampling: Any, lora: LoRARequest, tell: Tell) -> list[tuple[int, ...]]:
        """Return the tokens of each reply, the stop token included; `tell` hears how many are done."""
        settings = [
            SamplingParams(
                temperature=sampling["temperature"],
                top_p=sampling["top_p"],
                seed=one.seed,
                max_tokens=one.room,
                stop_token_ids=self._stops,
                detokenize=False,
            )
            for one in asked
        ]
        prompts = [{"prompt_token_ids": list(one.prompt)} for one in asked]
        done = self._llm.generate(prompts, settings, lora_request=[lora] * len(asked), use_tqdm=_bar(tell))
        return [tuple(one.outputs[0].token_ids) for one in done]

    def logprobs(self, tokens: Sequence[int], loras: Sequence[LoRARequest]) -> list[tuple[float, ...]]:
        """Return, for each LoRA of one batch, the log-probability of each token but the first."""
        settings = SamplingParams(temperature=0.0, max_tokens=1, prompt_logprobs=1, detokenize=False)
        prompts = [{"prompt_token_ids": list(tokens)}] * len(loras)
        done = self._llm.generate(prompts, settings, lora_request=list(loras), use_tqdm=False)
        return [
            tuple(place[token].logprob for token, place in zip(tokens[1:], one.prompt_logprobs[1:], strict=True))
            for one in done
        ]

    def forget(self, lora: LoRARequest) -> None:
        """Take a LoRA out of the engine."""
        self._llm.llm_engine.remove_lora(lora.lora_int_id)

    def close(self) -> None:
        """Stop the engine and give its memory back."""
        self._llm.llm_engine.engine_core.shutdown()
        del self._llm
        gc.collect()
        cleanup_dist_env_and_memory()


def _on_a_cpu(context: int) -> dict[str, Any]:
    # A prompt cut in two makes vLLM wind the generator of a seeded request back, which a CPU's generator cannot.
    return {
        "enforce_eager": True,
        "enable_chunked_prefill": False,
        "max_num_batched_tokens": max(context, LEAST_BATCH_TOKENS),
    }


class _Bar(tqdm):  # type: ignore[misc]
    """vLLM's progress bar, told on instead of drawn."""

    tell: Tell

    def update(self, n: float | None = 1) -> bool | None:
        shown: bool | None = super().update(n)
        self.tell(int(self.n))
        return shown


def _bar(tell: Tell) -> Callable[..., Any]:
    def bar(*iterable: Any, **settings: Any) -> Any:
        if iterable:
            return iterable[0]
        shown = _Bar(**settings, file=io.StringIO())
        shown.tell = tell
        return shown

    return bar
