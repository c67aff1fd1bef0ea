from __future__ import annotations

import pytest
from emspec_stats.checks import COUPLING, RULES, TRUNCATION, WORDS, Check, over_runs

GOOD = Check(COUPLING, True, "source rate 90.0 %", {"rate": 0.9})
BAD = Check(COUPLING, False, "source rate 3.0 %", {"rate": 0.03})
UNKNOWN = Check(COUPLING, None, "no source was evaluated")


@pytest.mark.parametrize(("check", "judged"), [(GOOD, "took"), (BAD, "did not take"), (UNKNOWN, "not measured")])
def test_a_judgement_is_a_word_or_two(check: Check, judged: str) -> None:
    assert check.to_json()["judged"] == check.judged == judged


def test_every_check_has_words_and_a_rule_with_its_threshold() -> None:
    assert RULES.keys() == WORDS.keys()
    assert all(any(sign.isdigit() for sign in rule) for rule in RULES.values())
    assert Check(TRUNCATION, False, "").judged == "frequent"


@pytest.mark.parametrize(
    ("runs", "passed", "said"),
    [
        ([("42", GOOD), ("137", GOOD)], True, "whole"),
        ([("42", GOOD), ("137", BAD)], False, "whole; did not take in seed 137"),
        ([("42", BAD), ("137", BAD), ("256", UNKNOWN)], False, "whole; did not take in seeds 42, 137"),
        ([("42", BAD)], False, "whole"),
        ([("42", GOOD), ("137", UNKNOWN)], None, "whole; seed 137: no source was evaluated"),
        ([("42", UNKNOWN), ("137", UNKNOWN)], None, "no source was evaluated"),
    ],
)
def test_a_condition_passes_where_all_its_runs_do(
    runs: list[tuple[str, Check]], passed: bool | None, said: str
) -> None:
    found = over_runs(Check(COUPLING, True, "whole", {"rate": 0.5}), runs)
    assert (found.passed, found.said, found.figures) == (passed, said, {"rate": 0.5})
