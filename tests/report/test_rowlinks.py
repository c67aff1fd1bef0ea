from __future__ import annotations

import shlex

from emspec.report.rowlinks import rows_command


def test_the_command_names_the_rows_and_can_be_pasted() -> None:
    found = rows_command("issue200-sim-1", {"condition": "B0", "persona": "it's", "hit": True, "seed": 42, "x": None})
    assert shlex.split(found) == [
        *("emspec", "rows", "issue200-sim-1", "--where", "condition=B0"),
        *("--where", "persona=it's", "--where", "hit=true", "--where", "seed=42"),
    ]
