//! How mail leaves the house.

use std::fmt;

use super::{Environment, Reader};

/// Where mails are handed in unless `MAIL_URL` says otherwise.
const RESEND: &str = "https://api.resend.com";

/// The way of mails.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Mail {
    /// `MAIL_PROVIDER=local`, the default: nothing is sent, administrators read the mailbox.
    #[default]
    Local,
    /// `MAIL_PROVIDER=resend`: handed to a server that speaks that provider's API.
    Resend(Resend),
}

/// A provider's settings.
#[derive(Clone, PartialEq, Eq)]
pub struct Resend {
    /// `MAIL_API_KEY`.
    pub key: String,
    /// `MAIL_FROM`: the sender, `name@example.com` or `Name <name@example.com>`.
    pub from: String,
    /// `MAIL_URL`: the origin of the API.
    pub url: String,
}

impl fmt::Debug for Resend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resend(..)")
    }
}

/// Reads the settings of mail.
pub fn read(reader: &mut Reader<'_>, environment: Environment) -> Mail {
    match reader.text("MAIL_PROVIDER").as_deref() {
        None | Some("local") => Mail::Local,
        Some("resend") => {
            Mail::Resend(Resend { key: key(reader), from: from(reader), url: url(reader, environment) })
        }
        Some(_) => {
            reader.mistake("MAIL_PROVIDER must be local or resend");
            Mail::Local
        }
    }
}

fn key(reader: &mut Reader<'_>) -> String {
    let key = reader.text("MAIL_API_KEY").unwrap_or_default();
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        reader.mistake(
            "MAIL_API_KEY must be the key that the mail provider gave: `wrangler secret put MAIL_API_KEY`",
        );
    }
    key
}

fn from(reader: &mut Reader<'_>) -> String {
    let from = reader.text("MAIL_FROM").unwrap_or_default();
    let address = match from.split_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or_default(),
        None => &from,
    };
    if !crate::kernel::format::email(address) || from.chars().any(char::is_control) {
        reader.mistake("MAIL_FROM must be a sender such as `Witness <hello@example.com>`");
    }
    from
}

fn url(reader: &mut Reader<'_>, environment: Environment) -> String {
    let Some(url) = reader.text("MAIL_URL") else { return RESEND.to_owned() };
    let secure = environment != Environment::Development;
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://").filter(|_| !secure));
    if host.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#', ' ', '@'])) {
        reader.mistake("MAIL_URL must be an https origin without a path, such as https://mail.example.com");
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_from(environment: Environment, variables: &[(&str, &str)]) -> (Mail, Vec<String>) {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let mut reader = Reader { variable: &variable, mistakes: Vec::new() };
        let mail = read(&mut reader, environment);
        (mail, reader.mistakes)
    }

    #[test]
    fn the_local_mailbox_needs_no_setting() {
        assert_eq!(read_from(Environment::Production, &[]), (Mail::Local, Vec::new()));
        let (mail, mistakes) = read_from(
            Environment::Production,
            &[
                ("MAIL_PROVIDER", "resend"),
                ("MAIL_API_KEY", "re_secret"),
                ("MAIL_FROM", "Witness <a@example.com>"),
            ],
        );
        assert!(mistakes.is_empty(), "{mistakes:?}");
        assert!(!format!("{mail:?}").contains("re_secret"));
    }

    #[test]
    fn each_mistake_names_its_variable() {
        let (_, mistakes) = read_from(Environment::Production, &[("MAIL_PROVIDER", "pigeon")]);
        assert!(mistakes[0].contains("MAIL_PROVIDER"));
        let bad = [
            ("MAIL_PROVIDER", "resend"),
            ("MAIL_API_KEY", "two words"),
            ("MAIL_FROM", "nobody"),
            ("MAIL_URL", "http://mail.example.com"),
        ];
        let (_, mistakes) = read_from(Environment::Production, &bad);
        for name in ["MAIL_API_KEY", "MAIL_FROM", "MAIL_URL"] {
            assert!(mistakes.iter().any(|mistake| mistake.contains(name)), "{name}: {mistakes:?}");
        }
        assert!(!mistakes.concat().contains("two words"));
        let local = [bad[0], ("MAIL_API_KEY", "k"), ("MAIL_FROM", "a@example.com"), bad[3]];
        assert!(read_from(Environment::Development, &local).1.is_empty());
    }
}
