//! A store of random bytes that has always something to give. Where the bytes come from is an argument.

use super::crypto;

/// Bytes fetched at once. A call of the platform costs more than what it gives for one request.
const SIZE: usize = 2_048;

/// Demands up to this many bytes are met from the store.
const SMALL: usize = 64;

/// Fills a buffer with random bytes fit for keys, and tells whether it could.
pub type Source<'a> = &'a dyn Fn(&mut [u8]) -> bool;

/// Random bytes that nobody has seen; the first `left` are still to be given out.
///
/// Each byte is given out once and zeroed as it goes, so that the store never holds what a token or key was made of.
/// There is no store without a secret of 32 bytes from the source. While the source refuses later on, bytes are made
/// from that secret, which moves on with each block: HMAC-SHA-256 in feedback mode (NIST SP 800-108 Rev. 1, section 4.2)
/// with a key that is replaced by a one-way step, so that what was given cannot be computed again.
pub struct Pool {
    bytes: [u8; SIZE],
    left: usize,
    secret: [u8; 32],
}

impl Pool {
    /// A full store; `None` if the source refuses.
    #[must_use]
    pub fn new(source: Source<'_>) -> Option<Self> {
        let mut pool = Self { bytes: [0; SIZE], left: SIZE, secret: [0; 32] };
        if !source(&mut pool.bytes) {
            return None;
        }
        let mut secret = [0; 32];
        pool.take(&mut secret);
        pool.secret = secret;
        Some(pool)
    }

    /// Fills the buffer.
    pub fn give(&mut self, buffer: &mut [u8], source: Source<'_>) {
        if buffer.len() > SMALL {
            return self.draw(buffer, source);
        }
        if self.left < buffer.len() {
            let mut fresh = [0; SIZE];
            self.draw(&mut fresh, source);
            self.bytes = fresh;
            self.left = SIZE;
        }
        self.take(buffer);
    }

    fn take(&mut self, buffer: &mut [u8]) {
        let from = self.left.saturating_sub(buffer.len());
        for (place, byte) in buffer.iter_mut().zip(self.bytes.iter_mut().skip(from)) {
            *place = std::mem::take(byte);
        }
        self.left = from;
    }

    fn draw(&mut self, buffer: &mut [u8], source: Source<'_>) {
        if source(buffer) {
            return;
        }
        for chunk in buffer.chunks_mut(32) {
            let block = crypto::mac(&self.secret, &[b"given"]);
            self.secret = crypto::mac(&self.secret, &[b"kept"]);
            for (place, byte) in chunk.iter_mut().zip(block) {
                *place = byte;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// The blocks of a seed so far.
    struct Random(u8, Cell<u64>);

    /// A source that refuses while `down`.
    fn source<'a>(random: &'a Random, down: &'a Cell<bool>) -> impl Fn(&mut [u8]) -> bool + 'a {
        move |buffer| {
            if down.get() {
                // What a source leaves behind when it fails half way counts for nothing.
                buffer.fill(7);
                return false;
            }
            for chunk in buffer.chunks_mut(32) {
                random.1.set(random.1.get() + 1);
                let block = crypto::digest(&[&[random.0], &random.1.get().to_be_bytes()]);
                chunk.copy_from_slice(&block[..chunk.len()]);
            }
            true
        }
    }

    #[test]
    fn without_a_source_there_is_no_store() {
        let (random, down) = (Random(1, Cell::new(0)), Cell::new(true));
        assert!(Pool::new(&source(&random, &down)).is_none());
    }

    #[test]
    fn what_was_given_is_not_kept() {
        let (random, down) = (Random(1, Cell::new(0)), Cell::new(false));
        let mut pool = Pool::new(&source(&random, &down)).unwrap();
        let mut given = [0; 48];
        pool.give(&mut given, &source(&random, &down));
        assert_eq!(pool.left, SIZE - 32 - 48);
        assert!(pool.bytes[pool.left..].iter().all(|byte| *byte == 0));
    }

    proptest! {
        /// Whatever is asked for while the source comes and goes, nothing is given twice, and two stores of different
        /// sources give nothing in common.
        #[test]
        fn nothing_is_given_twice_whether_the_source_answers_or_not(
            demands in prop::collection::vec((16_usize..200, any::<bool>()), 1..120),
        ) {
            let mut seen = BTreeSet::new();
            for seed in [1, 2] {
                let (random, down) = (Random(seed, Cell::new(0)), Cell::new(false));
                let mut pool = Pool::new(&source(&random, &down)).unwrap();
                let mut before = pool.secret;
                for (length, refuses) in &demands {
                    down.set(*refuses);
                    let mut buffer = vec![0; *length];
                    pool.give(&mut buffer, &source(&random, &down));
                    for block in buffer.chunks_exact(16) {
                        prop_assert!(seen.insert(block.to_vec()), "given twice: {block:?}");
                    }
                    // Whoever finds the present secret cannot go back: it is no earlier one.
                    prop_assert!(!*refuses || *length <= SMALL || pool.secret != before);
                    before = pool.secret;
                }
            }
        }
    }
}
