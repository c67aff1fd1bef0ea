from __future__ import annotations

from io import StringIO

from rich.console import Console

from emspec.console.verdicts import print_verdicts
from emspec.model.experiment import ProfileNote
from emspec.report.verdicts import VerdictRow

NOTE = ProfileNote("sim", "", "cpu", ())
ROW = VerdictRow("H2", "invariance", "all alike", "supported", "+1.0 pp", "", ".01", "", "They are.", ())


def printed(*rows: VerdictRow) -> str:
    out = StringIO()
    print_verdicts(Console(file=out, width=200), rows, NOTE)
    return out.getvalue()


def test_without_hypotheses_there_is_no_table() -> None:
    assert printed() == ""
    assert "Verdicts (sim profile)" in printed(ROW)
