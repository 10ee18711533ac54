//! The settings of a deployment, read and checked once when an isolate starts.
//!
//! A wrong setting is named in words that an operator understands; its value is not repeated, because it
//! may be a secret.

use std::fmt;

use crate::kernel::crypto;

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
    /// `JWT_SECRET`: signs access tokens (HS256).
    pub jwt_secret: Secret,
    /// `CURSOR_SECRET`: signs cursors.
    pub cursor_secret: Secret,
    /// `CORS_ORIGINS`: origins of browser apps, separated by commas; none by default.
    pub cors_origins: Vec<String>,
    /// `LIMIT_SCALE`: multiplies every quota; 1 to 1,000,000, and 1 by default. Above 1 in development alone.
    pub limit_scale: u32,
}

impl Config {
    /// Reads the settings by name; all mistakes at once, each naming its variable.
    pub fn read(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, Vec<String>> {
        let mut mistakes = Vec::new();
        let environment = match variable("ENVIRONMENT").as_deref() {
            None | Some("development") => Environment::Development,
            Some("staging") => Environment::Staging,
            Some("production") => Environment::Production,
            Some(_) => {
                mistakes.push("ENVIRONMENT must be development, staging or production".to_owned());
                Environment::Production
            }
        };
        let mut secret = |name: &str| match variable(name) {
            None => {
                mistakes.push(format!(
                    "{name} is not set: `wrangler secret put {name}`, 32 random bytes as base64url"
                ));
                None
            }
            Some(text) => {
                let secret = Secret::parse(text.trim());
                if secret.is_none() {
                    mistakes.push(format!("{name} must be at least 32 bytes as base64url without padding"));
                }
                secret
            }
        };
        let (jwt_secret, cursor_secret) = (secret("JWT_SECRET"), secret("CURSOR_SECRET"));
        if jwt_secret.is_some() && jwt_secret == cursor_secret {
            mistakes.push("JWT_SECRET and CURSOR_SECRET must differ".to_owned());
        }
        let limit_scale =
            limit_scale(variable("LIMIT_SCALE").as_deref(), environment).unwrap_or_else(|mistake| {
                mistakes.push(mistake);
                1
            });
        let cors_origins =
            origins(variable("CORS_ORIGINS").as_deref().unwrap_or_default()).unwrap_or_else(|mistake| {
                mistakes.push(mistake);
                Vec::new()
            });
        match (jwt_secret, cursor_secret, mistakes.is_empty()) {
            (Some(jwt_secret), Some(cursor_secret), true) => {
                Ok(Self { environment, jwt_secret, cursor_secret, cors_origins, limit_scale })
            }
            _ => Err(mistakes),
        }
    }
}

fn limit_scale(text: Option<&str>, environment: Environment) -> Result<u32, String> {
    let Some(text) = text else { return Ok(1) };
    match text.trim().parse() {
        Ok(1) => Ok(1),
        Ok(scale @ 2..=1_000_000) if environment == Environment::Development => Ok(scale),
        Ok(2..=1_000_000) => Err("LIMIT_SCALE may exceed 1 in development alone".to_owned()),
        _ => Err("LIMIT_SCALE must be a whole number from 1 to 1000000".to_owned()),
    }
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
        let base =
            [("JWT_SECRET", crypto::base64url(&[1; 32])), ("CURSOR_SECRET", crypto::base64url(&[2; 32]))];
        Config::read(&|name| {
            overrides
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
                .or_else(|| base.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone()))
        })
    }

    #[test]
    fn two_secrets_are_enough() {
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
    fn the_two_secrets_differ_and_limits_hold_outside_development() {
        let same = crypto::base64url(&[1; 32]);
        assert!(read(&[("CURSOR_SECRET", &same)]).unwrap_err()[0].contains("differ"));
        assert!(read(&[("ENVIRONMENT", "production"), ("LIMIT_SCALE", "10")]).is_err());
        assert!(read(&[("LIMIT_SCALE", "10")]).is_ok());
    }
}
