//! The token of a device that has signed in before: a random id and its MAC. It proves nothing but that, and opens
//! nothing: it only has its guesses counted apart from those of strangers.

use super::Subject;
use crate::kernel::crypto;

/// Characters of an id: 16 bytes as base64url.
const ID: usize = 22;

/// The token of a device for one subject.
pub fn token(id: &str, subject: Subject<'_>, key: &[u8]) -> String {
    format!("{id}.{}", crypto::base64url(&mac(id, subject, key)))
}

/// The id in a token; `None` unless the key made it for this subject.
pub fn read(token: &str, subject: Subject<'_>, key: &[u8]) -> Option<String> {
    let (id, tag) = token.split_once('.')?;
    let tag = crypto::from_base64url(tag)?;
    let right = id.len() == ID && crypto::equal(&tag, &mac(id, subject, key));
    right.then(|| id.to_owned())
}

fn mac(id: &str, subject: Subject<'_>, key: &[u8]) -> [u8; 32] {
    let (kind, which) = subject.parts();
    crypto::mac(key, &[b"device", kind, which.as_bytes(), id.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_subject_alone() {
        let (ada, bob) = (Subject::SignIn("Ada@example.com"), Subject::SignIn("bob@example.com"));
        let id = crypto::base64url(&[7; 16]);
        let text = token(&id, ada, b"key");
        assert_eq!(read(&text, Subject::SignIn("ada@example.com"), b"key"), Some(id));
        assert_eq!(read(&text, bob, b"key"), None);
        assert_eq!(read(&text, ada, b"other"), None);
        for broken in ["", ".", "a.b", &text[1..], &text[..text.len() - 1], &format!("{text}=")] {
            assert_eq!(read(broken, ada, b"key"), None, "{broken}");
        }
    }
}
