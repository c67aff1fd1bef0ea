from __future__ import annotations

from io import StringIO

from rich.console import Console

from emspec.console.testability import print_testability
from emspec.model.testability import PanelRole, Reached, Testability, TestedCondition

NOT_THERE = "evil_ai is not in the panel"


def printed(seen: Testability) -> list[str]:
    out = StringIO()
    print_testability(Console(file=out, width=110, highlight=False), seen)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def seen(conditions: int = 2) -> Testability:
    more = tuple(TestedCondition(f"C{at}", None, {"H1": ""}) for at in range(conditions - 2))
    first = (
        TestedCondition("B0", "assistant", {"H1": "", "H3": ""}),
        TestedCondition("B1", "evil_ai", {"H1": NOT_THERE}),
    )
    reached = (
        Reached("H1", "self-leakage", 0.05, 1 / 11, "untestable", ("untestable: it is above alpha",), ("more",)),
        Reached("H3", "immunity", 0.05, None, "", (), ()),
    )
    panel = (
        PanelRole("assistant", True, {"counts as": ("B0",)}, ("B1",)),
        PanelRole("confab", False, {"source": ("B0", "B1"), "induction persona": ("B1",)}, ()),
    )
    return Testability((*first, *more), reached, panel, {"evil_ai": ("B1",)})


def test_the_tables_are_read_at_a_glance() -> None:
    assert printed(seen()) == [
        "",
        "What each condition can be tested on",
        "condition  stands for  H1      H3",
        "B0         assistant   yes     yes",
        "B1         evil_ai     no (1)  –",
        "(1) evil_ai is not in the panel",
        "",
        "What each test can reach",
        "hypothesis  test          alpha  least p  what it can come to",
        "H1          self-leakage    .05    .0909  untestable: it is above alpha",
        "H3          immunity        .05        –  the data decide",
        "",
        "Who is who in the panel",
        "persona    bystander  roles",
        "assistant  yes        what B0 counts as; unseen in 1 other",
        "confab     no         source in all conditions; induction persona of B1",
        "not in the panel: evil_ai, the persona of B1",
    ]


def test_of_many_conditions_the_rest_is_counted() -> None:
    lines = printed(seen(1_000))
    assert "and 976 more              976 yes  0 yes" in lines
    assert len(lines) < 45


def test_without_hypotheses_there_is_the_panel_alone() -> None:
    bare = Testability((), (), seen().panel, {})
    assert printed(bare)[1] == "Who is who in the panel"
    assert printed(Testability((), (), (), {})) == []
