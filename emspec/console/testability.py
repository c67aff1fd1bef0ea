"""What a spec's hypotheses can be tested on, as tables to be read at a glance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from emspec.model.testability import PanelRole, Reached, Testability

ROWS = 24
"""How many conditions are shown; of the rest, how many can be tested."""
NAMES = 4


def print_testability(console: Console, seen: Testability) -> None:
    """Print three tables: hypothesis by condition, the least p of each test, and the roles in the panel."""
    if seen.reached:
        _print(console, "What each condition can be tested on", _conditions(seen), _reasons(seen))
        _print(console, "What each test can reach", _reached(seen.reached), ())
    if seen.panel:
        _print(console, "Who is who in the panel", _panel(seen.panel), _absent(seen))


def _print(console: Console, title: str, table: Table, notes: Sequence[str]) -> None:
    console.print()
    console.print(title, style="bold")
    console.print(table)
    for note in notes:
        console.print(note, soft_wrap=True, markup=False)


def _numbers(seen: Testability) -> Mapping[str, int]:
    """Return the number of each reason, from 1, in the order of the table."""
    reasons = (reason for one in seen.conditions for reason in one.reasons.values() if reason)
    return {reason: number for number, reason in enumerate(dict.fromkeys(reasons), 1)}


def _conditions(seen: Testability) -> Table:
    numbers = _numbers(seen)
    table = Table(box=None, pad_edge=False)
    for name in ("condition", "stands for", *(one.hypothesis for one in seen.reached)):
        table.add_column(name)
    for one in seen.conditions[:ROWS]:
        cells = [_cell(one.reasons.get(asked.hypothesis), numbers) for asked in seen.reached]
        table.add_row(one.name, one.persona or "–", *cells)
    rest = seen.conditions[ROWS:]
    if rest:
        counts = [sum(one.reasons.get(asked.hypothesis) == "" for one in rest) for asked in seen.reached]
        table.add_row(f"and {len(rest)} more", "", *(f"{count} yes" for count in counts))
    return table


def _cell(reason: str | None, numbers: Mapping[str, int]) -> Text:
    if reason is None:
        return Text("–", "dim")
    return Text(f"no ({numbers[reason]})", "red") if reason else Text("yes", "green")


def _reasons(seen: Testability) -> list[str]:
    numbers = _numbers(seen)
    shown = [f"({number}) {reason}" for reason, number in numbers.items()][:ROWS]
    return [*shown, *([f"and {len(numbers) - ROWS} more reasons"] if len(numbers) > ROWS else [])]


def _reached(reached: Sequence[Reached]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("hypothesis", "test"):
        table.add_column(name, no_wrap=True)
    for name in ("alpha", "least p"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("what it can come to")
    for one in reached:
        over = one.alpha is not None and one.floor is not None and one.floor > one.alpha
        says = "; ".join(one.says) or "the data decide"
        floor = Text(share_text(one.floor), "red" if over else "")
        table.add_row(
            one.hypothesis, one.test, share_text(one.alpha), floor, Text(says, "yellow" if one.outcome else "")
        )
    return table


def share_text(value: float | None) -> str:
    """Return a probability as text: .0083."""
    if value is None:
        return "–"
    return f"{value:.4f}".removeprefix("0").rstrip("0") if 1e-4 <= value < 1 else f"{value:g}"


def _panel(panel: Sequence[PanelRole]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("persona", "bystander", "roles"):
        table.add_column(name, no_wrap=name != "roles")
    for one in panel:
        mark = Text("yes", "green") if one.bystander else Text("no", "red")
        table.add_row(one.persona, mark, "; ".join(role_texts(one, evaluated_in(one))))
    return table


def role_texts(one: PanelRole, evaluated: int) -> Iterator[str]:
    """Yield what a persona is, a phrase for each role; `evaluated` is how many conditions are evaluated in all."""
    for role, names in one.roles.items():
        where = _where(names, evaluated)
        if role == "counts as":
            yield f"what {where} {'count' if len(names) > 1 else 'counts'} as"
        else:
            yield f"{role} {'of' if role == 'induction persona' else 'in'} {where}"
    if not one.roles:
        yield "unseen"
    elif one.unseen:
        yield f"unseen in {len(one.unseen)} other{'s' if len(one.unseen) > 1 else ''}"


def _where(names: Sequence[str], evaluated: int) -> str:
    if len(names) == evaluated > 1:
        return "all conditions"
    return ", ".join(names[:NAMES]) + (f" and {len(names) - NAMES} more" if len(names) > NAMES else "")


def evaluated_in(one: PanelRole) -> int:
    """Return how many conditions are evaluated: each has a role for a persona, or it is unseen there."""
    return len({*one.unseen, *(name for names in one.roles.values() for name in names)})


def _absent(seen: Testability) -> list[str]:
    return [f"not in the panel: {name}, the persona of {_where(where, 0)}" for name, where in seen.absent.items()]
