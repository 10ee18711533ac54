//! Cookies (RFC 6265bis): every one is bound to this host, sent over HTTPS alone and hidden from scripts.

use std::fmt;

use crate::contract::CookieName;

/// The prefix by which browsers refuse the cookie unless it is `Secure`, of this host and of the path `/`.
const PREFIX: &str = "__Host-";

/// With which requests from pages of other sites a cookie is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// With none.
    Strict,
    /// When somebody follows a link here, but with no form.
    Lax,
    /// With all; for forms that a sign-in provider posts.
    None,
}

/// A cookie to set.
#[derive(Clone, PartialEq, Eq)]
pub struct Cookie {
    /// Its name in the contract.
    pub name: CookieName,
    /// Its value; what a cookie cannot carry (RFC 6265 section 4.1.1) is left out.
    pub value: String,
    /// With which requests it is sent.
    pub same_site: SameSite,
    /// Seconds until it is forgotten; 0 forgets it now.
    pub max_age: u32,
}

impl Cookie {
    /// Ends a cookie.
    #[must_use]
    pub fn end(name: CookieName, same_site: SameSite) -> Self {
        Self { name, value: String::new(), same_site, max_age: 0 }
    }

    /// The value of `Set-Cookie`.
    #[must_use]
    pub fn header(&self) -> String {
        let fits = |c: &char| c.is_ascii_graphic() && !matches!(c, '"' | ',' | ';' | '\\');
        let value: String = self.value.chars().filter(fits).collect();
        let (name, same_site, max_age) = (self.name.as_str(), self.same_site, self.max_age);
        format!("{PREFIX}{name}={value}; Path=/; Secure; HttpOnly; SameSite={same_site:?}; Max-Age={max_age}")
    }
}

/// Without the value, which may be a credential.
impl fmt::Debug for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cookie({})", self.name.as_str())
    }
}

/// The value of a cookie in a request's `Cookie` header.
#[must_use]
pub fn read(header: &str, name: CookieName) -> Option<&str> {
    header.split(';').find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key.strip_prefix(PREFIX)? == name.as_str()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie(value: &str) -> Cookie {
        Cookie { name: CookieName::Flow, value: value.to_owned(), same_site: SameSite::None, max_age: 600 }
    }

    #[test]
    fn a_cookie_is_read_back_and_says_how_it_is_kept() {
        let header = cookie("abc-_.1=").header();
        assert_eq!(header, "__Host-flow=abc-_.1=; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=600");
        let (pair, _) = header.split_once(';').unwrap();
        assert_eq!(read(&format!("theme=dark; {pair}; x"), CookieName::Flow), Some("abc-_.1="));
        let ended = Cookie::end(CookieName::Session, SameSite::Lax).header();
        assert_eq!(ended, "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    #[test]
    fn a_value_cannot_say_more_than_itself() {
        let header = cookie("a; Domain=example.com\r\nset-cookie: b").header();
        assert!(header.starts_with("__Host-flow=aDomain=example.comset-cookie:b; Path=/"), "{header}");
        assert_eq!(format!("{:?}", cookie("secret")), "Cookie(flow)");
    }

    #[test]
    fn only_a_cookie_of_this_host_counts() {
        for header in ["flow=x", "__Secure-flow=x", "__host-flow=x", "__Host-flowx=x", "__Host-flow", ""] {
            assert_eq!(read(header, CookieName::Flow), None, "{header}");
        }
        assert_eq!(read("__Host-session=1;__Host-flow=2", CookieName::Flow), Some("2"));
    }
}
