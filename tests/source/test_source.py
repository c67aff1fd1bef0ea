from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from emspec.errors import Place, SpecError
from emspec.source import parse, read, text_of


def error_of(text: str) -> tuple[str, int, int]:
    with pytest.raises(SpecError) as caught:
        parse("f", text)
    [problem] = caught.value.problems
    assert problem.fix
    return problem.code, problem.place.line, problem.place.column


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1e-4", 1e-4),
        ("5E3", 5000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("0.47", 0.47),
        ("042", 42),
        ("0x1F", 31),
        ("0o17", 15),
        ("-3", -3),
        ("10pp", "10pp"),
        ("1.1.0", "1.1.0"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("190:20:30", "190:20:30"),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("2026-01-01", "2026-01-01"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ('"true"', "true"),
        ("=", "="),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(written: str, meant: object) -> None:
    value = parse("f", f"a: {written}\n").data["a"]
    assert value == meant
    assert type(value) is type(meant)


def test_keys_are_text_as_written() -> None:
    assert parse("f", "no: 1\n42: 2\nnull: 3\n").data == {"no": 1, "42": 2, "null": 3}


def test_places_of_keys_and_values() -> None:
    document = parse("f", 'a: {é: "x", b: [1, two]}\nc:\n  d: |\n    text\n')
    assert document.key(("a", "é")) == Place("f", 1, 5, 6)
    assert document.value(("a", "é")) == Place("f", 1, 8, 11)
    assert document.value(("a", "b", 1)) == Place("f", 1, 20, 23)
    assert document.key(("a", "b", 1)) == Place("f", 1, 20, 23)
    assert document.key(("c", "d")) == Place("f", 3, 3, 4)
    assert document.value(("c", "d")).line == 3


def test_the_place_of_what_is_not_there_is_that_of_what_lacks_it() -> None:
    document = parse("f", "a: {b: text}\n")
    assert document.value(("a", "c", 3)) == Place("f", 1, 1, 2)
    assert document.value(("a", "b", "c")) == Place("f", 1, 8, 12)
    assert document.value(("z",)) == Place("f", 1, 1, 2)


def test_merge_keys_and_aliases() -> None:
    document = parse("f", "base: &b {p: 1, q: 2}\nother: &o {q: 5, r: 6}\na: {<<: [*b, *o], q: 3}\n")
    assert document.data["a"] == {"q": 3, "p": 1, "r": 6}
    assert document.value(("a", "p")).line == 1
    assert document.problems == ()


def test_duplicate_keys_and_numbers_out_of_range_are_all_noted() -> None:
    document = parse("f", "a: 1\na: 2\nb: [.nan, -.inf, 1e999, 99999999999999999999]\n? [c]\n: 1\n")
    found = [(problem.code, problem.place.line, problem.place.column) for problem in document.problems]
    assert found == [("Y103", 2, 1), ("Y105", 3, 5), ("Y105", 3, 11), ("Y105", 3, 18), ("Y105", 3, 25), ("Y107", 4, 3)]
    assert document.data["a"] == 1
    assert document.problems[0].fix == "remove one of the two; the first is on line 1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("Y106", 1, 1)),
        ("# comment\n", ("Y106", 1, 1)),
        ("---\n...\n", ("Y106", 1, 1)),
        ("a: 1\n---\nb: 2\n", ("Y106", 2, 1)),
        ("a:\n\tb: 1\n", ("Y102", 2, 1)),
        ("a: [1, 2\n", ("Y102", 2, 1)),
        ("a: b: c\n", ("Y102", 1, 5)),
        ("a: *x\n", ("Y102", 1, 4)),
        ("a: &x [*x]\n", ("Y104", 1, 8)),
        ("a: !!python/name:os.system x\n", ("Y107", 1, 4)),
        ("a: !!str 5\n", ("Y107", 1, 4)),
        ("a: \x01\n", ("Y101", 1, 4)),
        ("a: b\u2028c\n", ("Y101", 1, 5)),
    ],
)
def test_what_is_no_yaml(text: str, expected: tuple[str, int, int]) -> None:
    assert error_of(text) == expected


def test_a_merge_key_without_a_mapping() -> None:
    [problem] = parse("f", "a: {<<: 1}\n").problems
    assert (problem.code, problem.place.line, problem.place.column) == ("Y107", 1, 9)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{" * 100_000, "- " * 100_000, "? " * 5_000, "a: " + "[" * 41 + "]" * 41]
)
def test_nesting_is_bounded(text: str) -> None:
    started = time.perf_counter()
    code, _, _ = error_of(text)
    assert code == "Y104"
    assert time.perf_counter() - started < 1


def test_nesting_through_aliases_is_bounded() -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 60))
    assert error_of(text)[0] == "Y104"


def test_an_alias_bomb_is_refused_at_once() -> None:
    text = "a: &a [x,x,x,x,x,x,x,x,x]\n"
    text += "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9))
    started = time.perf_counter()
    assert error_of(text)[0] == "Y104"
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"\xef\xbb\xbfa: 1\n", ("Y101", 1, 1)),
        ("a: 1\n".encode("utf-16"), ("Y101", 1, 1)),
        (b"a: 1\nb: \xe9t\xe9\n", ("Y101", 2, 4)),
        (b"a: 'x'\n# " + b"x" * 9 * 2**20, ("Y104", 1, 1)),
    ],
)
def test_files_that_are_no_text(raw: bytes, expected: tuple[str, int, int], tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(raw)
    with pytest.raises(SpecError) as caught:
        read(path)
    [problem] = caught.value.problems
    assert (problem.code, problem.place.line, problem.place.column) == expected


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(SpecError) as caught:
            read(path)
        assert caught.value.problems[0].code == "Y100"


def test_places_are_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spec.yaml").write_text("a: 1\n")
    monkeypatch.chdir(tmp_path)
    assert read(tmp_path / "spec.yaml").file == "spec.yaml"
    monkeypatch.chdir("/")
    assert read(tmp_path / "spec.yaml").file == str((tmp_path / "spec.yaml").relative_to("/"))


@pytest.mark.parametrize("name", ["pipe", "device", "loop", "folder", "beyond\0nul", "x" * 300])
def test_what_is_no_file_is_not_waited_for(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "folder").mkdir()
    with pytest.raises(SpecError) as caught:
        read(tmp_path / name)
    assert caught.value.problems[0].code == "Y100"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_wide_encodings_without_a_byte_order_mark_are_named(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes("a: 1\n".encode(encoding))
    with pytest.raises(SpecError, match="problem") as caught:
        read(path)
    assert "UTF-16 or UTF-32" in caught.value.problems[0].message


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_counts_the_same(end: str) -> None:
    document = parse("f", end.join(["a: 1", "b: 2", ""]))
    assert document.key(("b",)) == Place("f", 2, 1, 2)
    assert error_of(end.join(["a: 1", "b: \x01", ""])) == ("Y101", 2, 4)


def test_columns_count_characters_wide_or_combined() -> None:
    document = parse("f", '{"日本e\u0301": 1, b: 2}\n')
    assert document.key(("b",)) == Place("f", 1, 13, 14)


def test_what_is_missing_at_the_end_stands_where_the_text_ends() -> None:
    assert error_of("a: 1\nb") == ("Y102", 2, 2)


def test_a_path_where_nothing_is_names_the_file_that_may_be_meant(tmp_path: Path) -> None:
    (tmp_path / "issue200.yaml").write_text("a: 1")
    for name, fix in (("isue200.yaml", f"did you mean {tmp_path / 'issue200.yaml'}?"), ("other", "check the path")):
        with pytest.raises(SpecError) as caught:
            text_of(tmp_path / name)
        assert caught.value.problems[0].fix == fix
