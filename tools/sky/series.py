"""Fits a sum of polynomial and periodic terms to samples, term after term, and writes it as bytes.

A term is a combination of the angles, a power of time, and two amplitudes (cosine, sine). Which combinations are
taken is decided by the spectrum of what is left: at each of its peaks the simplest combination with that frequency
is added, then all amplitudes are fitted anew by least squares, until what is left is small enough.
"""

import struct
import sys

import numpy as np

import angles

CENTURY = 36525.0


class Candidates:
    """Combinations that a fit may use, by frequency."""

    def __init__(self, combinations):
        unique = {}
        for combination in combinations:
            combination = tuple(sorted((i, m) for i, m in combination if m))
            if not combination:
                continue
            frequency = angles.rate(combination)
            if frequency < 0:
                combination = tuple((i, -m) for i, m in combination)
                frequency = -frequency
            unique[combination] = frequency
        keys = sorted(unique, key=unique.get)
        self.keys = keys
        self.frequencies = np.array([unique[k] for k in keys])
        # Bytes first, then the size of the multipliers: small numbers are the likelier physics.
        self.weights = np.array([sum(3 + abs(m) for _, m in k) for k in keys])

    def near(self, frequency, tolerance):
        """The simplest combinations within the tolerance, both in radians a century."""
        low = np.searchsorted(self.frequencies, frequency - tolerance)
        high = np.searchsorted(self.frequencies, frequency + tolerance)
        return [self.keys[low + i] for i in np.argsort(self.weights[low:high], kind="stable")[:6]]


class Fit:
    """A growing least-squares fit of `y` at Julian dates `jd` (evenly spaced)."""

    def __init__(self, jd, y, degree, room):
        self.t = (jd - 2451545.0) / CENTURY
        self.step = (jd[1] - jd[0]) / CENTURY
        self.y = y
        self.degree = degree
        self.columns = np.empty((2 * room + degree + 1, len(jd)))
        self.gram = np.zeros((2 * room + degree + 1,) * 2)
        self.right = np.zeros(2 * room + degree + 1)
        self.count = 0
        self.terms = []
        self.has = {}
        self.room = room
        self.add_columns([self.t**k for k in range(degree + 1)])
        self.window = np.hanning(len(jd))
        self.solve()

    def add_columns(self, new):
        start = self.count
        for column in new:
            self.columns[self.count] = column
            self.count += 1
        fresh = self.columns[start : self.count]
        cross = fresh @ self.columns[: self.count].T
        self.gram[start : self.count, : self.count] = cross
        self.gram[: self.count, start : self.count] = cross.T
        self.right[start : self.count] = fresh @ self.y

    def solve(self):
        n = self.count
        scale = 1 / np.sqrt(np.diag(self.gram)[:n])
        matrix = self.gram[:n, :n] * scale[:, None] * scale[None, :]
        matrix[np.diag_indices(n)] += 1e-13
        x = np.linalg.solve(matrix, self.right[:n] * scale) * scale
        # One step of refinement on the residual takes away what the normal equations lose.
        residual = self.y - x @ self.columns[:n]
        x += np.linalg.solve(matrix, (self.columns[:n] @ residual) * scale) * scale
        self.x = x
        self.residual = self.y - x @ self.columns[:n]

    def gain(self, combination, power):
        """How much of the residual's square the term would take away."""
        t, residual = self.t[::5], self.residual[::5]
        factor = (1.0, t, 1.5 * t**2 - 0.5)[power]
        turning = factor * np.exp(1j * angles.values(combination, t))
        return abs(turning @ residual) ** 2 * (2 * power + 1)

    def add(self, chosen):
        """Takes up terms given as (combination, power); all at once, because each product reads every column."""
        columns = []
        for combination, power in chosen:
            self.terms.append((combination, power))
            self.has[combination] = power
            angle = angles.values(combination, self.t)
            factor = self.t**power
            columns += [factor * np.cos(angle), factor * np.sin(angle)]
        self.add_columns(columns)

    def grow(self, candidates, target, batch=12, quiet=False):
        """Adds terms until the largest residual is below the target or the room is full."""
        n = len(self.y)
        size = 1 << (2 * n - 1).bit_length()
        resolution = 2 * np.pi / (self.step * n)
        while len(self.terms) < self.room:
            worst = np.abs(self.residual).max()
            if worst <= target:
                break
            spectrum = np.abs(np.fft.rfft(self.residual * self.window, size)) * 2 / self.window.sum()
            peaks = np.flatnonzero((spectrum[1:-1] > spectrum[:-2]) & (spectrum[1:-1] >= spectrum[2:])) + 1
            if spectrum[0] > spectrum[1]:
                peaks = np.append(peaks, 0)
            peaks = peaks[np.argsort(-spectrum[peaks])][: 8 * batch]
            added = {}
            for peak in peaks:
                # Low peaks may be shadows of high ones: they wait, unless nothing could be done about those.
                small = spectrum[peak] < 0.35 * spectrum[peaks[0]]
                if len(self.terms) + len(added) >= self.room or len(added) >= batch or (added and small):
                    break
                frequency = peak * 2 * np.pi / (size * self.step)
                # What grows with time beside a term that is there shows as two peaks at its sides.
                options = [
                    (c, self.has[c] + 1)
                    for c in self.has
                    if self.has[c] < 2 and abs(abs(angles.rate(c)) - frequency) < 1.7 * resolution
                ]
                options += [(c, 0) for c in candidates.near(frequency, 0.5 * resolution) if c not in self.has]
                if not options:
                    continue
                gains = [self.gain(*option) for option in options]
                # The first, so the simplest, of those that do about as well as the best.
                choice, power = next(o for o, gain in zip(options, gains) if gain > 0.97 * max(gains))
                if choice in added:
                    continue
                added[choice] = power
            if not added:
                break
            self.add(added.items())
            self.solve()
            print(f"      {len(self.terms)} terms, worst {np.abs(self.residual).max():.3g}", file=sys.stderr, flush=True)
        if not quiet:
            print(f"    {len(self.terms)} terms, worst {np.abs(self.residual).max():.3g}", flush=True)

    def encode(self, unit):
        """The bytes of the series, amplitudes as whole numbers of `unit`, and its values as they will be read."""
        polynomial = self.x[: self.degree + 1]
        value = sum(c * self.t**k for k, c in enumerate(polynomial))
        amplitudes = self.x[self.degree + 1 :].reshape(-1, 2)
        order = np.argsort(-np.hypot(amplitudes[:, 0], amplitudes[:, 1]))
        body = bytearray()
        count = 0
        for place in order:
            combination, power = self.terms[place]
            cosine, sine = (int(round(a / unit)) for a in amplitudes[place])
            if cosine == 0 and sine == 0:
                continue
            pieces = []
            for index, multiplier in combination:
                while multiplier:
                    part = max(-8, min(7, multiplier))
                    pieces.append(index << 4 | part + 8)
                    multiplier -= part
            body.append(power << 4 | len(pieces))
            body += bytes(pieces) + number(cosine) + number(sine)
            angle = angles.values(combination, self.t)
            value = value + self.t**power * unit * (cosine * np.cos(angle) + sine * np.sin(angle))
            count += 1
        head = struct.pack("<HB", count, self.degree + 1)
        head += struct.pack(f"<d{self.degree + 1}d", unit, *polynomial)
        return struct.pack("<H", len(head) + len(body)) + head + bytes(body), value


def number(value):
    """A signed whole number: zigzag, then seven bits a byte, lowest first."""
    value = value << 1 if value >= 0 else (-value << 1) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
