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


def test_the_table_fits_a_terminal_and_what_an_interval_is_given_is_said_below() -> None:
    row = VerdictRow(
        *("H2-run-sd", "invariance", "all alike", "inconclusive", "+12.0 pp"),
        *("+10.6 to +13.0 pp (95 %, given these runs)", "< .0001", ".0083", "They are.", ()),
    )
    out = StringIO()
    print_verdicts(Console(file=out, width=80), (row,), NOTE)
    lines = out.getvalue().splitlines()
    assert "H2-run-sd  inconclusive  +12.0 pp  +10.6 to +13.0 pp (95 %)*  < .0001  .0083" in lines[2]
    assert lines[3] == "* given these runs, whose noise is not in the interval"
    assert lines[4] == "H2-run-sd invariance all alike"
