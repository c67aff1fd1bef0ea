"""Power before the run: what each hypothesis' test would find, and what would let it find more."""

from emspec.power.questions import Asked, PowerPlan, compile_power
from emspec.power.report import PowerReport, report

__all__ = ["Asked", "PowerPlan", "PowerReport", "compile_power", "report"]
