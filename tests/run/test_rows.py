"""Which run is meant, what is asked of its rows, and whether they are the ones that it wrote."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from emspec import ColumnKind, Json, RowRequest, Where
from emspec.errors import StoreError, UsageError
from emspec.run.rows import Run, columns_of, compare, find_run, run_in, where_of


class Held:
    """A reader of a few columns, each with its kind and its values."""

    HELD: Mapping[str, tuple[ColumnKind, Sequence[Json]]] = {
        "persona": ("text", ["it, too", "villain", None]),
        "seed": ("number", [42, 137]),
        "tokens": ("number", [*range(100), None]),
        "truncated": ("yes or no", [False, None]),
        "hit": ("yes or no", [False]),
        "roles": ("list", ["source", "unseen"]),
    }

    def columns(self) -> Mapping[str, ColumnKind]:
        return {name: kind for name, (kind, _) in self.HELD.items()}

    def values(self, column: str) -> Sequence[Json]:
        return self.HELD[column][1]

    def matching(self, where: Where) -> int:
        raise AssertionError("nobody asks")

    def rows(self, request: RowRequest) -> Iterator[Mapping[str, Json]]:
        raise AssertionError("nobody asks")

    def counts(self, where: Where, by: Sequence[str]) -> Sequence[Mapping[str, Json]]:
        raise AssertionError("nobody asks")

    def export(self, request: RowRequest, path: Path) -> None:
        raise AssertionError("nobody asks")


def run_at(out: Path, name: str, *, age: int = 0, profile: str = "sim", rows: bool = True) -> Path:
    """Make the folder of a run that was written `age` seconds ago."""
    folder = out / "runs" / name
    folder.mkdir(parents=True)
    (folder / "events.jsonl").write_text("")
    if rows:
        table = folder / "rows.parquet"
        table.write_bytes(b"rows")
        os.utime(table, (1e9 - age, 1e9 - age))
        (folder / "results.json").write_text(json.dumps({"profile": {"name": profile}}))
    return folder


def test_a_spec_means_its_own_latest_run_under_any_profile(tmp_path: Path) -> None:
    run_at(tmp_path, "issue200-sim-aaaaaaaa", age=30)
    run_at(tmp_path, "issue200-my-sim-bbbbbbbb", age=20, profile="my-sim")
    run_at(tmp_path, "issue200-sim-2-sim-cccccccc", age=10)
    assert find_run("specs/issue200.yaml", tmp_path).name == "issue200-my-sim-bbbbbbbb"
    assert find_run("issue200-sim-2.yml", tmp_path).name == "issue200-sim-2-sim-cccccccc"
    assert find_run("latest", tmp_path).name == "issue200-sim-2-sim-cccccccc"
    assert find_run("issue200-m", tmp_path).name == "issue200-my-sim-bbbbbbbb"
    with pytest.raises(UsageError, match="issue200 fits several runs: issue200-my-sim"):
        find_run("issue200", tmp_path)


def test_a_run_that_did_not_end_is_said_to_have_no_rows(tmp_path: Path) -> None:
    folder = run_at(tmp_path, "issue200-sim-aaaaaaaa", rows=False)
    for find in (lambda: find_run(folder.name, tmp_path), lambda: run_in(str(folder))):
        with pytest.raises(StoreError, match="the run issue200-sim-aaaaaaaa has no rows: it did not end") as error:
            find()
        assert error.value.fix == "the same emspec run again writes it anew"


def test_a_moved_run_is_found_by_its_folder_and_by_its_table(tmp_path: Path) -> None:
    moved = tmp_path / "kept"
    run_at(tmp_path, "issue200-sim-aaaaaaaa").rename(moved)
    for named in (moved, moved / "rows.parquet"):
        assert run_in(str(named)) == Run("kept", moved / "rows.parquet")
    assert run_in("latest") is None
    with pytest.raises(StoreError, match="is no run with rows"):
        run_in(str(tmp_path))


def test_a_table_is_compared_with_the_digest_that_its_run_wrote(tmp_path: Path) -> None:
    folder = run_at(tmp_path, "issue200-sim-aaaaaaaa")
    run = Run(folder.name, folder / "rows.parquet")
    compare(run)
    record = folder / "run.json"
    record.write_text("{}")
    compare(run)
    record.write_text(json.dumps({"rows": {"sha256": hashlib.sha256(b"rows").hexdigest()}}))
    compare(run)
    run.table.write_bytes(b"rowz")
    with pytest.raises(StoreError, match=r"issue200-sim-aaaaaaaa: rows\.parquet is damaged, or is not the one"):
        compare(run)
    for damaged in ("", "[1]", '{"rows": 1}'):
        record.write_text(damaged)
        with pytest.raises(StoreError, match=r"cannot be read"):
            compare(run)


def test_values_are_read_by_the_kind_of_their_column() -> None:
    given = ["persona=it, too", "persona=villain,none", "seed=42, 137", "tokens=none,7", "truncated=none,yes", "hit=No"]
    assert where_of(given, Held()) == {
        "persona": ["it, too", "villain", None],
        "seed": [42, 137],
        "tokens": [None, 7],
        "truncated": [None, True],
        "hit": [False],
    }
    assert columns_of("seed,hit,seed", Held(), ()) == ("seed", "hit")
    assert columns_of(None, Held(), ("hit", "replicate")) == ("hit",)
    assert columns_of("all", Held(), ()) == tuple(Held.HELD)


@pytest.mark.parametrize(
    ("given", "message", "fix"),
    [
        ("persona=vilain", "no row has the persona vilain", "did you mean villain?"),
        ("roles=sourc", "no row has the roles sourc", "did you mean source?"),
        ("seed=43", "no row has the seed 43", "choose from: 42, 137"),
        ("seed=99999999999999999999", "no row has the seed 99999999999999999999", "choose from: 42, 137"),
        ("tokens=-1", "no row has the tokens -1", "choose from: 0 to 99"),
        ("seed=none", "seed is a number, not 'none'", "--where seed=1"),
        ("hit=none", "hit is true or false, not 'none'", "--where hit=true"),
        ("persona=", "no row has the persona ", "choose from: it, too, none, villain"),
        ("=x", "the rows have no column ", "choose from: hit"),
    ],
)
def test_values_that_no_row_has_are_mistakes(given: str, message: str, fix: str) -> None:
    with pytest.raises(UsageError) as error:
        where_of([given], Held())
    assert error.value.message == message
    assert fix in error.value.fix
