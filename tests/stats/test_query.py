from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from emspec_stats.query import RowFile, open_rows
from studies import issue200

from emspec import RowRequest, StageError


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("rows") / "rows.parquet"
    pq.write_table(issue200().rows, file)
    return file


@pytest.fixture
def reader(path: Path) -> RowFile:
    return open_rows(path)


def test_columns_have_kinds_and_values(reader: RowFile) -> None:
    columns = reader.columns()
    assert (columns["persona"], columns["hit"], columns["seed"], columns["roles"]) == (
        "text",
        "yes or no",
        "number",
        "list",
    )
    assert reader.values("seed") == [42, 137, 256]
    assert reader.values("roles") == ["induction", "negative", "source", "unseen"]
    assert reader.values("marker_where") == ["end", None]


def test_where_asks_for_one_of_the_values_in_every_column(reader: RowFile) -> None:
    where = {"condition": ["B0", "B-villain"], "hit": [True], "roles": ["source"]}
    rows = list(reader.rows(RowRequest(where, ("condition", "persona", "hit"))))
    assert {row["condition"] for row in rows} == {"B0", "B-villain"}
    assert {(row["persona"], row["hit"]) for row in rows} == {("confab", True)}
    assert len(rows) == reader.matching(where)
    without = {"marker_where": [None]}
    assert reader.matching(without) == reader.matching({"hit": [False]})


def test_counts_are_the_tables_own(reader: RowFile, path: Path) -> None:
    table = pq.read_table(path).to_pylist()
    counts = reader.counts({"persona": ["villain"]}, ("condition", "seed"))
    assert len(counts) == 18
    for row in counts:
        own = [
            r for r in table if (r["condition"], r["seed"], r["persona"]) == (row["condition"], row["seed"], "villain")
        ]
        assert (row["n"], row["hits"]) == (len(own), sum(r["hit"] for r in own))
    assert reader.counts({"persona": ["villain"]}, ()) == [
        {"hits": sum(int(str(row["hits"])) for row in counts), "n": sum(int(str(row["n"])) for row in counts)}
    ]


def test_a_sample_is_drawn_by_its_seed_and_keeps_the_order(reader: RowFile) -> None:
    def drawn(seed: int) -> list[tuple[object, ...]]:
        request = RowRequest({}, ("cell", "persona", "question", "sample"), sample=20, seed=seed)
        return [tuple(row.values()) for row in reader.rows(request)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    cells = [row[0] for row in drawn(1)]
    assert cells == sorted(cells)
    assert len(list(reader.rows(RowRequest({}, ("cell",), limit=7)))) == 7


def test_export_writes_what_was_asked_for(reader: RowFile, tmp_path: Path) -> None:
    request = RowRequest({"condition": ["B0"]}, ("condition", "seed", "hit", "text"))
    reader.export(request, tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == list(reader.rows(request))


@pytest.mark.parametrize("content", [b"", b"PAR1 nothing of the kind"])
def test_a_file_that_is_no_table_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "rows.parquet").write_bytes(content)
    with pytest.raises(StageError, match=r"rows\.parquet cannot be read as a row table"):
        open_rows(tmp_path / "rows.parquet")
    with pytest.raises(StageError):
        open_rows(tmp_path / "none.parquet")
