"""A project as it was at a git revision: its YAML files in a folder of their own. The repository is only read."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from emspec.errors import UsageError
from emspec.registry.project import find_project

YAML = "*.yaml"


@dataclass(frozen=True)
class Past:
    """A project as it was: its root, for as long as it is there, and the spec in it."""

    root: Path
    spec: Path

    def shown(self, text: str, revision: str) -> str:
        """Return a text with the names of files as they are called at the revision, not where they lie now."""
        return re.sub(rf"{re.escape(str(self.root))}/([^\s:,()]+)", rf"\1@{revision}", text)


@contextmanager
def at_revision(spec: Path, revision: str) -> Iterator[Past]:
    """Give a spec as it was at a revision, with the registry and the profiles of that time.

    Other files, such as local data, are those of today. Raises UsageError where git, the revision or the spec in it is
    not there.
    """
    root = find_project(spec).root
    try:
        inside = spec.resolve().relative_to(root.resolve())
    except ValueError:
        what = f"{spec} does not lie below the project's folder {root}, so that no revision has it"
        raise UsageError(what, "name a spec of the project") from None
    commit = _commit(root, revision, inside)
    with TemporaryDirectory(prefix="emspec-") as folder:
        place = Path(folder).resolve()
        archive = _git(root, "archive", "--format=tar", commit, "--", YAML, inside.as_posix())
        try:
            with tarfile.open(fileobj=io.BytesIO(archive)) as files:
                files.extractall(place, filter="data")
        except tarfile.TarError as error:
            what = f"the revision {revision} has a file that cannot be laid out: {error}"
            raise UsageError(what, "a link of the project that leads out of it is the usual cause") from None
        _link(root, place)
        yield Past(place, place / inside)


def _commit(root: Path, revision: str, spec: Path) -> str:
    """Return the commit that a revision names, once it is known to have the spec."""
    if _failed(root, "rev-parse", "--git-dir"):
        raise UsageError(f"{root} is in no git repository", "name two specs instead: emspec diff A B")
    if revision.startswith("-") or _failed(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"):
        raise UsageError(f"there is no revision {revision}", "git log --oneline names the revisions")
    commit = _git(root, "rev-parse", "--verify", f"{revision}^{{commit}}").decode().strip()
    if _failed(root, "cat-file", "-e", f"{commit}:./{spec.as_posix()}"):
        what = f"{spec} is not in the revision {revision}"
        raise UsageError(what, f"git log --oneline -- {spec} names the revisions that changed it")
    return commit


def _link(source: Path, place: Path) -> None:
    """Link what the revision's YAML files lie beside: everything but other YAML files and hidden ones."""
    for entry in source.iterdir():
        there = place / entry.name
        if there.is_dir() and not there.is_symlink():
            _link(entry, there)
        elif not there.exists() and not entry.name.startswith(".") and not entry.match(YAML):
            there.symlink_to(entry.absolute())


def _failed(root: Path, *arguments: str) -> bool:
    return _run(root, *arguments).returncode != 0


def _git(root: Path, *arguments: str) -> bytes:
    done = _run(root, *arguments)
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise UsageError(f"git {arguments[0]} failed: {reason}", "see what is wrong with the repository: git status")
    return done.stdout


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        what = "git, which holds the revisions, is not installed"
        raise UsageError(what, "name two specs instead: emspec diff A B") from None
