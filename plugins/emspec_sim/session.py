"""One session for all simulated kinds, so that a whole simulated run needs one worker."""

from __future__ import annotations

from emspec import Job, Setup
from emspec_sim.generate import generate
from emspec_sim.training import adapter, couple, train

_KINDS = {"train": train, "couple": couple, "adapter": adapter, "generate": generate}


class SimSession:
    """Holds nothing: every job is on its own."""

    def run(self, job: Job) -> None:
        """Simulate a stage; StageError where the adapters or the scenario do not fit the job."""
        _KINDS[job.kind](job)

    def close(self) -> None:
        """Nothing to give back."""


def open_session(setup: Setup) -> SimSession:
    """Open the simulator; it needs neither model nor device."""
    return SimSession()
