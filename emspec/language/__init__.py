"""The language: a spec's text -> an Experiment, or every problem in it at once."""

from emspec.language.codes import explain
from emspec.language.load import load

__all__ = ["explain", "load"]
