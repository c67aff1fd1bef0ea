"""The generate stage by vLLM: one engine for all stages of a session, and for each stage a LoRA of its own.

No batch holds requests of two stages. Replies keep vLLM's distribution; the same seed gives the same text only in the
same batch, for kernels differ with the batch.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from emspec import Job, Setup, StageError
from emspec_vllm.engine import Engine
from emspec_vllm.join import Lora, admitted, joined, zero
from emspec_vllm.prompts import ask, lines
from emspec_vllm.shelf import Shelf
from emspec_vllm.source import find

LEAST_RANK = 64
"""What the engine is started for: two adapters of the published recipes. More needs another start."""


class VllmSession:
    """Runs generate stages one after another on one engine, which is started when the first needs it."""

    def __init__(self, setup: Setup) -> None:
        self._device = setup.device
        self._source = find(setup)
        self._folder = TemporaryDirectory(prefix="emspec-loras-")
        self._engine: Engine | None = None
        self._shelf: Shelf | None = None

    def run(self, job: Job) -> None:
        """Write replies.jsonl, and the proof that the adapters were kept apart to the stage's log."""
        if job.kind != "generate":
            raise StageError(f"the backend vllm has no stages of kind {job.kind}", "choose another backend")
        given: Any = job.parameters
        asked = ask(self._source, given)
        adapters = job.chain("adapter")
        lora = joined(adapters, self._source.recorded) if adapters else zero(self._source.config)
        engine, shelf = self._ready(lora)
        request = shelf.take(lora)
        tokens = engine.replies(
            asked, given["sampling"], request, lambda done: job.progress(done, len(asked), "replies")
        )
        said = {"lora": lora.name, "rank": lora.rank, "nat_apart": shelf.prove(), "tolerance": shelf.canary.tolerance}
        replies = lines(self._source, asked, tokens)
        text = "".join(json.dumps(reply, ensure_ascii=False) + "\n" for reply in replies)
        (job.out / "replies.jsonl").write_text(text, encoding="utf-8", newline="\n")
        job.log.write_text(json.dumps(said) + "\n", encoding="utf-8")

    def close(self) -> None:
        """Stop the engine and remove the LoRAs that were made for it."""
        self._stop()
        self._folder.cleanup()

    def _ready(self, lora: Lora) -> tuple[Engine, Shelf]:
        """Return an engine that takes the LoRA's rank, started anew where the running one does not."""
        if self._engine is None or self._shelf is None or self._engine.rank < lora.rank:
            self._stop()
            self._engine = Engine(self._source, self._device, admitted(max(lora.rank, LEAST_RANK)))
            self._shelf = Shelf(self._engine, self._source, Path(self._folder.name))
        return self._engine, self._shelf

    def _stop(self) -> None:
        if self._engine is not None:
            self._engine.close()
        self._engine = self._shelf = None
