//! The providers that people may sign in with, and the apps that they come back to.

use std::fmt;

use super::{Environment, Reader};
use crate::contract::types::ProviderName;

/// The settings of sign-in with other providers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Providers {
    /// The providers that are set up.
    pub registrations: Vec<Registration>,
    /// `APP_URLS`: the addresses, separated by commas, to which a browser may be sent back after a sign-in. An
    /// address is allowed if it equals one of them, character by character (RFC 9700 section 2.1).
    pub app_urls: Vec<String>,
}

impl Providers {
    /// The registration with a provider, if it is set up.
    #[must_use]
    pub fn find(&self, provider: ProviderName) -> Option<&Registration> {
        self.registrations.iter().find(|registration| registration.provider == provider)
    }
}

/// What this deployment is to one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The provider.
    pub provider: ProviderName,
    /// `<PROVIDER>_CLIENT_ID`: the name that the provider gave it.
    pub client_id: String,
    /// What proves that it is it.
    pub secret: ClientSecret,
    /// The issuer, without a slash at the end: the provider's own, or `<PROVIDER>_ISSUER` (in development alone).
    pub issuer: String,
    /// Whether plain HTTP will do: with an issuer of one's own on one's own machine.
    pub plain_http: bool,
}

/// What proves to a provider who asks.
#[derive(Clone, PartialEq, Eq)]
pub enum ClientSecret {
    /// `<PROVIDER>_CLIENT_SECRET`.
    Shared(String),
    /// A statement signed with a key (ES256), as Apple wants it.
    Signed {
        /// `APPLE_TEAM_ID`.
        team_id: String,
        /// `APPLE_KEY_ID`.
        key_id: String,
        /// `APPLE_PRIVATE_KEY`: PKCS #8.
        key: Vec<u8>,
    },
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(..)")
    }
}

/// Reads the settings of all providers.
pub fn read(reader: &mut Reader<'_>, environment: Environment) -> Providers {
    let registrations: Vec<Registration> = ProviderName::ALL
        .iter()
        .filter_map(|provider| registration(reader, *provider, environment))
        .collect();
    let app_urls = app_urls(reader, environment);
    if !registrations.is_empty() && app_urls.is_empty() {
        reader.mistake("APP_URLS is not set: the addresses that apps are reached at after a sign-in");
    }
    Providers { registrations, app_urls }
}

/// The prefix of a provider's settings.
fn prefix(provider: ProviderName) -> &'static str {
    match provider {
        ProviderName::Google => "GOOGLE",
        ProviderName::Apple => "APPLE",
        ProviderName::Github => "GITHUB",
        ProviderName::Microsoft => "MICROSOFT",
    }
}

fn registration(
    reader: &mut Reader<'_>,
    provider: ProviderName,
    environment: Environment,
) -> Option<Registration> {
    let prefix = prefix(provider);
    let client_id = reader.text(&format!("{prefix}_CLIENT_ID"));
    let own_issuer = issuer(reader, prefix, environment);
    let secret = match provider {
        ProviderName::Apple => signed(reader, client_id.is_some()),
        _ => shared(reader, prefix, client_id.is_some()),
    };
    let tenant = tenant(reader);
    let plain_http = own_issuer.as_deref().is_some_and(|issuer| issuer.starts_with("http:"));
    let issuer = own_issuer.unwrap_or_else(|| match provider {
        ProviderName::Google => "https://accounts.google.com".to_owned(),
        ProviderName::Apple => "https://appleid.apple.com".to_owned(),
        ProviderName::Github => "https://github.com".to_owned(),
        ProviderName::Microsoft => format!("https://login.microsoftonline.com/{tenant}/v2.0"),
    });
    Some(Registration { provider, client_id: client_id?, secret: secret?, issuer, plain_http })
}

fn shared(reader: &mut Reader<'_>, prefix: &str, wanted: bool) -> Option<ClientSecret> {
    let name = format!("{prefix}_CLIENT_SECRET");
    let secret = reader.text(&name);
    if wanted && secret.is_none() {
        reader.mistake(format!("{name} is not set, though {prefix}_CLIENT_ID is"));
    }
    if !wanted && secret.is_some() {
        reader.mistake(format!("{prefix}_CLIENT_ID is not set, though {name} is"));
    }
    secret.map(ClientSecret::Shared)
}

fn signed(reader: &mut Reader<'_>, wanted: bool) -> Option<ClientSecret> {
    let names = ["APPLE_TEAM_ID", "APPLE_KEY_ID", "APPLE_PRIVATE_KEY"];
    let values = names.map(|name| reader.text(name));
    for (name, value) in names.iter().zip(&values) {
        if wanted && value.is_none() {
            reader.mistake(format!("{name} is not set, though APPLE_CLIENT_ID is"));
        }
        if !wanted && value.is_some() {
            reader.mistake(format!("APPLE_CLIENT_ID is not set, though {name} is"));
        }
    }
    let [Some(team_id), Some(key_id), Some(key)] = values else { return None };
    let Some(key) = pkcs8(&key) else {
        reader.mistake("APPLE_PRIVATE_KEY must be the text of the .p8 file, or its base64 alone");
        return None;
    };
    Some(ClientSecret::Signed { team_id, key_id, key })
}

/// The bytes of a key in PEM (RFC 7468) or as bare base64 of either alphabet.
fn pkcs8(text: &str) -> Option<Vec<u8>> {
    let text = text.replace("\\n", "\n");
    let body: String = text
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .flat_map(str::chars)
        .filter(|c| !c.is_ascii_whitespace() && *c != '=')
        .map(|c| match c {
            '+' => '-',
            '/' => '_',
            other => other,
        })
        .collect();
    // A sequence in DER; what is in it is read when it is used.
    crate::kernel::crypto::from_base64url(&body).filter(|bytes| bytes.first() == Some(&0x30))
}

fn issuer(reader: &mut Reader<'_>, prefix: &str, environment: Environment) -> Option<String> {
    let name = format!("{prefix}_ISSUER");
    let issuer = reader.text(&name)?;
    if environment != Environment::Development {
        reader.mistake(format!("{name} may be set in development alone"));
    }
    let host = issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://"));
    if host.is_none_or(|host| host.is_empty() || host.contains(['?', '#', ' ', '@'])) || issuer.ends_with('/')
    {
        reader.mistake(format!(
            "{name} must be an address such as https://id.example.com, without a slash at the end"
        ));
    }
    Some(issuer)
}

fn tenant(reader: &mut Reader<'_>) -> String {
    let tenant = reader.text("MICROSOFT_TENANT").unwrap_or_else(|| "common".to_owned());
    if !tenant.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')) {
        reader.mistake("MICROSOFT_TENANT must be common, organizations, consumers or the id of a tenant");
    }
    tenant
}

fn app_urls(reader: &mut Reader<'_>, environment: Environment) -> Vec<String> {
    let text = reader.text("APP_URLS").unwrap_or_default();
    let urls: Vec<String> =
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    if !urls.iter().all(|url| is_app_url(url, environment)) {
        reader.mistake(
            "APP_URLS must list addresses such as https://app.example.com/signed-in or com.example.app:/signed-in, \
             separated by commas, without fragments",
        );
    }
    urls
}

/// Whether a browser may be sent there: HTTPS, a scheme that is a domain name turned around (RFC 8252 section 7.1),
/// or, in development, HTTP on one's own machine.
fn is_app_url(url: &str, environment: Environment) -> bool {
    let sound =
        url.len() <= 512 && url.bytes().all(|byte| byte.is_ascii_graphic() && !b"#\"<>\\".contains(&byte));
    let Some((scheme, rest)) = url.split_once(':') else { return false };
    let host = rest.strip_prefix("//").map(|rest| rest.split(['/', '?']).next().unwrap_or_default());
    let named = host.is_some_and(|host| !host.is_empty() && !host.contains('@'));
    sound
        && match scheme {
            "https" => named,
            "http" => {
                let machine = host.map(|host| host.rsplit_once(':').map_or(host, |(machine, _)| machine));
                environment == Environment::Development
                    && matches!(machine, Some("localhost" | "127.0.0.1" | "[::1]"))
            }
            private => {
                private.contains('.')
                    && private.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
            }
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(environment: Environment, variables: &[(&str, &str)]) -> (Providers, Vec<String>) {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let mut reader = Reader { variable: &variable, mistakes: Vec::new() };
        let providers = read(&mut reader, environment);
        (providers, reader.mistakes)
    }

    const GOOGLE: [(&str, &str); 3] = [
        ("GOOGLE_CLIENT_ID", "an-id"),
        ("GOOGLE_CLIENT_SECRET", "hunter2"),
        ("APP_URLS", "https://app.example.com/in"),
    ];

    #[test]
    fn a_provider_without_settings_is_off() {
        let (none, mistakes) = reading(Environment::Production, &[]);
        assert_eq!((none, mistakes), (Providers::default(), Vec::new()));
        let (one, mistakes) = reading(Environment::Production, &GOOGLE);
        assert_eq!(mistakes, Vec::<String>::new());
        assert_eq!(one.find(ProviderName::Google).unwrap().issuer, "https://accounts.google.com");
        assert_eq!(one.find(ProviderName::Apple), None);
        assert!(!format!("{one:?}").contains("hunter2"));
    }

    #[test]
    fn half_a_setting_is_a_mistake_that_is_named() {
        for (variables, name) in [
            (vec![("GOOGLE_CLIENT_ID", "x")], "GOOGLE_CLIENT_SECRET"),
            (vec![("GITHUB_CLIENT_SECRET", "hunter2")], "GITHUB_CLIENT_ID"),
            (vec![("APPLE_CLIENT_ID", "x"), ("APPLE_TEAM_ID", "y")], "APPLE_KEY_ID"),
            (vec![("APPLE_PRIVATE_KEY", "hunter2")], "APPLE_CLIENT_ID"),
            (
                vec![
                    ("APPLE_CLIENT_ID", "x"),
                    ("APPLE_TEAM_ID", "y"),
                    ("APPLE_KEY_ID", "z"),
                    ("APPLE_PRIVATE_KEY", "hunter2"),
                ],
                "APPLE_PRIVATE_KEY",
            ),
            (vec![GOOGLE[0], GOOGLE[1]], "APP_URLS"),
            (vec![("MICROSOFT_TENANT", "a/b")], "MICROSOFT_TENANT"),
            (
                vec![GOOGLE[0], GOOGLE[1], GOOGLE[2], ("GOOGLE_ISSUER", "https://id.example.com")],
                "GOOGLE_ISSUER",
            ),
        ] {
            let (_, mistakes) = reading(Environment::Production, &variables);
            assert!(mistakes.iter().any(|mistake| mistake.contains(name)), "{name}: {mistakes:?}");
            assert!(!mistakes.concat().contains("hunter2"));
        }
    }

    #[test]
    fn an_app_is_reached_by_https_a_scheme_of_its_own_or_on_the_same_machine() {
        use Environment::{Development, Production};
        for (url, production, development) in [
            ("https://app.example.com/in", true, true),
            ("https://app.example.com", true, true),
            ("com.example.app:/in", true, true),
            ("http://localhost:5173/in", false, true),
            ("http://127.0.0.1/in", false, true),
            ("http://[::1]:3000/in", false, true),
            ("http://app.example.com/in", false, false),
            ("http://localhost@evil.example.com/", false, false),
            ("https://a@evil.example.com/", false, false),
            ("https:///in", false, false),
            ("https://app.example.com/#in", false, false),
            ("https://app.example.com\\@evil.example.com/", false, false),
            ("javascript:alert(1)", false, false),
            ("data:text/html,x", false, false),
            ("//app.example.com", false, false),
            ("/in", false, false),
        ] {
            assert_eq!(is_app_url(url, Production), production, "{url}");
            assert_eq!(is_app_url(url, Development), development, "{url}");
        }
    }

    #[test]
    fn a_key_is_read_from_its_file_or_bare() {
        let bytes = [0x30, 0x03, 0xfb, 0xff, 0xfe];
        assert_eq!(
            pkcs8("-----BEGIN PRIVATE KEY-----\nMAP7\n//4=\n-----END PRIVATE KEY-----\n"),
            Some(bytes.to_vec())
        );
        assert_eq!(
            pkcs8("-----BEGIN PRIVATE KEY-----\\nMAP7//4=\\n-----END PRIVATE KEY-----"),
            Some(bytes.to_vec())
        );
        assert_eq!(pkcs8("MAP7__4"), Some(bytes.to_vec()));
        assert_eq!(pkcs8("AAAA"), None);
        assert_eq!(pkcs8("no key!"), None);
    }
}
