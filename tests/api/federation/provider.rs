//! Providers that follow a script, with keys of their own, and a browser that remembers cookies.

use std::cell::RefCell;
use std::collections::BTreeMap;

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use witness::host::Scripted;
use witness::kernel::crypto::{base64url, sha256};
use witness::ports::Clock;

use crate::app::{App, Reply};

pub const RETURN_TO: &str = "https://app.example.com/signed-in";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const TENANT: &str = "0197f7a0-0000-4000-8000-000000000001";

/// A key that signs ES256, under an id.
pub struct SigningKey {
    pub id: &'static str,
    pair: EcdsaKeyPair,
    pub pkcs8: Vec<u8>,
}

impl SigningKey {
    pub fn new(id: &'static str) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap();
        Self { id, pair, pkcs8: pkcs8.as_ref().to_vec() }
    }

    pub fn jwk(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let (x, y) = (base64url(&point[1..33]), base64url(&point[33..]));
        json!({"kid": self.id, "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "x": x, "y": y})
    }

    pub fn sign(&self, claims: &Value) -> String {
        let header = json!({"alg": "ES256", "kid": self.id});
        let message = unsigned(&header, claims);
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", base64url(signature.as_ref()))
    }
}

pub fn unsigned(header: &Value, claims: &Value) -> String {
    [header, claims].map(|part| base64url(part.to_string().as_bytes())).join(".")
}

/// A deployment with all four providers, played by this test.
pub struct Stage {
    pub app: App,
    pub key: SigningKey,
    pub cookies: RefCell<BTreeMap<String, String>>,
}

/// Where a provider lives.
pub fn issuer(provider: &str) -> String {
    match provider {
        "google" => "https://accounts.google.com".to_owned(),
        "apple" => "https://appleid.apple.com".to_owned(),
        "github" => "https://github.com".to_owned(),
        _ => "https://login.microsoftonline.com/common/v2.0".to_owned(),
    }
}

impl Stage {
    pub fn new() -> Self {
        Self::with(&[])
    }

    pub fn with(more: &[(&str, &str)]) -> Self {
        let apple = base64url(&SigningKey::new("apple").pkcs8);
        let mut variables = vec![
            ("LIMIT_SCALE", "100000"),
            ("APP_URLS", "https://app.example.com/signed-in,com.example.app:/signed-in"),
            ("GOOGLE_CLIENT_ID", "google-us"),
            ("GOOGLE_CLIENT_SECRET", "google-secret"),
            ("APPLE_CLIENT_ID", "apple-us"),
            ("APPLE_TEAM_ID", "TEAM"),
            ("APPLE_KEY_ID", "KEY"),
            ("APPLE_PRIVATE_KEY", &apple),
            ("GITHUB_CLIENT_ID", "github-us"),
            ("GITHUB_CLIENT_SECRET", "github-secret"),
            ("MICROSOFT_CLIENT_ID", "microsoft-us"),
            ("MICROSOFT_CLIENT_SECRET", "microsoft-secret"),
        ];
        variables.extend(more);
        let app = App::with(&variables);
        let key = SigningKey::new("k1");
        for provider in ["google", "apple", "microsoft"] {
            let issuer = issuer(provider);
            let told = issuer.replace("/common/", "/{tenantid}/");
            let metadata = json!({
                "issuer": told,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/keys"),
            });
            app.upstream.script(
                format!("{issuer}/.well-known/openid-configuration"),
                Scripted::ok(200, metadata.to_string()),
            );
            app.upstream.script(
                format!("{issuer}/keys"),
                Scripted::ok(200, json!({"keys": [key.jwk()]}).to_string()),
            );
        }
        Self { app, key, cookies: RefCell::default() }
    }

    /// Opens `start`; where the browser is sent to, taken apart.
    pub fn start(&self, provider: &str) -> BTreeMap<String, String> {
        self.open(&start_path(provider))
    }

    /// Opens an address of ours that leads to a provider.
    pub fn open(&self, target: &str) -> BTreeMap<String, String> {
        let reply = self.call("GET", target, None);
        assert_eq!(reply.status, 303, "{}", reply.body);
        query(reply.header("location").unwrap())
    }

    /// A request of the browser, with its cookies.
    pub fn call(&self, method: &str, target: &str, form: Option<&str>) -> Reply {
        let cookies: Vec<String> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut call = self.app.call(method, target);
        if !cookies.is_empty() {
            call = call.header("cookie", cookies.join("; "));
        }
        if let Some(form) = form {
            call = call.bytes("application/x-www-form-urlencoded", form.as_bytes());
        }
        let reply = call.send();
        for (name, value) in reply.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (key, value) =
                value.split(';').next().unwrap().split_once('=').unwrap_or_else(|| panic!("{name}"));
            self.cookies.borrow_mut().insert(key.to_owned(), value.to_owned());
        }
        reply
    }

    /// The claims of somebody at an OpenID provider, for this attempt.
    pub fn claims(&self, provider: &str, asked: &BTreeMap<String, String>, more: &Value) -> Value {
        let now = self.app.clock.now().seconds();
        let mut claims = json!({
            "iss": issuer(provider).replace("/common/", &format!("/{TENANT}/")),
            "aud": format!("{provider}-us"), "sub": "ada-there", "iat": now, "exp": now + 600, "nonce": asked["nonce"],
        });
        if provider == "microsoft" {
            claims["tid"] = json!(TENANT);
        }
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        claims
    }

    /// Lets the token endpoint answer with this id token.
    pub fn answer(&self, provider: &str, id_token: &str) {
        let answer =
            json!({"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": id_token});
        let url = format!("{}/token", issuer(provider));
        self.app.upstream.instead(url, Scripted::ok(200, answer.to_string()));
    }

    /// Lets GitHub answer with this person.
    pub fn answer_github(&self, user: &Value, emails: &Value) {
        let token =
            json!({"access_token": "gho_at", "token_type": "bearer", "scope": "read:user,user:email"});
        for (url, body) in [
            ("https://github.com/login/oauth/access_token", &token),
            ("https://api.github.com/user", user),
            ("https://api.github.com/user/emails", emails),
        ] {
            self.app.upstream.instead(url, Scripted::ok(200, body.to_string()));
        }
    }

    /// Comes back from a provider; what the app is given.
    pub fn come_back(&self, provider: &str, state: &str) -> BTreeMap<String, String> {
        let reply = self.callback(provider, state);
        assert_eq!(reply.status, 303, "{}", reply.text.unwrap_or_default());
        let location = reply.header("location").unwrap();
        assert!(location.starts_with(RETURN_TO), "{location}");
        query(location)
    }

    pub fn callback(&self, provider: &str, state: &str) -> Reply {
        let path = format!("/api/v1/oauth/{provider}/callback");
        let parameters = format!("state={state}&code=pc&scope=ignored");
        match provider {
            "apple" => self.call("POST", &path, Some(&parameters)),
            _ => self.call("GET", &format!("{path}?{parameters}"), None),
        }
    }

    /// A whole sign-in up to the app's code.
    pub fn code(&self, provider: &str, who: &Value) -> String {
        let asked = self.start(provider);
        if provider == "github" {
            self.answer_github(&who["user"], &who["emails"]);
        } else {
            self.answer(provider, &self.key.sign(&self.claims(provider, &asked, who)));
        }
        let given = self.come_back(provider, &asked["state"]);
        given.get("code").unwrap_or_else(|| panic!("{given:?}")).clone()
    }

    pub fn exchange(&self, code: &str) -> Reply {
        self.app.post("/api/v1/oauth/exchange", json!({"code": code, "code_verifier": VERIFIER})).send()
    }

    /// A whole sign-in; the answer to the app.
    pub fn sign_in(&self, provider: &str, who: &Value) -> Reply {
        self.exchange(&self.code(provider, who))
    }

    /// The account of a sign-in that succeeds.
    pub fn account(&self, provider: &str, who: &Value) -> crate::app::Account {
        let reply = self.sign_in(provider, who);
        assert_eq!(reply.status, 200, "{}", reply.body);
        let text = |name: &str| reply.body[name].as_str().unwrap().to_owned();
        crate::app::Account {
            token: text("access_token"),
            refresh_token: text("refresh_token"),
            user_id: text("user_id"),
            session_id: text("session_id"),
        }
    }
}

pub fn challenge() -> String {
    base64url(&sha256(&[VERIFIER.as_bytes()]))
}

pub fn start_path(provider: &str) -> String {
    format!(
        "/api/v1/oauth/{provider}/start?return_to={RETURN_TO}&code_challenge={}&state=app-state",
        challenge()
    )
}

/// The query of an address.
pub fn query(address: &str) -> BTreeMap<String, String> {
    let (_, query) = address.split_once('?').unwrap();
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}
