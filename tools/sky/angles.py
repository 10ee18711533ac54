"""The arguments of the series: thirteen angles that grow almost evenly with time.

Mean longitudes of the planets from the ecliptic and equinox of J2000, and the Moon's four arguments and its node:
Simon et al. 1994 (A&A 282, 663), rounded. sky/src/series.rs holds the same numbers in the same order. Their last
digits do not matter: they only say which frequencies the fit may use.
"""

import numpy as np

NAMES = ["Me", "V", "E", "Ma", "J", "S", "U", "N", "D", "F", "l", "lp", "O"]

# radians, radians a Julian century, radians a century squared
ANGLES = np.array(
    [
        [4.40260884, 2608.790314157, 0.0],
        [3.17614670, 1021.328554621, 0.0],
        [1.75347046, 628.307584999, 0.0],
        [6.20347611, 334.061242670, 0.0],
        [0.59954650, 52.969096509, 0.0],
        [0.87401676, 21.329909544, 0.0],
        [5.48129387, 7.478159857, 0.0],
        [5.31188629, 3.813303564, 0.0],
        [5.19846674, 7771.377146812, -2.85e-5],
        [1.62790523, 8433.466158131, -5.94e-5],
        [2.35555590, 8328.691426955, 1.570e-4],
        [6.24006013, 628.301955171, -2.8e-6],
        [2.18243920, -33.757044609, 3.62e-5],
    ]
)


def values(combination, t):
    """The combined angle of sparse `(index, multiplier)` pairs at centuries `t`."""
    total = np.zeros_like(t)
    for index, multiplier in combination:
        c = ANGLES[index]
        total += multiplier * (c[0] + t * (c[1] + t * c[2]))
    return total


def rate(combination):
    """Radians a century at J2000."""
    return sum(m * ANGLES[i][1] for i, m in combination)
