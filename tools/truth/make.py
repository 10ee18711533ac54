#!/usr/bin/env python3
"""Writes the truth tables of the sky and of what engines derive from it.

    pip install -r tools/truth/requirements.txt
    python tools/truth/make.py tests/truth

positions.csv: apparent geocentric longitudes of date of twelve points at 640 moments from 1899 to 2100.
second.csv: ten bodies at 320 moments from 1899 to 2053, from DE421.
births.csv: of 500 births nakshatra, pada and Vimshottari balance, the moment at which the Sun stood 88 degrees
before, and gate and line of the 26 activations with their longitudes.
"""

import csv
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import erfa
import numpy as np

import heavens

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
ORDER = (
    "41 19 13 49 30 55 37 63 22 36 25 17 21 51 42 3 27 24 2 23 8 20 16 35 45 12 15 52 39 53 62 56 "
    "31 33 7 4 29 59 40 64 47 6 46 18 48 57 32 50 28 44 1 43 14 34 9 5 26 11 10 58 38 54 61 60"
)
WHEEL = [int(gate) for gate in ORDER.split()]
assert sorted(WHEEL) == list(range(1, 65))
LORDS = [
    ("ketu", 7), ("venus", 20), ("sun", 6), ("moon", 10), ("mars", 7),
    ("rahu", 18), ("jupiter", 16), ("saturn", 19), ("mercury", 17),
]  # fmt: skip
assert sum(years for _, years in LORDS) == 120
BODIES = "sun earth north_node south_node moon mercury venus mars jupiter saturn uranus neptune pluto".split()


def text(millis):
    moment = EPOCH + timedelta(milliseconds=millis)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def millis(*date):
    return round((datetime(*date, tzinfo=timezone.utc) - EPOCH) / timedelta(milliseconds=1))


EDGES = [
    millis(1899, 6, 1), millis(1899, 12, 31, 23, 59, 59), millis(1900, 1, 1), millis(1900, 2, 28, 12),
    millis(1900, 3, 1), millis(1972, 6, 30, 23, 59, 59), millis(1972, 7, 1), millis(1999, 12, 31, 23, 59, 59),
    millis(2000, 1, 1, 12), millis(2000, 2, 29), millis(2016, 12, 31, 23, 59, 59), millis(2017, 1, 1),
    millis(2026, 1, 1), millis(2038, 1, 19, 3, 14, 8), millis(2099, 12, 31, 23, 59, 59), millis(2100, 1, 1),
    millis(2100, 2, 28, 12), millis(2100, 3, 1), millis(2100, 12, 31, 23, 59, 59), millis(2101, 1, 1),
]  # fmt: skip


def write(path, head, rows):
    with path.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(head)
        table.writerows(rows)
    print(f"{path.name}: {len(rows)} rows")


def positions(folder):
    rng = np.random.default_rng(20260101)
    # As many moments in each half of a century, so that no stretch goes unseen.
    drawn = [
        int(rng.integers(millis(1900 + 50 * (i % 4), 1, 1), millis(1950 + 50 * (i % 4), 1, 1))) for i in range(620)
    ]
    moments = sorted(EDGES + drawn)
    jd = np.array([heavens.terrestrial(m) for m in moments])
    print(f"frames of pyerfa and skyfield differ by {heavens.frame_against_skyfield(jd[::8]):.6f} arc seconds")
    columns = [heavens.longitude(point, jd) for point in heavens.POINTS]
    rows = [
        [text(m), repr(float(j)), *(f"{c[i]:.8f}" for c in columns)] for i, (m, j) in enumerate(zip(moments, jd))
    ]
    write(folder / "positions.csv", ["utc", "jd_tt", *heavens.POINTS], rows)


def second(folder):
    rng = np.random.default_rng(421)
    moments = sorted(int(m) for m in rng.integers(millis(1899, 8, 15), millis(2053, 10, 1), 320))
    jd = np.array([heavens.terrestrial(m) for m in moments])
    heavens.consult(heavens.SECOND)
    bodies = heavens.POINTS[:10]
    columns = [heavens.longitude(body, jd) for body in bodies]
    rows = [[repr(float(j)), *(f"{c[i]:.8f}" for c in columns)] for i, j in enumerate(jd)]
    write(folder / "second.csv", ["jd_tt", *bodies], rows)


def ayanamsa(jd):
    """As in the Indian Astronomical Ephemeris: 23.720714 degrees at 1990-01-01T12:00Z, nutation included."""

    def moved(jd):
        return np.degrees(erfa.p06e(jd, 0.0)[12] + erfa.nut06a(jd, 0.0)[0])

    anchor = heavens.terrestrial(millis(1990, 1, 1, 12))
    return 23.720714 + moved(jd) - moved(anchor)


def before(jd, arc):
    """When the Sun stood `arc` degrees before, by halving."""
    target = heavens.longitude("sun", jd) - arc
    low, high = jd - arc / 0.95, jd - arc / 1.025
    for _ in range(48):
        middle = (low + high) / 2
        past = (heavens.longitude("sun", middle) - target + 180) % 360 - 180 > 0
        low, high = np.where(past, low, middle), np.where(past, middle, high)
    return (low + high) / 2


def activations(jd):
    """The longitudes of the thirteen bodies of a chart."""
    of = {point: heavens.longitude(point, jd) for point in heavens.POINTS}
    of["earth"] = (of["sun"] + 180) % 360
    of["north_node"], of["south_node"] = of["true_node"], (of["true_node"] + 180) % 360
    return [of[body] for body in BODIES]


def gate_and_line(longitude):
    place = (longitude - 302) % 360 / 5.625
    return f"{WHEEL[int(place)]}.{int(place % 1 * 6) + 1}"


def births(folder):
    rng = np.random.default_rng(19900101)
    moments = sorted(int(m) // 60000 * 60000 for m in rng.integers(millis(1900, 1, 1), millis(2101, 1, 1), 500))
    jd = np.array([heavens.terrestrial(m) for m in moments])
    sidereal = (heavens.longitude("moon", jd) - ayanamsa(jd)) % 360
    design = before(jd, 88.0)
    sides = {"personality": activations(jd), "design": activations(design)}
    head = ["utc", "jd_tt", "moon_sidereal", "nakshatra", "pada", "lord", "balance_years", "design_utc", "design_jd_tt"]
    for side in sides:
        for body in BODIES:
            head += [f"{side}_{body}", f"{side}_{body}_longitude"]
    rows = []
    for i, m in enumerate(moments):
        part = sidereal[i] * 27 / 360
        lord, years = LORDS[int(part) % 9]
        row = [text(m), repr(float(jd[i])), f"{sidereal[i]:.8f}", int(part) + 1, int(part % 1 * 4) + 1, lord]
        row += [f"{(1 - part % 1) * years:.8f}", text(heavens.civil(design[i])), repr(float(design[i]))]
        for columns in sides.values():
            for column in columns:
                row += [gate_and_line(column[i]), f"{column[i]:.6f}"]
        rows.append(row)
    write(folder / "births.csv", head, rows)


if __name__ == "__main__":
    positions(Path(sys.argv[1]))
    births(Path(sys.argv[1]))
    second(Path(sys.argv[1]))
