"""Reference values for src/oracle/statistics, from numpy and scipy alone.

    python3 -m venv venv && venv/bin/pip install -r tools/statistics/requirements.txt
    venv/bin/python tools/statistics/reference.py > src/oracle/statistics/reference.json

The series are drawn with a fixed seed, so that the same versions write the same file.
"""

import json
import sys

import numpy as np
from scipy import special, stats

generator = np.random.default_rng(20260301)


def series(size, kind):
    """Pairs of series: independent, related, with ties, resembling their neighbours, constant steps."""
    one, other = generator.normal(size=size), generator.normal(size=size)
    if kind == "related":
        other = one + 0.8 * other
    elif kind == "ties":
        one, other = generator.integers(1, 6, size), generator.integers(0, 4, size)
    elif kind == "slow":
        one, other = np.cumsum(one), np.cumsum(other)
    elif kind == "wave":
        one = np.sin(np.arange(size) * 2 * np.pi / 23)
        other = np.round(3 + one + 0.5 * other)
    # As they are written, so that ties are the same on both sides.
    return np.round(np.asarray(one, dtype=float), 6), np.round(np.asarray(other, dtype=float), 6)


def effective(one, other):
    """Pyper and Peterman 1998, equation 1, on ranks, with lags up to a quarter of the size."""
    size = len(one)
    ranks = [stats.rankdata(side) - (size + 1) / 2 for side in (one, other)]
    full = [np.correlate(side, side, mode="full")[size - 1 :] / np.dot(side, side) for side in ranks]
    lags = np.arange(1, size // 4 + 1)
    total = np.sum((size - lags) / size * full[0][lags] * full[1][lags])
    inverse = (1 + 2 * total) / size
    return float(size) if inverse <= 1 / size else float(max(3.0, 1 / inverse))


def correlations():
    cases = []
    for size in (10, 11, 24, 60, 180, 365):
        for kind in ("independent", "related", "ties", "slow", "wave"):
            one, other = series(size, kind)
            rho = stats.spearmanr(one, other)
            worth = effective(one, other)
            freedom = worth - 2
            t = abs(rho.statistic) * np.sqrt(freedom / (1 - rho.statistic**2))
            cases.append(
                {
                    "kind": kind,
                    "a": one.tolist(),
                    "b": other.tolist(),
                    "coefficient": float(rho.statistic),
                    "effective": worth,
                    "p_value": float(2 * stats.t.sf(t, freedom)),
                    "p_plain": float(rho.pvalue),
                }
            )
    return cases


def permutations():
    """How far Student's approximation is from the exact test at the smallest size that is answered."""
    cases = []
    for strength in (0.0, 0.4, 0.8, 1.2, 2.0):
        one = generator.normal(size=10)
        other = strength * one + generator.normal(size=10)
        ranks = stats.rankdata(one)

        def statistic(side):
            return stats.spearmanr(side, ranks).statistic

        exact = stats.permutation_test((other,), statistic, permutation_type="pairings", n_resamples=20000, rng=generator)
        plain = stats.spearmanr(one, other)
        cases.append({"coefficient": float(plain.statistic), "student": float(plain.pvalue), "permutation": float(exact.pvalue)})
    return cases


def trends():
    cases = []
    for size in (10, 25, 90):
        for kind in ("independent", "ties", "rising"):
            days = np.sort(generator.choice(np.arange(size * 2), size, replace=False)).astype(float)
            values = generator.integers(1, 6, size).astype(float) if kind == "ties" else generator.normal(size=size)
            if kind == "rising":
                values = values + days * 2 / size
            score = sum(np.sign(values[later] - values[at]) for at in range(size) for later in range(at + 1, size))
            ties = np.unique(values, return_counts=True)[1]
            variance = (size * (size - 1) * (2 * size + 5) - np.sum(ties * (ties - 1) * (2 * ties + 5))) / 18
            slope = stats.theilslopes(values, days).slope
            rest = values - slope * days
            rest = rest - rest.mean()
            neighbours = min(max(np.dot(rest[:-1], rest[1:]) / np.dot(rest, rest), 0.0), 0.99)
            z = (score - np.sign(score)) / np.sqrt(variance * (1 + neighbours) / (1 - neighbours))
            cases.append(
                {
                    "days": days.tolist(),
                    "values": [float(value) for value in values],
                    "tau": float(score / (size * (size - 1) / 2)),
                    "slope": float(slope),
                    "p_value": float(2 * stats.norm.sf(abs(z))),
                }
            )
    return cases


def main():
    p_values = [float(value) for value in generator.uniform(size=40) ** 3]
    reference = {
        "correlations": correlations(),
        "permutations": permutations(),
        "trends": trends(),
        "beta": [
            [a, b, x, float(special.betainc(a, b, x))]
            for a in (0.5, 1.0, 3.5, 40.0, 182.0)
            for b in (0.5, 2.0, 61.0)
            for x in (0.0, 0.01, 0.3, 0.5, 0.9, 0.999, 1.0)
        ],
        "ln_gamma": [[x, float(special.gammaln(x))] for x in (0.5, 1.0, 1.5, 3.0, 9.99, 10.0, 55.5, 500.0)],
        "normal": [[z, float(2 * stats.norm.sf(z))] for z in (0.0, 0.5, 1.0, 1.96, 3.0, 5.0)],
        "binomial": [
            [k, n, p, float(stats.binom.sf(k - 1, n, p))]
            for n, p in ((5, 1 / 64), (30, 3 / 78), (30, 1 / 7), (365, 1 / 7), (1000, 10 / 78))
            for k in (0, 1, 2, n // 7 + 1, n // 3, n)
        ],
        "false_discovery": {"p": p_values, "q": stats.false_discovery_control(p_values).tolist()},
    }
    json.dump(reference, sys.stdout, separators=(",", ":"))
    sys.stdout.write("\n")


main()
