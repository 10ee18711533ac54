//! What browsers are answered with: pages that are built by escaping alone, and redirects.

/// A page. Whatever becomes part of it is escaped on its way in; names of elements and attributes are literals of
/// the house. It needs no script, and the headers that go with it allow none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Html {
    text: String,
    open: Vec<&'static str>,
    targets: String,
}

/// An attribute: its name and its value, which is escaped.
pub type Attribute<'a> = (&'static str, &'a str);

/// Attributes that a browser follows.
const LINKS: [&str; 4] = ["action", "formaction", "href", "src"];

impl Html {
    /// Begins a page with that title, as title and as heading; what follows is in its `main`.
    #[must_use]
    pub fn page(title: &str) -> Self {
        let text = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
                    <meta name=\"viewport\" content=\"width=device-width\">\
                    <meta name=\"robots\" content=\"noindex\">\
                    <link rel=\"stylesheet\" href=\"/site.css\">";
        let mut page = Self { text: text.to_owned(), open: vec!["html"], targets: String::new() };
        page.element("title", &[], title);
        page.text.push_str("</head>");
        page.open("body", &[]).open("main", &[]).element("h1", &[], title);
        page
    }

    /// Begins an element; [`Self::close`] ends it.
    pub fn open(&mut self, name: &'static str, attributes: &[Attribute<'_>]) -> &mut Self {
        self.void(name, attributes);
        self.open.push(name);
        self
    }

    /// An element without content, such as `input`.
    pub fn void(&mut self, name: &'static str, attributes: &[Attribute<'_>]) -> &mut Self {
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            let followed = LINKS.contains(name) && !is_harmless(value);
            for part in [" ", name, "=\""] {
                self.text.push_str(part);
            }
            escape(if followed { "#" } else { value }, &mut self.text);
            self.text.push('"');
        }
        self.text.push('>');
        self
    }

    /// Ends the element that was begun last.
    pub fn close(&mut self) -> &mut Self {
        if let Some(name) = self.open.pop() {
            for part in ["</", name, ">"] {
                self.text.push_str(part);
            }
        }
        self
    }

    /// Text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        escape(text, &mut self.text);
        self
    }

    /// An element with text alone in it.
    pub fn element(&mut self, name: &'static str, attributes: &[Attribute<'_>], text: &str) -> &mut Self {
        self.open(name, attributes).text(text).close()
    }

    /// A field of a form that nobody sees.
    pub fn hidden(&mut self, name: &str, value: &str) -> &mut Self {
        self.void("input", &[("type", "hidden"), ("name", name), ("value", value)])
    }

    /// Lets the page's forms lead to that address as well, directly or by a redirect: browsers hold both to
    /// `form-action` (CSP 3). Without it they lead to this server alone.
    pub fn may_lead_to(&mut self, address: &str) -> &mut Self {
        if let Some(source) = source(address) {
            self.targets.push(' ');
            self.targets.push_str(source);
        }
        self
    }

    /// The Content-Security-Policy that goes with it.
    #[must_use]
    pub fn policy(&self) -> String {
        let parts = [
            "default-src 'none'; style-src 'self'; form-action 'self'",
            &self.targets,
            "; frame-ancestors 'none'; base-uri 'none'",
        ];
        parts.concat()
    }

    /// The text, with all elements ended.
    #[must_use]
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }
}

/// A redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// Where to: a path of this server, or an address in full.
    pub location: String,
}

impl Redirect {
    /// To that place.
    #[must_use]
    pub fn to(location: impl Into<String>) -> Self {
        Self { location: location.into() }
    }

    /// The location as a header carries it: what is no visible ASCII is percent-encoded (RFC 3986 section 2.1).
    #[must_use]
    pub fn header(&self) -> String {
        let mut out = String::with_capacity(self.location.len());
        for byte in self.location.bytes() {
            if byte.is_ascii_graphic() {
                out.push(char::from(byte));
            } else {
                out.push('%');
                for half in [byte >> 4, byte & 15] {
                    out.push(char::from_digit(half.into(), 16).unwrap_or('0').to_ascii_uppercase());
                }
            }
        }
        out
    }
}

/// What an operation gives that may show a page or lead on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageOrRedirect {
    /// A page.
    Page(Html),
    /// The way to another address.
    Redirect(Redirect),
}

impl From<Html> for PageOrRedirect {
    fn from(page: Html) -> Self {
        Self::Page(page)
    }
}

impl From<Redirect> for PageOrRedirect {
    fn from(redirect: Redirect) -> Self {
        Self::Redirect(redirect)
    }
}

/// Writes a text as the content of an element or an attribute's value, in HTML and XML alike.
pub fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

/// Whether following an address runs no script: one of this server, of the web, or for mail.
fn is_harmless(address: &str) -> bool {
    let own = address.starts_with(['/', '#', '?']) && !address.starts_with("//") && !address.contains('\\');
    own || ["https://", "http://", "mailto:"].iter().any(|scheme| address.starts_with(scheme))
}

/// The source expression (CSP 3 section 2.3.1) of an address: its origin; its scheme alone where an origin cannot be
/// written, as with applications' own schemes and IPv6.
fn source(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once(':')?;
    let plain = |text: &str, more: &[u8]| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
    };
    if !plain(scheme, b"+.-")
        || scheme.eq_ignore_ascii_case("javascript")
        || scheme.eq_ignore_ascii_case("data")
    {
        return None;
    }
    let host = rest.strip_prefix("//").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    match host.filter(|host| matches!(scheme, "http" | "https") && plain(host, b".-:")) {
        Some(host) => address.get(..scheme.len() + 3 + host.len()),
        None => address.get(..=scheme.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_stays_text() {
        let hostile = "</title><script>alert('1')</script>&\"";
        let mut page = Html::page(hostile);
        page.open("p", &[("title", hostile)]).text(hostile).hidden(hostile, hostile);
        let text = page.finish();
        assert_eq!(text.matches("<script").count(), 0, "{text}");
        assert_eq!(text.matches("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;").count(), 6);
    }

    #[test]
    fn elements_end_in_the_order_in_which_they_began() {
        let mut page = Html::page("Hello");
        page.open("form", &[("method", "post"), ("action", "/x")]).element("button", &[], "Go");
        let text = page.finish();
        assert!(text.starts_with("<!doctype html><html lang=\"en\"><head>"), "{text}");
        assert!(
            text.ends_with(
                "<title>Hello</title></head><body><main><h1>Hello</h1><form method=\"post\" action=\"/x\">\
                 <button>Go</button></form></main></body></html>"
            ),
            "{text}"
        );
    }

    #[test]
    fn no_link_runs_a_script() {
        for address in
            ["javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "//evil.example", "/\\evil", " /x"]
        {
            let mut page = Html::page("");
            page.element("a", &[("href", address)], "x");
            assert!(page.finish().contains("<a href=\"#\">x</a>"), "{address}");
        }
        for address in ["/x?y=1", "https://example.com/", "mailto:ada@example.com", "#top"] {
            let mut page = Html::page("");
            page.element("a", &[("href", address)], "x");
            assert!(page.finish().contains(&format!("<a href=\"{address}\">x</a>")), "{address}");
        }
    }

    #[test]
    fn forms_lead_where_they_may() {
        for (address, source) in [
            ("https://app.example.com/callback?x=1", " https://app.example.com"),
            ("http://127.0.0.1:53682/callback", " http://127.0.0.1:53682"),
            ("http://[::1]:53682/", " http:"),
            ("raycast://oauth", " raycast:"),
            ("com.example.app:/oauth", " com.example.app:"),
            ("https://a.example; script-src *", " https:"),
            ("javascript:alert(1)", ""),
            ("a b:c", ""),
            ("nowhere", ""),
        ] {
            let mut page = Html::page("");
            page.may_lead_to(address);
            let expected = format!(
                "default-src 'none'; style-src 'self'; form-action 'self'{source}; frame-ancestors 'none'; base-uri 'none'"
            );
            assert_eq!(page.policy(), expected, "{address}");
        }
    }

    #[test]
    fn a_location_fits_into_a_header() {
        assert_eq!(Redirect::to("/a?b=c%20d").header(), "/a?b=c%20d");
        assert_eq!(Redirect::to("/a b\r\nset-cookie: x\u{e9}").header(), "/a%20b%0D%0Aset-cookie:%20x%C3%A9");
    }
}
