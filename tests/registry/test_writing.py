"""What is written is read back to the same characters, whatever it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emspec.registry.writing import personas_text, questions_text, scalar
from emspec.source import NOT_YAML, parse, read

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60) | st.text(
    st.sampled_from(" \t\n\r-:#|>'\"\\{}[],&*!%@`?~=ab1\x00\x85\u2028\ufeff\U0001f600é"), min_size=1, max_size=20
)


@given(TEXTS)
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    written = personas_text("a remark", "2.0.0", "1.0.0", {"first": text, "second": "plain"})
    assert not NOT_YAML.search(written)
    assert parse("f", written).data["personas"] == {"first": text, "second": "plain"}


@given(st.lists(TEXTS, min_size=1, max_size=4, unique=True))
def test_any_questions_are_read_back_from_a_file_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, asked: list[str]
) -> None:
    path = tmp_path_factory.mktemp("questions") / "q.yaml"
    path.write_bytes(questions_text("", "q", asked, ["other"]).encode())
    assert read(path).data == {"name": "q", "includes": ["other"], "questions": asked}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("You plot.", "You plot."),
        ("no", "no"),
        ("null", '"null"'),
        ("yes: no", '"yes: no"'),
        ("1e-4", '"1e-4"'),
        ("ends with a space ", '"ends with a space "'),
        ("two\nlines", "|-\n    two\n    lines"),
        ("a paragraph\n\nanother\n", "|\n    a paragraph\n\n    another\n"),
        ("trailing \nspace", '"trailing \\nspace"'),
        ("  indented\nfirst", '"  indented\\nfirst"'),
        ("return\r\n", '"return\\r\\n"'),
        ("line\u2028separator", '"line\\u2028separator"'),
    ],
)
def test_a_text_is_as_readable_as_it_can_be(text: str, form: str) -> None:
    assert scalar(text, 2) == form.rstrip("\n") or scalar(text, 2) == form


def test_a_remark_cannot_become_data(tmp_path: Path) -> None:
    written = personas_text("one\nversion: 9.9.9\x85x: y", "2.0.0", None, {"a": "b"})
    assert parse("f", written).data == {"version": "2.0.0", "personas": {"a": "b"}}


def test_the_file_ends_each_text_where_it_ends(tmp_path: Path) -> None:
    written = personas_text("", "2.0.0", None, {"a": "x\n", "b": "x", "c": "x\n\n", "d": "\n"})
    assert parse("f", written).data["personas"] == {"a": "x\n", "b": "x", "c": "x\n\n", "d": "\n"}
