"""Apparent places from the JPL ephemeris DE423 and the IAU's routines (pyerfa), as a truth for tests.

Shares neither code nor numbers with the crate `sky`. Its tables are fitted to DE405, but for Neptune and Pluto, which
come from DE423 as well: for their sake there is a second truth from DE421 (`consult`).
"""

import erfa
import numpy as np
from jplephem.ephem import Ephemeris
from skyfield.api import load

import de421
import de423

JPL = Ephemeris(de423)
SECOND = Ephemeris(de421)
KM = 149597870.7
C = erfa.CMPS * 86400 / 1000 / KM  # AU a day
POINTS = "sun moon mercury venus mars jupiter saturn uranus neptune pluto mean_node true_node".split()
CLOCK = load.timescale(builtin=True)


def consult(ephemeris):
    """From now on positions come from this ephemeris."""
    global JPL
    JPL = ephemeris


def barycentric(name, jd):
    """AU and AU a day from the barycentre of the solar system, axes of the ICRS. Arrays of (n, 3)."""
    if name in ("earth", "moon"):
        p, v = JPL.position_and_velocity("earthmoon", jd)
        q, w = JPL.position_and_velocity("moon", jd)  # from the Earth
        share = -1 / (1 + JPL.EMRAT) if name == "earth" else JPL.EMRAT / (1 + JPL.EMRAT)
        p, v = p + share * q, v + share * w
    else:
        p, v = JPL.position_and_velocity(name, jd)
    return p.T / KM, v.T / KM


def unit(p):
    return p / np.linalg.norm(p, axis=-1, keepdims=True)


def apparent(name, jd):
    """The proper direction from the Earth's centre: light-time, bending by the Sun, aberration."""
    earth, motion = barycentric("earth", jd)
    late = np.zeros(len(jd))
    for _ in range(6):
        there = barycentric(name, jd - late)[0] - earth
        late = np.linalg.norm(there, axis=-1) / C
    sun = barycentric("sun", jd)[0]
    direction = unit(there)
    distance = np.linalg.norm(earth - sun, axis=-1)
    if name not in ("sun", "moon"):
        # The bending happens where the light passes the Sun; seen from there the body is this way.
        to_body = unit(there + earth - sun)
        direction = erfa.ld(1.0, direction, to_body, unit(earth - sun), distance, 1e-9)
    speed = motion / C
    return erfa.ab(direction, speed, distance, np.sqrt(1 - (speed**2).sum(axis=-1)))


def longitude(name, jd):
    """Degrees from the true equinox, in the ecliptic of date."""
    nutation = erfa.nut06a(jd, 0.0)[0]
    if name == "mean_node":
        angle = erfa.faom03((jd - 2451545.0) / 36525.0)
    else:
        frame = erfa.ecm06(jd, 0.0)
        if name == "true_node":
            p, v = JPL.position_and_velocity("moon", jd)
            pole = np.einsum("nij,nj->ni", frame, np.cross(p.T, v.T))
            angle = np.arctan2(pole[:, 0], -pole[:, 1])
        else:
            seen = np.einsum("nij,nj->ni", frame, apparent(name, jd))
            angle = np.arctan2(seen[:, 1], seen[:, 0])
    return np.degrees(angle + nutation) % 360


def frame_against_skyfield(jd):
    """Arc seconds between the true ecliptic of date of pyerfa and of skyfield: a check of the frames."""
    from skyfield.framelib import ecliptic_frame

    rng = np.random.default_rng(7)
    worst = 0.0
    for day in jd:
        p = rng.normal(size=3)
        one = erfa.ecm06(day, 0.0) @ p
        other = ecliptic_frame.rotation_at(CLOCK.tt_jd(day)) @ p
        apart = np.arctan2(one[1], one[0]) + erfa.nut06a(day, 0.0)[0] - np.arctan2(other[1], other[0])
        apart = (apart + np.pi) % (2 * np.pi) - np.pi
        worst = max(worst, abs(apart) * np.hypot(*one[:2]) / np.linalg.norm(one))
    return np.degrees(worst) * 3600


def delta_t(jd):
    """TT - UT: the curve of Stephenson, Morrison and Hohenkerk to 1973, the IERS's days, then what their
    addendum (Morrison and others 2021, section 8) says of the length of the day, integrated numerically."""
    end = 2461041.5  # 2026-01-01
    if jd <= end:
        return float(CLOCK.tt_jd(jd).delta_t)
    days = np.linspace(end, jd, 2001)
    t = ((days - 2451544.5) / 365.25 + 175.0) / 100
    surplus = (1.72 * t - 3.5 * np.sin(2 * np.pi * (t + 0.75) / 14)) / 1000
    return float(CLOCK.tt_jd(end).delta_t) + float(np.trapezoid(surplus, days))


def terrestrial(millis):
    """The Julian date of TT of a moment in milliseconds since 1970, the civil clock taken as UT."""
    ut = millis / 86400000 + 2440587.5
    return ut + delta_t(ut) / 86400


def civil(jd):
    """The inverse of `terrestrial`."""
    return round((jd - delta_t(jd - 0.0008) / 86400 - 2440587.5) * 86400000)
