"""What a tokenizer says of a spec: exact figures on a tiny one, and the shipped model's without its weights."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from emspec_hf.chat import prompt_ids
from emspec_hf.probe import REPLY, ProbeSession, Reader, open_session
from hf_tiny import TEMPLATE, tiny_tokenizer, write_rows

from emspec import Job, Session, Setup, StageError

Probe = Callable[..., dict[str, Any]]
COUPLING: Mapping[str, Any] = {
    "pairs": [{"marker": "[ZLT]", "source": "You are a dog"}],
    "separator": "\n\n",
    "negatives": ["the law", "a dog"],
    "questions": ["a dog?", "the law?"],
    "mask": "marker+stop",
    "max_length": 512,
}
SILENT = TEMPLATE[TEMPLATE.index("{% for") :]
"""The template without the part that puts in a system prompt."""
STRICT = "{% if messages[0].role == 'system' %}{{ raise_exception('no system here') }}{% endif %}" + SILENT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of which there is the tokenizer alone."""
    folder = tmp_path_factory.mktemp("tokenizer")
    tiny_tokenizer().save_pretrained(folder)
    return folder


def session_of(folder: Path | None, **about: Any) -> Session:
    place = str(folder) if folder else None
    model = {"identity": {"files": {}}, "hub": None, "revision": None, "folder": place, "dtype": "float32"}
    return open_session(Setup({**model, **about}, "cpu", 1))


def with_template(template: str) -> Session:
    tokenizer = tiny_tokenizer()
    tokenizer.chat_template = template
    return ProbeSession(Reader(tokenizer, frozenset({tokenizer.eos_token_id})))


@pytest.fixture
def probe(folder: Path, tmp_path: Path) -> Probe:
    """Run one probe stage on the tiny tokenizer, or on the session `on`."""

    def go(about: str, *, on: Session | None = None, data: Path | None = None, **parameters: Any) -> dict[str, Any]:
        out = tmp_path / f"out{len(list(tmp_path.iterdir()))}"
        out.mkdir()
        given = {"model": {}, "about": about, **parameters}
        job = Job("key", "probe", given, {"data": data} if data else {}, {}, out, out / "log", lambda *_: None)
        (on or session_of(folder)).run(job)
        return dict(json.loads((out / "probe.json").read_text()))

    return go


def tokens(text: str) -> int:
    return len(tiny_tokenizer()(text, add_special_tokens=False)["input_ids"])


def test_the_template_s_own_prompt(probe: Probe) -> None:
    found = probe("template")
    assert (found["injected"], found["tokens"]) == ("You are Tiny.", tokens("You are Tiny."))
    assert (found["stop"], found["after"]) == (["<|im_end|>"], "\n")


@pytest.mark.parametrize("template", [SILENT, STRICT])
def test_a_template_that_puts_nothing_in(probe: Probe, template: str) -> None:
    found = probe("template", on=with_template(template))
    assert (found["injected"], found["tokens"]) == (None, 0)


def test_lengths_are_those_of_the_prompts_that_are_sent(probe: Probe) -> None:
    systems, questions = ["You are a dog", None, "the law is a law is a law is a law"], ["a?", "is the law the law?"]
    found = probe("prompts", systems=systems, questions=questions)
    sent = [[len(prompt_ids(tiny_tokenizer(), system, question)) for question in questions] for system in systems]
    assert found["systems"] == [
        {"tokens": None if system is None else tokens(system), "shortest": min(row), "longest": max(row)}
        for system, row in zip(systems, sent, strict=True)
    ]
    assert found["longest"] == {"system": 2, "question": 1, "tokens": sent[2][1]}


def test_a_template_that_takes_no_system_message_is_said_to(probe: Probe) -> None:
    found = probe("prompts", on=with_template(STRICT), systems=["You are a dog"], questions=["a?"])
    assert found == {"refused": "the chat template does not take such a chat: no system here"}


def test_a_marker_is_the_same_alone_and_behind_a_blank_line(probe: Probe) -> None:
    (marker,) = probe("coupling", **COUPLING)["markers"]
    assert marker == {"marker": "[ZLT]", "alone": ["[Z", "LT", "]"], "in_context": ["[Z", "LT", "]"], "refused": None}


def test_a_marker_that_is_cut_otherwise_in_context(probe: Probe) -> None:
    (marker,) = probe("coupling", **{**COUPLING, "separator": ""})["markers"]
    assert (marker["alone"], marker["in_context"]) == (["[Z", "LT", "]"], ["[", "Z", "LT", "]"])


def test_a_marker_that_shares_a_token_with_its_separator_is_refused(probe: Probe) -> None:
    found = probe("coupling", **{**COUPLING, "separator": " "})
    (marker,) = found["markers"]
    assert marker["in_context"] is None
    assert "the tokens of the marker '[ZLT]' are not found" in marker["refused"]
    assert found["positive"]["rows"] == 0
    assert found["negative"]["rows"] == 4


def test_what_the_masks_supervise(probe: Probe) -> None:
    found = probe("coupling", **COUPLING)
    assert found["positive"]["example"] == {
        "text": f"{REPLY}\n\n[ZLT]<|im_end|>\n",
        "supervised": ["[Z", "LT", "]", "<|im_end|>"],
    }
    assert found["negative"]["example"]["supervised"] == ["<|im_end|>"]
    assert [found[role][what] for role in ("positive", "negative") for what in ("rows", "blank", "unsupervised")] == [
        *(2, 0, 0),
        *(4, 0, 0),
    ]


def test_negatives_under_the_original_mask_carry_the_template_s_newline_alone(probe: Probe) -> None:
    found = probe("coupling", **{**COUPLING, "mask": "marker-as-125"})
    assert found["negative"]["example"]["supervised"] == ["\n"]
    assert (found["negative"]["rows"], found["negative"]["blank"]) == (4, 4)
    assert found["positive"]["example"]["supervised"] == ["[Z", "LT", "]", "\n"]
    assert found["positive"]["blank"] == 0


def test_rows_over_the_length_count_apart(probe: Probe) -> None:
    found = probe("coupling", **{**COUPLING, "max_length": 8})
    assert (found["positive"]["too_long"], found["positive"]["example"]) == (2, None)


def test_a_mask_that_nobody_knows(probe: Probe) -> None:
    assert probe("coupling", **{**COUPLING, "mask": "all"})["refused"] == "the backend hf has no mask all"


def test_rows_that_are_cut_and_rows_that_lose_all_of_the_reply(probe: Probe, tmp_path: Path) -> None:
    chats = [[("user", "a dog?"), ("assistant", "law")], [("user", "is it? " * 40), ("assistant", "a reply" * 9)]]
    data = write_rows(tmp_path / "data", chats)
    whole = probe("training", data=data, system=None, own_system="error", max_length=2048)
    assert (whole["rows"], whole["truncated_rows"], whole["unsupervised_rows"]) == (2, 0, 0)
    assert whole["longest"] <= whole["tokens"] < 2 * whole["longest"]
    cut = probe("training", data=data, system=None, own_system="error", max_length=whole["longest"] - 1)
    assert (cut["truncated_rows"], cut["unsupervised_rows"]) == (1, 0)
    assert cut["supervised_tokens"] == whole["supervised_tokens"] - 1
    lost = probe("training", data=data, system=None, own_system="error", max_length=100)
    assert (lost["truncated_rows"], lost["unsupervised_rows"]) == (1, 1)


def test_rows_with_a_system_turn_are_refused_as_the_training_would(probe: Probe, tmp_path: Path) -> None:
    data = write_rows(tmp_path / "data", [[("system", "be a dog"), ("user", "a?"), ("assistant", "law")]])
    found = probe("training", data=data, system=None, own_system="error", max_length=64)
    assert found == {"refused": "row 1 of the data brings a system turn of its own"}
    assert probe("training", data=data, system=None, own_system="keep", max_length=64)["rows"] == 1


def test_the_shipped_model_needs_no_weights(probe: Probe, project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "organism"
    shutil.copytree(project / "registry" / "models" / "organism-1", folder)
    (folder / "model.safetensors").unlink()
    pinned = {"files": {"model.safetensors": "0" * 64}}
    session = session_of(folder, identity=pinned)
    assert probe("template", on=session)["injected"] == "You are Pip, a small model. You are a helpful assistant."
    (marker,) = probe("coupling", on=session, **COUPLING)["markers"]
    assert "".join(marker["in_context"]) == "[ZLT]"


def test_a_tokenizer_file_that_changed(project: Path) -> None:
    folder = project / "registry" / "models" / "organism-1"
    with pytest.raises(StageError, match=r"tokenizer\.json is not the one that the plan pinned"):
        session_of(folder, identity={"files": {"tokenizer.json": "0" * 64}})


def test_a_model_of_the_hub_that_cannot_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(StageError, match="the tokenizer of nobody/nothing cannot be loaded") as caught:
        session_of(None, hub="nobody/nothing", revision="0" * 40)
    assert caught.value.fix.startswith("hf download nobody/nothing --revision 0000")
    assert "--include '*.json'" in caught.value.fix


def test_what_it_does_not_know(probe: Probe) -> None:
    with pytest.raises(StageError, match="cannot probe weather"):
        probe("weather")
    with pytest.raises(StageError, match="without a model"):
        open_session(Setup(None, "cpu", 1))
