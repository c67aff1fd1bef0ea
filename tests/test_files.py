from __future__ import annotations

from hashlib import md5, sha256
from pathlib import Path

from emspec.files import contract_faults, row_facts, write_atomic


def test_an_atomic_write_replaces_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    write_atomic(path, b"first, and long")
    write_atomic(path, b"second")
    assert path.read_bytes() == b"second"
    assert [p.name for p in tmp_path.iterdir()] == ["results.json"]


def test_rows_are_held_to_a_contract_and_all_that_differs_is_named(tmp_path: Path) -> None:
    content = b'{"messages": []}\n' * 3
    (tmp_path / "rows.jsonl").write_bytes(content)
    found = row_facts(tmp_path / "rows.jsonl")
    assert found == {"rows": 3, "md5": md5(content).hexdigest(), "sha256": sha256(content).hexdigest()}
    assert contract_faults(found, {"rows": 3, "sha256": found["sha256"]}) == ()
    assert contract_faults(found, {"rows": 4, "md5": "0"}) == (
        "rows 3, and its contract says 4",
        f"md5 {found['md5']}, and its contract says 0",
    )
