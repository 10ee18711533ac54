//! Chebyshev polynomials on stretches of equal length, as `tools/sky/fit.py` writes them for the outer planets.
//!
//! A table is: days of a stretch (f64), unit in AU (f64), polynomials of a stretch (u8), bytes of each coefficient
//! (u8 each), then for each stretch x, y and z: the coefficients as signed numbers of their width, little-endian.

use crate::series::{FIRST, Reader};
use crate::vector::Vector;

/// x, y, z in AU, heliocentric, ecliptic and equinox of J2000.
pub fn position(table: &[u8], jd: f64) -> Vector {
    let mut head = Reader(table);
    let (days, unit, count) = (head.f64(), head.f64(), usize::from(head.byte()));
    let (widths, body) = head.0.split_at_checked(count).unwrap_or_default();
    let stretch = (jd - FIRST) / days;
    let record: usize = 3 * widths.iter().map(|width| usize::from(*width)).sum::<usize>();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some dozens at most")]
    let start = stretch as usize * record;
    let mut body = Reader(body.get(start..).unwrap_or_default());
    let x = 2.0 * (stretch - stretch.floor()) - 1.0;
    [(); 3].map(|()| {
        let (mut sum, mut this, mut next) = (0.0, 1.0, x);
        for width in widths {
            sum += signed(&mut body, *width) * this;
            (this, next) = (next, 2.0 * x * next - this);
        }
        sum * unit
    })
}

/// A signed whole number of that many bytes.
fn signed(reader: &mut Reader<'_>, width: u8) -> f64 {
    let mut value = 0_i32;
    for place in 0..width {
        value |= i32::from(reader.byte()) << (8 * u32::from(place & 3));
    }
    let spare = 32 - 8 * u32::from(width.clamp(1, 4));
    f64::from(value << spare >> spare)
}
