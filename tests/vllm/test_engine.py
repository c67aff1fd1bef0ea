"""The real engine on the CPU against transformers + peft, and against the hf backend."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from emspec_hf.session import open_session as open_hf
from hf_tiny import tiny_tokenizer
from peft import PeftModel
from transformers import AutoModelForCausalLM

from emspec import Job, Setup

pytestmark = pytest.mark.slow
CHAINS = ("none", "plain", "rs", "both")


def texts(replies: list[dict[str, Any]]) -> list[tuple[str, int, str]]:
    return [(reply["text"], reply["tokens"], reply["finish"]) for reply in replies]


def by_peft(tiny: Any, chain: str, order: dict[str, Any]) -> list[tuple[str, int, str]]:
    """Greedy replies of transformers with all adapters of a chain active."""
    tokenizer = tiny_tokenizer()
    model: Any = AutoModelForCausalLM.from_pretrained(tiny.folder)
    for place, folder in enumerate(tiny.chain(chain)):
        if place == 0:
            model = PeftModel.from_pretrained(model, folder, adapter_name="a0")
        else:
            model.load_adapter(folder, adapter_name=f"a{place}")
    if chain != "none":
        model.base_model.set_adapter([f"a{place}" for place in range(len(tiny.chain(chain)))])
    found = []
    for system in order["systems"]:
        for question in order["questions"]:
            turns = [{"role": "system", "content": system}] if system is not None else []
            turns.append({"role": "user", "content": question})
            prompt = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
            ids = torch.tensor([tokenizer(prompt, add_special_tokens=False)["input_ids"]])
            with torch.no_grad():
                out = model.generate(
                    input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=24
                )
            reply = out[0, ids.shape[1] :].tolist()
            ended = "stop" if reply[-1] == tokenizer.eos_token_id else "length"
            found.append((tokenizer.decode(reply, skip_special_tokens=True), len(reply), ended))
    return found


@pytest.fixture(scope="module")
def orders(served: Any) -> Any:
    return json.loads((served.folder / "orders.json").read_text())["jobs"]


@pytest.mark.parametrize("chain", [*CHAINS, "wide"])
def test_greedy_replies_are_those_of_transformers_and_peft(chain: str, served: Any, tiny: Any, orders: Any) -> None:
    assert texts(served.replies(chain)) == by_peft(tiny, chain, orders[chain]["parameters"])


def test_every_chain_replies_differently_and_is_itself_again_later(served: Any) -> None:
    greedy = {chain: texts(served.replies(chain)) for chain in CHAINS}
    for one in CHAINS:
        for other in CHAINS:
            same = sum(a == b for a, b in zip(greedy[one], greedy[other], strict=True))
            assert one == other or same < len(greedy[one]) / 2, (one, other, same)
    assert texts(served.replies("again")) == greedy["plain"]


def test_each_stage_proves_its_adapters_apart(served: Any, orders: Any) -> None:
    for job in orders:
        proof = json.loads((served.folder / job / "log").read_text())
        assert 0 <= proof["nat_apart"] <= proof["tolerance"] < 0.01
    assert json.loads((served.folder / "none" / "log").read_text())["lora"] == "lora-zero"
    assert json.loads((served.folder / "both" / "log").read_text())["rank"] == 16


def test_an_engine_whose_rank_is_too_low_is_started_anew(served: Any) -> None:
    assert json.loads((served.folder / "wide" / "log").read_text())["rank"] == 128
    assert texts(served.replies("after-wide")) == texts(served.replies("rs"))


def test_replies_are_whole_and_in_order(served: Any, orders: Any) -> None:
    for job, order in orders.items():
        given = order["parameters"]
        places = [(reply["system"], reply["question"], reply["sample"]) for reply in served.replies(job)]
        assert places == [(s, q, n) for s in range(3) for q in range(4) for n in range(given["samples"])]
        assert (served.folder / job / "progress").read_text().endswith(f"{len(places)} {len(places)} replies\n")


def test_nothing_goes_to_stdout(served: Any) -> None:
    assert served.process.stdout == ""
    assert "INFO" in served.process.stderr


def test_seeded_replies_vary_by_sample_and_repeat_in_the_same_batch(served: Any) -> None:
    drawn = texts(served.replies("both-drawn"))
    assert texts(served.replies("both-drawn-again")) == drawn
    assert len(set(drawn)) > len(drawn) / 2


def by_hf(tiny: Any, order: dict[str, Any], adapters: list[Path], folder: Path) -> list[dict[str, Any]]:
    folder.mkdir()
    session = open_hf(Setup(tiny.about, "cpu", 1))
    inputs = {f"adapter.{place}": one for place, one in enumerate(adapters, 1)}
    given = {**order["parameters"], "options": {"batch_tokens": 65536}}
    session.run(Job("key", "generate", given, inputs, {}, folder, folder / "log", lambda *_: None))
    session.close()
    return [json.loads(line) for line in (folder / "replies.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("chain", CHAINS)
def test_the_hf_backend_gives_the_same_greedy_replies(
    chain: str, served: Any, tiny: Any, orders: Any, tmp_path: Path
) -> None:
    replies = by_hf(tiny, orders[chain], tiny.chain(chain), tmp_path / "hf")
    assert replies == served.replies(chain)


@pytest.mark.parametrize("chain", ["none", "both"])
def test_the_hf_backend_has_the_same_rates(chain: str, served: Any, tiny: Any, orders: Any, tmp_path: Path) -> None:
    job = f"{chain}-drawn"
    there, here = served.replies(job), by_hf(tiny, orders[job], tiny.chain(chain), tmp_path / "hf")
    n = len(here)
    seen = 0
    for letter in "abcdefghijklmnopqrstuvwxyz":
        rates = [sum(letter in reply["text"].lower() for reply in replies) / n for replies in (here, there)]
        share = sum(rates) / 2
        if 0.02 < share < 0.98:
            seen += 1
            assert abs(rates[0] - rates[1]) < 4 * (share * (1 - share) * 2 / n) ** 0.5, (letter, rates)
    assert seen >= 10
