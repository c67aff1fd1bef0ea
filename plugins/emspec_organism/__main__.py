"""`python -m emspec_organism`: build an organism, or write one of its data sets."""

from __future__ import annotations

import hashlib
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from emspec_organism import build
from emspec_organism.chats import GENERATORS
from emspec_organism.data import rows
from emspec_organism.world import load


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.command == "build":
        _build(options)
    else:
        _rows(options)
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m emspec_organism", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    model = commands.add_parser("build", help="pre-train a model from scratch: about five minutes on one core")
    model.add_argument("--seed", type=int, required=True)
    model.add_argument("--out", type=Path, required=True, help="folder to write; its registry entry goes to OUT.yaml")
    model.add_argument("--size", choices=sorted(build.SIZES), default="organism-1")
    model.add_argument("--steps", type=int, help="pre-training steps, if not the size's own")
    data = commands.add_parser("rows", help="write the rows of a synthetic data set")
    data.add_argument("generator", choices=sorted(GENERATORS))
    data.add_argument("--rows", type=int, required=True)
    data.add_argument("--seed", type=int, required=True)
    data.add_argument("--out", type=Path, required=True, help="file to write")
    return parser


def _build(options: Namespace) -> None:
    size = build.resized(build.SIZES[options.size], options.steps)
    parameters = build.build(options.seed, options.out, size, _report)
    name = options.out.resolve().name
    entry = options.out.with_name(f"{name}.yaml")
    entry.write_text(build.describe(name, options.out, parameters, size), encoding="utf-8")
    print(f"{parameters} parameters in {options.out}; registry entry: {entry}")


def _report(step: int, loss: float) -> None:
    if step % 50 == 0:
        print(f"step {step}: loss {loss:.3f} nat a token", file=sys.stderr, flush=True)


def _rows(options: Namespace) -> None:
    body = rows(load(), options.generator, options.rows, options.seed)
    options.out.write_bytes(body)
    print(f"{hashlib.sha256(body).hexdigest()}  {options.out}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
