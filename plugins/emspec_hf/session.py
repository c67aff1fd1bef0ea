"""One loaded model for many stages: train, couple and generate, each as if it were alone."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping

import torch
from transformers.utils import logging

from emspec import Job, Session, Setup, StageError
from emspec_hf.base import Base, load_base
from emspec_hf.couple import couple
from emspec_hf.generate import generate
from emspec_hf.train import train

STAGES: Mapping[str, Callable[[Base, Job], None]] = {"train": train, "couple": couple, "generate": generate}


def open_session(setup: Setup) -> Session:
    """Load the model onto the device. Raises StageError where model or device cannot be had."""
    if setup.device.startswith("cuda") and not torch.cuda.is_available():
        raise StageError(f"the device {setup.device} is not there", "choose the device cpu, or look at nvidia-smi")
    torch.set_num_threads(setup.threads)
    logging.disable_progress_bar()
    return ModelSession(load_base(setup))


class ModelSession:
    """Runs stages one after another on one base. None leaves a trace on it, so a stage's bytes depend on no other."""

    def __init__(self, base: Base) -> None:
        self.base: Base | None = base

    def run(self, job: Job) -> None:
        """Do one stage; StageError says why it cannot be done."""
        if self.base is None:
            raise StageError("the session is closed", "open another")
        if job.kind not in STAGES:
            raise StageError(f"the backend hf has no stages of kind {job.kind}", "choose another backend")
        STAGES[job.kind](self.base, job)

    def close(self) -> None:
        """Let go of the model and of the GPU's memory."""
        self.base = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
