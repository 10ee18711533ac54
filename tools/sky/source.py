"""Positions of DE405 in the frames that the tables use. The truth tables come from another ephemeris (DE423).

Of Neptune and Pluto DE405 knew too little: it is more than an arc second away from its successors. For these two
alone the source is DE423 too; the truth tables hold them to DE421 besides.
"""

import numpy as np
from jplephem.ephem import Ephemeris

import de405
import de423

ARCSECOND = np.pi / 648000
EPHEMERIS = Ephemeris(de405)
NEWER = Ephemeris(de423)
AU = EPHEMERIS.AU
LIGHT = EPHEMERIS.CLIGHT * 86400 / AU  # AU a day

FIRST = 2414714.5  # 1899-03-01
LAST = 2488470.5  # 2101-02-06


def turn(axis, angle):
    """The matrix that turns the frame about an axis (0 x, 1 y, 2 z) by radians, which may be an array."""
    c, s = np.cos(angle), np.sin(angle)
    zero, one = np.zeros_like(c), np.ones_like(c)
    rows = {
        0: [[one, zero, zero], [zero, c, s], [zero, -s, c]],
        1: [[c, zero, -s], [zero, one, zero], [s, zero, c]],
        2: [[c, s, zero], [-s, c, zero], [zero, zero, one]],
    }[axis]
    return np.array(rows)


# From the axes of the ephemeris (ICRS) to mean equator and equinox of J2000 (IERS Conventions 2010, 5.4.4), then to
# the ecliptic by the obliquity of IAU 2006.
BIAS = turn(0, 0.0068192 * ARCSECOND) @ turn(1, -0.016617 * ARCSECOND) @ turn(2, -0.0146 * ARCSECOND)
TO_ECLIPTIC = turn(0, 84381.406 * ARCSECOND) @ BIAS


def position(name, jd, ephemeris=EPHEMERIS):
    """Kilometres, in the ecliptic of J2000, from where the ephemeris counts."""
    return TO_ECLIPTIC @ ephemeris.position(name, jd)


def state(name, jd):
    """Position and velocity a day."""
    p, v = EPHEMERIS.position_and_velocity(name, jd)
    return TO_ECLIPTIC @ p, TO_ECLIPTIC @ v


def heliocentric(name, jd):
    """AU from the Sun; `earthmoon` is the barycentre of Earth and Moon."""
    ephemeris = NEWER if name in ("neptune", "pluto") else EPHEMERIS
    return (position(name, jd, ephemeris) - position("sun", jd, ephemeris)) / AU


def spherical(p):
    """Longitude, latitude in radians, distance."""
    return np.arctan2(p[1], p[0]), np.arctan2(p[2], np.hypot(p[0], p[1])), np.sqrt((p * p).sum(axis=0))


def of_date(p, jd):
    """Vectors of the ecliptic of J2000 in the mean ecliptic of date, counted from p_A + Pi_A after the node's turn.

    Capitaine, Wallace, Chapront 2003 (A&A 412, 567), the angles of the IAU 2006 precession.
    """
    t = (jd - 2451545.0) / 36525.0
    tilt = (46.998973 + (-0.0334926 - 0.00012559 * t) * t) * t * ARCSECOND
    node = (629546.7936 + (-867.95758 + (0.157992 - 0.0005371 * t) * t) * t) * ARCSECOND
    general = (5028.796195 + (1.1054348 + (0.00007964 - 0.000023857 * t) * t) * t) * t * ARCSECOND
    p = np.einsum("ijn,jn->in", turn(2, node), p)
    p = np.einsum("ijn,jn->in", turn(0, tilt), p)
    return np.einsum("ijn,jn->in", turn(2, -(node + general)), p)
