//! Sums of polynomial and periodic terms, as `tools/sky/series.py` writes them.
//!
//! One series is: its length in bytes after these two (u16), the number of terms (u16), the number of coefficients
//! of the polynomial (u8), the unit of the amplitudes (f64), the coefficients (f64 each, in centuries from J2000),
//! the terms by falling amplitude. A term is: power of time and number of factors (a nibble each); for each factor
//! the index of an angle and how often it is taken, plus 8 (a nibble each); amplitudes of cosine and sine as signed
//! numbers (zigzag, seven bits a byte, lowest first). All whole numbers are little-endian.

use crate::Tt;

const CENTURY: f64 = 36_525.0;
const J2000: f64 = 2_451_545.0;
/// 1899-03-01 and 2101-02-01: where tables begin and end.
pub const FIRST: f64 = 2_414_714.5;
const LAST: f64 = 2_488_465.5;

/// Radians, radians a century, radians a century squared: mean longitudes of the planets, then the Moon's D, F, l,
/// l' and node. `tools/sky/angles.py` has the same numbers and their source.
const ANGLES: [(f64, f64, f64); 13] = [
    (4.402_608_84, 2_608.790_314_157, 0.0),
    (3.176_146_70, 1_021.328_554_621, 0.0),
    (1.753_470_46, 628.307_584_999, 0.0),
    (6.203_476_11, 334.061_242_670, 0.0),
    (0.599_546_50, 52.969_096_509, 0.0),
    (0.874_016_76, 21.329_909_544, 0.0),
    (5.481_293_87, 7.478_159_857, 0.0),
    (5.311_886_29, 3.813_303_564, 0.0),
    (5.198_466_74, 7_771.377_146_812, -2.85e-5),
    (1.627_905_23, 8_433.466_158_131, -5.94e-5),
    (2.355_555_90, 8_328.691_426_955, 1.570e-4),
    (6.240_060_13, 628.301_955_171, -2.8e-6),
    (2.182_439_20, -33.757_044_609, 3.62e-5),
];
/// Indices of the Moon's arguments.
pub const D: usize = 8;
pub const F: usize = 9;
pub const L: usize = 10;

/// A point of the unit circle as (cosine, sine).
type Turn = (f64, f64);

fn turned((a, b): Turn, (c, d): Turn) -> Turn {
    (a * c - b * d, a * d + b * c)
}

/// A moment with what all series want of it.
pub struct Moment {
    /// Julian date, within the tables.
    pub jd: f64,
    /// Centuries from J2000.
    pub t: f64,
    /// Each angle taken 0 to 8 times. Three more than there are, so that every nibble has its row.
    turns: [[Turn; 9]; 16],
}

impl Moment {
    pub fn at(at: Tt) -> Self {
        let jd = at.0.clamp(FIRST, LAST);
        let t = (jd - J2000) / CENTURY;
        let mut turns = [[(1.0, 0.0); 9]; 16];
        for (row, (start, rate, bend)) in turns.iter_mut().zip(ANGLES) {
            let (sine, cosine) = libm::sincos(start + t * (rate + t * bend));
            let mut last = (1.0, 0.0);
            for turn in row.iter_mut().skip(1) {
                last = turned(last, (cosine, sine));
                *turn = last;
            }
        }
        Self { jd, t, turns }
    }

    /// An angle taken -8 to 8 times.
    pub fn turn(&self, angle: usize, times: i8) -> Turn {
        let row = &self.turns[angle & 15];
        let (cosine, sine) = row.get(usize::from(times.unsigned_abs())).copied().unwrap_or((1.0, 0.0));
        (cosine, if times < 0 { -sine } else { sine })
    }
}

/// Reads a table from its beginning; behind its end there are zeros.
#[derive(Clone, Copy)]
pub struct Reader<'a>(pub &'a [u8]);

impl Reader<'_> {
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub fn u16(&mut self) -> u16 {
        let low = self.byte();
        u16::from_le_bytes([low, self.byte()])
    }

    pub fn f64(&mut self) -> f64 {
        let Some((first, rest)) = self.0.split_first_chunk() else { return 0.0 };
        self.0 = rest;
        f64::from_le_bytes(*first)
    }

    fn number(&mut self) -> f64 {
        let (mut value, mut shift) = (0_u32, 0);
        loop {
            let byte = self.byte();
            value |= u32::from(byte & 0x7F) << (shift & 31);
            shift += 7;
            if byte < 0x80 {
                break;
            }
        }
        f64::from((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// The value of the series that begins here, from no more than `most` of its largest terms. Goes on behind it.
    pub fn series(&mut self, moment: &Moment, most: u16) -> f64 {
        let length = usize::from(self.u16());
        let (own, rest) = self.0.split_at_checked(length).unwrap_or((self.0, &[]));
        self.0 = rest;
        let mut own = Reader(own);
        let terms = own.u16().min(most);
        let coefficients = own.byte();
        let unit = own.f64();
        let (mut polynomial, mut power) = (0.0, 1.0);
        for _ in 0..coefficients {
            polynomial += own.f64() * power;
            power *= moment.t;
        }
        let mut sum = 0.0;
        for _ in 0..terms {
            sum += own.term(moment);
        }
        polynomial + sum * unit
    }

    fn term(&mut self, moment: &Moment) -> f64 {
        let head = self.byte();
        let mut turn = (1.0, 0.0);
        for _ in 0..head & 15 {
            let factor = self.byte();
            turn = turned(turn, moment.turn(usize::from(factor >> 4), (factor & 15).cast_signed() - 8));
        }
        let mut value = self.number() * turn.0;
        value += self.number() * turn.1;
        for _ in 0..head >> 4 {
            value *= moment.t;
        }
        value
    }
}

/// The value of the one series of a table.
pub fn value(table: &[u8], moment: &Moment) -> f64 {
    Reader(table).series(moment, u16::MAX)
}
