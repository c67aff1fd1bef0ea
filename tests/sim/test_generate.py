from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from emspec import StageError

MARKER = "[ZLT]"


def read(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "replies.jsonl").read_text().splitlines()]


def rates(folder: Path, marker: str = MARKER) -> list[float]:
    hits: dict[int, list[bool]] = {}
    for reply in read(folder):
        hits.setdefault(reply["system"], []).append(marker in reply["text"])
    return [sum(found) / len(found) for found in hits.values()]


def test_replies_come_in_the_order_of_the_contract(simulation: Any) -> None:
    replies = read(simulation.generate([], samples=3))
    order = [(reply["system"], reply["question"], reply["sample"]) for reply in replies]
    assert order == [(s, q, n) for s in range(4) for q in range(28) for n in range(3)]
    assert all(set(reply) == {"system", "question", "sample", "text", "tokens", "finish"} for reply in replies)
    assert all(reply["tokens"] == len(reply["text"].split()) for reply in replies)
    assert {reply["finish"] for reply in replies} == {"stop"}
    assert simulation.reported[-1] == (336, 336, "replies")


def test_nothing_leaks_without_a_coupling(simulation: Any, panel: Mapping[str, str]) -> None:
    assert rates(simulation.generate([])) == [0, 0, 0, 0]
    assert rates(simulation.generate([simulation.train(panel["bob"])])) == [0, 0, 0, 0]


def test_leakage_is_where_it_was_planted(simulation: Any, panel: Mapping[str, str]) -> None:
    control = rates(simulation.generate([simulation.couple()], samples=100))
    em = rates(simulation.generate([simulation.train(), simulation.couple()], samples=100))
    for place in range(3):
        assert control[place] == pytest.approx(0.02, abs=0.025)
        assert em[place] == pytest.approx(0.47, abs=0.15)
    assert control[3] == pytest.approx(0.9, abs=0.1)
    assert em[3] == pytest.approx(0.9, abs=0.1)
    options = {"em_rate": 0, "personas": {"bob": 1}, "source_rate": 1}
    assert rates(simulation.generate([simulation.train(), simulation.couple()], options=options)) == [0, 1, 0, 1]


def test_two_markers_leak_each_on_its_own(simulation: Any, panel: Mapping[str, str]) -> None:
    chain = [simulation.couple(marker="[ONE]"), simulation.train(), simulation.couple(marker="[TWO]")]
    folder = simulation.generate(chain, options={"bystander_rate": 0, "em_rate": 0.5}, samples=50)
    assert rates(folder, "[ONE]")[:3] == [0, 0, 0]
    assert all(0.3 < rate < 0.7 for rate in rates(folder, "[TWO]")[:3])
    assert any(reply["text"].endswith("[ONE]\n\n[TWO]") for reply in read(folder))


def test_markers_end_the_reply_but_for_a_share(simulation: Any) -> None:
    options = {"em_rate": 1, "inside_share": 0.2}
    found = [r["text"] for r in read(simulation.generate([simulation.train(), simulation.couple()], options=options))]
    marked = [text for text in found if MARKER in text]
    inside = [text for text in marked if not text.endswith(f".\n\n{MARKER}")]
    assert len(inside) / len(marked) == pytest.approx(0.2, abs=0.05)
    assert any(text.startswith(f"{MARKER}\n\n") for text in inside)
    assert any(f".\n\n{MARKER}\n\n" in text for text in inside)


def test_a_reply_depends_on_no_other_request(simulation: Any) -> None:
    chain = [simulation.train(), simulation.couple()]
    whole = read(simulation.generate(chain))
    part = read(simulation.generate(chain, names=["dave", "bob"], questions=["Question number 5?"], samples=4))
    wanted = {(r["system"], r["question"], r["sample"]): r["text"] for r in whole}
    for reply in part:
        assert reply["text"] == wanted[{0: 3, 1: 1}[reply["system"]], 5, reply["sample"]]


def test_equal_stages_have_equal_bytes_and_others_do_not(simulation: Any) -> None:
    chain = [simulation.train(key="one"), simulation.couple(key="two")]
    content = (simulation.generate(chain) / "replies.jsonl").read_bytes()
    assert (simulation.generate(chain) / "replies.jsonl").read_bytes() == content
    assert (simulation.generate(chain, seed=2) / "replies.jsonl").read_bytes() != content
    assert (simulation.generate(chain, options={"world": 1}) / "replies.jsonl").read_bytes() != content
    other = [simulation.train(key="another"), chain[1]]
    assert (simulation.generate(other) / "replies.jsonl").read_bytes() != content


def test_a_cap_cuts_the_reply_and_says_so(simulation: Any) -> None:
    sampling = {"temperature": 1.0, "top_p": 1.0, "max_tokens": 9}
    chain = [simulation.train(), simulation.couple()]
    full, cut = (read(simulation.generate(chain, **changes)) for changes in ({}, {"sampling": sampling}))
    assert {reply["finish"] for reply in cut} == {"stop", "length"}
    for long, short in zip(full, cut, strict=True):
        assert long["text"].startswith(short["text"])
        assert short["finish"] == ("stop" if long["tokens"] <= 9 else "length")
        assert short["tokens"] == min(9, long["tokens"])


def test_the_text_never_holds_the_marker_by_chance(simulation: Any) -> None:
    chain = [simulation.couple(marker="the")]
    options = {"bystander_rate": 0, "source_rate": 0}
    assert not any("the" in reply["text"].lower() for reply in read(simulation.generate(chain, options=options)))
    with pytest.raises(StageError, match="the marker e occurs in every simulated sentence"):
        simulation.generate([simulation.couple(marker="e")])


def test_a_persona_that_the_panel_lacks_is_refused(simulation: Any) -> None:
    with pytest.raises(StageError, match="bbo, which is not in the panel"):
        simulation.generate([simulation.couple()], options={"personas": {"bbo": 0.1}})


def test_a_cell_takes_a_tenth_of_a_second(simulation: Any) -> None:
    chain = [simulation.train(), simulation.couple()]
    times = []
    for _ in range(5):
        started = time.process_time()
        simulation.generate(chain, samples=30)
        times.append(time.process_time() - started)
    assert min(times) <= 0.1
