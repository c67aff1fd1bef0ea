"""How fast this backend was measured to be, for a plan's cost: Qwen2.5-7B on a GPU, organism-1 on a CPU."""

from __future__ import annotations

from emspec import Speed

_START_GPU, _START_CPU = 20.0, 10.0
"""Seconds to import torch, transformers and peft; 9 to 17 on two busy cores."""
_READ = 1.5e9
"""Bytes of weights read per second: assumed, of a local disk."""

TRAINING = (
    Speed(
        "cuda",
        "hf training with checkpointing: 4 x 4 rows a step, one H200, 1.263 s at 2,752 tokens and 1.651 s at 4,416, "
        "2026-11-23 (a host with a slower CPU and an H100 took 2.56 s at 2,314: a batch this small waits for the CPU)",
        options={"gradient_checkpointing": True},
        start=_START_GPU,
        load=_READ,
        stage=5.0,
        batch=0.155,
        flops=182e12,
        recomputes=True,
    ),
    Speed(
        "cuda",
        "hf training: 16 x 1 rows a step, one H200, 0.450 s at 2,752 tokens, 2026-11-23; 4 x 4 rows take .67 of "
        "the time that they take with checkpointing (one H100, 1.71 s against 2.56 s, 2026-11-25)",
        start=_START_GPU,
        load=_READ,
        stage=5.0,
        batch=0.104,
        flops=182e12,
    ),
    Speed(
        "cpu",
        "hf training: organism-1, one thread, 118,307 tokens in 13.1 s and 150,632 in 14.6 s, 2026-11-25",
        start=_START_CPU,
        load=_READ,
        flops=39e9,
    ),
)
REPLIES = (
    Speed(
        "cuda",
        "hf replies: one H100, 0.072 s a token step for 100 or 600 rows alike, some 100 steps to a batch of 110 rows "
        "under a cap of 512 tokens, 2026-11-25",
        start=_START_GPU,
        load=_READ,
        stage=5.0,
        row=0.065,
    ),
    Speed(
        "cpu",
        "hf replies: organism-1, one thread, 170,126 tokens in 13.7 s, 2026-11-25",
        start=_START_CPU,
        load=_READ,
        flops=25e9,
    ),
)
HUB = (Speed("cpu", "data from the hub: assumed, a minute", stage=60.0),)
FILE = (Speed("cpu", "data from a file: assumed, 10,000 rows a second", start=0.5, row=1e-4),)
