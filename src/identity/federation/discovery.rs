//! Where a provider's endpoints are: told by itself (OpenID Connect Discovery 1.0), or known.

use serde_json::Value;

use super::claims::text;
use crate::config::providers::Registration;
use crate::contract::types::ProviderName;
use crate::kernel::format;

/// A provider's addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Who signs; `{tenantid}` in it stands for a tenant.
    pub issuer: String,
    /// Where the browser goes.
    pub authorization: String,
    /// Where codes are exchanged.
    pub token: String,
    /// Where the keys are; `None` for a provider without id tokens.
    pub keys: Option<String>,
}

/// The address of a provider's own description; `None` for one that has none.
#[must_use]
pub fn address(registration: &Registration) -> Option<String> {
    let has_one = registration.provider != ProviderName::Github;
    has_one.then(|| format!("{}/.well-known/openid-configuration", registration.issuer))
}

/// What is known of a provider that does not describe itself.
#[must_use]
pub fn known(registration: &Registration) -> Metadata {
    let issuer = &registration.issuer;
    Metadata {
        issuer: issuer.clone(),
        authorization: format!("{issuer}/login/oauth/authorize"),
        token: format!("{issuer}/login/oauth/access_token"),
        keys: None,
    }
}

/// Reads a provider's description; `None` unless it is that provider's and leads nowhere else than to addresses that
/// may be asked.
#[must_use]
pub fn read(document: &Value, registration: &Registration) -> Option<Metadata> {
    let issuer = text(document, "issuer").filter(|issuer| is_issuer(issuer, registration))?;
    let endpoint = |name: &str| {
        let secure = |address: &&str| {
            address.starts_with("https://") || registration.plain_http && address.starts_with("http://")
        };
        text(document, name).filter(secure).filter(|address| !address.contains('#')).map(str::to_owned)
    };
    Some(Metadata {
        issuer: issuer.to_owned(),
        authorization: endpoint("authorization_endpoint")?,
        token: endpoint("token_endpoint")?,
        keys: Some(endpoint("jwks_uri")?),
    })
}

/// Whether a description's issuer is the one that was asked (Discovery section 4.3).
///
/// Microsoft's is that of a tenant, by its id, or names any tenant where `common` or `organizations` was asked.
fn is_issuer(told: &str, registration: &Registration) -> bool {
    let asked = registration.issuer.as_str();
    if registration.provider != ProviderName::Microsoft || told == asked {
        return told == asked;
    }
    let Some((host, tenant)) = asked.strip_suffix("/v2.0").and_then(|rest| rest.rsplit_once('/')) else {
        return false;
    };
    let told = told.strip_suffix("/v2.0").and_then(|rest| rest.rsplit_once('/'));
    told.is_some_and(|(told_host, told_tenant)| {
        let any = matches!(tenant, "common" | "organizations");
        // The id of a tenant that was asked for by its domain, or of the one of personal accounts.
        let one = !any && !format::uuid(tenant) && format::uuid(told_tenant);
        told_host == host && (any && told_tenant == "{tenantid}" || one)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::providers::ClientSecret;

    fn registration(provider: ProviderName, issuer: &str, plain_http: bool) -> Registration {
        let secret = ClientSecret::Shared("secret".to_owned());
        Registration { provider, client_id: "us".to_owned(), secret, issuer: issuer.to_owned(), plain_http }
    }

    fn document(issuer: &str) -> Value {
        json!({
            "issuer": issuer,
            "authorization_endpoint": "https://id.example.com/authorize",
            "token_endpoint": "https://id.example.com/token",
            "jwks_uri": "https://id.example.com/keys",
        })
    }

    #[test]
    fn a_description_is_believed_of_its_own_issuer_alone() {
        let tenant = "0197f7a0-0000-4000-8000-000000000001";
        let (of, any) = (|t: &str| format!("https://m.example.com/{t}/v2.0"), "{tenantid}");
        let table = [
            (
                ProviderName::Google,
                "https://id.example.com".to_owned(),
                "https://id.example.com".to_owned(),
                true,
            ),
            (
                ProviderName::Google,
                "https://id.example.com".to_owned(),
                "https://id.example.com/".to_owned(),
                false,
            ),
            (
                ProviderName::Google,
                "https://id.example.com".to_owned(),
                "https://other.example.com".to_owned(),
                false,
            ),
            (ProviderName::Google, of("common"), of(any), false),
            (ProviderName::Microsoft, of("common"), of(any), true),
            (ProviderName::Microsoft, of("organizations"), of(any), true),
            (ProviderName::Microsoft, of("common"), of(tenant), false),
            (
                ProviderName::Microsoft,
                of("common"),
                "https://evil.example.com/{tenantid}/v2.0".to_owned(),
                false,
            ),
            (ProviderName::Microsoft, of(tenant), of(tenant), true),
            (ProviderName::Microsoft, of(tenant), of(any), false),
            (ProviderName::Microsoft, of(tenant), of("0197f7a0-0000-4000-8000-000000000002"), false),
            (ProviderName::Microsoft, of("consumers"), of(tenant), true),
            (ProviderName::Microsoft, of("contoso.example.com"), of(tenant), true),
            (ProviderName::Microsoft, of("contoso.example.com"), of(any), false),
        ];
        for (provider, asked, told, expected) in table {
            let read = read(&document(&told), &registration(provider, &asked, false));
            assert_eq!(read.is_some(), expected, "{asked} {told}");
        }
    }

    #[test]
    fn an_endpoint_is_secure_unless_the_issuer_is_ones_own() {
        let secure = registration(ProviderName::Google, "https://id.example.com", false);
        let plain = registration(ProviderName::Google, "https://id.example.com", true);
        for name in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
            let mut described = document("https://id.example.com");
            for (address, of_secure, of_plain) in [
                ("http://id.example.com/x", false, true),
                ("javascript:alert(1)", false, false),
                ("https://id.example.com/x#y", false, false),
                ("", false, false),
            ] {
                described[name] = json!(address);
                assert_eq!(read(&described, &secure).is_some(), of_secure, "{name} {address}");
                assert_eq!(read(&described, &plain).is_some(), of_plain, "{name} {address}");
            }
        }
    }
}
