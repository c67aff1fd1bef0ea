"""The language: a spec's text -> an Experiment, or every problem in it at once."""

from emspec.language.attained import attained
from emspec.language.codes import explain
from emspec.language.load import load
from emspec.language.whole import whole_profile, whole_registry, whole_spec

__all__ = ["attained", "explain", "load", "whole_profile", "whole_registry", "whole_spec"]
