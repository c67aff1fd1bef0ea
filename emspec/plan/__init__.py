"""Spec to plan: what is to be done, under which keys."""

from emspec.plan.compile import compile_plan

__all__ = ["compile_plan"]
