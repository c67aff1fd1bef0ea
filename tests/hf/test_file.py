from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from emspec_hf.file import open_session
from hf_tiny import write_rows

from emspec import Job, Setup, StageError


def copy(tmp_path: Path, given: Path, sha256: str, rows: int = 1) -> bytes:
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    parameters = {"source": {"file": sha256}, "contract": {"rows": rows}}
    places = {"option.file": str(given)}
    session = open_session(Setup(None, "cpu", 1))
    session.run(Job("key", "data", parameters, {}, places, out, tmp_path / "log", lambda *_: None))
    session.close()
    return (out / "rows.jsonl").read_bytes()


def test_a_file_is_copied_as_it_is(tmp_path: Path) -> None:
    given = write_rows(tmp_path, [[("user", "is"), ("assistant", "it")]]) / "rows.jsonl"
    content = given.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    assert copy(tmp_path, given, digest) == content
    with pytest.raises(StageError, match="has rows 1, and its contract says 2"):
        copy(tmp_path, given, digest, rows=2)
    given.write_bytes(content + content)
    with pytest.raises(StageError, match="changed after the plan was made"):
        copy(tmp_path, given, digest)
    given.unlink()
    with pytest.raises(StageError, match="cannot be read"):
        copy(tmp_path, given, digest)
