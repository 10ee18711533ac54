//! Access tokens: which are believed, and how their keys are replaced.

use futures::executor::block_on;
use jwt_compact::alg::{Hs256, Hs256Key};
use jwt_compact::{Algorithm, AlgorithmExt, AlgorithmSignature, UntrustedToken};
use proptest::prelude::*;
use serde_json::{Value, json};
use witness::host::RingSignatures;
use witness::identity::tokens;
use witness::kernel::crypto::{base64url, from_base64url};
use witness::kernel::time::Timestamp;

use crate::app::{Account, App, Reply};

/// The Ed25519 key of RFC 8037, appendix A.1, in PKCS #8, and its public part.
const PRIVATE: &str = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v_VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";
const PUBLIC: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

/// The secret of the test deployment.
const SECRET: [u8; 32] = [1; 32];

fn secret(byte: u8) -> String {
    base64url(&[byte; 32])
}

fn parts(token: &str) -> (Value, Value) {
    let part = |at: usize| from_base64url(token.split('.').nth(at).unwrap()).unwrap();
    (serde_json::from_slice(&part(0)).unwrap(), serde_json::from_slice(&part(1)).unwrap())
}

/// A token of these texts whose HMAC is right under the key.
fn signed(header: &str, payload: &str, key: &[u8]) -> String {
    let message = format!("{}.{}", base64url(header.as_bytes()), base64url(payload.as_bytes()));
    let mac = Hs256.sign(&Hs256Key::new(key), message.as_bytes());
    format!("{message}.{}", base64url(&mac.as_bytes()))
}

fn call(app: &App, token: &str) -> Reply {
    app.get("/api/v1/auth/me").header("authorization", format!("Bearer {token}")).send()
}

fn refused(app: &App, token: &str, why: &str) {
    let reply = call(app, token);
    assert_eq!((reply.status, &reply.body["code"]), (401, &json!("unauthenticated")), "{why}");
    assert_eq!(reply.header("www-authenticate"), Some("Bearer realm=\"witness\""), "{why}");
    assert_eq!(reply.calls, [0; 4], "{why}: a refusal costs no call");
}

#[test]
fn a_token_is_what_rfc_9068_says_and_another_library_reads_it() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let (header, claims) = parts(&ada.token);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("HS256"), &json!("at+jwt")));
    assert_eq!(header["kid"].as_str().unwrap().len(), 8);
    let now = Timestamp::parse(crate::app::START).unwrap().seconds();
    for (name, value) in [
        ("iss", json!("witness")),
        ("aud", json!("witness-api")),
        ("sub", json!(ada.user_id)),
        ("sid", json!(ada.session_id)),
        ("iat", json!(now)),
        ("nbf", json!(now)),
        ("exp", json!(now + 900)),
        ("auth_time", json!(now)),
        ("amr", json!(["pwd"])),
        ("tier", json!("free")),
        ("role", json!("user")),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    let again = app.log_in("ada@example.com");
    assert_ne!(parts(&again.token).1["jti"], claims["jti"]);

    let token = UntrustedToken::new(&ada.token).unwrap();
    assert_eq!(token.header().key_id.as_deref(), header["kid"].as_str());
    let read = Hs256.validator::<Value>(&Hs256Key::new(SECRET)).validate(&token).unwrap();
    assert_eq!(read.claims().custom["sid"], json!(ada.session_id));
    assert!(Hs256.validator::<Value>(&Hs256Key::new([2; 32])).validate(&token).is_err());

    let named = App::with(&[("LIMIT_SCALE", "100000"), ("PUBLIC_URL", "https://witness.example.com")]);
    let bob = named.account("bob@example.com");
    assert_eq!(parts(&bob.token).1["iss"], "https://witness.example.com");
    assert_eq!(call(&named, &bob.token).status, 200);
    refused(&named, &ada.token, "another issuer");
}

#[test]
fn forged_headers_are_refused() {
    let app = App::with(&[("LIMIT_SCALE", "100000"), ("JWT_PRIVATE_KEY", PRIVATE)]);
    app.account("ada@example.com");
    let plain = App::new();
    let ada = app.log_in("ada@example.com");
    let (edwards, claims) = parts(&ada.token);
    let (secret, _) = parts(&plain.account("ada@example.com").token);
    let (payload, kid) = (claims.to_string(), secret["kid"].as_str().unwrap());
    let header = |text: String| signed(&text, &payload, &SECRET);
    // The header of our tokens, with the right signature, is believed: what follows is refused for its header.
    let right = format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{kid}"}}"#);
    assert_eq!(call(&app, &header(right.clone())).status, 200);
    for (why, text) in [
        ("no algorithm", format!(r#"{{"typ":"at+jwt","kid":"{kid}"}}"#)),
        ("none", format!(r#"{{"alg":"none","typ":"at+jwt","kid":"{kid}"}}"#)),
        ("None", format!(r#"{{"alg":"None","typ":"at+jwt","kid":"{kid}"}}"#)),
        ("another algorithm for the key", format!(r#"{{"alg":"HS512","typ":"at+jwt","kid":"{kid}"}}"#)),
        ("asymmetric for a secret", format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{kid}"}}"#)),
        ("no kid", r#"{"alg":"HS256","typ":"at+jwt"}"#.to_owned()),
        ("unknown kid", r#"{"alg":"HS256","typ":"at+jwt","kid":"AAAAAAAA"}"#.to_owned()),
        ("kid as a path", r#"{"alg":"HS256","typ":"at+jwt","kid":"../../dev/null"}"#.to_owned()),
        ("kid as SQL", r#"{"alg":"HS256","typ":"at+jwt","kid":"' OR 1=1 --"}"#.to_owned()),
        ("kid as a number", r#"{"alg":"HS256","typ":"at+jwt","kid":0}"#.to_owned()),
        ("another type", format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{kid}"}}"#)),
        ("twice the algorithm", format!(r#"{{"alg":"none","alg":"HS256","typ":"at+jwt","kid":"{kid}"}}"#)),
        (
            "jku",
            format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{kid}","jku":"https://keys.example.net"}}"#),
        ),
        ("jwk", format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{kid}","jwk":{{"kty":"oct","k":"AQ"}}}}"#)),
        (
            "x5u",
            format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{kid}","x5u":"https://keys.example.net"}}"#),
        ),
        ("crit", format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{kid}","crit":["exp"]}}"#)),
        ("no JSON", "HS256".to_owned()),
        ("nothing", String::new()),
    ] {
        refused(&app, &header(text), why);
    }
    // Algorithm confusion: the public key, which everybody has, used as a secret.
    let public = from_base64url(PUBLIC).unwrap();
    refused(&app, &signed(&edwards.to_string(), &payload, &public), "the public key as a secret");
    let confused = format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{THUMBPRINT}"}}"#);
    refused(&app, &signed(&confused, &payload, &public), "a secret's algorithm under a public key's name");
    refused(&app, &signed(&right, &payload, &[2; 32]), "another secret");
    assert!(app.upstream.asked().is_empty(), "no key was fetched");
}

#[test]
fn claims_that_are_wrong_are_refused_however_well_they_are_signed() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let (header, claims) = parts(&ada.token);
    let header = format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":{}}}"#, header["kid"]);
    let now = claims["iat"].as_i64().unwrap();
    let sign = |payload: &str| signed(&header, payload, &SECRET);
    assert_eq!(call(&app, &sign(&claims.to_string())).status, 200);
    let changed = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        sign(&claims.to_string())
    };
    for (name, value) in [
        ("exp", json!(now - 6)),
        ("exp", json!("soon")),
        ("exp", json!(1e300)),
        ("exp", Value::Null),
        ("nbf", json!(now + 6)),
        ("iat", json!(now + 6)),
        ("nbf", json!(i64::MAX)),
        ("exp", json!(i64::MIN)),
        ("auth_time", json!(i64::MAX)),
        ("iss", json!("https://elsewhere.example.com")),
        ("iss", json!(["witness"])),
        ("aud", json!("another-api")),
        ("aud", json!(["witness-api", "another-api"])),
        ("sub", json!("ada")),
        ("sid", json!(7)),
        ("role", json!("root")),
        ("tier", json!("unlimited")),
        ("amr", json!("otp")),
        ("ep", json!("0")),
    ] {
        refused(&app, &changed(name, value.clone()), &format!("{name}: {value}"));
    }
    for name in
        ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "ep", "tier", "role", "auth_time", "amr"]
    {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        refused(&app, &sign(&claims.to_string()), &format!("without {name}"));
    }
    let twice = claims.to_string().replacen('{', r#"{"role":"admin","#, 1);
    refused(&app, &sign(&twice), "a claim twice");
    let hidden = claims.to_string().replacen('{', r#"{"\u0072ole":"admin","#, 1);
    refused(&app, &sign(&hidden), "a claim twice, once escaped");
    let unknown_twice = claims.to_string().replacen('{', r#"{"x":1,"x":2,"#, 1);
    refused(&app, &sign(&unknown_twice), "an unknown claim twice");
    let deep =
        claims.to_string().replacen('{', &format!(r#"{{"x":{}{},"#, "[".repeat(900), "]".repeat(900)), 1);
    refused(&app, &sign(&deep), "nested deep");
    for payload in ["", "null", "[]", "7", "{}", "{", "\"ada\"", "\u{feff}{}"] {
        refused(&app, &sign(payload), payload);
    }
    assert_eq!(call(&app, &changed("exp", json!(now - 5))).status, 200, "five seconds are forgiven");
}

#[test]
fn damaged_tokens_are_refused() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let pieces: Vec<&str> = ada.token.split('.').collect();
    let (header, payload, mac) = (pieces[0], pieces[1], pieces[2]);
    let none = base64url(br#"{"alg":"none"}"#);
    for (why, token) in [
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("no signature", format!("{header}.{payload}.")),
        ("two parts", format!("{header}.{payload}")),
        ("four parts", format!("{}.{mac}", ada.token)),
        ("an empty part", format!("{header}..{payload}.{mac}")),
        ("none without a signature", format!("{none}.{payload}.")),
        ("none with ours", format!("{none}.{payload}.{mac}")),
        ("a padded signature", format!("{header}.{payload}.{mac}=")),
        ("a signature too long", format!("{header}.{payload}.{mac}AA")),
        ("a signature too short", format!("{header}.{payload}.{}", &mac[..40])),
        ("plain base64", format!("{header}.{payload}.{}", "+/".repeat(21))),
        ("a megabyte", "a".repeat(1_000_000)),
        ("a megabyte of dots", ".".repeat(1_000_000)),
        ("a megabyte behind a header", format!("{header}.{}.{mac}", "A".repeat(1_000_000))),
        ("just too long", format!("{header}.{}.{mac}", "A".repeat(4_096))),
        ("not ASCII", format!("{header}.{payload}.ü{mac}")),
        ("a line within", format!("{header}.{payload}\n.{mac}")),
    ] {
        refused(&app, &token, why);
    }
    for scheme in ["", "Basic ", "Bearer", "bearer\t", "JWT "] {
        app.get("/api/v1/auth/me")
            .header("authorization", format!("{scheme}{}", ada.token))
            .problem(401, "unauthenticated");
    }
    assert_eq!(call(&app, &ada.token).status, 200);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever one changes in a token, it is no token any more; and whatever one sends, it is no caller.
    #[test]
    fn no_other_text_is_a_token(at in any::<prop::sample::Index>(), with in "[A-Za-z0-9_.=-]", noise in "\\PC{0,200}") {
        let keys = tokens::Keys::new("witness", &SECRET);
        let now = Timestamp::parse(crate::app::START).unwrap();
        let id = witness::kernel::id::Id::new(now, [7; 10]);
        let grant = tokens::Grant {
            user_id: id, session_id: id, tier: witness::identity::caller::Tier::Free,
            role: witness::identity::caller::Role::User, epoch: 0, client_id: None, scopes: None,
            authenticated_at: now, methods: "pwd",
        };
        let token = tokens::sign(&grant, &keys, id, now).unwrap();
        let verify = |text: &str| block_on(tokens::verify(text, &keys, &RingSignatures, now)).unwrap();
        prop_assert!(verify(&token).is_some());
        let at = at.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(at..=at, &with);
        prop_assert_eq!(verify(&changed).is_some(), changed == token, "{}", changed);
        prop_assert!(verify(&noise).is_none());
    }
}

/// The same deployment with other settings.
fn change(app: &mut App, settings: &[(&str, &str)]) {
    let all = [&[("LIMIT_SCALE", "100000")], settings].concat();
    app.config = App::with(&all).config;
}

fn alg(account: &Account) -> Value {
    parts(&account.token).0["alg"].clone()
}

#[test]
fn a_secret_is_replaced_while_tokens_of_before_still_work() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    let (old, new) = (secret(1), secret(9));
    change(&mut app, &[("JWT_SECRET", &new), ("JWT_SECRET_PREVIOUS", &old)]);
    assert_eq!(call(&app, &ada.token).status, 200);
    let later = app.log_in("ada@example.com");
    assert_ne!(parts(&later.token).0["kid"], parts(&ada.token).0["kid"]);
    // Fifteen minutes later nothing signed by the old secret is still good, and it can go.
    change(&mut app, &[("JWT_SECRET", &new)]);
    refused(&app, &ada.token, "the secret is gone");
    assert_eq!(call(&app, &later.token).status, 200);
    app.post("/api/v1/auth/refresh", json!({"refresh_token": ada.refresh_token})).status(200);
}

#[test]
fn a_private_key_signs_once_it_is_there_and_is_replaced_with_overlap() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    change(&mut app, &[("JWT_PRIVATE_KEY", PRIVATE)]);
    assert_eq!(call(&app, &ada.token).status, 200, "the secret still verifies");
    let first = app.log_in("ada@example.com");
    assert_eq!((alg(&first), &parts(&first.token).0["kid"]), (json!("EdDSA"), &json!(THUMBPRINT)));
    assert_eq!(call(&app, &first.token).status, 200);

    let next = base64url(&[&from_base64url(PRIVATE).unwrap()[..16], &[5; 32]].concat());
    change(&mut app, &[("JWT_PRIVATE_KEY", &next), ("JWT_PUBLIC_KEY_PREVIOUS", PUBLIC)]);
    assert_eq!(call(&app, &first.token).status, 200);
    let second = app.log_in("ada@example.com");
    assert_eq!(call(&app, &second.token).status, 200);
    assert_ne!(parts(&second.token).0["kid"], json!(THUMBPRINT));
    change(&mut app, &[("JWT_PRIVATE_KEY", &next)]);
    refused(&app, &first.token, "the key is gone");
    assert_eq!(call(&app, &second.token).status, 200);
    change(&mut app, &[]);
    refused(&app, &second.token, "no public key is left");

    for at in [0, 30, 60, 85] {
        change(&mut app, &[("JWT_PRIVATE_KEY", &next)]);
        let (message, signature) = second.token.rsplit_once('.').unwrap();
        let mut damaged = signature.to_owned();
        let with = if &signature[at..=at] == "A" { "B" } else { "A" };
        damaged.replace_range(at..=at, with);
        refused(&app, &format!("{message}.{damaged}"), "a damaged signature");
        refused(&app, &format!("{message}.{}", &signature[..at]), "a short signature");
    }
}
