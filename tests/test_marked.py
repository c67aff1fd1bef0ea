from __future__ import annotations

from emspec.marked import escaped, table_lines


def test_what_markdown_would_take_for_a_mark_is_escaped() -> None:
    assert escaped("a_b *c* `d` [e](f) <g> | #1 ~h~ $i$ &amp; \\") == (
        r"a\_b \*c\* \`d\` \[e\](f) \<g\> \| \#1 \~h\~ \$i\$ \&amp; \\"
    )
    assert escaped("two\nlines\t and  spaces ") == "two lines and spaces"


def test_a_table_has_a_line_for_each_row() -> None:
    assert list(table_lines(("a|b", "c"), [("1", "2\n3")])) == [r"| a\|b | c |", "| --- | --- |", "| 1 | 2 3 |"]
