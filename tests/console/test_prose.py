from __future__ import annotations

from emspec.console.prose import unwrapped


def test_paragraphs_are_joined_and_examples_stay() -> None:
    text = "D1  A title.\n\nOne line\nand another.\n\n  an: example\n  of: two\n\nFix: do\nthis.\n"
    assert unwrapped(text) == "D1  A title.\n\nOne line and another.\n\n  an: example\n  of: two\n\nFix: do this.\n"
