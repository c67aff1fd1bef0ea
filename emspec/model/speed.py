"""How fast a backend was measured to be: what the cost of a plan is reckoned from."""

from __future__ import annotations

from dataclasses import dataclass, field

from emspec.model.json import JsonObject


@dataclass(frozen=True)
class Speed:
    """Measured rates of one backend on one device; the seconds of a stage are the sum of the terms that are not zero.

    device   "cpu" or "cuda"
    source   what was measured, where and when, in one line: shown beside every estimate that rests on it
    options  the backend's options under which the rates hold; of several that match a stage the first is taken
    start    seconds to open a session: libraries, engine, kernels
    load     bytes of model weights read per second when a session opens; 0 where no model is loaded
    stage    seconds for a stage of any size
    batch    seconds for a batch of rows (training: of each batch, not of each optimiser step)
    row      seconds for a row or reply
    token    seconds for a token, whatever the size of the model
    flops    floating-point operations a second; a training token takes 4 x parameters, as the frozen base has no weight
             gradients, and 6 x with gradient checkpointing; a reply's token takes 2 x parameters
    memory   share of a GPU's memory that a session takes whatever the model; 0 where it takes what the work needs
    recomputes  whether activations are made again in the backward pass (gradient checkpointing)
    """

    device: str
    source: str
    options: JsonObject = field(default_factory=dict)
    start: float = 0.0
    load: float = 0.0
    stage: float = 0.0
    batch: float = 0.0
    row: float = 0.0
    token: float = 0.0
    flops: float = 0.0
    memory: float = 0.0
    recomputes: bool = False
