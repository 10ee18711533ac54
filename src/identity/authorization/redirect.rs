//! Where a client may be answered: addresses compared letter by letter (RFC 9700 section 4.1.3), but for the port of a
//! loopback address, which a program on somebody's machine takes as it comes (RFC 8252 section 7.3).

/// The loopback addresses of RFC 8252 section 8.3; `localhost` is none, because it may be resolved to anything.
const LOOPBACKS: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];

/// Whether a client with these registered addresses may be answered at the one it asks for.
#[must_use]
pub fn is_registered(registered: &str, asked: &str) -> bool {
    let portless = without_loopback_port(asked);
    registered.split_ascii_whitespace().any(|one| one == asked || portless.as_deref() == Some(one))
}

/// A loopback address without its port; `None` for one that has none, or is no loopback address.
fn without_loopback_port(address: &str) -> Option<String> {
    LOOPBACKS.iter().find_map(|host| {
        let rest = address.strip_prefix(host)?.strip_prefix(':')?;
        let end = rest.find('/')?;
        let (port, path) = rest.split_at(end);
        let is_port = (1..=5).contains(&port.len())
            && port.bytes().all(|byte| byte.is_ascii_digit())
            && !port.starts_with('0')
            && port.parse::<u16>().is_ok();
        is_port.then(|| [host, path].concat())
    })
}

/// The address with more parameters in its query (RFC 6749 section 4.1.2: what is there is kept).
#[must_use]
pub fn with_parameters(address: &str, parameters: &[(&str, &str)]) -> String {
    let mut out = address.to_owned();
    for (name, value) in parameters {
        out.push(if out.contains('?') { '&' } else { '?' });
        out.push_str(name);
        out.push('=');
        encode(value, &mut out);
    }
    out
}

/// Percent-encodes all but the unreserved characters of RFC 3986 section 2.3.
fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for half in [byte >> 4, byte & 15] {
                out.push(char::from_digit(half.into(), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
}

/// What a person is told of where an address leads: its host, or its scheme where an application owns that.
#[must_use]
pub fn place(address: &str) -> &str {
    let Some((scheme, rest)) = address.split_once(':') else { return address };
    match rest.strip_prefix("//") {
        Some(rest) if scheme == "https" => rest.split(['/', '?', '#']).next().unwrap_or(rest),
        Some(_) if scheme == "http" => "a program on this device",
        _ => scheme,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTERED: &str = "https://app.example.com/back?from=x com.example.app:/oauth http://127.0.0.1/callback http://[::1]/callback";

    #[test]
    fn an_address_is_the_registered_one_letter_by_letter() {
        for (asked, expected) in [
            ("https://app.example.com/back?from=x", true),
            ("com.example.app:/oauth", true),
            ("http://127.0.0.1/callback", true),
            ("http://127.0.0.1:1/callback", true),
            ("http://127.0.0.1:49152/callback", true),
            ("http://[::1]:65535/callback", true),
            // Anything else is another address.
            ("", false),
            ("https://app.example.com/back", false),
            ("https://app.example.com/back?from=x&more", false),
            ("https://app.example.com/back?from=x#fragment", false),
            ("https://app.example.com:443/back?from=x", false),
            ("https://APP.example.com/back?from=x", false),
            ("https://app.example.com@evil.example/back?from=x", false),
            ("https://app.example.com.evil.example/back?from=x", false),
            ("https://app.example.com/back/../back?from=x", false),
            ("http://app.example.com/back?from=x", false),
            ("com.example.app:/oauth/", false),
            ("com.example.app://oauth", false),
            ("COM.EXAMPLE.APP:/oauth", false),
            ("http://127.0.0.1:/callback", false),
            ("http://127.0.0.1:0/callback", false),
            ("http://127.0.0.1:080/callback", false),
            ("http://127.0.0.1:65536/callback", false),
            ("http://127.0.0.1:99999/callback", false),
            ("http://127.0.0.1:+80/callback", false),
            ("http://127.0.0.1:80@evil.example/callback", false),
            ("http://127.0.0.1:80.evil.example/callback", false),
            ("http://127.0.0.1.evil.example/callback", false),
            ("http://127.0.0.1:80/callback/more", false),
            ("http://127.0.0.1:80/callback?x", false),
            ("http://127.0.0.1:80", false),
            ("https://127.0.0.1:80/callback", false),
            ("http://127.0.0.2:80/callback", false),
            ("http://localhost:80/callback", false),
            ("http://[::1]:80/other", false),
            ("javascript:alert(1)", false),
            ("https://app.example.com/back?from=x com.example.app:/oauth", false),
        ] {
            assert_eq!(is_registered(REGISTERED, asked), expected, "{asked}");
        }
        assert!(!is_registered("", ""));
        assert!(
            !is_registered("https://app.example.com:80/x", "https://app.example.com:81/x"),
            "no loopback"
        );
    }

    #[test]
    fn parameters_are_added_and_cannot_add_others() {
        assert_eq!(
            with_parameters("com.example.app:/oauth", &[("code", "a-b"), ("state", "x&error=y z\u{e9}")]),
            "com.example.app:/oauth?code=a-b&state=x%26error%3Dy%20z%C3%A9"
        );
        assert_eq!(
            with_parameters("https://a.example/?x=1", &[("code", "c")]),
            "https://a.example/?x=1&code=c"
        );
    }

    #[test]
    fn a_person_is_told_a_name_of_the_place() {
        assert_eq!(place("https://raycast.com/redirect?packageName=Extension"), "raycast.com");
        assert_eq!(place("com.raycast:/oauth"), "com.raycast");
        assert_eq!(place("http://127.0.0.1:8080/callback"), "a program on this device");
    }
}
