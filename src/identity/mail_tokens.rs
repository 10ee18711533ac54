//! One-time tokens that prove that a mail arrived.
//!
//! A token names its account and 32 random bytes; the database holds its hash alone. One conditional update uses it, so
//! that of two uses one finds it. It is good for the address that it was sent to: once that has changed, it is not.

use super::queries::mail_tokens as queries;
use crate::context::Context;
use crate::kernel::crypto;
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To confirm an account's address; 24 hours.
    Verify,
    /// To choose another password; one hour.
    Reset,
    /// To make its address the account's; 24 hours.
    ChangeEmail,
}

impl Purpose {
    /// Its name in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::ChangeEmail => "change_email",
        }
    }

    /// How long a token is good.
    #[must_use]
    pub fn millis(self) -> i64 {
        let hours = if self == Self::Reset { 1 } else { 24 };
        hours * 3_600_000
    }
}

/// A new token: its text, which goes into the mail alone, and what is kept.
pub struct Issued {
    /// The text.
    pub text: String,
    user_id: Id,
    hash: String,
    purpose: Purpose,
}

/// Makes a token.
pub fn issue(cx: &Context<'_>, user_id: Id, purpose: Purpose) -> Issued {
    let mut random = [0; 32];
    cx.ports.random.fill(&mut random);
    let bytes = [user_id.bytes().as_slice(), &random].concat();
    Issued { text: crypto::base64url(&bytes), user_id, hash: hash(&bytes), purpose }
}

impl Issued {
    /// Keeps the token, if the account is there, the purpose makes sense for it and that address, and it was not sent
    /// three of the kind within the hour.
    #[must_use]
    pub fn statement(&self, email: &str, now: Timestamp) -> Statement {
        queries::insert(&self.hash, self.user_id, self.purpose, email, now)
    }
}

/// A token that somebody brings.
pub struct Presented {
    /// The account that it names.
    pub user_id: Id,
    hash: String,
    purpose: Purpose,
}

/// Reads a token; what is none is refused without asking.
pub fn read(text: &str, purpose: Purpose) -> Result<Presented, Problem> {
    let bytes = crypto::from_base64url(text).filter(|bytes| bytes.len() == 48).ok_or_else(refused)?;
    let user_id = bytes.first_chunk::<16>().and_then(|id| Id::from_bytes(*id)).ok_or_else(refused)?;
    Ok(Presented { user_id, hash: hash(&bytes), purpose })
}

impl Presented {
    /// Uses the token up; changes one row if it was good.
    #[must_use]
    pub fn claim(&self, now: Timestamp) -> Statement {
        queries::claim(&self.hash, self.user_id, self.purpose, now)
    }

    /// What it is good for, if it still is: the address that it was sent to, and the account's.
    #[must_use]
    pub fn find(&self, now: Timestamp) -> Statement {
        queries::find(&self.hash, self.user_id, self.purpose, now)
    }
}

/// The token is not good, whatever the reason.
#[must_use]
pub fn refused() -> Problem {
    Problem::new(Code::TokenInvalid)
}

fn hash(bytes: &[u8]) -> String {
    crypto::hex(&crypto::sha256(&[bytes]))
}
