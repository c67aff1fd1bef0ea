from __future__ import annotations

import numpy as np
import torch
from emspec_hf.sampling import Sampling, choose, uniforms
from scipy import stats

PLAIN = Sampling(1.0, 1.0, 8)


def test_numbers_belong_to_the_request_alone() -> None:
    one = uniforms(42, "a", "b", 3, 8)
    assert np.array_equal(one, uniforms(42, "a", "b", 3, 8))
    assert np.array_equal(one[:4], uniforms(42, "a", "b", 3, 4))
    others = [
        (43, "a", "b", 3),
        (42, "", "b", 3),
        (42, None, "b", 3),
        (42, "a", "c", 3),
        (42, "a", "b", 4),
        (42, "ab", "", 3),
    ]
    assert all(not np.array_equal(one, uniforms(*other, 8)) for other in others)
    assert ((one >= 0) & (one < 1)).all()


def test_numbers_are_uniform_over_requests() -> None:
    draws = np.concatenate([uniforms(1, "s", "q", n, 20) for n in range(1000)])
    assert stats.kstest(draws, "uniform").pvalue > 0.001


def test_draws_follow_the_softmax() -> None:
    logits = torch.tensor([2.0, 0.0, -1.0, 1.0, -30.0]) * 1.5
    draws = torch.from_numpy(np.concatenate([uniforms(5, None, "q", n, 1) for n in range(20000)]))
    tokens = choose(logits.expand(20000, -1), draws, Sampling(1.5, 1.0, 1))
    counts = torch.bincount(tokens, minlength=5)
    shares = torch.softmax(torch.tensor([2.0, 0.0, -1.0, 1.0]), -1).numpy().astype(float)
    assert counts[4] == 0
    assert stats.chisquare(counts[:4].numpy(), shares / shares.sum() * 20000).pvalue > 0.001


def test_inverse_of_a_hand_worked_distribution() -> None:
    logits = torch.log(torch.tensor([[0.5, 0.25, 0.25]])).expand(5, -1)
    draws = torch.tensor([0.0, 0.499, 0.501, 0.7501, 0.9999], dtype=torch.float64)
    assert choose(logits, draws, PLAIN).tolist() == [0, 0, 1, 2, 2]


def test_top_p_keeps_the_smallest_set_that_reaches_it() -> None:
    logits = torch.log(torch.tensor([[0.1, 0.5, 0.15, 0.25]])).expand(4, -1)
    draws = torch.tensor([0.0, 0.66, 0.67, 0.999], dtype=torch.float64)
    assert choose(logits, draws, Sampling(1.0, 0.7, 1)).tolist() == [1, 1, 3, 3]
    assert choose(logits, draws, Sampling(1.0, 0.4, 1)).tolist() == [1, 1, 1, 1]


def test_temperature_zero_is_greedy() -> None:
    logits = torch.tensor([[0.0, 3.0, 3.0], [1.0, 0.0, 0.5]])
    assert choose(logits, torch.tensor([0.99, 0.99], dtype=torch.float64), Sampling(0, 1.0, 1)).tolist() == [1, 0]


def test_a_token_of_no_probability_is_never_drawn() -> None:
    logits = torch.tensor([[-torch.inf, 0.0, -torch.inf, 0.0, -torch.inf]]).expand(3, -1)
    draws = torch.tensor([0.0, 0.5, 1 - 2**-53], dtype=torch.float64)
    assert choose(logits, draws, PLAIN).tolist() == [1, 3, 3]
