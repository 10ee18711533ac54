//! What one exchange with a remote engine means: whether there is an answer, whether to ask again, what the breaker is
//! told.

use std::time::Duration;

use super::protocol::{self, Disbelief};
use super::retry;
use crate::kernel::time::Timestamp;
use crate::oracle::calculate::Outcome;
use crate::oracle::engines::Canonical;
use crate::ports::{PortError, UpstreamResponse};

/// Why there is no answer from a remote engine; the word that stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The breaker lets nothing through.
    Open,
    /// No connection, or it broke.
    Unreachable,
    /// No answer in time.
    Late,
    /// Status 429.
    Busy,
    /// Another status that tells of trouble.
    Status,
    /// A status that refuses what this house sends: a setting is wrong.
    Refused,
    /// The engine does not serve this engine, version or input.
    Declined,
    /// What came cannot be read, perhaps because half of it is missing.
    Unreadable,
    /// What came is not an answer of this engine.
    Malformed,
    /// What came answers another question.
    Other,
    /// It was too large.
    Large,
}

impl Reason {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Unreachable => "unreachable",
            Self::Late => "late",
            Self::Busy => "busy",
            Self::Status => "status",
            Self::Refused => "refused",
            Self::Declined => "declined",
            Self::Unreadable => "unreadable",
            Self::Malformed => "malformed",
            Self::Other => "other",
            Self::Large => "large",
        }
    }

    /// Whether the same question may be answered a moment later. Calculations change nothing, so that asking twice is
    /// harmless.
    #[must_use]
    pub const fn may_pass(self) -> bool {
        matches!(self, Self::Unreachable | Self::Late | Self::Busy | Self::Status | Self::Unreadable)
    }

    /// Whether it speaks against the engine. One that declines is well: it serves others.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        !matches!(self, Self::Declined | Self::Open)
    }
}

/// What an exchange came to.
#[derive(Debug)]
pub enum Exchange {
    /// A result that is believed.
    Answered(Outcome),
    /// None, and for how long the engine wants to be left alone.
    Nothing(Reason, Option<Duration>),
}

/// Judges an exchange.
#[must_use]
pub fn of(answer: Result<UpstreamResponse, PortError>, canonical: &Canonical, now: Timestamp) -> Exchange {
    let response = match answer {
        Ok(response) => response,
        Err(PortError::Timeout(_)) => return Exchange::Nothing(Reason::Late, None),
        Err(PortError::TooLarge(_)) => return Exchange::Nothing(Reason::Large, None),
        Err(PortError::Unavailable(_) | PortError::Shape(_)) => {
            return Exchange::Nothing(Reason::Unreachable, None);
        }
    };
    let reason = match response.status {
        200 => match protocol::believed(&response, canonical) {
            Ok(outcome) => return Exchange::Answered(outcome),
            Err(Disbelief::Unreadable) => Reason::Unreadable,
            Err(Disbelief::Malformed) => Reason::Malformed,
            Err(Disbelief::Other) => Reason::Other,
        },
        404 | 409 | 422 => Reason::Declined,
        429 => Reason::Busy,
        408 | 425 | 500..=599 => Reason::Status,
        _ => Reason::Refused,
    };
    let header = response.headers.iter().find(|(name, _)| name == "retry-after");
    Exchange::Nothing(reason, header.and_then(|(_, value)| retry::retry_after(value, now)))
}
