"""The one tree of errors. Each says what is wrong, where, and what to type or change next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Place:
    """A range in a text file; line and column count from 1, end is exclusive and on the same line."""

    file: str
    line: int
    column: int
    end: int = 0


@dataclass(frozen=True)
class Problem:
    """One finding about a spec or a registry file: a value, turned into text by the console alone."""

    severity: Severity
    code: str
    place: Place | None
    message: str
    fix: str = ""


class EmspecError(Exception):
    """Base of all errors that a user may see; `exit_code` is what the command returns."""

    exit_code = 1

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class SpecError(EmspecError):
    """The spec, the registry or an option is wrong: all problems at once."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problem(s)")
        self.problems = tuple(problems)


class UsageError(EmspecError):
    """A command was given something it cannot use."""

    exit_code = 2


class RegistryError(EmspecError):
    """A registry file is missing, changed after its release, or not well formed."""

    exit_code = 2


class PluginError(EmspecError):
    """A plugin or one of its libraries is missing or broken."""

    exit_code = 3


class StoreError(EmspecError):
    """The artifact store cannot be read or written."""

    exit_code = 4


class StageError(EmspecError):
    """A backend could not do a stage; raised in the worker, recorded as the stage's failure."""

    exit_code = 5


class RunFailed(EmspecError):
    """Some stages failed; the rest was done."""

    exit_code = 5
