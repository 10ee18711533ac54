//! Password hashing: argon2id (RFC 9106) with the parameters that OWASP's Password Storage Cheat Sheet gives
//! first, 19 MiB of memory, two passes, one lane.

use std::cell::Cell;

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

/// Hashes and checks passwords, and counts how often: so many runs are the same work, whoever asks.
#[derive(Debug, Default)]
pub struct Passwords {
    runs: Cell<u64>,
}

impl Passwords {
    /// The hash of a password in PHC string form; `None` if the parameters are refused, which they are not.
    #[must_use]
    pub fn hash(&self, password: &str, salt: [u8; 16]) -> Option<String> {
        self.count();
        hash(password, salt)
    }

    /// Whether the password is the one that was hashed. The comparison takes constant time.
    #[must_use]
    pub fn verify(&self, password: &str, hash: &str) -> bool {
        self.count();
        verify(password, hash)
    }

    /// How often argon2id has run.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.runs.get()
    }

    fn count(&self) {
        self.runs.set(self.runs.get().saturating_add(1));
    }
}

/// Whether a hash was made with less than what is asked for now, so that the password is to be hashed anew when it is
/// next seen.
#[must_use]
pub fn needs_rehash(hash: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else { return true };
    let wanted = [("m", MEMORY_KIB), ("t", PASSES), ("p", LANES)];
    parsed.algorithm != Algorithm::Argon2id.ident()
        || parsed.version != Some(Version::V0x13.into())
        || wanted.iter().any(|(name, value)| parsed.params.get_decimal(*name) != Some(*value))
}

fn hash(password: &str, salt: [u8; 16]) -> Option<String> {
    let salt = SaltString::encode_b64(&salt).ok()?;
    Some(hasher()?.hash_password(password.as_bytes(), &salt).ok()?.to_string())
}

fn verify(password: &str, hash: &str) -> bool {
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

    #[test]
    fn a_hash_with_other_parameters_is_made_anew() {
        assert!(!needs_rehash(NOBODY));
        assert!(!needs_rehash(&hash("x", [3; 16]).unwrap()));
        for (from, to) in [("m=19456", "m=9216"), ("t=2", "t=1"), ("argon2id", "argon2i"), ("v=19", "v=16")] {
            assert!(needs_rehash(&NOBODY.replace(from, to)), "{to}");
        }
        assert!(needs_rehash("not a hash"));
    }

    #[test]
    fn every_run_is_counted() {
        let passwords = Passwords::default();
        let stored = passwords.hash("x", [3; 16]).unwrap();
        assert!(passwords.verify("x", &stored) && !passwords.verify("y", NOBODY));
        assert_eq!(passwords.runs(), 3);
    }
}
