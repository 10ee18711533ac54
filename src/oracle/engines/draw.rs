//! Draws from a seed: anybody with the seed and this page can repeat them.
//!
//! Generator `sha256-counter-1`: key = SHA-256(domain, 0x00, seed in UTF-8); block i = SHA-256(key, i as
//! eight bytes, most significant first), i = 0, 1, 2 ... The blocks one after another are read as 32-bit
//! numbers, most significant byte first. A number below n comes from the first such number that is less
//! than the largest multiple of n in 2^32, taken modulo n, so every outcome is equally likely.

use crate::kernel::crypto::sha256;

/// The generator's name; it changes when a seed would draw something else.
pub const GENERATOR: &str = "sha256-counter-1";

/// A stream of unbiased draws.
#[derive(Debug)]
pub struct Draw {
    key: [u8; 32],
    counter: u64,
    block: [u8; 32],
    used: usize,
}

impl Draw {
    /// The stream of a seed within a domain; two domains never share draws.
    #[must_use]
    pub fn new(domain: &str, seed: &str) -> Self {
        let key = sha256(&[domain.as_bytes(), &[0], seed.as_bytes()]);
        Self { key, counter: 0, block: [0; 32], used: 32 }
    }

    fn word(&mut self) -> u32 {
        if self.used >= self.block.len() {
            self.block = sha256(&[&self.key, &self.counter.to_be_bytes()]);
            self.counter += 1;
            self.used = 0;
        }
        let word =
            self.block.iter().skip(self.used).take(4).fold(0, |word, byte| (word << 8) | u32::from(*byte));
        self.used += 4;
        word
    }

    /// A number from 0 to n - 1, all equally likely; 0 when n is 0.
    pub fn below(&mut self, n: u32) -> u32 {
        if n == 0 {
            return 0;
        }
        let most = (1_u64 << 32) / u64::from(n) * u64::from(n);
        loop {
            let word = self.word();
            if u64::from(word) < most {
                return word % n;
            }
        }
    }

    /// Puts the items into an order, all orders equally likely (Fisher and Yates, from the end).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            let bound = u32::try_from(end + 1).unwrap_or(u32::MAX);
            items.swap(end, self.below(bound) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value that a chi-square of so many degrees of freedom exceeds once in a million (Wilson and
    /// Hilferty's approximation); with fixed seeds the test is not a gamble.
    fn limit(freedom: f64) -> f64 {
        let spread = 2.0 / (9.0 * freedom);
        freedom * (1.0 - spread + 4.753 * spread.sqrt()).powi(3)
    }

    fn chi_square(counts: &[u32], expected: f64) -> f64 {
        counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum()
    }

    #[test]
    fn known_draws() {
        // From an implementation of the page above in Python (hashlib).
        let mut draw = Draw::new("witness test", "seed");
        let drawn: Vec<u32> = (0..12).map(|_| draw.below(1000)).collect();
        assert_eq!(drawn, KNOWN);
    }

    const KNOWN: [u32; 12] = [726, 54, 92, 785, 816, 756, 335, 778, 215, 325, 621, 772];

    #[test]
    fn every_outcome_is_equally_likely() {
        for n in [2, 3, 7, 16, 78] {
            let mut counts = vec![0_u32; n as usize];
            let mut draw = Draw::new("chi", "square");
            let rounds = 2000 * n;
            for _ in 0..rounds {
                counts[draw.below(n) as usize] += 1;
            }
            assert!(chi_square(&counts, 2000.0) < limit(f64::from(n - 1)), "{n}: {counts:?}");
        }
    }

    #[test]
    fn large_bounds_reject_rather_than_fold() {
        // Just above 2^31, nearly half of all words have to be refused.
        let n = (1 << 31) + 1;
        let mut draw = Draw::new("large", "bound");
        let low = (0..4000).filter(|_| draw.below(n) < n / 2).count();
        assert!((1800..2200).contains(&low), "{low}");
    }

    #[test]
    fn every_order_is_equally_likely() {
        let mut counts = [0_u32; 24];
        for seed in 0..24_000 {
            let mut items = [0_usize, 1, 2, 3];
            Draw::new("orders", &seed.to_string()).shuffle(&mut items);
            let rank = items[0] * 6
                + items[1..].iter().filter(|i| **i < items[1]).count() * 2
                + usize::from(items[2] > items[3]);
            counts[rank] += 1;
        }
        assert!(counts.iter().all(|count| *count > 0));
        assert!(chi_square(&counts, 1000.0) < limit(23.0), "{counts:?}");
    }

    #[test]
    fn nothing_to_draw_from_draws_nothing() {
        let mut draw = Draw::new("a", "b");
        assert_eq!((draw.below(0), draw.below(1)), (0, 0));
        draw.shuffle::<u8>(&mut []);
    }

    #[test]
    fn domains_and_seeds_do_not_run_together() {
        let first = |domain, seed| Draw::new(domain, seed).below(u32::MAX);
        assert_ne!(first("ab", "c"), first("a", "bc"));
        assert_ne!(first("a", "b"), first("a", "c"));
    }
}
