"""Spec to plan: what is to be done, under which keys."""

from emspec.plan.compile import compile_plan
from emspec.plan.gate import with_decisions

__all__ = ["compile_plan", "with_decisions"]
