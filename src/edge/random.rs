//! The platform's randomness, fit for keys.

use crate::ports::Random;

/// `crypto.getRandomValues`. Not for use while the module starts: the platform refuses it there.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlatformRandom;

impl Random for PlatformRandom {
    fn fill(&self, buffer: &mut [u8]) {
        // Without randomness no token may be made: stopping is the only safe answer.
        #[allow(clippy::expect_used)]
        getrandom::fill(buffer).expect("the platform gives random bytes");
    }
}
