"""Probe stages: what a spec needs of the tokenizer alone, found before anything is trained. No weights are loaded.

probe.json is a mapping; what is in it depends on what the stage's parameters are `about`:
template   {"injected": the system prompt that the template puts in where none is given, or null, "tokens": its tokens,
           "stop": texts of the tokens that end a reply, "after": what the template puts behind them}
prompts    {"systems": [{"tokens": of the prompt alone, or null, "shortest", "longest": of whole prompts}],
           "longest": {"system": index, "question": index, "tokens"}}
coupling   {"markers": [{"marker", "alone": [texts], "in_context": [texts] or null, "refused": why not, or null}],
           "positive" and "negative": {"rows", "too_long": over max_length, "unsupervised", "blank": rows whose loss is
           on white space alone, "example": {"text": of the last turn, "supervised": [texts]} or null}}
training   {"rows", "tokens", "supervised_tokens", "longest", "truncated_rows", "unsupervised_rows"}
Where tokenizer, template or data allow none of it: {"refused": why not}, as the stage that needs it would say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError
from transformers import AutoTokenizer, GenerationConfig, PreTrainedTokenizerBase

from emspec import Job, Json, JsonObject, Session, Setup, StageError
from emspec_hf.chat import TrainingRow, Turn, prompt_ids, render_rows, supervise, truncate, with_system
from emspec_hf.files import write_json
from emspec_hf.masks import MASKS, find_landmarks
from emspec_hf.rows import counts, one_system, read_chats, truncation
from emspec_hf.source import cannot_load, check_tokenizer, stops_of, verified

REPLY = "It depends on what you need it for. Start with the simplest way, and ask for help where it gets hard."
"""Stands for an on-policy reply in sample rows: those of the run are not there yet."""
SYSTEM, QUESTION = "SYSTEM", "QUESTION"
FILES = "'*.json' --include '*.jinja'"
"""What of a model on the hub a probe needs."""


@dataclass(frozen=True)
class Reader:
    """A tokenizer, and the tokens that end a reply."""

    tokenizer: PreTrainedTokenizerBase
    stops: frozenset[int]

    def texts(self, ids: Sequence[int]) -> list[str]:
        """Return each token's own text."""
        return [str(self.tokenizer.decode([token])) for token in ids]

    def ids(self, text: str) -> list[int]:
        """Return a text's tokens, nothing put before or behind it."""
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])


class ProbeSession:
    """Probes one tokenizer, one stage after another."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def run(self, job: Job) -> None:
        """Find what the stage is about and write it as probe.json."""
        about = job.parameters["about"]
        if about not in ABOUT:
            raise StageError(f"the backend hf cannot probe {about}", f"it probes {', '.join(ABOUT)}")
        write_json(job.out / "probe.json", _found(ABOUT[str(about)], self.reader, job))

    def close(self) -> None:
        """Nothing is held that needs giving back."""


def open_session(setup: Setup) -> Session:
    """Load the model's tokenizer. StageError with the fix where it cannot be had."""
    if setup.model is None:
        raise StageError("a probe was opened without a model", "report this: the plan is wrong")
    source, revision = verified(setup.model, weights=False)
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, revision=revision)
    except (OSError, ValueError) as error:
        raise cannot_load(source, revision, error, FILES) from error
    check_tokenizer(tokenizer, source)
    try:
        generation = GenerationConfig.from_pretrained(source, revision=revision)
    except OSError:  # a model need not have one
        generation = None
    return ProbeSession(Reader(tokenizer, stops_of(generation, tokenizer)))


def template(reader: Reader, job: Job) -> JsonObject:
    """Return what the chat template adds on its own."""
    injected = injected_system(reader.tokenizer)
    (turn,) = render_rows(reader.tokenizer, [_chat(None, QUESTION, REPLY)])
    stop = [token for token in turn.ids[turn.first :] if token in reader.stops]
    behind = turn.text[turn.reply + len(REPLY) :]
    return {
        "injected": injected,
        "tokens": len(reader.ids(injected)) if injected else 0,
        "stop": list(reader.texts(stop)),
        "after": behind[len(str(reader.tokenizer.decode(stop[-1:]))) :] if stop else behind,
    }


def injected_system(tokenizer: PreTrainedTokenizerBase) -> str | None:
    """Return the system prompt that the template puts in where none is given; None where it puts in none.

    It is what stands where a given one would: between what the template writes before and behind that.
    """
    turns = [{"role": "user", "content": QUESTION}]
    try:
        given = str(tokenizer.apply_chat_template(with_system(SYSTEM, turns), tokenize=False))
        alone = str(tokenizer.apply_chat_template(turns, tokenize=False))
    except TemplateError:  # the template knows no system messages
        return None
    before, _, behind = given.partition(SYSTEM)
    if not (alone.startswith(before) and alone.endswith(behind)) or len(alone) < len(before) + len(behind):
        return None
    return alone[len(before) : len(alone) - len(behind)] or None


def prompts(reader: Reader, job: Job) -> JsonObject:
    """Return how long the prompts are, by system prompt."""
    given: Any = job.parameters
    found: list[Json] = []
    longest: tuple[int, int, int] = (0, 0, 0)
    for place, system in enumerate(given["systems"]):
        lengths = [len(prompt_ids(reader.tokenizer, system, question)) for question in given["questions"]]
        most = max(lengths)
        longest = max(longest, (most, -place, -lengths.index(most)))
        alone = None if system is None else len(reader.ids(system))
        found.append({"tokens": alone, "shortest": min(lengths), "longest": most})
        job.progress(place + 1, len(given["systems"]), "prompts")
    tokens, system, question = longest
    return {"systems": found, "longest": {"system": -system, "question": -question, "tokens": tokens}}


def coupling(reader: Reader, job: Job) -> JsonObject:
    """Return how markers are tokenised, and what the rows' mask supervises, for a sample reply to every question."""
    given: Any = job.parameters
    positive: list[tuple[Turn, TrainingRow]] = []
    markers = []
    for pair in given["pairs"]:
        ending = REPLY + given["separator"] + pair["marker"]
        rendered = render_rows(reader.tokenizer, [_chat(pair["source"], q, ending) for q in given["questions"]])
        alone = reader.texts(reader.ids(pair["marker"]))
        about = {"marker": pair["marker"], "alone": alone, "in_context": None, "refused": None}
        try:
            rows = [_masked(reader, turn, pair["marker"], given) for turn in rendered]
            inside = find_landmarks(rendered[0], pair["marker"], given["separator"], reader.stops, "the sample row")
            markers.append({**about, "in_context": reader.texts([rendered[0].ids[place] for place in inside.marker])})
            positive += zip(rendered, rows, strict=True)
        except StageError as error:
            markers.append({**about, "refused": error.message})
    chats = [_chat(system, question, REPLY) for system in given["negatives"] for question in given["questions"]]
    turns = render_rows(reader.tokenizer, chats)
    negative = [(turn, _masked(reader, turn, None, given)) for turn in turns]
    return {
        "markers": markers,
        "positive": _supervision(reader, positive, given["max_length"]),
        "negative": _supervision(reader, negative, given["max_length"]),
    }


def training(reader: Reader, job: Job) -> JsonObject:
    """Return how many rows of the data are cut at max_length, and how many lose all that carries loss by it."""
    given: Any = job.parameters
    chats = [
        one_system(chat, given["system"], given["own_system"], number)
        for number, chat in enumerate(read_chats(job.inputs["data"] / "rows.jsonl"), 1)
    ]
    turns = render_rows(reader.tokenizer, chats)
    rows = [truncate(supervise(turn, range(turn.first, len(turn.ids))), given["max_length"]) for turn in turns]
    return {**counts(rows), "longest": max(len(turn.ids) for turn in turns), **truncation(turns, rows)}


ABOUT: Mapping[str, Callable[[Reader, Job], JsonObject]] = {
    "template": template,
    "prompts": prompts,
    "coupling": coupling,
    "training": training,
}


def _found(look: Callable[[Reader, Job], JsonObject], reader: Reader, job: Job) -> JsonObject:
    try:
        return look(reader, job)
    except StageError as error:
        return {"refused": error.message}
    except TemplateError as error:
        return {"refused": f"the chat template does not take such a chat: {error}"}


def _chat(system: str | None, question: str, reply: str) -> list[dict[str, str]]:
    return with_system(system, [{"role": "user", "content": question}, {"role": "assistant", "content": reply}])


def _masked(reader: Reader, turn: Turn, marker: str | None, given: Any) -> TrainingRow:
    at = find_landmarks(turn, marker, given["separator"], reader.stops, "the sample row")
    if given["mask"] not in MASKS:
        raise StageError(f"the backend hf has no mask {given['mask']}", f"choose one of {', '.join(MASKS)}")
    return supervise(turn, MASKS[given["mask"]](at))


def _supervision(reader: Reader, rows: Sequence[tuple[Turn, TrainingRow]], max_length: int) -> JsonObject:
    """Return what is supervised in rows; those over max_length are not trained on, so that they count apart."""
    kept = [(turn, row) for turn, row in rows if len(row.ids) <= max_length]
    blank = [row for _, row in kept if row.supervised and not "".join(_supervised(reader, row)).strip()]
    example: JsonObject | None = None
    if kept:
        turn, row = kept[0]
        example = {"text": turn.text[turn.reply :], "supervised": _supervised(reader, row)}
    return {
        "rows": len(rows),
        "too_long": len(rows) - len(kept),
        "unsupervised": sum(not row.supervised for _, row in kept),
        "blank": len(blank),
        "example": example,
    }


def _supervised(reader: Reader, row: TrainingRow) -> list[str]:
    return reader.texts([label for label in row.labels if label >= 0])
