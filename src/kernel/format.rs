//! Named text formats of the contract: one small parser each, no regular expressions at run time.
//!
//! The contract compiler reads the same table, so a format that it accepts exists here. What a
//! format refuses beyond its RFC is stated at the parser and in the served document.

/// A named format: what a string of it must look like.
#[derive(Debug)]
pub struct Format {
    /// The name in the contract.
    pub name: &'static str,
    /// Tells whether a text has this format.
    pub accepts: fn(&str) -> bool,
}

macro_rules! formats {
    ($($constant:ident $name:literal $parser:ident),+ $(,)?) => {
        $(
            #[doc = concat!("The format `", $name, "`; see [`", stringify!($parser), "`](fn@", stringify!($parser), ").")]
            pub static $constant: Format = Format { name: $name, accepts: $parser };
        )+
        /// Every format.
        pub static ALL: &[&Format] = &[$(&$constant),+];
    };
}

formats! {
    CURSOR "cursor" cursor,
    DATE "date" date,
    DATE_TIME "date-time" date_time,
    ED25519_KEY "ed25519-key" ed25519_key,
    ED25519_SIGNATURE "ed25519-signature" ed25519_signature,
    EMAIL "email" email,
    ENGINE "engine" engine,
    SCOPE "scope" scope,
    SHA256 "sha256" sha256,
    STREAM "stream" stream,
    TIME "time" time,
    TIME_ZONE "time-zone" time_zone,
    URI "uri" uri,
    UUID "uuid" uuid,
}

/// A page cursor: 1 to 1,024 characters of base64url without padding (RFC 4648 section 5).
#[must_use]
pub fn cursor(text: &str) -> bool {
    (1..=1024).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// A calendar date `YYYY-MM-DD` from 0001-01-01 to 9999-12-31 (RFC 3339 full-date).
#[must_use]
pub fn date(text: &str) -> bool {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
        return false;
    };
    let year = number(&[*y1, *y2, *y3, *y4]);
    match (year, number(&[*m1, *m2]), number(&[*d1, *d2])) {
        (Some(year @ 1..), Some(month @ 1..=12), Some(day @ 1..)) => day <= days_in(year, month),
        _ => false,
    }
}

/// A moment as RFC 3339 date-time with at most nine digits of a second, a leap second included.
///
/// The date as written lies between 0001-01-02 and 9999-12-30, so that every offset stays inside
/// the years 0001 to 9999 in UTC.
#[must_use]
pub fn date_time(text: &str) -> bool {
    let Some((day, rest)) = text.split_at_checked(10) else {
        return false;
    };
    if !date(day) || day == "0001-01-01" || day == "9999-12-31" {
        return false;
    }
    let Some(rest) = rest.strip_prefix(['T', 't']) else {
        return false;
    };
    let Some((clock, rest)) = rest.split_at_checked(8) else {
        return false;
    };
    let leap = clock.ends_with(":60");
    if !(time(clock) || leap && time(clock.get(..5).unwrap_or_default())) {
        return false;
    }
    let rest = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if !(1..=9).contains(&digits) {
                return false;
            }
            fraction.get(digits..).unwrap_or_default()
        }
    };
    matches!(rest, "Z" | "z") || rest.strip_prefix(['+', '-']).is_some_and(|at| at.len() == 5 && time(at))
}

/// 32 bytes as base64url without padding, in the one form that leaves no bits over (RFC 4648 section 3.5): a public key
/// of RFC 8032. Whether it is a point is not asked here.
#[must_use]
pub fn ed25519_key(text: &str) -> bool {
    base64url(text, 43, b"AEIMQUYcgkosw048")
}

/// 64 bytes as base64url without padding, likewise: a signature of RFC 8032.
#[must_use]
pub fn ed25519_signature(text: &str) -> bool {
    base64url(text, 86, b"AQgw")
}

fn base64url(text: &str, length: usize, last: &[u8]) -> bool {
    text.len() == length && cursor(text) && text.bytes().last().is_some_and(|byte| last.contains(&byte))
}

/// A mail address as ordinary mail uses it: RFC 5321 dot-string of ASCII, local part at most 64
/// characters, at least two domain labels of letters, digits and inner hyphens, at most 254 in all.
/// Quoted local parts, address literals and non-ASCII addresses are refused.
#[must_use]
pub fn email(text: &str) -> bool {
    const ATOM: &[u8] = b"!#$%&'*+-/=?^_`{|}~";
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let atom =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || ATOM.contains(&b));
    text.len() <= 254
        && local.len() <= 64
        && local.split('.').all(atom)
        && domain.contains('.')
        && host(domain)
}

/// The name of an engine: lower-case letters, digits and underscores, at most 32, a letter first.
#[must_use]
pub fn engine(text: &str) -> bool {
    text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// A scope such as `readings:write`: one to three words of lower-case letters, digits, `_` and `-`
/// joined by a colon, each beginning with a letter; at most 64 characters.
#[must_use]
pub fn scope(text: &str) -> bool {
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
    };
    text.len() <= 64 && text.split(':').count() <= 3 && text.split(':').all(word)
}

/// A SHA-256 digest: 64 lower-case hexadecimal digits.
#[must_use]
pub fn sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'))
}

/// The name of a stream of the relay: 1 to 64 of `a-z 0-9 . _ -`.
#[must_use]
pub fn stream(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-'))
}

/// A time of day, `HH:MM` or `HH:MM:SS`, 00:00 to 23:59:59.
#[must_use]
pub fn time(text: &str) -> bool {
    let (clock, second) = match text.as_bytes() {
        [clock @ .., b':', s1, s2] if clock.len() == 5 => (clock, [*s1, *s2]),
        clock => (clock, *b"00"),
    };
    let [h1, h2, b':', m1, m2] = clock else {
        return false;
    };
    matches!(
        (number(&[*h1, *h2]), number(&[*m1, *m2]), number(&second)),
        (Some(0..=23), Some(0..=59), Some(0..=59))
    )
}

/// A time zone in the shape of the IANA names: one to three segments of letters, digits, `_`, `+`
/// and `-` joined by `/`, a letter first; at most 64 characters. Whether it exists is not asked here.
#[must_use]
pub fn time_zone(text: &str) -> bool {
    let segment = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-'))
    };
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.split('/').count() <= 3
        && text.split('/').all(segment)
}

/// An absolute `http` or `https` URL of ASCII with a host name or IPv4 address, an optional port of
/// one to five digits and no user part; at most 2,048 characters (RFC 3986, narrowed).
#[must_use]
pub fn uri(text: &str) -> bool {
    const REST: &[u8] = b"!#$%&'()*+,-./:;=?@_~";
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let (name, port) = authority.split_once(':').unwrap_or((authority, "0"));
    text.len() <= 2048
        && host(name)
        && (1..=5).contains(&port.len())
        && port.bytes().all(|b| b.is_ascii_digit())
        && tail.bytes().all(|b| b.is_ascii_alphanumeric() || REST.contains(&b))
}

/// A UUID in the text form of RFC 9562: 8-4-4-4-12 hexadecimal digits of either case.
#[must_use]
pub fn uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// Domain labels of 1 to 63 letters, digits and inner hyphens, joined by dots.
fn host(text: &str) -> bool {
    text.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    })
}

/// The value of a few decimal digits.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
}

/// The days of a month of the Gregorian calendar.
fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(format: fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(format(text), "refused {text:?}");
        }
        for text in bad.iter().chain(&["", "\0", "é", "\u{10ffff}", " "]) {
            assert!(!format(text), "accepted {text:?}");
        }
    }

    #[test]
    fn dates_are_real_days() {
        let good = ["0001-01-01", "1999-12-31", "2000-02-29", "2024-02-29", "9999-12-31"];
        let bad = [
            "0000-01-01",
            "1900-02-29",
            "2026-02-30",
            "2026-13-01",
            "2026-1-01",
            "2026-01-01T",
            "+026-01-01",
        ];
        holds(date, &good, &bad);
    }

    #[test]
    fn moments_follow_rfc_3339() {
        let good = [
            "2026-03-01T00:00:00Z",
            "2026-03-01t23:59:60z",
            "2026-03-01T00:00:00.123456789-23:59",
            "0001-01-02T00:00:00+23:59",
            "9999-12-30T23:59:59-23:59",
        ];
        let bad = [
            "2026-03-01",
            "2026-03-01T00:00Z",
            "2026-03-01 00:00:00Z",
            "2026-03-01T00:00:00",
            "2026-03-01T00:00:00.Z",
            "2026-03-01T00:00:00.1234567890Z",
            "2026-03-01T24:00:00Z",
            "2026-03-01T00:00:61Z",
            "2026-03-01T00:00:00+24:00",
            "2026-03-01T00:00:00+0100",
            "0001-01-01T00:00:00Z",
            "9999-12-31T00:00:00Z",
            "2026-03-0éT00:00:00Z",
        ];
        holds(date_time, &good, &bad);
    }

    #[test]
    fn addresses_are_ordinary() {
        let long_local = format!("{}@example.org", "a".repeat(64));
        let too_long_local = format!("{}@example.org", "a".repeat(65));
        let long =
            format!("a@{}.org", ["b".repeat(63), "c".repeat(63), "d".repeat(63), "e".repeat(57)].join("."));
        let good = ["a@b.co", "first.last+tag@sub.example.org", "o'neil@x-y.io", long_local.as_str()];
        let bad = [
            "a@b",
            "a.@b.co",
            ".a@b.co",
            "a..b@c.co",
            "a@-b.co",
            "a@b-.co",
            "a@b..co",
            "a b@c.co",
            "\"a\"@b.co",
            "a@[127.0.0.1]",
            "a@b@c.co",
            "@b.co",
            &too_long_local,
            &long,
        ];
        holds(email, &good, &bad);
    }

    #[test]
    fn names_and_zones_keep_their_shape() {
        holds(engine, &["iching", "gene_keys", "a1"], &["Iching", "1a", "_a", "a-b", &"a".repeat(33)]);
        holds(scope, &["admin", "readings:write", "a:b:c"], &["a:b:c:d", ":a", "a:", "A", "a b", "1a"]);
        holds(
            time_zone,
            &["UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "Etc/GMT+5"],
            &["/UTC", "a//b", "a/b/c/d", "+1"],
        );
    }

    #[test]
    fn times_of_day_end_before_midnight() {
        holds(
            time,
            &["00:00", "23:59", "23:59:59"],
            &["24:00", "1:00", "10:60", "10:00:60", "10:00:", "10:00:0", "10-00"],
        );
    }

    #[test]
    fn digests_cursors_and_ids_have_their_alphabet() {
        holds(stream, &["a", "notes.2026-03_1", &"s".repeat(64)], &["", "A", "a b", "ä", &"s".repeat(65)]);
        holds(sha256, &[&"0f".repeat(32)], &[&"0F".repeat(32), &"0f".repeat(31)]);
        let (key, signature) = ("-".repeat(42), "_".repeat(85));
        let (bad, long) =
            ([key.clone() + "B", key.clone(), key.clone() + "=", key.clone() + "A="], "A".repeat(44));
        holds(ed25519_key, &[&(key.clone() + "8")], &[&bad[0], &bad[1], &bad[2], &bad[3], &long]);
        holds(
            ed25519_signature,
            &[&(signature.clone() + "w")],
            &[&(signature.clone() + "8"), &signature, &key],
        );
        holds(cursor, &["a", "A-_9", &"a".repeat(1024)], &["a=", "a+", &"a".repeat(1025)]);
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        holds(
            uuid,
            &[id, &id.to_uppercase()],
            &[&id.replace('-', ""), &id[1..], "01890a5d-ac96-774b-bcce-b302099a805g"],
        );
    }

    #[test]
    fn urls_are_absolute_http() {
        let good = ["https://example.org", "http://127.0.0.1:8787/a?b=c#d", "https://x.io?q=%20"];
        let bad = [
            "ftp://a.b",
            "https://",
            "https://a b",
            "https://u@h/",
            "https://h:/",
            "https://h:123456",
            "https:///a",
            "//a.b",
            "https://a/<",
        ];
        holds(uri, &good, &bad);
    }

    #[test]
    fn every_format_has_its_own_name() {
        let mut names: Vec<_> = ALL.iter().map(|format| format.name).collect();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
