#!/usr/bin/env python3
"""Writes sky/src/delta_t.rs: observed TT - UT1 on the first day of each year, in hundredths of a second.

    python tools/sky/delta_t.py > sky/src/delta_t.rs

Both series are public records that skyfield brings along: until 1972 the US Naval Observatory's `historic_deltat`,
afterwards the IERS's daily values (`finals2000A`), TT - UT1 = 32.184 s + (TAI - UTC) - (UT1 - UTC).
"""

from importlib import resources

import numpy as np
from skyfield.api import load

LAST = 2026

data = resources.files("skyfield") / "data"
days, seconds = np.load(data / "historic_deltat.npy")
recent = load.timescale(builtin=True)


def first_day(year):
    return 2451544.5 + round((year - 2000) * 365.25 + 0.25)


values = [
    float(np.interp(first_day(year), days, seconds) if year < 1973 else recent.tt_jd(first_day(year)).delta_t)
    for year in range(1899, LAST + 1)
]
whole = [round(value * 100) for value in values]
print("// Written by tools/sky/delta_t.py.")
print("/// TT - UT in hundredths of a second, on the first day of each year from 1899.")
print(f"const OBSERVED: [i16; {len(whole)}] = [")
for start in range(0, len(whole), 16):
    print("    " + ", ".join(f"{value}" for value in whole[start : start + 16]) + ",")
print("];")
print("/// The last of them, in seconds, and its year.")
print(f"const LAST_OBSERVED: f64 = {whole[-1] / 100};")
print(f"const LAST_YEAR: f64 = {LAST}.0;")
