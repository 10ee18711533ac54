//! The letters: what each mail says. One source gives the plain text and the HTML.

use crate::kernel::time::Timestamp;

/// A mail to be written. Tokens are secrets: they stand in the mail and, hashed, in `mail_tokens`, and nowhere else.
#[derive(Clone, Copy)]
pub enum Letter<'a> {
    /// A new account: confirm the address.
    Welcome {
        /// Proves that the mail arrived.
        token: &'a str,
    },
    /// The same link again.
    Verify {
        /// Proves that the mail arrived.
        token: &'a str,
    },
    /// Somebody gave an address that has an account.
    KnownAddress,
    /// Choose another password.
    Reset {
        /// Lets its holder choose one.
        token: &'a str,
    },
    /// Confirm an account's new address.
    ChangeEmail {
        /// Proves that the mail arrived.
        token: &'a str,
    },
    /// To the old address: somebody wants to change it.
    EmailChangeNotice,
    /// To the old address: it was changed.
    EmailChanged,
    /// The password was changed.
    PasswordChanged,
    /// A sign-in from a device that is new.
    SignIn {
        /// The program, as it names itself.
        device: Option<&'a str>,
        /// The country.
        place: Option<&'a str>,
        /// When.
        at: Timestamp,
    },
    /// The second factor was switched on or off.
    TwoFactor {
        /// On.
        enabled: bool,
    },
    /// To administrators: something of the house is to be replaced, or should have been.
    SecretEnds {
        /// Which secret.
        name: &'a str,
        /// When it is too old, or ends by itself.
        at: Timestamp,
        /// Whether it is.
        ended: bool,
    },
    /// To operators: something is wrong with the house, or is no longer.
    Alert {
        /// Which rule.
        rule: &'a str,
        /// What is wrong.
        summary: &'a str,
        /// Whether it is.
        firing: bool,
        /// The value that decided.
        value: f64,
        /// The bound that it passed.
        bound: f64,
        /// When.
        at: Timestamp,
        /// What to do.
        runbook: &'a str,
    },
    /// To its owner: a key for programs ends soon.
    KeyEnds {
        /// As the owner calls it.
        name: &'a str,
        /// The end of its text.
        last_four: &'a str,
        /// When.
        at: Timestamp,
    },
}

/// What to do about something that one did not do oneself.
const NOT_YOU: &str = "If this was not you, choose another password now: ask for it where you sign in. \
                       That ends all sessions.";
/// What to do about a mail that one did not ask for.
const NOT_ASKED: &str = "If you did not ask for this, there is nothing to do: nothing has changed.";

impl Letter<'_> {
    /// Its name in tables.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Welcome { .. } => "welcome",
            Self::Verify { .. } => "verify",
            Self::KnownAddress => "known_address",
            Self::Reset { .. } => "reset",
            Self::ChangeEmail { .. } => "change_email",
            Self::EmailChangeNotice => "email_change_notice",
            Self::EmailChanged => "email_changed",
            Self::PasswordChanged => "password_changed",
            Self::SignIn { .. } => "sign_in",
            Self::TwoFactor { .. } => "two_factor",
            Self::SecretEnds { .. } => "secret_ends",
            Self::Alert { .. } => "alert",
            Self::KeyEnds { .. } => "key_ends",
        }
    }

    /// Subject and text. Links carry their token in the fragment, which browsers send to no server.
    #[must_use]
    pub fn words(&self, origin: &str) -> (String, String) {
        let link = |page: &str, token: &str| format!("{origin}/account/{page}#token={token}");
        let day = "The link is good for one use within 24 hours.";
        let bare = |token: &str| format!("The bare token, for programs: {token}");
        let (subject, paragraphs) = match self {
            Self::Welcome { token } => (
                "Welcome: please confirm your address",
                vec![
                    "Your account is ready. Please confirm that this address is yours:".to_owned(),
                    link("verify", token),
                    day.to_owned(),
                    bare(token),
                    "If you did not make an account, there is nothing to do.".to_owned(),
                ],
            ),
            Self::Verify { token } => (
                "Please confirm your address",
                vec![
                    "Please confirm that this address is yours:".to_owned(),
                    link("verify", token),
                    day.to_owned(),
                    bare(token),
                    NOT_ASKED.to_owned(),
                ],
            ),
            Self::KnownAddress => (
                "You have an account already",
                vec![
                    "Somebody, perhaps you, gave this address for an account. There is one already, and it stays as it \
                     is."
                    .to_owned(),
                    "To use it, sign in with this address. If you have forgotten the password, ask for another one where \
                     you sign in."
                    .to_owned(),
                    NOT_ASKED.to_owned(),
                ],
            ),
            Self::Reset { token } => (
                "Choose another password",
                vec![
                    "Somebody, perhaps you, asked for another password for this account. Choose it here:".to_owned(),
                    link("reset", token),
                    "The link is good for one use within one hour. Using it ends all sessions.".to_owned(),
                    bare(token),
                    NOT_ASKED.to_owned(),
                ],
            ),
            Self::ChangeEmail { token } => (
                "Please confirm your new address",
                vec![
                    "This is to become the address of an account. Please confirm that it is yours:".to_owned(),
                    link("change-email", token),
                    day.to_owned(),
                    bare(token),
                    NOT_ASKED.to_owned(),
                ],
            ),
            Self::EmailChangeNotice => (
                "Your address is about to change",
                vec![
                    "Somebody who knows your password, most likely you, asked for another address for your account. It \
                     changes once the new address is confirmed."
                    .to_owned(),
                    NOT_YOU.to_owned(),
                ],
            ),
            Self::EmailChanged => (
                "Your address was changed",
                vec![
                    "Your account has a new address from now on; this one is no longer connected with it.".to_owned(),
                    "If this was not you, answer this mail.".to_owned(),
                ],
            ),
            Self::PasswordChanged => (
                "Your password was changed",
                vec![
                    "The password of your account was changed; sessions elsewhere have ended.".to_owned(),
                    NOT_YOU.to_owned(),
                ],
            ),
            Self::SignIn { device, place, at } => (
                "A sign-in from a new device",
                vec![
                    format!(
                        "Somebody, most likely you, signed in at {at} with {}, from {}.",
                        device.map_or_else(|| "an unknown program".to_owned(), one_line),
                        place.unwrap_or("an unknown place"),
                    ),
                    NOT_YOU.to_owned(),
                ],
            ),
            Self::TwoFactor { enabled: true } => (
                "Two-factor sign-in is on",
                vec!["From now on your account asks for a code as well as the password.".to_owned(), NOT_YOU.to_owned()],
            ),
            Self::TwoFactor { enabled: false } => (
                "Two-factor sign-in is off",
                vec!["From now on your account asks for the password alone.".to_owned(), NOT_YOU.to_owned()],
            ),
            Self::SecretEnds { name, at, ended } => (
                if *ended { "A secret is too old" } else { "A secret is to be replaced" },
                vec![
                    [one_line(name).as_str(), if *ended { " should have been" } else { " is to be" }, " replaced by ", &at.to_string(), "."]
                        .concat(),
                    "A former key is to be removed instead. How to do either: docs/runbooks/rotate-keys.md. How all \
                     of them stand: GET /api/v1/admin/secrets."
                        .to_owned(),
                ],
            ),
            Self::Alert { rule, summary, firing, value, bound, at, runbook } => (
                if *firing { "An alert fires" } else { "An alert has ended" },
                vec![
                    [*summary, if *firing { "." } else { ": no longer." }].concat(),
                    format!("{rule}: {value} at {at}, {} {bound}.", if *firing { "above" } else { "at or below" }),
                    ["What to do: ", *runbook, ". How all of them stand: GET /api/v1/admin/alerts."].concat(),
                ],
            ),
            Self::KeyEnds { name, last_four, at } => (
                "An API key of yours ends soon",
                vec![
                    ["The key ", one_line(name).as_str(), ", whose text ends with ", last_four, ", ends at ", &at.to_string(), "."]
                        .concat(),
                    "Programs that use it need another one by then: rotate it, and both are good for a while.".to_owned(),
                ],
            ),
        };
        (subject.to_owned(), paragraphs.join("\n\n"))
    }
}

/// What a caller says of itself, without the breaks that would make a paragraph or a link of it.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The same mail as HTML: each paragraph one element, links to be followed, everything escaped.
#[must_use]
pub fn html(subject: &str, text: &str) -> String {
    let mut page = String::from("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
    escape(subject, &mut page);
    page.push_str("</title></head><body>");
    for paragraph in text.split("\n\n") {
        page.push_str("<p>");
        if paragraph.starts_with("https://") || paragraph.starts_with("http://") {
            page.push_str("<a href=\"");
            escape(paragraph, &mut page);
            page.push_str("\">");
            escape(paragraph, &mut page);
            page.push_str("</a>");
        } else {
            escape(paragraph, &mut page);
        }
        page.push_str("</p>");
    }
    page.push_str("</body></html>");
    page
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_in_the_fragment_and_bare() {
        for (letter, page) in [
            (Letter::Welcome { token: "t0ken" }, "verify"),
            (Letter::Verify { token: "t0ken" }, "verify"),
            (Letter::Reset { token: "t0ken" }, "reset"),
            (Letter::ChangeEmail { token: "t0ken" }, "change-email"),
        ] {
            let (subject, text) = letter.words("https://api.example.com");
            assert!(
                text.contains(&format!("\n\nhttps://api.example.com/account/{page}#token=t0ken\n\n")),
                "{text}"
            );
            assert!(
                text.contains("for programs: t0ken") && !text.contains('?') && !subject.contains("t0ken")
            );
        }
    }

    #[test]
    fn what_a_caller_says_of_itself_stays_text() {
        let device = Some("<b onload=\"x\">https://evil.example.com\n\nhttps://evil.example.com");
        let (subject, text) =
            Letter::SignIn { device, place: None, at: Timestamp::EPOCH }.words("https://a.example.com");
        let html = html(&subject, &text);
        assert!(!html.contains("<b ") && !html.contains("<a "), "{html}");
        assert!(html.contains("&lt;b onload=&quot;x&quot;&gt;"), "{html}");
    }

    #[test]
    fn a_link_can_be_followed() {
        let html = html("Hello", "One & two\n\nhttps://a.example.com/#token=x");
        assert!(
            html.contains("<p>One &amp; two</p><p><a href=\"https://a.example.com/#token=x\">"),
            "{html}"
        );
    }
}
