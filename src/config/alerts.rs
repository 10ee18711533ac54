//! Who is told of alerts.

use std::fmt;

use super::{Environment, Reader, Secret};

/// Most addresses.
const MOST: usize = 10;

/// Who is told of alerts; nobody by default.
#[derive(Debug, Clone, Default)]
pub struct Alerts {
    /// `ALERT_MAILS`: addresses that get a mail, separated by commas; at most ten.
    pub mails: Vec<String>,
    /// What is told by HTTP.
    pub webhook: Option<Webhook>,
}

/// A server that is told of alerts (docs/alerts.md).
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// `ALERT_WEBHOOK_URL`: where it is.
    pub url: String,
    /// `ALERT_WEBHOOK_SECRET`: what signs what it is told.
    pub secret: Secret,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webhook(..)")
    }
}

/// Reads the settings.
pub fn read(reader: &mut Reader<'_>, environment: Environment) -> Alerts {
    let text = reader.text("ALERT_MAILS").unwrap_or_default();
    let mails: Vec<String> =
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    if mails.len() > MOST || !mails.iter().all(|mail| crate::kernel::format::email(mail)) {
        reader.mistake("ALERT_MAILS must list at most ten mail addresses, separated by commas");
    }
    let url = reader.text("ALERT_WEBHOOK_URL");
    let secret = match &url {
        Some(_) => reader.secret("ALERT_WEBHOOK_SECRET"),
        None => reader.optional_secret("ALERT_WEBHOOK_SECRET"),
    };
    if url.is_none() && secret.is_some() {
        reader.mistake("ALERT_WEBHOOK_URL is not set, though ALERT_WEBHOOK_SECRET is");
    }
    if url.as_deref().is_some_and(|url| !fits(url, environment)) {
        reader.mistake(
            "ALERT_WEBHOOK_URL must be an https address such as https://hooks.example.com/witness, without credentials \
             or fragment",
        );
    }
    let webhook = url.zip(secret).map(|(url, secret)| Webhook { url, secret });
    Alerts { mails, webhook }
}

fn fits(url: &str, environment: Environment) -> bool {
    let plain = environment == Environment::Development;
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://").filter(|_| plain));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        !host.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic() && !b"#@\\".contains(&byte))
    })
}
