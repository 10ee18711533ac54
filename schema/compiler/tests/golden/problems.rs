/// The stable code of a problem document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// It cannot be read.
    MalformedRequest,
    /// It is used up.
    InvalidGrant,
    /// No usable credentials.
    Unauthenticated,
    /// A scope is missing.
    Forbidden,
    /// Not at present.
    AccountSuspended,
    /// It was too long ago.
    StepUpRequired,
    /// It does not exist.
    NotFound,
    /// The state forbids it.
    Conflict,
    /// Use the next.
    VersionRetired,
    /// Read again.
    PreconditionFailed,
    /// Send less.
    PayloadTooLarge,
    /// Send JSON.
    UnsupportedMediaType,
    /// See the violations.
    InvalidRequest,
    /// The key belongs to another request.
    IdempotencyKeyReused,
    /// Send Upgrade.
    UpgradeRequired,
    /// Wait.
    QuotaExceeded,
    /// Wait longer.
    TemporarilyBlocked,
    /// Logged.
    InternalError,
    /// Try again.
    DependencyUnavailable,
}

impl Code {
    /// All codes.
    pub const ALL: &'static [Self] = &[
        Self::MalformedRequest,
        Self::InvalidGrant,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::AccountSuspended,
        Self::StepUpRequired,
        Self::NotFound,
        Self::Conflict,
        Self::VersionRetired,
        Self::PreconditionFailed,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
        Self::InvalidRequest,
        Self::IdempotencyKeyReused,
        Self::UpgradeRequired,
        Self::QuotaExceeded,
        Self::TemporarilyBlocked,
        Self::InternalError,
        Self::DependencyUnavailable,
    ];

    /// The code as it is sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MalformedRequest => "malformed-request",
            Self::InvalidGrant => "invalid-grant",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::AccountSuspended => "account-suspended",
            Self::StepUpRequired => "step-up-required",
            Self::NotFound => "not-found",
            Self::Conflict => "conflict",
            Self::VersionRetired => "version-retired",
            Self::PreconditionFailed => "precondition-failed",
            Self::PayloadTooLarge => "payload-too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::InvalidRequest => "invalid-request",
            Self::IdempotencyKeyReused => "idempotency-key-reused",
            Self::UpgradeRequired => "upgrade-required",
            Self::QuotaExceeded => "quota-exceeded",
            Self::TemporarilyBlocked => "temporarily-blocked",
            Self::InternalError => "internal-error",
            Self::DependencyUnavailable => "dependency-unavailable",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::MalformedRequest => 400,
            Self::InvalidGrant => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::AccountSuspended => 403,
            Self::StepUpRequired => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::VersionRetired => 410,
            Self::PreconditionFailed => 412,
            Self::PayloadTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::InvalidRequest => 422,
            Self::IdempotencyKeyReused => 422,
            Self::UpgradeRequired => 426,
            Self::QuotaExceeded => 429,
            Self::TemporarilyBlocked => 429,
            Self::InternalError => 500,
            Self::DependencyUnavailable => 503,
        }
    }

    /// The title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::MalformedRequest => "Unreadable",
            Self::InvalidGrant => "No grant",
            Self::Unauthenticated => "Who are you?",
            Self::Forbidden => "Not allowed",
            Self::AccountSuspended => "Suspended",
            Self::StepUpRequired => "Sign in again",
            Self::NotFound => "Nothing here",
            Self::Conflict => "In the way",
            Self::VersionRetired => "Over",
            Self::PreconditionFailed => "Changed since",
            Self::PayloadTooLarge => "Too large",
            Self::UnsupportedMediaType => "Wrong type",
            Self::InvalidRequest => "Rule broken",
            Self::IdempotencyKeyReused => "Key reused",
            Self::UpgradeRequired => "A socket alone",
            Self::QuotaExceeded => "Too many",
            Self::TemporarilyBlocked => "Much too many",
            Self::InternalError => "Our fault",
            Self::DependencyUnavailable => "Later",
        }
    }
}
