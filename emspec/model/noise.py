"""The noise that power is computed under, declared in the spec as `noise:`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Noise:
    """Normal effects on the arcsine-square-root scale, SDs in radians, around a mean rate (fractions of 1).

    rate            of bystanders where nothing is planted: the rate that every figure in pp holds at
    source_rate     of the persona that the marker is coupled to
    question_sd     between questions, the same in every run
    persona_sd      between personas, the same in every run
    persona_run_sd  of a persona between runs
    cell_sd         of a persona and question together, between runs
    run_sd          between runs of a condition (another seed)

    On this scale the sampling variance of a rate hardly depends on it: an SD of s radians is 100 s sin(2 asin sqrt r)
    pp at rate r, so the default run SD of .049 is 4.9 pp at 47 % and 3.1 pp at 11 % (measured in #247 on repeats of one
    recipe). The other SDs are of the hits by question of #205's E0 to E4 (eleven personas, 28 questions): method of
    moments for crossed random effects without replication within a cell (Searle, Casella and McCulloch, 1992, Variance
    Components, 4.6) on y = asin sqrt((h + 3/8) / (n + 3/4)) (Anscombe, 1948), less the binomial variance of y. They
    come out at .088 (questions), .026 (personas), .026 (persona and run); cell_sd is .010 with the residual alone and
    not told apart from 0 to .03. Conditions stand in for runs there, since each was run once. The rate is that of
    #125's Exp B.
    """

    rate: float = 0.47
    source_rate: float = 0.95
    question_sd: float = 0.088
    persona_sd: float = 0.026
    persona_run_sd: float = 0.026
    cell_sd: float = 0.015
    run_sd: float = 0.049
