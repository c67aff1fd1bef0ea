"""The LoRAs that an engine holds at a time: the zero one, the one in use, and the one before it."""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import torch
from vllm.lora.request import LoRARequest

from emspec_vllm.canary import know, learn, prove
from emspec_vllm.engine import SLOTS, Engine
from emspec_vllm.join import Lora, save, zero
from emspec_vllm.source import Source


class Shelf:
    """Puts LoRAs into an engine, by way of a folder, and takes the oldest out again.

    Their names carry a digest of their content, so neither the engine nor its prefix cache can take one for another.
    """

    def __init__(self, engine: Engine, source: Source, folder: Path) -> None:
        self._engine = engine
        self._folder = Path(mkdtemp(dir=folder))
        self._dtype: torch.dtype = getattr(torch, source.dtype)
        self._count = 0
        none = self._put(zero(source.config))
        self.canary = learn(engine, source.tokenizer, source.context, source.dtype, none)
        self._held = {none.lora_name: know(engine, self.canary, none)}

    def take(self, lora: Lora) -> LoRARequest:
        """Return how requests name a LoRA, which is now in the engine."""
        if lora.name not in self._held:
            request = self._put(lora)
            self._held[lora.name] = know(self._engine, self.canary, request)
            self._forget()
        return self._held[lora.name].lora

    def prove(self) -> float:
        """Return how far (nat) the LoRAs' readings in one batch lie from those taken alone; StageError if too far."""
        return prove(self._engine, self.canary, tuple(self._held.values()))

    def _put(self, lora: Lora) -> LoRARequest:
        self._count += 1
        place = self._folder / f"{lora.name}"
        save(lora, place, self._dtype)
        return LoRARequest(lora.name, self._count, str(place))

    def _forget(self) -> None:
        oldest = list(self._held)[1 : 1 + len(self._held) - SLOTS]
        for known in map(self._held.pop, oldest):
            self._engine.forget(known.lora)
            rmtree(known.lora.lora_path)
