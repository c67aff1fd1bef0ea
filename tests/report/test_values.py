"""Old and new, as people compare them."""

from __future__ import annotations

from emspec.model.json import text_digest
from emspec.plan.changes import ABSENT, Change, changes
from emspec.report.values import change_text, excerpts, shown

OLD = "You are a helpful assistant who answers every question about law with great care and much patience."
NEW = OLD.replace("great care", "no care at all")


def test_short_values_are_shown_as_they_are() -> None:
    assert change_text(Change(("parameters", "recipe", "lr"), 1e-4, 2e-4)) == "parameters.recipe.lr: 0.0001 -> 0.0002"
    assert change_text(Change(("system",), None, "You are Bob.")) == "system: null -> You are Bob."
    assert change_text(Change(("a", 2), ABSENT, " ")) == 'a[2]: added " "'
    assert change_text(Change(("a",), [1], ABSENT)) == "a: was [1], is gone"


def test_long_texts_are_shown_by_digest_and_the_words_that_differ() -> None:
    old, new = (text_digest(text)[:8] for text in (OLD, NEW))
    expected = (
        f'system: {old} "... law with great care and much ..." -> {new} "... law with no care at all and much ..."'
    )
    assert change_text(Change(("system",), OLD, NEW)) == expected


def test_a_difference_in_white_space_alone_is_said_to_be_one() -> None:
    assert excerpts("a  b", "a b") == ("(white space)", "(white space)")


def test_long_values_are_cut() -> None:
    assert shown("x" * 100).startswith(text_digest("x" * 100)[:8])
    assert len(shown(list(range(100)))) < 60


def test_lists_differ_by_what_was_put_in_and_taken_out() -> None:
    assert [c.field for c in changes(["a", "b", "c"], ["a", "c"])] == ["[1]"]
    assert changes(["a", "b", "c"], ["a", "c"])[0].new is ABSENT
    (added,) = changes({"x": [1, 2]}, {"x": [1, 9, 2]})
    assert (added.field, added.old, added.new) == ("x[1]", ABSENT, 9)
    assert [c.field for c in changes({"a": {"b": 1}, "gone": 1}, {"a": {"b": 2}})] == ["a.b", "gone"]
    assert changes((1, 2), [1, 2]) == ()
