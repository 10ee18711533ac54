//! The pages that people see when an application asks to act for them. They need no script.

use crate::contract::{Scope, Scopes};
use crate::kernel::html::{Attribute, Html};

/// What the sign-in page says.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignIn<'a> {
    /// The sealed request.
    pub form: &'a str,
    /// The application's name, where it is at hand.
    pub client: Option<&'a str>,
    /// The address that was typed before.
    pub email: &'a str,
    /// What went wrong before.
    pub trouble: Option<&'a str>,
}

/// Asks for address, password and code.
#[must_use]
pub fn sign_in(page: &SignIn<'_>) -> Html {
    let mut html = Html::page("Sign in");
    if let Some(client) = page.client {
        html.open("p", &[("class", "lead")]).text("to go on to ").element("strong", &[], client).close();
    }
    if let Some(trouble) = page.trouble {
        html.element("p", &[("class", "trouble"), ("role", "alert"), ("id", "trouble")], trouble);
    }
    html.open("form", &[("method", "post"), ("action", "/oauth/authorize/sign-in")])
        .hidden("form", page.form);
    let described: Attribute<'_> =
        ("aria-describedby", if page.trouble.is_some() { "trouble" } else { "code-hint" });
    field(
        &mut html,
        "Address",
        &[
            ("id", "email"),
            ("name", "email"),
            ("type", "email"),
            ("autocomplete", "username"),
            ("maxlength", "254"),
            ("value", page.email),
            ("required", ""),
        ],
    );
    field(
        &mut html,
        "Password",
        &[
            ("id", "password"),
            ("name", "password"),
            ("type", "password"),
            ("autocomplete", "current-password"),
            ("maxlength", "200"),
            ("required", ""),
            described,
        ],
    );
    field(
        &mut html,
        "Code",
        &[
            ("id", "code"),
            ("name", "code"),
            ("type", "text"),
            ("autocomplete", "one-time-code"),
            ("maxlength", "32"),
            ("aria-describedby", "code-hint"),
        ],
    );
    html.element("p", &[("class", "hint"), ("id", "code-hint")], "Only if your account has a second factor.");
    html.element("button", &[("type", "submit"), ("class", "main")], "Sign in").close();
    html
}

fn field(html: &mut Html, label: &str, attributes: &[Attribute<'_>]) {
    let id = attributes.first().map_or("", |(_, id)| id);
    html.element("label", &[("for", id)], label).void("input", attributes);
}

/// What the consent page says.
#[derive(Debug, Clone, Copy)]
pub struct Consent<'a> {
    /// The sealed request.
    pub form: &'a str,
    /// The application's name.
    pub client: &'a str,
    /// Who is asked.
    pub email: &'a str,
    /// What for.
    pub scopes: Scopes,
    /// The address that the answer goes to.
    pub redirect: &'a str,
    /// What a person calls that place.
    pub place: &'a str,
}

/// Asks whether an application may act for somebody.
#[must_use]
pub fn consent(page: &Consent<'_>) -> Html {
    let mut html = Html::page(&[page.client, " wants to act for you"].concat());
    html.open("p", &[("class", "lead")]).text("You are signed in as ").element("strong", &[], page.email);
    html.text(".").close();
    html.element("p", &[("id", "scopes")], "It asks for leave to:");
    html.open("ul", &[("aria-labelledby", "scopes")]);
    for scope in page.scopes.iter() {
        html.element("li", &[], Scope::meaning(scope));
    }
    html.close();
    html.open("p", &[("class", "hint")]).text("The answer goes to ").element("strong", &[], page.place);
    html.text(". You can end this at any time: your account lists the applications that act for you.")
        .close();
    html.open("form", &[("method", "post"), ("action", "/oauth/authorize/decide")]).hidden("form", page.form);
    html.open("p", &[("class", "choice")]);
    for (value, class, words) in
        [("allow", "main", "Allow"), ("deny", "", "Do not allow"), ("switch", "", "Sign in as somebody else")]
    {
        let attributes = [("type", "submit"), ("name", "decision"), ("value", value), ("class", class)];
        html.element("button", &attributes, words);
    }
    html.close().close().may_lead_to(page.redirect);
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_typed_is_text_in_both_pages() {
        let evil = "\"><script>alert(1)</script>";
        let sign_in = sign_in(&SignIn { form: evil, client: Some(evil), email: evil, trouble: Some(evil) });
        let consent = consent(&Consent {
            form: evil,
            client: evil,
            email: evil,
            scopes: Scopes::of(&[Scope::ReadingsRead]),
            redirect: "com.example.app:/x",
            place: evil,
        });
        assert!(consent.policy().contains("form-action 'self' com.example.app:;"), "{}", consent.policy());
        for page in [sign_in, consent] {
            let text = page.finish();
            assert!(!text.contains("<script"), "{text}");
            assert!(text.contains("&lt;script&gt;"));
        }
    }
}
