//! The code that a new device shows: eight letters, forty random bits, for five minutes and once.
//!
//! What is kept of it is a MAC under a secret of the deployment, bound to the account: who has the database alone
//! cannot try codes out, and a code of one account is none of another.

use crate::context::Context;
use crate::kernel::id::Id;
use crate::kernel::{crockford, crypto};
use crate::ports::Random;

/// How long a code is good, in milliseconds.
pub const LIFE_MILLIS: i64 = 5 * 60_000;
const LETTERS: usize = 8;

/// A new code as people read it.
#[must_use]
pub fn make(random: &dyn Random) -> String {
    let mut letters = [0; LETTERS];
    random.fill(&mut letters);
    crockford::write(&letters)
}

/// What is kept of a code of that account; `None` of a text that is none.
#[must_use]
pub fn kept(cx: &Context<'_>, user_id: Id, code: &str) -> Option<String> {
    let plain = crockford::read(code, LETTERS)?;
    let mac = crypto::mac(cx.config.vault.current.bytes(), &[b"pairing", user_id.bytes(), &plain]);
    Some(crypto::base64url(mac.get(..16).unwrap_or_default()))
}
