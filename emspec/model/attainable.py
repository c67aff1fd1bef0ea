"""What a hypothesis' test can reach by the design alone, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emspec.model.finding import Verdict


@dataclass(frozen=True)
class Attainable:
    """What a test can reach by its design: the least p it can return, and remarks.

    floor     the least p; None where nothing in the design bounds p from below, or where the test returns none
    remarks   sentences for the plan; the first says why, where the verdict is foregone
    testable  by condition that the hypothesis is about: "", or the reason why it tells nothing there
    foregone  the verdict that every outcome would get; None where the data decide
    lifts     what would let the data decide where the verdict is foregone, each in a few words
    alpha     what p is compared with; None where the test returns none
    only      "passes ... only at ...", where no outcome but the most extreme one passes
    marker    the marker that the test counts, "" where it counts none
    """

    floor: float | None
    remarks: tuple[str, ...] = ()
    testable: Mapping[str, str] = field(default_factory=dict)
    foregone: Verdict | None = None
    lifts: tuple[str, ...] = ()
    alpha: float | None = None
    only: str = ""
    marker: str = ""

    @property
    def usable(self) -> tuple[str, ...]:
        """Return the conditions that the hypothesis can be tested in."""
        return tuple(name for name, reason in self.testable.items() if not reason)
