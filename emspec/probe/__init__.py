"""What a spec needs of a tokenizer: asked in a worker, cached by digest, known to every later plan."""

from emspec.probe.answers import Answer, read_answers
from emspec.probe.findings import findings
from emspec.probe.questions import ProbePlan, Question, can_probe, compile_probe

__all__ = ["Answer", "ProbePlan", "Question", "can_probe", "compile_probe", "findings", "read_answers"]
