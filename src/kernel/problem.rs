//! Errors with two faces: what the caller may know is sent as a problem document (RFC 9457), the cause
//! is only logged.

use std::ops::{Deref, DerefMut};

use serde::Serialize;

pub use crate::contract::Code;
use crate::ports::{DatabaseError, DatabaseFault, PortError};

/// The part of a request that a violation is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The JSON body.
    Body,
    /// A query parameter.
    Query,
    /// A path parameter.
    Path,
    /// A header.
    Header,
}

/// One broken rule of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Which part of the request.
    #[serde(rename = "in")]
    pub place: Place,
    /// Where in that part, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// Which rule, in kebab case; stable.
    pub code: &'static str,
    /// The rule in words.
    pub message: String,
}

/// A refused or failed request. Boxed: every fallible step hands one on, and a pointer is less to move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(Box<Particulars>);

/// What a problem says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Particulars {
    /// The stable code, from which status and title follow.
    pub code: Code,
    /// What is particular about this occurrence; goes to the caller.
    pub detail: Option<String>,
    /// All broken rules.
    pub violations: Vec<Violation>,
    /// Seconds after which the same request may pass.
    pub retry_after: Option<u32>,
    /// For the log alone.
    pub cause: Option<String>,
}

impl Problem {
    /// A problem of that code without particulars.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self(Box::new(Particulars {
            code,
            detail: None,
            violations: Vec::new(),
            retry_after: None,
            cause: None,
        }))
    }

    /// What it says, to be taken apart.
    #[must_use]
    pub fn particulars(self) -> Particulars {
        *self.0
    }

    /// Says what is particular; sent to the caller.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn cause(mut self, cause: impl ToString) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// Says when to come back, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Says which rules were broken.
    #[must_use]
    pub fn violations(mut self, violations: Vec<Violation>) -> Self {
        self.violations = violations;
        self
    }

    /// A well-formed request that breaks rules (422).
    #[must_use]
    pub fn invalid(violations: Vec<Violation>) -> Self {
        Self::new(Code::InvalidRequest).violations(violations)
    }

    /// A request that cannot be read (400).
    #[must_use]
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(Code::MalformedRequest).detail(detail)
    }

    /// A defect of ours (500).
    #[must_use]
    pub fn internal(cause: impl ToString) -> Self {
        Self::new(Code::InternalError).cause(cause)
    }

    /// Nothing here, or nothing that is yours (404).
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Code::NotFound)
    }
}

impl Deref for Problem {
    type Target = Particulars;

    fn deref(&self) -> &Particulars {
        &self.0
    }
}

impl DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Particulars {
        &mut self.0
    }
}

impl From<DatabaseError> for Problem {
    /// Rules about rows are a room's business; what arrives here unhandled is a defect or an outage.
    fn from(error: DatabaseError) -> Self {
        match error.fault {
            DatabaseFault::Busy | DatabaseFault::Unavailable => {
                Self::new(Code::DependencyUnavailable).retry_after(1).cause(error.cause)
            }
            fault => Self::internal(format!("{fault:?}: {}", error.cause)),
        }
    }
}

impl From<PortError> for Problem {
    fn from(error: PortError) -> Self {
        match error {
            PortError::Unavailable(cause) | PortError::Timeout(cause) => {
                Self::new(Code::DependencyUnavailable).retry_after(1).cause(cause)
            }
            PortError::Shape(cause) | PortError::TooLarge(cause) => Self::internal(cause),
        }
    }
}

impl From<serde_json::Error> for Problem {
    /// Our own JSON could not be written or read back.
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_hints_at_a_retry_and_keeps_its_cause() {
        let problem = Problem::from(DatabaseError::new(DatabaseFault::Busy, "database is locked"));
        assert_eq!((problem.code.status(), problem.retry_after), (503, Some(1)));
        assert_eq!(problem.detail, None);
        assert_eq!(problem.cause.as_deref(), Some("database is locked"));
    }

    #[test]
    fn an_unexpected_constraint_is_our_defect() {
        let problem = Problem::from(DatabaseError::new(DatabaseFault::NotNull, "users.email"));
        assert_eq!((problem.code.status(), problem.detail.as_ref()), (500, None));
    }
}
