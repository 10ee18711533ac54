//! Password hashing: argon2id (RFC 9106) with the parameters that OWASP's Password Storage Cheat Sheet gives
//! first, 19 MiB of memory, two passes, one lane.

use argon2::password_hash::SaltString;
use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};

/// Memory in KiB.
pub const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over the memory.
pub const PASSES: u32 = 2;
/// Lanes.
pub const LANES: u32 = 1;

/// A hash that no password is known for, checked when an address is unknown so that the work is the same.
/// Its salt and digest are arbitrary bytes.
pub const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$d2l0bmVzcy1ub2JvZHkx$Yk1vZ0tTc1BqV2R4UXJFdUx5Q2hBYUJmR2pLbU5vUHE";

/// The hash of a password in PHC string form; `None` if the parameters are refused, which they are not.
#[must_use]
pub fn hash(password: &str, salt: [u8; 16]) -> Option<String> {
    let salt = SaltString::encode_b64(&salt).ok()?;
    Some(hasher()?.hash_password(password.as_bytes(), &salt).ok()?.to_string())
}

/// Whether the password is the one that was hashed. The comparison takes constant time.
#[must_use]
pub fn verify(password: &str, hash: &str) -> bool {
    let (Ok(parsed), Some(hasher)) = (PasswordHash::new(hash), hasher()) else { return false };
    hasher.verify_password(password.as_bytes(), &parsed).is_ok()
}

fn hasher() -> Option<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_alone_opens() {
        let stored = hash("correct horse battery", [3; 16]).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("correct horse battery", &stored));
        assert!(!verify("correct horse batterz", &stored));
        assert!(!verify("", &stored));
    }

    #[test]
    fn nobody_has_the_same_parameters_and_no_password() {
        let parsed = PasswordHash::new(NOBODY).unwrap();
        let ours = hash("x", [3; 16]).unwrap();
        let ours = PasswordHash::new(&ours).unwrap();
        assert_eq!(parsed.params, ours.params);
        assert_eq!(parsed.hash.map(|hash| hash.len()), ours.hash.map(|hash| hash.len()));
        assert!(!verify("", NOBODY));
        assert!(!verify("x", "not a hash"));
    }
}
