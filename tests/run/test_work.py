"""Why a worker went away."""

from __future__ import annotations

import signal

import pytest

from emspec.run.work import cause


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
