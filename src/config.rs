//! The settings of a deployment, read and checked once when an isolate starts.
//!
//! A wrong setting is named in words that an operator understands; its value is not repeated, because it
//! may be a secret.

pub mod alerts;
pub mod audit;
pub mod engine;
pub mod mail;
pub mod providers;
pub mod relay;
pub mod secrets;
mod signing;
pub mod telemetry;
mod tokens;

use std::fmt;

use self::audit::Audit;
use crate::contract::VERSIONS;
use crate::identity::tokens::Keys;
use crate::kernel::crypto;
use crate::kernel::vault::Vault;

/// A secret: never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// At least 32 bytes, given as base64url.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        crypto::from_base64url(text).filter(|bytes| bytes.len() >= 32).map(Self)
    }

    /// The key itself.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Where the house runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// On somebody's own machine.
    Development,
    /// For trying out.
    Staging,
    /// For real.
    Production,
}

/// The settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `ENVIRONMENT`: development, staging or production.
    pub environment: Environment,
    /// `PUBLIC_URL`: the origin under which callers reach this deployment, such as `https://api.example.com`; it
    /// names the issuer of tokens and stands in mails. Without it (in development alone) the origin of the request.
    pub public_url: Option<String>,
    /// `JWT_SECRET` (signs access tokens), `JWT_SECRET_PREVIOUS`, `JWT_PRIVATE_KEY` and `JWT_PUBLIC_KEY_PREVIOUS`.
    pub token_keys: Keys,
    /// `CURSOR_SECRET`: signs cursors.
    pub cursor_secret: Secret,
    /// `VAULT_KEY` and `VAULT_KEY_PREVIOUS`: encrypt secrets and people's keys at rest.
    pub vault: VaultKeys,
    /// The audit log.
    pub audit: Audit,
    /// Who is told of alerts.
    pub alerts: alerts::Alerts,
    /// The relay.
    pub relay: relay::Relay,
    /// How mail leaves the house.
    pub mail: mail::Mail,
    /// `CORS_ORIGINS`: origins of browser apps, separated by commas; none by default.
    pub cors_origins: Vec<String>,
    /// Sign-in with other providers.
    pub providers: providers::Providers,
    /// The remote engine, if there is one.
    pub engine: Option<engine::RemoteEngine>,
    /// The secrets among all these, and how old they may become.
    pub secrets: secrets::Secrets,
    /// Where traces and logs go.
    pub telemetry: telemetry::Telemetry,
    /// `LIMIT_SCALE`: multiplies every quota; 1 to 1,000,000, and 1 by default. Above 1 in development alone.
    pub limit_scale: u32,
    /// `LIMITER_FALLBACK`: what happens while a caller's admission object cannot be reached; `anonymous` by default.
    pub limiter_fallback: LimiterFallback,
    /// `API_VERSIONS_OFF`: names of versions that do not answer, separated by commas; none by default.
    pub versions_off: Vec<String>,
}

/// What happens to requests that cannot be counted by their caller's object. Attempts with credentials and sensitive
/// operations are refused in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimiterFallback {
    /// They are counted in the isolate, at an anonymous caller's rate or the caller's own, whichever is less.
    Anonymous,
    /// They are refused with 503.
    Refuse,
}

/// The keys of the vault: new values are sealed under the current one, the previous one still opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultKeys {
    /// Seals and opens.
    pub current: Secret,
    /// Opens, while values are sealed anew.
    pub previous: Option<Secret>,
}

impl VaultKeys {
    /// The vault of these keys.
    #[must_use]
    pub fn vault(&self) -> Vault {
        Vault::new(self.current.bytes(), self.previous.as_ref().map(Secret::bytes))
    }
}

/// Reads settings by name and gathers all mistakes.
pub struct Reader<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    /// What is wrong so far, one text a mistake, each naming its variable and never its value.
    pub mistakes: Vec<String>,
}

impl Reader<'_> {
    /// A text, trimmed; `None` when it is not set or empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        (self.variable)(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// A secret that has to be there.
    pub fn secret(&mut self, name: &str) -> Option<Secret> {
        if self.text(name).is_none() {
            self.mistake(format!(
                "{name} is not set: `wrangler secret put {name}`, 32 random bytes as base64url"
            ));
            return None;
        }
        self.optional_secret(name)
    }

    /// A secret that may be there.
    pub fn optional_secret(&mut self, name: &str) -> Option<Secret> {
        let secret = Secret::parse(&self.text(name)?);
        if secret.is_none() {
            self.mistake(format!("{name} must be at least 32 bytes as base64url without padding"));
        }
        secret
    }

    /// A number that multiplies a limit: 1, or more in development; 1 where it is not set.
    pub fn scale(&mut self, name: &str, environment: Environment) -> u32 {
        let Some(text) = self.text(name) else { return 1 };
        let mistake = match text.parse() {
            Ok(1) => return 1,
            Ok(scale @ 2..=1_000_000) if environment == Environment::Development => return scale,
            Ok(2..=1_000_000) => " may exceed 1 in development alone",
            _ => " must be a whole number from 1 to 1000000",
        };
        self.mistake([name, mistake].concat());
        1
    }

    /// Notes a mistake.
    pub fn mistake(&mut self, words: impl Into<String>) {
        self.mistakes.push(words.into());
    }
}

impl Config {
    /// Reads the settings by name; all mistakes at once, each naming its variable.
    pub fn read(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, Vec<String>> {
        let mut reader = Reader { variable, mistakes: Vec::new() };
        let environment = environment(&mut reader);
        let public_url = public_url(&mut reader, environment);
        let (jwt_secret, cursor_secret) = (reader.secret("JWT_SECRET"), reader.secret("CURSOR_SECRET"));
        let (vault_key, previous) =
            (reader.secret("VAULT_KEY"), reader.optional_secret("VAULT_KEY_PREVIOUS"));
        let named =
            [("JWT_SECRET", &jwt_secret), ("CURSOR_SECRET", &cursor_secret), ("VAULT_KEY", &vault_key)];
        for (index, (name, secret)) in named.iter().enumerate() {
            for (other, same) in named.iter().skip(index + 1) {
                if secret.is_some() && secret == same {
                    reader.mistake(format!("{name} and {other} must differ"));
                }
            }
        }
        let audit = audit::read(&mut reader, environment, vault_key.as_ref());
        let relay = relay::read(&mut reader, environment, vault_key.as_ref());
        if audit.iter().zip(&relay).any(|(audit, relay)| audit.key == relay.key) {
            reader.mistake("AUDIT_PRIVATE_KEY and RELAY_PRIVATE_KEY must differ");
        }
        let token_keys = tokens::read(&mut reader, public_url.as_deref(), jwt_secret.as_ref());
        let mail = mail::read(&mut reader, environment);
        let alerts = alerts::read(&mut reader, environment);
        let limit_scale = reader.scale("LIMIT_SCALE", environment);
        let limiter_fallback = limiter_fallback(&mut reader);
        let versions_off = versions_off(&mut reader);
        if reader.text("HELD_CLOCK").is_some() && environment != Environment::Development {
            reader.mistake("HELD_CLOCK may be set in development alone");
        }
        let cors_origins =
            origins(&reader.text("CORS_ORIGINS").unwrap_or_default()).unwrap_or_else(|mistake| {
                reader.mistake(mistake);
                Vec::new()
            });
        let providers = providers::read(&mut reader, environment);
        let engine = engine::read(&mut reader, environment);
        let secrets = secrets::read(&mut reader);
        let telemetry = telemetry::read(&mut reader, environment);
        match (token_keys, cursor_secret, vault_key, audit.zip(relay), reader.mistakes.is_empty()) {
            (Some(token_keys), Some(cursor_secret), Some(current), Some((audit, relay)), true) => Ok(Self {
                environment,
                public_url,
                token_keys,
                cursor_secret,
                vault: VaultKeys { current, previous },
                audit,
                alerts,
                relay,
                mail,
                cors_origins,
                providers,
                engine,
                secrets,
                telemetry,
                limit_scale,
                limiter_fallback,
                versions_off,
            }),
            _ => Err(reader.mistakes),
        }
    }
}

fn environment(reader: &mut Reader<'_>) -> Environment {
    match reader.text("ENVIRONMENT").as_deref() {
        None | Some("development") => Environment::Development,
        Some("staging") => Environment::Staging,
        Some("production") => Environment::Production,
        Some(_) => {
            reader.mistake("ENVIRONMENT must be development, staging or production");
            Environment::Production
        }
    }
}

fn public_url(reader: &mut Reader<'_>, environment: Environment) -> Option<String> {
    let secure = environment != Environment::Development;
    match reader.text("PUBLIC_URL") {
        None if secure => {
            reader.mistake("PUBLIC_URL is not set: the origin of this deployment, https://api.example.com");
            None
        }
        None => None,
        Some(url) => {
            let host =
                url.strip_prefix("https://").or_else(|| url.strip_prefix("http://").filter(|_| !secure));
            if host.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#', ' ', '@'])) {
                reader
                    .mistake("PUBLIC_URL must be an origin such as https://api.example.com, without a path");
            }
            Some(url)
        }
    }
}

fn limiter_fallback(reader: &mut Reader<'_>) -> LimiterFallback {
    match reader.text("LIMITER_FALLBACK").as_deref() {
        None | Some("anonymous") => LimiterFallback::Anonymous,
        Some("refuse") => LimiterFallback::Refuse,
        Some(_) => {
            reader.mistake("LIMITER_FALLBACK must be anonymous or refuse");
            LimiterFallback::Refuse
        }
    }
}

fn versions_off(reader: &mut Reader<'_>) -> Vec<String> {
    let text = reader.text("API_VERSIONS_OFF").unwrap_or_default();
    let names: Vec<String> =
        text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    if !names.iter().all(|name| VERSIONS.iter().any(|version| version.name == name)) {
        reader
            .mistake("API_VERSIONS_OFF must name versions of the interface such as v1, separated by commas");
    }
    names
}

fn origins(text: &str) -> Result<Vec<String>, String> {
    let origins: Vec<String> =
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let well_formed = |origin: &String| {
        let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        rest.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', ' ']))
    };
    if origins.iter().all(well_formed) {
        Ok(origins)
    } else {
        Err("CORS_ORIGINS must list origins such as https://app.example.com, separated by commas".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(overrides: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        let base = [("JWT_SECRET", 1), ("CURSOR_SECRET", 2), ("VAULT_KEY", 3)]
            .map(|(name, byte)| (name, crypto::base64url(&[byte; 32])));
        Config::read(&|name| {
            overrides
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
                .or_else(|| base.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone()))
        })
    }

    #[test]
    fn three_secrets_are_enough() {
        let config = read(&[]).unwrap();
        assert_eq!((config.environment, config.limit_scale), (Environment::Development, 1));
        assert!(!format!("{config:?}").contains("[1, 1"));
    }

    #[test]
    fn every_mistake_names_its_variable_and_hides_its_value() {
        let mistakes = read(&[
            ("ENVIRONMENT", "moon"),
            ("JWT_SECRET", "hunter2"),
            ("LIMIT_SCALE", "0"),
            ("CORS_ORIGINS", "*"),
        ])
        .unwrap_err();
        for name in ["ENVIRONMENT", "JWT_SECRET", "LIMIT_SCALE", "CORS_ORIGINS"] {
            assert!(mistakes.iter().any(|mistake| mistake.contains(name)), "{name}: {mistakes:?}");
        }
        assert!(!mistakes.concat().contains("hunter2"));
    }

    #[test]
    fn secrets_differ_and_limits_hold_outside_development() {
        let same = crypto::base64url(&[1; 32]);
        assert!(read(&[("CURSOR_SECRET", &same)]).unwrap_err()[0].contains("differ"));
        let config = read(&[]).unwrap();
        let (audit, relay) = (config.audit.key, config.relay.key);
        let (audit, relay) = (crypto::base64url(audit.bytes()), crypto::base64url(relay.bytes()));
        let production = [
            ("ENVIRONMENT", "production"),
            ("AUDIT_PRIVATE_KEY", audit.as_str()),
            ("RELAY_PRIVATE_KEY", relay.as_str()),
            ("PUBLIC_URL", "https://api.example.com"),
        ];
        let with = |more: (&'static str, &'static str)| read(&[&production[..], &[more]].concat());
        assert!(read(&production).is_ok());
        assert!(with(("LIMIT_SCALE", "10")).is_err());
        assert!(read(&production[..3]).unwrap_err()[0].contains("PUBLIC_URL"));
        for url in ["http://api.example.com", "https://", "https://a.example.com/x", "api.example.com"] {
            assert!(read(&[&production[..3], &[("PUBLIC_URL", url)]].concat()).is_err(), "{url}");
        }
        let same = [production[0], production[1], ("RELAY_PRIVATE_KEY", audit.as_str()), production[3]];
        assert!(read(&same).unwrap_err()[0].contains("must differ"));
        assert!(read(&[("LIMIT_SCALE", "10")]).is_ok());
        assert!(read(&[("LIMITER_FALLBACK", "refuse")]).is_ok());
        assert!(read(&[("LIMITER_FALLBACK", "perhaps")]).unwrap_err()[0].contains("LIMITER_FALLBACK"));
        let held = ("HELD_CLOCK", "2026-03-01T07:00:00Z");
        assert!(read(&[held]).is_ok());
        assert!(with(held).unwrap_err()[0].contains("HELD_CLOCK"));
    }
}
