"""Why a worker went away."""

from __future__ import annotations

import signal

import pytest

from emspec.run.work import cause, cure


@pytest.mark.parametrize(
    ("code", "oom", "kind"),
    [
        (-signal.SIGKILL, True, "oom-host"),
        (-signal.SIGKILL, False, "lost"),
        (-signal.SIGTERM, True, "lost"),
        (-signal.SIGSEGV, True, "crash"),
        (7, True, "exit"),
        (None, True, "protocol"),
    ],
)
def test_only_what_the_kernel_may_have_killed_is_out_of_memory(code: int | None, oom: bool, kind: str) -> None:
    assert cause(code, oom)[0] == kind


def test_what_is_done_about_it_is_for_the_cause() -> None:
    assert "--workers 1" in cure("oom-host")
    assert all("look into the log" in cure(kind) for kind in ("lost", "crash", "exit", "protocol"))
