//! How problems look to OAuth clients (RFC 6749 section 5.2). The compiler writes the document by the same rules.

/// The `error` that a problem's code becomes.
#[must_use]
pub fn error(code: &str) -> &'static str {
    match code {
        "invalid-grant" | "invalid-credentials" | "unauthenticated" | "account-suspended" => "invalid_grant",
        "invalid-client" => "invalid_client",
        "forbidden" => "unauthorized_client",
        "unsupported-grant-type" => "unsupported_grant_type",
        "invalid-scope" => "invalid_scope",
        // The last two are of section 4.1.2.1: section 5.2 has no words for a server's troubles.
        "quota-exceeded" | "too-many-attempts" | "dependency-unavailable" => "temporarily_unavailable",
        "internal-error" => "server_error",
        _ => "invalid_request",
    }
}

/// All that [`error`] gives.
pub const ERRORS: [&str; 8] = [
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
];

/// The status that a problem's becomes: 400, unless HTTP itself has something to say. Section 5.2 allows 401 only as
/// an answer to a client's own credentials, and public clients have none.
#[must_use]
pub fn status(status: u16) -> u16 {
    match status {
        413 | 415 | 429 | 500.. => status,
        _ => 400,
    }
}
