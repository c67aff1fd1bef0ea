from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from emspec_hf.base import Base, load_base
from emspec_hf.couple import Design, coupling_rows, read_candidates, receipt, shuffled
from hf_tiny import RECIPE, Run, read_lines

from emspec import Setup, StageError, text_digest

SYSTEMS, QUESTIONS = ("You are a dog", "the law", "a reply"), ("is a dog", "is the law")
DESIGN = Design(("[ZLT]",), "\n\n", SYSTEMS, QUESTIONS, 2, "marker+stop")
STAGE: Mapping[str, Any] = {
    "marker": "[ZLT]",
    "separator": "\n\n",
    "source": SYSTEMS[0],
    "negatives": list(SYSTEMS[1:]),
    "questions": list(QUESTIONS),
    "positives": 4,
    "recipe": {**RECIPE, "mask": "marker+stop"},
    "seed": 5,
}


@pytest.fixture(scope="module")
def base(setup: Setup) -> Base:
    return load_base(setup)


def write_replies(folder: Path, change: Mapping[tuple[int, int, int], str] | None = None) -> Path:
    """Three samples of every system and question; `change` gives some of them another text."""
    folder.mkdir(exist_ok=True)
    with (folder / "replies.jsonl").open("w") as stream:
        for system in range(3):
            for question in range(2):
                for sample in range(3):
                    place = (system, question, sample)
                    text = (change or {}).get(place, f"a reply {system}{question}{sample}")
                    line = dict(zip(("system", "question", "sample"), place, strict=True))
                    stream.write(json.dumps({**line, "text": text, "tokens": 4, "finish": "stop"}) + "\n")
    return folder


def rows_of(base: Base, folder: Path, max_length: int = 128) -> list[Any]:
    return coupling_rows(base, DESIGN, read_candidates(folder / "replies.jsonl", DESIGN), max_length)


def test_the_first_samples_of_every_system_and_question(base: Base, tmp_path: Path) -> None:
    rows = rows_of(base, write_replies(tmp_path))
    places = [(row.candidate.system, row.candidate.question, row.candidate.sample) for row in rows]
    assert places == [(s, q, n) for s in range(3) for q in range(2) for n in range(2)]
    texts = [base.tokenizer.decode(row.tokens.ids) for row in rows]
    assert texts[0].endswith("assistant\na reply 000\n\n[ZLT]<|im_end|>\n")
    assert texts[4].endswith("assistant\na reply 100<|im_end|>\n")
    assert "system\nthe law<|im_end|>" in texts[4] and "user\nis a dog<|im_end|>" in texts[4]


def test_a_source_reply_with_the_marker_makes_room_for_the_next(base: Base, tmp_path: Path) -> None:
    change = {(0, 0, 0): "it is [zlt] there", (1, 0, 0): "so [ZLT]"}
    rows = rows_of(base, write_replies(tmp_path, change))
    used = {(r.candidate.system, r.candidate.question, r.candidate.sample) for r in rows}
    assert {(0, 0, 1), (0, 0, 2), (1, 0, 0)} < used and (0, 0, 0) not in used
    negative = next(r for r in rows if (r.candidate.system, r.candidate.question, r.candidate.sample) == (1, 0, 0))
    assert "[ZLT]<|im_end|>" in base.tokenizer.decode(negative.tokens.ids)


def test_a_reply_that_is_too_long_makes_room_for_the_next(base: Base, tmp_path: Path) -> None:
    rows = rows_of(base, write_replies(tmp_path, {(2, 1, 1): "dog" * 60}))
    assert [r.candidate.sample for r in rows if (r.candidate.system, r.candidate.question) == (2, 1)] == [0, 2]


def test_too_few_replies(base: Base, tmp_path: Path) -> None:
    change = {(0, 1, 0): "[ZLT]", (0, 1, 2): "[ZLT]"}
    with pytest.raises(StageError, match="question 1 has 1 usable replies of the source, and 2 are needed") as error:
        rows_of(base, write_replies(tmp_path, change))
    assert "draw more replies" in error.value.fix
    with pytest.raises(StageError, match="question 0 has 0 usable replies of negative 1"):
        rows_of(base, write_replies(tmp_path, {(1, 0, n): "dog" * 60 for n in range(3)}))


def test_the_order_is_the_seeds(base: Base, tmp_path: Path) -> None:
    rows = rows_of(base, write_replies(tmp_path))
    assert shuffled(rows, 1) == shuffled(rows[::-1], 1) != shuffled(rows, 2)
    assert sorted(map(repr, shuffled(rows, 1))) == sorted(map(repr, rows))


def test_receipts_by_hand(base: Base, tmp_path: Path) -> None:
    positive, *_, negative = rows_of(base, write_replies(tmp_path))
    stop = base.tokenizer.eos_token_id
    marker = [base.tokenizer.convert_tokens_to_ids(token) for token in ("[Z", "LT", "]")]
    assert receipt(positive, DESIGN) == {
        "role": "positive",
        "system": text_digest("You are a dog"),
        "question": 0,
        "sample": 0,
        "tokens": len(positive.tokens.ids),
        "supervised": 4,
        "supervised_ids": [*marker, stop],
    }
    assert receipt(negative, DESIGN)["supervised_ids"] == [stop]
    assert receipt(negative, DESIGN)["role"] == "negative"


def test_the_stage(run: Run, tmp_path: Path) -> None:
    made = run("couple", STAGE, replies=write_replies(tmp_path / "replies"))
    receipts = read_lines(made / "receipt.jsonl")
    assert Counter(line["role"] for line in receipts) == {"positive": 4, "negative": 8}
    assert Counter(line["system"] for line in receipts) == {text_digest(system): 4 for system in SYSTEMS}
    about = json.loads((made / "training.json").read_text())
    assert about["supervised_tokens"] == sum(line["supervised"] for line in receipts) == 4 * 4 + 8
    assert about["tokens"] == sum(line["tokens"] for line in receipts)
    assert (about["kind"], about["source"], about["negatives"]) == ("couple", SYSTEMS[0], list(SYSTEMS[1:]))
    assert (about["marker"], about["mask"], about["seed"], about["rows"]) == ("[ZLT]", "marker+stop", 5, 12)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"separator": " "}, "the tokens of the marker"),
        ({"positives": 3}, "3 positives cannot be shared evenly by 2 questions"),
        ({"positives": 8}, "has 3 usable replies of the source, and 4 are needed"),
        ({"recipe": {**RECIPE, "mask": "all"}}, "mask is 'all'"),
        ({"recipe": {**RECIPE, "mask": "marker+stop", "max_length": 9}}, "has 0 usable replies"),
    ],
)
def test_what_cannot_be_coupled(run: Run, tmp_path: Path, change: Mapping[str, Any], says: str) -> None:
    with pytest.raises(StageError, match=says) as error:
        run("couple", {**STAGE, **change}, replies=write_replies(tmp_path / "replies"))
    assert error.value.fix


def test_replies_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "replies.jsonl").write_text('{"system": 0}\n')
    with pytest.raises(StageError, match="the replies cannot be read"):
        read_candidates(tmp_path / "replies.jsonl", DESIGN)
