//! Letters in straight strokes on a grid of three by five points.
//!
//! The points are a to o, row by row from the top left: a b c, d e f, g h i, j k l, m n o. Strokes are parted by a
//! space.

use crate::oracle::engines::drawing::{Point, real};

const LETTERS: [&str; 26] = [
    "mbo gi",
    "mabfh ghlnm",
    "cbdjno",
    "mabflnm",
    "camo gh",
    "cam gh",
    "cbdjnoih",
    "am co gi",
    "bn",
    "clnj",
    "am cgo",
    "amo",
    "maeco",
    "maoc",
    "bdjnlfb",
    "mabfhg",
    "bdjnlfb ko",
    "mabfhg ho",
    "cbdhlnm",
    "ac bn",
    "ajnlc",
    "anc",
    "amkoc",
    "ao cm",
    "ahc hn",
    "acmo",
];

/// The strokes of a letter A to Z; x from -1 to 1, y from 0 at the foot to 1 at the head.
pub fn of(letter: u8) -> impl Iterator<Item = Vec<Point>> {
    let written = LETTERS.get(usize::from(letter.wrapping_sub(b'A'))).copied().unwrap_or_default();
    written.split(' ').map(|stroke| {
        stroke
            .bytes()
            .map(|point| {
                let place = i64::from(point.saturating_sub(b'a'));
                (real(place % 3) - 1.0, 1.0 - real(place / 3) / 4.0)
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_differ_and_stay_on_their_grid() {
        let mut all: Vec<Vec<Vec<Point>>> = (b'A'..=b'Z').map(|letter| of(letter).collect()).collect();
        for strokes in &all {
            assert!(strokes.iter().all(|stroke| stroke.len() >= 2));
            let points = strokes.iter().flatten();
            assert!(points.clone().any(|point| point.1 == 0.0) && points.clone().any(|point| point.1 == 1.0));
            assert!(points.into_iter().all(|(x, y)| x.abs() <= 1.0 && (0.0..=1.0).contains(y)));
        }
        all.sort_by(|one, other| one.partial_cmp(other).unwrap());
        all.dedup();
        assert_eq!(all.len(), 26);
    }
}
