//! The platform's randomness, fit for keys.

use std::cell::RefCell;

use crate::ports::Random;

/// Bytes fetched at once. A call of the platform costs more than what it gives for one request.
const POOL: usize = 2_048;

/// Demands up to this many bytes are met from the pool.
const SMALL: usize = 64;

thread_local! {
    static KEPT: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; POOL], left: 0 }) };
}

/// `crypto.getRandomValues`. Not for use while the module starts: the platform refuses it there.
///
/// Small demands come from a store of such bytes. Each byte is given out once and zeroed as it goes, so that
/// the store never holds what a token or key was made of.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlatformRandom;

impl Random for PlatformRandom {
    fn fill(&self, buffer: &mut [u8]) {
        if buffer.len() <= SMALL {
            KEPT.with(|kept| kept.borrow_mut().give(buffer));
        } else {
            generate(buffer);
        }
    }
}

/// Random bytes that nobody has seen; the first `left` are still to be given out.
struct Pool {
    bytes: [u8; POOL],
    left: usize,
}

impl Pool {
    fn give(&mut self, buffer: &mut [u8]) {
        if self.left < buffer.len() {
            generate(&mut self.bytes);
            self.left = POOL;
        }
        let end = self.left;
        self.left -= buffer.len();
        let given = &mut self.bytes[self.left..end];
        buffer.copy_from_slice(given);
        given.fill(0);
    }
}

fn generate(buffer: &mut [u8]) {
    // Without randomness no token may be made: stopping is the only safe answer.
    #[allow(clippy::expect_used)]
    getrandom::fill(buffer).expect("the platform gives random bytes");
}
