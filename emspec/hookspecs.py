"""The hooks a plugin may implement. Their docstrings are the contract.

A plugin is a module named under the entry-point group `emspec`; its functions marked with `@emspec.hookimpl` are called
by the names below. Hooks are called once, when a command that needs them starts, and must be cheap: a plugin's module
imports the `emspec` root and the standard library only, and names its heavy code as "module:callable".

Stage kinds and what passes in and out (parameters are in the key; files are relative to the artifact's folder)
---------------------------------------------------------------------------------------------------------------
A stage that lacks a file named under `out` fails (figures may be missing), and so does one whose file is not JSON where
it has to be, or whose replies are not those asked for; further files may lie beside them, under any name but
manifest.json. A session that for long (`emspec run --silence`) neither opens, nor ends a stage, nor calls its
progress, is taken for hung and ended.

data      parameters: source {...}, contract {rows, sha256?, md5?}
          out: rows.jsonl, one {"messages": [{"role", "content"}, ...]} a line. The contract is the backend's to check;
          a backend that fetches also leaves source.json: {"revision" (what was asked for, resolved), "sha256"};
          optional: held_out.jsonl, further rows of the kind in the same form, none of them in rows.jsonl
train     parameters: model {...identity}, system (text or null), own_system (error|keep|replace), recipe {...}, seed
          in: data (a data stage), adapter.1, adapter.2 ... (adapters to stand on, the oldest first; frozen)
          out: adapter_config.json, adapter_model.safetensors (PEFT's layout, no path inside),
          losses.jsonl: {"step", "loss", "lr", "grad_norm"} per optimiser step,
          training.json: {"kind": "train", "system", "seed", "rows", "supervised_tokens", "tokens",
          "truncated_rows" (cut at max_length), "unsupervised_rows" (rows without a token that carries loss)};
          optional, where data has held_out.jsonl: "held_out": {"rows", "supervised_tokens", "before", "after"}, the
          mean loss (nat) of a supervised token of these rows before and after the training
couple    parameters: model, source (text) and marker, or pairs [{"source", "marker"}] where several are taught jointly;
          separator, negatives [text], questions [text], positives (of each source), recipe {..., mask}, seed
          in: replies (a generate stage: systems are the sources, then the negatives), adapter.*
          out: as train; training.json: {"kind": "couple", "source" and "marker" or "pairs", "negatives", "separator",
          "mask", "seed", "rows", "supervised_tokens", "tokens"};
          receipt.jsonl: per training row {"role": positive|negative, "system" (SHA-256), "question" (index), "sample",
          "tokens", "supervised", "supervised_ids": [...]}
generate  parameters: model, systems [text or null], questions [text], samples, sampling {temperature, top_p,
          max_tokens}, seed, and for backends with `named` names {systems, questions}
          in: adapter.*
          out: replies.jsonl, ordered by system, question, sample: {"system": index, "question": index, "sample": int,
          "text": str, "tokens": int, "finish": "stop"|"length"}
          A reply depends on its own system, question, sample and the seed, not on the other requests. Of recorded
          replies, tokens and finish may be null: they are not known.
adapter   parameters: model, origin {"config", "sha256" (digests of a folder's two files)} or {"hub", "revision",
          "sha256"?}; for backends with `named` roles {"induction": text or null, "pairs", "negatives"}
          places: adapter_config.json and adapter_model.safetensors of a folder
          out: adapter_config.json, adapter_model.safetensors, as train leaves them: they name the plan's model
extract   parameters: model, systems [text], questions [text], methods [A|B], layers [int], max_tokens
          in: adapter.*          out: no plugin of the project brings this kind yet
results   parameters: systems, questions, samples, names, seed, where {column: text}? (which rows of a table are
          meant), options {"file" (SHA-256), ...}; places: option.file
          out: replies.jsonl as generate: the replies that were recorded elsewhere. Of a reply that was counted and not
          kept: text, tokens and finish null, and "hit": bool
gate      parameters: rule {"metric", "differs", "comparison", "threshold"}, runs [{"arm": condition|baseline, "marker",
          "bystander_rate" and "source_rate": [places among the systems], "replies": per system}]
          in: scores.N for the N-th run (from 1)
          out: decision.json {"open": bool, "condition", "baseline" (or null), "compared", "metric", "comparison",
          "threshold"}; rates as fractions of 1
score     parameters: markers [text]          in: replies
          out: scores.jsonl, line by line as replies.jsonl: {"hits": {marker: {"count": int, "first" and "last": int
          (character) or null, "where": "start"|"inside"|"end"|null}}, "empty": bool, "degenerate": bool}
          of a reply that was counted and not kept: {"hits": {marker: {"hit": bool, "count", "first", "last", "where":
          null}}, "empty": null, "degenerate": null}
rows      parameters: cells [{"condition", "control", "seed", "replicate"?, "source", "negatives", "pairs"?,
          "induction", "counts_as", "personas": [name], "questions": [text], "markers"}]
          in: replies.N, scores.N for the N-th cell (from 1)
          out: rows.parquet, one row a reply (see emspec_stats.rows), table.json: {"rows", "cells": [...]}
analyse   parameters: design {...}, hypotheses [{"name", "test", "version", "claim", "parameters", and where the spec
          registers a rule "decide": {"criteria": [{"metric", "comparison", "value", "unit"}], "in"?, "of"?,
          "correction"?, "family"?, "draws"?}}]; those whose test nobody brings are left out; where the spec declares
          any, families [{"name", "hypotheses", "correction", "alpha"}]
          in: rows, and training.N.M (the M-th adapter of the N-th cell)
          places: test.NAME -> "module:callable" of each test kind
          out: findings.json (see emspec_stats.analyse), figures/*.svg, figures/*.png
power     parameters: design, cells [as of rows, and "completions": replies per persona and question] of the hypothesis'
          marker, hypothesis (as of analyse), rates and pattern (per cell, per persona: an effect adds effect x part to
          the rate), noise {...} (see emspec.model.noise), bystanders, planted [name], effects [fraction], searches
          [{"verdict", "from", "to"}], target, draws, simulator {"name", "version"}, options (the simulator's)
          places: test.NAME as of analyse, simulate -> "module:callable"
          out: power.json (see emspec_stats.power)
simulate  no stage: what a power stage draws its experiments with, chosen like any backend. Its target is called as
          target({noise, cells, bystanders, planted, options}) and returns an object with hits(number, rates): which
          replies of experiment `number` carry the marker, a numpy array of bool, by cell, persona, question, sample
query     no stage: what `emspec rows` reads a run's rows.parquet with. Its target is called as target(path) and returns
          an object that answers as emspec.RowReader says
probe     what a plan needs of the tokenizer; a session that is opened with the model need load no weights for it
          parameters: model, about (template|prompts|coupling|training), and with it
            prompts: systems [text or null], questions [text]
            coupling: pairs [{"marker", "source" (text)}], separator, negatives [text], questions [text], mask,
            max_length (tokens)
            training: system (text or null), own_system, max_length          in: data
          out: probe.json, a mapping as emspec_hf.probe describes it

The second and further runs of a seed have a parameter "replicate" (2, 3 ...) beside it: it keeps their keys apart.

A stage also gets, where its backend has options, parameters["options"], with file options replaced by their SHA-256 and
the paths in places["option.NAME"].
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import pluggy

from emspec.model.json import Json
from emspec.model.plugin import Backend, TestKind

GROUP = "emspec"
hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


class Hooks(Protocol):
    """The hook specifications, as pluggy reads them."""

    @hookspec
    def emspec_backends(self) -> Iterable[Backend]:
        """Return the backends that the plugin brings.

        When: once per command. All plugins' answers are joined; two backends of one kind and name are a clash: both are
        named with their distributions and neither is used.
        """

    @hookspec
    def emspec_tests(self) -> Iterable[TestKind]:
        """Return the hypothesis tests that the plugin brings.

        When: once per command; joined as backends are. A test's target is called in the analyse stage's worker as
        `target(rows, design, hypothesis)`: a pyarrow Table of rows, the design as JSON values, the hypothesis as
        {"name", "test", "version", "claim", "parameters"}; it returns an emspec.Finding.
        """

    @hookspec
    def emspec_observe(self, event: Mapping[str, Json]) -> None:
        """See one event of a run: {"time": seconds since the epoch, "event": name, ...}, as written to events.jsonl.

        When: in the engine's process, in order, while the run goes on; must return at once. An observer that raises is
        named once and left out from then on. Events: run-started, result-damaged, stage-hit, stage-waiting,
        stage-started, stage-progress, stage-retried, stage-finished, stage-failed, worker-started, worker-ended,
        observer-dropped, run-finished.
        """
