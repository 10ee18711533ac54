//! A cause without values. Pure.

use crate::kernel::crypto;

/// Characters of a cause that are kept.
pub const LONGEST: usize = 300;

/// The cause without what tells one occurrence from another, and without what may be somebody's: numbers, ids, hexadecimal,
/// addresses, whatever stands in quotes, whatever is not ASCII. Each of them is `#`. At most [`LONGEST`] characters.
#[must_use]
pub fn redact(cause: &str) -> String {
    let mut out = String::new();
    let mut rest = cause;
    let mut before = ' ';
    while let Some(next) = rest.chars().next() {
        if out.len() >= LONGEST {
            break;
        }
        let taken = if is_word(next) {
            let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            let start = out.len();
            word(&rest[..end], &mut out);
            if before == '=' {
                out.truncate(start);
                out.push('#');
            }
            end
        } else if matches!(next, '"' | '`') || (next == '\'' && !is_word(before)) {
            // To the next one, or to the end of a cause that was cut.
            out.push('#');
            quoted(rest, next)
        } else if next.is_whitespace() || next.is_control() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
            next.len_utf8()
        } else {
            out.push(next);
            1
        };
        before = next;
        rest = rest.get(taken..).unwrap_or_default();
    }
    out.truncate(LONGEST);
    out
}

/// The length of what stands in quotes: to the next one that no backslash is before, or to the end of a cause that was
/// cut.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = true;
    for (at, c) in text.char_indices() {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}

/// Whether it belongs to a word; addresses and ids are one, and what is not ASCII.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-@.%+".contains(c) || (!c.is_ascii() && !c.is_whitespace())
}

fn word(word: &str, out: &mut String) {
    let digits = word.bytes().any(|byte| byte.is_ascii_digit());
    let hex = word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let value = word.contains(['@', '%'])
        || !word.is_ascii()
        || (hex && (digits || word.len() >= 8))
        || (digits && word.len() >= 16)
        || word.len() > 40;
    if value {
        out.push('#');
        return;
    }
    for byte in word.chars() {
        if !byte.is_ascii_digit() {
            out.push(byte);
        } else if !out.ends_with('#') {
            out.push('#');
        }
    }
}

/// The name of a kind: 16 bytes of SHA-256, in hexadecimal.
#[must_use]
pub fn fingerprint(code: &str, action: &str, redacted: &str) -> String {
    let digest = crypto::digest(&[code.as_bytes(), action.as_bytes(), redacted.as_bytes()]);
    crypto::hex(digest.get(..16).unwrap_or_default())
}
