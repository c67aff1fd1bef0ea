from __future__ import annotations

import pytest

from emspec.likeness import closest, edits

PERSONAS = ("assistant", "comedian", "confab", "librarian", "paramedic", "villain", "zelthari_scholar")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("vilain", "villain"),
        ("VILLAIN", "villain"),
        ("villian", "villain"),
        ("zelthari-scholar", "zelthari_scholar"),
        ("scholar_zelthari", "zelthari_scholar"),
        ("zelthari", "zelthari_scholar"),
        ("librarians", "librarian"),
        ("viking", None),
        ("nope", None),
        ("", None),
        ("v" * 5000, None),
    ],
)
def test_what_was_meant(name: str, meant: str | None) -> None:
    assert closest(name, PERSONAS) == meant


def test_the_nearest_of_several_and_the_order_of_names_does_not_matter() -> None:
    assert closest("data-2", ("data-20", "data-3", "date-2")) == closest("data-2", ("date-2", "data-3", "data-20"))
    assert closest("seed", ("seeds", "speed")) == "seeds"


def test_the_last_part_of_a_name_stands_for_the_whole() -> None:
    known = ("couple.marker", "couple.recipe.lr", "induce", "induce.recipe.lr", "induce.system")
    assert [closest(name, known) for name in ("system", "induce.lr", "couple.lr")] == [
        "induce.system",
        "induce.recipe.lr",
        "couple.recipe.lr",
    ]


def test_a_word_of_which_nothing_is_left_is_no_likeness() -> None:
    assert closest("nope", ("couple", "skip")) is None


def test_edits_are_counted() -> None:
    assert [edits("ab", "ba"), edits("", "abc"), edits("kitten", "sitting"), edits("same", "same")] == [1, 3, 3, 0]
