//! Queries and forms, written: `application/x-www-form-urlencoded`.

/// The pairs as a query or a form. Everything but letters, digits and `-._~` is percent-encoded (RFC 3986 section 2.3),
/// so that a reader of either grammar reads the same.
#[must_use]
pub fn encode(pairs: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        percent(name, &mut out);
        out.push('=');
        percent(value, &mut out);
    }
    out
}

/// The address with these pairs added to its query. It has no fragment.
#[must_use]
pub fn append(address: &str, pairs: &[(&str, &str)]) -> String {
    let link = if !address.contains('?') {
        "?"
    } else if address.ends_with(['?', '&']) {
        ""
    } else {
        "&"
    };
    [address, link, &encode(pairs)].concat()
}

fn percent(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for half in [byte >> 4, byte & 15] {
                out.extend(char::from_digit(half.into(), 16).map(|digit| digit.to_ascii_uppercase()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_is_encoded() {
        assert_eq!(encode(&[("a b", "c&d=é"), ("e", "")]), "a%20b=c%26d%3D%C3%A9&e=");
        assert_eq!(encode(&[]), "");
    }

    #[test]
    fn a_query_is_begun_or_continued() {
        let pairs = [("a", "1")];
        for (address, expected) in [
            ("https://example.com/x", "https://example.com/x?a=1"),
            ("https://example.com/x?", "https://example.com/x?a=1"),
            ("https://example.com/x?b=2", "https://example.com/x?b=2&a=1"),
            ("com.example.app:/x", "com.example.app:/x?a=1"),
        ] {
            assert_eq!(append(address, &pairs), expected);
        }
    }
}
