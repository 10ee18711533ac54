//! Why a connection ends.

use std::borrow::Cow;

/// The close codes of the relay (RFC 6455 section 7.4: 4000 to 4999 are an application's own).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum CloseCode {
    /// The deployment is going away.
    GoingAway = 1001,
    /// The device was revoked or deleted.
    DeviceGone = 4000,
    /// The account was suspended or deleted.
    AccountGone = 4001,
    /// The signature is wrong, or there is no such device.
    Unauthenticated = 4002,
    /// A binary frame.
    Binary = 4003,
    /// Number or tag of a frame is wrong.
    Tampered = 4004,
    /// No version that both speak.
    NoVersion = 4005,
    /// A frame against the rules.
    Rule = 4006,
    /// Not a frame.
    NotAFrame = 4007,
    /// The handshake took too long.
    Late = 4008,
    /// The frame is too large.
    TooLarge = 4009,
    /// The device does not keep up.
    TooSlow = 4010,
    /// The keys have expired.
    KeysExpired = 4011,
    /// Too many connections.
    TooMany = 4012,
    /// The hub failed; nothing acknowledged is lost.
    HubFailed = 4013,
}

impl CloseCode {
    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }
}

/// The longest reason in bytes (RFC 6455 section 5.5 leaves 125 for code and reason).
const MOST_REASON: usize = 123;

/// The end of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// The code.
    pub code: CloseCode,
    /// Which rule, with 4006; else nothing. At most 123 bytes, nothing of it from outside but names of fields.
    pub reason: Cow<'static, str>,
}

impl Close {
    /// A frame broke that rule; too long a reason is cut.
    pub fn rule(reason: impl Into<Cow<'static, str>>) -> Self {
        let mut reason = reason.into();
        if reason.len() > MOST_REASON {
            let end = reason.floor_char_boundary(MOST_REASON);
            reason.to_mut().truncate(end);
        }
        Self { code: CloseCode::Rule, reason }
    }
}

impl From<CloseCode> for Close {
    fn from(code: CloseCode) -> Self {
        Self { code, reason: Cow::Borrowed("") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let close = Close::rule("ä".repeat(100));
        assert_eq!((close.code.number(), close.reason.len()), (4006, 122));
        assert_eq!(Close::rule("seq").reason, "seq");
        assert_eq!(Close::from(CloseCode::Late).reason, "");
    }
}
