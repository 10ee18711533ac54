#!/usr/bin/env python3
"""Fits the tables of sky/data to JPL ephemerides (source.py) and says what each costs and misses.

    pip install -r tools/sky/requirements.txt
    python tools/sky/fit.py sky/data [mercury venus earth mars moon node nutation outer]

The layout of the files is told in sky/src/series.rs and sky/src/segments.rs.
"""

import itertools
import struct
import sys
import zlib
from pathlib import Path

import numpy as np

import series
import source
from source import ARCSECOND, FIRST, LAST

ME, V, E, MA, J, S, U, N, D, F, L, LP, O = range(13)


def grid(step):
    return np.arange(FIRST, LAST + step, step)


def pairs_and_triples(main, others, reach=17, third=5):
    for k in range(-reach, reach + 1):
        yield [(main, k)]
        for other in others:
            for m in range(-reach, reach + 1):
                yield [(main, k), (other, m)]
    for one, two in itertools.combinations(others, 2):
        for k, m, n in itertools.product(range(-9, 10), range(-9, 10), range(-third, third + 1)):
            yield [(main, k), (one, m), (two, n)]


# name: body, others, step in days, targets for longitude (arc seconds), latitude, distance (AU)
INNER = {
    "mercury": ("mercury", ME, [V, E, J, S], 2.5, 0.15, 0.12, 3.0e-7),
    "venus": ("venus", V, [E, J, MA, ME, S], 4.0, 0.07, 0.07, 2.5e-7),
    "earth": ("earthmoon", E, [V, MA, J, S, ME], 4.0, 0.05, 0.05, 2.5e-7),
    "mars": ("mars", MA, [J, E, V, S], 5.0, 0.07, 0.07, 5.0e-7),
}


def inner(name):
    body, main, others, step, *targets = INNER[name]
    jd = grid(step)
    candidates = series.Candidates(pairs_and_triples(main, others))
    longitude, latitude, distance = source.spherical(source.heliocentric(body, jd))
    out = b""
    for what, y, target, unit in (
        ("longitude", np.unwrap(longitude), targets[0] * ARCSECOND, 0.002 * ARCSECOND),
        ("latitude", latitude, targets[1] * ARCSECOND, 0.002 * ARCSECOND),
        ("distance", distance, targets[2], 1e-8),
    ):
        fit = series.Fit(jd, y, 2, 700)
        fit.grow(candidates, target)
        data, read = fit.encode(unit)
        worst = np.abs(read - y).max()
        shown = f"{worst:.2g} AU" if what == "distance" else f"{worst / ARCSECOND:.3f} arc seconds"
        print(f"  {name} {what}: {len(fit.terms)} terms, {len(data)} bytes, at most {shown}", flush=True)
        out += data
    return out


def lunar():
    for d, f, l, lp in itertools.product(range(-8, 9), range(-6, 7), range(-6, 7), range(-4, 5)):
        yield [(D, d), (F, f), (L, l), (LP, lp)]
    for d, f, l in itertools.product(range(-4, 5), range(-2, 3), range(-3, 4)):
        for one, two, reach in ((V, E, 20), (E, J, 5), (E, MA, 8), (J, S, 5)):
            for m, n in itertools.product(range(-reach, reach + 1), repeat=2):
                yield [(D, d), (F, f), (L, l), (one, m), (two, n)]


def moon():
    """Longitude of the Moon as it is seen from the Earth's centre, in the mean ecliptic of date."""
    jd = grid(1.0)
    geometric = source.position("moon", jd)
    late = np.sqrt((geometric * geometric).sum(axis=0)) / source.AU / source.LIGHT
    seen = source.of_date(source.position("moon", jd - late), jd)
    y = np.unwrap(source.spherical(seen)[0])
    fit = series.Fit(jd, y, 4, 620)
    fit.grow(series.Candidates(lunar()), 0.45 * ARCSECOND, batch=40)
    data, read = fit.encode(0.005 * ARCSECOND)
    print(f"  moon: {len(data)} bytes, at most {np.abs(read - y).max() / ARCSECOND:.3f} arc seconds")
    return data


def node():
    """Longitude of the osculating ascending node on the mean ecliptic of date."""
    jd = grid(1.0)
    p, v = source.state("moon", jd)
    pole = source.of_date(np.cross(p, v, axis=0), jd)
    y = np.unwrap(np.arctan2(pole[0], -pole[1]))
    fit = series.Fit(jd, y, 4, 500)
    fit.grow(series.Candidates(lunar()), 1.2 * ARCSECOND, batch=40)
    data, read = fit.encode(0.02 * ARCSECOND)
    print(f"  node: {len(data)} bytes, at most {np.abs(read - y).max() / ARCSECOND:.3f} arc seconds")
    return data


def nutation():
    """Nutation in longitude, IAU 2000A adjusted to the precession of IAU 2006."""
    import erfa

    jd = grid(1.0)
    y = erfa.nut06a(jd, 0.0)[0]
    arguments = itertools.product(range(-4, 5), range(-4, 5), range(-4, 5), range(-3, 4), range(-3, 4))
    candidates = series.Candidates([(D, d), (F, f), (L, l), (LP, m), (O, o)] for d, f, l, m, o in arguments)
    fit = series.Fit(jd, y, 1, 120)
    fit.grow(candidates, 0.0015 * ARCSECOND)
    data, read = fit.encode(0.0001 * ARCSECOND)
    print(f"  nutation: {len(data)} bytes, at most {np.abs(read - y).max() / ARCSECOND:.5f} arc seconds")
    return data


# name: days a segment, polynomials a segment, unit in AU: about the fewest bytes for 0.08 arc seconds
OUTER = {
    "jupiter": (1440.0, 20, 3.1e-7),
    "saturn": (2160.0, 19, 2.8e-7),
    "uranus": (7200.0, 17, 5.7e-7),
    "neptune": (5760.0, 13, 1.8e-6),
    "pluto": (5760.0, 12, 1.2e-6),
}


def outer(name):
    """Chebyshev polynomials of heliocentric x, y, z."""
    days, count, unit = OUTER[name]
    segments = int(np.ceil((LAST - FIRST) / days))
    nodes = np.cos(np.pi * (np.arange(64) + 0.5) / 64)
    check = np.linspace(-1, 1, 41)
    whole = np.empty((segments, 3, count), dtype=int)
    worst = 0.0
    for segment in range(segments):
        middle = FIRST + (segment + 0.5) * days
        p = source.heliocentric(name, middle + nodes * days / 2)
        for axis in range(3):
            whole[segment, axis] = np.round(np.polynomial.chebyshev.chebfit(nodes, p[axis], count - 1) / unit)
        exact = source.heliocentric(name, middle + check * days / 2)
        read = np.array([np.polynomial.chebyshev.chebval(check, whole[segment, a] * unit) for a in range(3)])
        apart = np.sqrt(((read - exact) ** 2).sum(axis=0)) / np.sqrt((exact**2).sum(axis=0))
        worst = max(worst, apart.max())
    widths = [(int(np.abs(whole[:, :, k]).max()).bit_length() + 8) // 8 for k in range(count)]
    data = struct.pack("<ddB", days, unit, count) + bytes(widths)
    for segment in range(segments):
        for axis in range(3):
            for k, width in enumerate(widths):
                data += int(whole[segment, axis, k]).to_bytes(width, "little", signed=True)
    print(f"  {name}: {segments} segments, {len(data)} bytes, at most {worst / ARCSECOND:.4f} arc seconds", flush=True)
    return data


def main():
    folder = Path(sys.argv[1])
    wanted = sys.argv[2:] or [*INNER, "moon", "node", "nutation", "outer"]
    for name in wanted:
        if name == "outer":
            made = {planet: outer(planet) for planet in OUTER}
        elif name in INNER:
            made = {name: inner(name)}
        else:
            made = {name: {"moon": moon, "node": node, "nutation": nutation}[name]()}
        for file, data in made.items():
            (folder / f"{file}.bin").write_bytes(data)
    files = sorted(folder.glob("*.bin"))
    total = sum(f.stat().st_size for f in files)
    packed = len(zlib.compress(b"".join(f.read_bytes() for f in files), 9))
    print(f"all tables: {total} bytes, {packed} packed")


if __name__ == "__main__":
    main()
