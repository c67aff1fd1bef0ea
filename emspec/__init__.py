"""emspec: emergent-misalignment experiments from a written specification.

This root is the vocabulary that plugins import; it loads no model library.
"""

from emspec.errors import EmspecError, StageError
from emspec.files import contract_faults, row_facts
from emspec.hookspecs import hookimpl
from emspec.model.alternative import Alternative
from emspec.model.attainable import Attainable
from emspec.model.decision import Comparison, Criterion, Decision, Metric, Unit
from emspec.model.design import design_of
from emspec.model.experiment import Condition, Experiment, Hypothesis
from emspec.model.family import CORRECTIONS, Family, adjusted, levels, reached
from emspec.model.finding import VERDICTS, Finding, Part, Rate, Verdict
from emspec.model.json import Json, JsonObject, canonical, digest, text_digest
from emspec.model.plugin import Backend, TestKind
from emspec.model.rowtable import ColumnKind, RowReader, RowRequest, Where
from emspec.model.speed import Speed
from emspec.model.stage import Job, Session, Setup
from emspec.model.step import CoupleStep, EvaluateStep, TrainStep

__all__ = [
    "CORRECTIONS",
    "VERDICTS",
    "Alternative",
    "Attainable",
    "Backend",
    "ColumnKind",
    "Comparison",
    "Condition",
    "CoupleStep",
    "Criterion",
    "Decision",
    "EmspecError",
    "EvaluateStep",
    "Experiment",
    "Family",
    "Finding",
    "Hypothesis",
    "Job",
    "Json",
    "JsonObject",
    "Metric",
    "Part",
    "Rate",
    "RowReader",
    "RowRequest",
    "Session",
    "Setup",
    "Speed",
    "StageError",
    "TestKind",
    "TrainStep",
    "Unit",
    "Verdict",
    "Where",
    "adjusted",
    "canonical",
    "contract_faults",
    "design_of",
    "digest",
    "hookimpl",
    "levels",
    "reached",
    "row_facts",
    "text_digest",
]
