"""Does the analysis keep its word? Tests and intervals on simulated experiments whose truth is known.

`python -m tools.calibrate` writes docs/calibration.md. Everything but the replies is the real thing: the design is that
of specs/issue200.yaml as compiled, the replies' hits are drawn by emspec_sim, their row table, summary, tests and
verdicts are those of a run.
"""
