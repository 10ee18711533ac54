//! The remote engine, where there is one.

use std::fmt;
use std::time::Duration;

use super::{Environment, Reader};
use crate::oracle::engines::Engine;

/// How long asking may take in all, in milliseconds, unless `ENGINE_DEADLINE_MS` says otherwise.
const DEADLINE: u64 = 2_500;
/// The shortest and the longest that it may say.
const DEADLINES: std::ops::RangeInclusive<u64> = 500..=20_000;

/// A server that speaks the engine protocol (docs/engine-protocol.md).
#[derive(Clone, PartialEq, Eq)]
pub struct RemoteEngine {
    /// `ENGINE_URL`: where it is, without a slash at the end.
    pub url: String,
    /// `ENGINE_SECRET`: what is shown to it as a bearer token.
    pub secret: Option<String>,
    /// `ENGINE_DEADLINE_MS`: how long asking may take in all, every retry included.
    pub deadline: Duration,
    /// `ENGINE_NAMES`: the engines that it is asked for, separated by commas; all by default.
    pub engines: Vec<Engine>,
}

impl RemoteEngine {
    /// Whether it is asked for this engine.
    #[must_use]
    pub fn serves(&self, engine: Engine) -> bool {
        self.engines.contains(&engine)
    }

    /// A call that takes as long as this is slow: a quarter of the deadline.
    #[must_use]
    pub fn slow(&self) -> Duration {
        self.deadline / 4
    }
}

impl fmt::Debug for RemoteEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RemoteEngine(..)")
    }
}

/// Reads the settings of the remote engine; `None` when there is none.
pub fn read(reader: &mut Reader<'_>, environment: Environment) -> Option<RemoteEngine> {
    let url = reader.text("ENGINE_URL");
    let secret = secret(reader, environment, url.is_some());
    let deadline = deadline(reader);
    let engines = engines(reader);
    let url = url?;
    let rest = match environment {
        Environment::Development => url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")),
        _ => url.strip_prefix("https://"),
    };
    let fits = |rest: &str| {
        let host = rest.split('/').next().unwrap_or_default();
        !host.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#@\\".contains(&byte))
    };
    if !rest.is_some_and(fits) {
        reader.mistake(
            "ENGINE_URL must be an https address such as https://engine.example.com/path, without credentials, query \
             or fragment",
        );
    }
    Some(RemoteEngine { url: url.trim_end_matches('/').to_owned(), secret, deadline, engines })
}

fn secret(reader: &mut Reader<'_>, environment: Environment, wanted: bool) -> Option<String> {
    let secret = reader.text("ENGINE_SECRET");
    match &secret {
        Some(_) if !wanted => reader.mistake("ENGINE_URL is not set, though ENGINE_SECRET is"),
        Some(text) if text.len() < 32 || !text.bytes().all(|byte| byte.is_ascii_graphic()) => {
            reader.mistake("ENGINE_SECRET must be at least 32 visible characters, as the engine knows it");
        }
        None if wanted && environment != Environment::Development => reader
            .mistake("ENGINE_SECRET is not set, though ENGINE_URL is: `wrangler secret put ENGINE_SECRET`"),
        _ => {}
    }
    secret
}

fn deadline(reader: &mut Reader<'_>) -> Duration {
    let millis = match reader.text("ENGINE_DEADLINE_MS") {
        None => Some(DEADLINE),
        Some(text) => text.parse().ok().filter(|millis| DEADLINES.contains(millis)),
    };
    if millis.is_none() {
        reader.mistake("ENGINE_DEADLINE_MS must be a whole number from 500 to 20000");
    }
    Duration::from_millis(millis.unwrap_or(DEADLINE))
}

fn engines(reader: &mut Reader<'_>) -> Vec<Engine> {
    let Some(names) = reader.text("ENGINE_NAMES") else { return Engine::ALL.to_vec() };
    let engines: Option<Vec<Engine>> = names.split(',').map(|name| Engine::find(name.trim())).collect();
    if engines.is_none() {
        reader.mistake("ENGINE_NAMES must list engines of this house, separated by commas");
    }
    engines.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn read_from(
        environment: Environment,
        variables: &[(&str, &str)],
    ) -> (Option<RemoteEngine>, Vec<String>) {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let mut reader = Reader { variable: &variable, mistakes: Vec::new() };
        let engine = read(&mut reader, environment);
        (engine, reader.mistakes)
    }

    #[test]
    fn without_an_address_there_is_no_remote_engine() {
        assert_eq!(read_from(Environment::Production, &[]), (None, Vec::new()));
        let (_, mistakes) = read_from(Environment::Production, &[("ENGINE_SECRET", SECRET)]);
        assert!(mistakes[0].contains("ENGINE_URL"));
    }

    #[test]
    fn an_address_is_https_and_holds_no_credentials() {
        let set = |url| [("ENGINE_URL", url), ("ENGINE_SECRET", SECRET)];
        for (url, kept) in [
            ("https://engine.example.com", "https://engine.example.com"),
            ("https://example.com:8443/engines/", "https://example.com:8443/engines"),
        ] {
            let (engine, mistakes) = read_from(Environment::Production, &set(url));
            assert_eq!((engine.map(|engine| engine.url).as_deref(), mistakes.len()), (Some(kept), 0));
        }
        for url in [
            "http://engine.example.com",
            "https://",
            "https:///path",
            "https://user:word@engine.example.com",
            "https://engine.example.com?key=word",
            "https://engine.example.com#word",
            "https://engine.example.com/a b",
            "ftp://engine.example.com",
            "engine.example.com",
        ] {
            let (_, mistakes) = read_from(Environment::Production, &set(url));
            assert!(mistakes.iter().any(|mistake| mistake.contains("ENGINE_URL")), "{url}");
            assert!(!mistakes.concat().contains("word"), "{url}");
        }
        assert!(read_from(Environment::Development, &[("ENGINE_URL", "http://127.0.0.1:9000")]).1.is_empty());
    }

    #[test]
    fn each_mistake_names_its_variable_and_hides_its_value() {
        let bad = [
            ("ENGINE_URL", "https://engine.example.com"),
            ("ENGINE_SECRET", "hunter2"),
            ("ENGINE_DEADLINE_MS", "20001"),
            ("ENGINE_NAMES", "biorhythm,palmistry"),
        ];
        let (engine, mistakes) = read_from(Environment::Staging, &bad);
        for name in ["ENGINE_SECRET", "ENGINE_DEADLINE_MS", "ENGINE_NAMES"] {
            assert!(mistakes.iter().any(|mistake| mistake.contains(name)), "{name}: {mistakes:?}");
        }
        assert!(!mistakes.concat().contains("hunter2") && !format!("{engine:?}").contains("hunter2"));
        assert!(read_from(Environment::Production, &bad[..1]).1[0].contains("ENGINE_SECRET"));
    }

    #[test]
    fn it_is_asked_for_the_engines_that_are_named() {
        let all = read_from(Environment::Development, &[("ENGINE_URL", "http://localhost")]).0.unwrap();
        assert!(Engine::ALL.iter().all(|engine| all.serves(*engine)));
        let variables = [("ENGINE_URL", "http://localhost"), ("ENGINE_NAMES", "tarot, biorhythm")];
        let some = read_from(Environment::Development, &variables).0.unwrap();
        assert!(some.serves(Engine::Tarot) && some.serves(Engine::Biorhythm) && !some.serves(Engine::Iching));
        assert_eq!((all.deadline, all.slow()), (Duration::from_millis(2_500), Duration::from_millis(625)));
    }
}
