"""Where new registry files go. What is released is never written to; what is written is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

from emspec.errors import RegistryError, UsageError
from emspec.files import write_atomic
from emspec.registry.intake import NAME
from emspec.registry.registry import Registry
from emspec.registry.versions import after, newest


def is_released(registry: Registry, folder: str, name: str) -> bool:
    """Return whether a file is in the lock."""
    return f"{folder}/{name}.yaml" in registry.released


def new_file(registry: Registry, folder: str, name: str) -> Path:
    """Return the place of a file that is not there yet; UsageError where it is, or where the name cannot be one."""
    check_name(name, f"in registry/{folder}")
    path = registry.project.registry / folder / f"{name}.yaml"
    if name in registry.names(folder):
        released = ", and released" if is_released(registry, folder, name) else ""
        raise UsageError(f"registry/{folder}/{name}.yaml is there already{released}", "choose another name")
    return path


def draft_version(registry: Registry, version: str) -> Path:
    """Return the place of a version of the personas that is new or a draft; UsageError where it is released."""
    if is_released(registry, "personas", version):
        what = f"registry/personas/{version}.yaml is released, and does not change any more"
        raise UsageError(what, f"put it into a new version: --version {after(newest(registry.names('personas')))}")
    return registry.project.registry / "personas" / f"{version}.yaml"


def check_name(name: str, where: str) -> None:
    """Raise UsageError for what cannot be a name; names of files may have points in them: qwen2.5."""
    if not NAME.fullmatch(name.replace(".", "-") if where else name):
        what = f"{name[:60] or 'an empty text'} cannot be a name {where}".rstrip()
        raise UsageError(what, "use letters, digits, _ and -, a letter first, 60 at most")


def write(path: Path, content: str) -> None:
    """Write a registry file in one step; RegistryError where it cannot be written."""
    try:
        path.parent.mkdir(exist_ok=True)
        write_atomic(path, content.encode())
    except OSError as error:
        raise RegistryError(f"{path} cannot be written: {error.strerror}", "allow writing to the registry") from error


def short(text: str) -> str:
    """Return a text on one line, cut."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}..."


def with_line(text: str, line: str, at: int) -> str:
    """Return a text with a line put in before line `at`, counted from 1."""
    lines = text.splitlines(keepends=True)
    head = "".join(lines[: at - 1])
    return head + ("" if head.endswith("\n") else "\n") + line + "".join(lines[at - 1 :])
