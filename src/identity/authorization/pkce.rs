//! Proof that whoever exchanges a code is who asked for it (RFC 7636), by S256 alone.

use crate::kernel::crypto;

/// Whether a text can be an S256 challenge: 256 bits as base64url without padding (section 4.2).
#[must_use]
pub fn is_challenge(text: &str) -> bool {
    text.len() == 43 && crypto::from_base64url(text).is_some_and(|bytes| bytes.len() == 32)
}

/// Whether a text can be a verifier: 43 to 128 unreserved characters (section 4.1).
#[must_use]
pub fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// Whether the verifier is the one that the challenge was made of (section 4.6).
#[must_use]
pub fn proves(verifier: &str, challenge: &str) -> bool {
    let made = crypto::base64url(&crypto::sha256(&[verifier.as_bytes()]));
    is_verifier(verifier) && crypto::equal(made.as_bytes(), challenge.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_published_pair_is_met_and_no_other() {
        assert!(is_challenge(CHALLENGE) && is_verifier(VERIFIER) && proves(VERIFIER, CHALLENGE));
        assert!(!proves(CHALLENGE, CHALLENGE), "the plain method");
        assert!(!proves(&VERIFIER.to_lowercase(), CHALLENGE));
        assert!(!proves("", CHALLENGE) && !proves(VERIFIER, ""));
    }

    #[test]
    fn forms_are_held_to() {
        for text in ["", "short", &CHALLENGE[1..], &format!("{CHALLENGE}A"), &format!("{}=", &CHALLENGE[1..])]
        {
            assert!(!is_challenge(text), "{text}");
        }
        for text in
            ["", &VERIFIER[1..], &"a".repeat(129), &format!("{VERIFIER} "), &format!("{VERIFIER}\u{e9}")]
        {
            assert!(!is_verifier(text), "{text}");
        }
        assert!(is_verifier(&"a".repeat(128)));
    }
}
