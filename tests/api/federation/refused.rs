//! What is refused on the way, and that nothing comes of it.

use serde_json::{Value, json};
use witness::kernel::crypto::{base64url, mac};
use witness::ports::Clock;

use super::provider::{RETURN_TO, SigningKey, Stage, VERIFIER, challenge, query, start_path, unsigned};
use super::{ada, github_ada};

/// Nobody has come in, and nobody has been made.
fn untouched(stage: &Stage) {
    for table in ["users", "identities", "sessions"] {
        assert_eq!(stage.app.rows(&format!("SELECT count(*) AS n FROM {table}"))[0]["n"], 0, "{table}");
    }
}

#[test]
fn an_id_token_that_breaks_one_rule_is_refused_and_the_rule_is_recorded() {
    let stage = Stage::new();
    let now = stage.app.clock.now().seconds();
    let other = SigningKey::new("k1");
    type Forge<'a> = &'a dyn Fn(&Stage, Value) -> String;
    let with = |name: &'static str, value: Value| {
        move |stage: &Stage, mut claims: Value| {
            claims[name] = value.clone();
            stage.key.sign(&claims)
        }
    };
    let hs256 = |_: &Stage, claims: Value| {
        let message = unsigned(&json!({"alg": "HS256", "kid": "k1"}), &claims);
        format!("{message}.{}", base64url(&mac(b"google-secret", &[message.as_bytes()])))
    };
    let by_other = |_: &Stage, claims: Value| other.sign(&claims);
    let forgeries: Vec<(&str, Forge<'_>)> = vec![
        ("nonce", &|stage, mut claims| {
            claims["nonce"] = json!("another");
            stage.key.sign(&claims)
        }),
        ("nonce", &|stage, mut claims| {
            claims.as_object_mut().unwrap().remove("nonce");
            stage.key.sign(&claims)
        }),
        ("token-algorithm", &|_, claims| {
            format!("{}.", unsigned(&json!({"alg": "none", "kid": "k1"}), &claims))
        }),
        ("token-algorithm", &hs256),
        ("key-unknown", &|stage, claims| {
            let forged = SigningKey::new("made-up").sign(&claims);
            assert!(!stage.key.id.is_empty());
            forged
        }),
        ("signature", &by_other),
        ("signature", &|stage, claims| {
            let token = stage.key.sign(&claims);
            let (message, _) = token.rsplit_once('.').unwrap();
            format!("{message}.{}", base64url(&[0; 64]))
        }),
        ("signature", &|stage, mut claims| {
            let token = stage.key.sign(&claims);
            let (_, signature) = token.rsplit_once('.').unwrap();
            claims["sub"] = json!("somebody-else");
            format!("{}.{signature}", unsigned(&json!({"alg": "ES256", "kid": "k1"}), &claims))
        }),
        ("key-unknown", &|stage, claims| {
            let token = stage.key.sign(&claims);
            let (_, signature) = token.rsplit_once('.').unwrap();
            format!("{}.{signature}", unsigned(&json!({"alg": "RS256", "kid": "k1"}), &claims))
        }),
    ];
    for (reason, forge) in &forgeries {
        refused(&stage, reason, *forge);
    }
    for (name, value, reason) in [
        ("aud", json!("somebody-else"), "audience"),
        ("aud", json!(["google-us", "somebody-else"]), "audience"),
        ("azp", json!("somebody-else"), "authorized-party"),
        ("iss", json!("https://evil.example.com"), "issuer"),
        ("exp", json!(now - 61), "expired"),
        ("iat", json!(now + 3600), "issued-at"),
        ("iat", json!(now - 3600), "issued-at"),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"), "access-token-hash"),
        ("sub", json!(""), "subject"),
    ] {
        refused(&stage, reason, &with(name, value));
    }
    untouched(&stage);
}

fn refused(stage: &Stage, reason: &str, forge: &dyn Fn(&Stage, Value) -> String) {
    let asked = stage.start("google");
    let token = forge(stage, stage.claims("google", &asked, &ada()));
    stage.answer("google", &token);
    let given = stage.come_back("google", &asked["state"]);
    assert_eq!(given.get("error").map(String::as_str), Some("sign_in_refused"), "{reason}");
    assert!(!given.contains_key("code"));
    // Refusals are capped: make room for the next one.
    stage.app.advance(120);
    let records = stage
        .app
        .rows("SELECT personal FROM audit_records WHERE kind = 'sign_in.refused' ORDER BY at DESC, id DESC");
    let personal: Value = serde_json::from_str(records[0]["personal"].as_str().unwrap()).unwrap();
    assert_eq!(personal["reason"], json!(reason));
}

#[test]
fn a_tenant_cannot_speak_for_another() {
    let stage = Stage::new();
    for (name, value) in [
        ("tid", json!("0197f7a0-0000-4000-8000-000000000002")),
        ("tid", json!("common")),
        ("iss", json!("https://login.microsoftonline.com/{tenantid}/v2.0")),
        ("iss", json!("https://login.microsoftonline.com/0197f7a0-0000-4000-8000-000000000002/v2.0")),
    ] {
        let asked = stage.start("microsoft");
        let mut claims = stage.claims("microsoft", &asked, &json!({}));
        claims[name] = value;
        stage.answer("microsoft", &stage.key.sign(&claims));
        assert_eq!(stage.come_back("microsoft", &asked["state"])["error"], "sign_in_refused");
    }
    // The same subject in another tenant is another person.
    let mine = stage.account("microsoft", &json!({"sub": "s"}));
    let other = "0197f7a0-0000-4000-8000-000000000002";
    let issuer = format!("https://login.microsoftonline.com/{other}/v2.0");
    let theirs = stage.account("microsoft", &json!({"sub": "s", "tid": other, "iss": issuer}));
    assert_ne!(mine.user_id, theirs.user_id);
}

#[test]
fn an_attempt_is_good_once_in_its_browser_for_ten_minutes_and_at_its_provider() {
    let stage = Stage::new();
    let begin = || {
        let asked = stage.start("google");
        stage.answer("google", &stage.key.sign(&stage.claims("google", &asked, &ada())));
        asked["state"].clone()
    };
    let state = begin();
    assert!(stage.come_back("google", &state).contains_key("code"));
    let asked_before = stage.app.upstream.asked().len();
    let problem = |provider: &str, state: &str, why: &str| {
        let reply = stage.callback(provider, state);
        assert_eq!(reply.status, 400, "{why}");
        assert_eq!(reply.header("location"), None, "{why}");
        assert!(reply.log.contains("sign-in-refused") && reply.log.contains(why), "{why}: {}", reply.log);
        let text = reply.text.unwrap_or_default();
        assert!(!text.contains("app.example.com") && !text.contains(why), "{text}");
    };
    problem("google", &state, "state-used");
    // Another browser has no cookie, or one of its own.
    let state = begin();
    let own = stage.cookies.take();
    problem("google", &state, "browser");
    stage.start("google");
    problem("google", &state, "browser");
    *stage.cookies.borrow_mut() = own;
    assert!(stage.come_back("google", &state).contains_key("code"), "and did not use it up");
    // Providers are not mixed up.
    let state = begin();
    problem("github", &state, "state");
    problem("microsoft", &state, "state");
    problem("apple", &state, "state");
    // Damaged or made up.
    let damaged = format!("{}AA", &state[..state.len() - 2]);
    for wrong in ["", "v1", "v1.a.b", damaged.as_str()] {
        problem("google", wrong, "state");
    }
    stage.app.advance(10 * 60);
    problem("google", &state, "state-expired");
    assert_eq!(
        stage.app.upstream.asked().len(),
        asked_before + 1,
        "providers hear of none of it but the good one"
    );
}

#[test]
fn attempts_side_by_side_in_one_browser_do_not_disturb_each_other() {
    let stage = Stage::new();
    let (first, second) = (stage.start("google"), stage.start("google"));
    for asked in [&second, &first] {
        stage.answer("google", &stage.key.sign(&stage.claims("google", asked, &ada())));
        assert!(stage.come_back("google", &asked["state"]).contains_key("code"));
    }
    // But what belongs to one does not fit the other.
    let (first, second) = (stage.start("google"), stage.start("google"));
    stage.answer("google", &stage.key.sign(&stage.claims("google", &first, &ada())));
    assert_eq!(stage.come_back("google", &second["state"])["error"], "sign_in_refused");
}

#[test]
fn an_answer_that_names_another_issuer_is_a_mix_up() {
    let stage = Stage::new();
    for (issuer, told) in
        [("https%3A%2F%2Fevil.example.com", "error"), ("https%3A%2F%2Faccounts.google.com", "code")]
    {
        let asked = stage.start("google");
        stage.answer("google", &stage.key.sign(&stage.claims("google", &asked, &ada())));
        let path = format!("/api/v1/oauth/google/callback?state={}&code=pc&iss={issuer}", asked["state"]);
        assert!(query(stage.call("GET", &path, None).header("location").unwrap()).contains_key(told));
    }
}

#[test]
fn nobody_is_sent_to_an_address_that_is_not_set_up() {
    let stage = Stage::new();
    let before = stage.app.upstream.asked().len();
    for address in [
        "https://evil.example.com/",
        "https://app.example.com",
        "https://app.example.com/signed-in/",
        "https://app.example.com/signed-in/../x",
        "https://app.example.com/signed-in?x=1",
        "https://app.example.com/signed-in%23x",
        "https://app.example.com:443/signed-in",
        "https://app.example.com.evil.example.com/signed-in",
        "https://app.example.com%40evil.example.com/signed-in",
        "HTTPS://app.example.com/signed-in",
        "//app.example.com/signed-in",
        "/signed-in",
        "javascript:alert(1)",
        "http://app.example.com/signed-in",
        "com.example.app:/signed-in/x",
    ] {
        let path = format!("/api/v1/oauth/google/start?return_to={address}&code_challenge={}", challenge());
        let reply = stage.call("GET", &path, None);
        assert_eq!((reply.status, reply.header("location")), (422, None), "{address}");
        assert_eq!(reply.header("set-cookie"), None);
        let ada = stage.account("github", &github_ada());
        stage
            .app
            .post(
                "/api/v1/oauth/google/link",
                json!({"return_to": address.replace("%40", "@"), "code_challenge": challenge()}),
            )
            .by(&ada)
            .problem(422, "invalid-request");
    }
    let own = format!(
        "/api/v1/oauth/google/start?return_to=com.example.app:/signed-in&code_challenge={}",
        challenge()
    );
    let asked = stage.open(&own);
    stage.answer("google", &stage.key.sign(&stage.claims("google", &asked, &ada())));
    let reply = stage.callback("google", &asked["state"]);
    assert!(reply.header("location").unwrap().starts_with("com.example.app:/signed-in?code=v1."));
    assert!(before == 0 && RETURN_TO.starts_with("https"));
}

#[test]
fn a_challenge_has_the_length_of_a_hash() {
    let stage = Stage::new();
    for wrong in ["", "short", &VERIFIER[1..]] {
        let path = start_path("google").replace(&challenge(), wrong);
        assert_eq!(stage.call("GET", &path, None).status, 422, "{wrong}");
    }
}

#[test]
fn github_is_not_believed_without_a_person() {
    let stage = Stage::new();
    for (user, emails) in [
        (json!({"message": "Bad credentials"}), json!([])),
        (json!({"id": "7"}), json!([])),
        (json!([]), json!([])),
    ] {
        let asked = stage.start("github");
        stage.answer_github(&user, &emails);
        assert_eq!(stage.come_back("github", &asked["state"])["error"], "sign_in_refused");
    }
    untouched(&stage);
}
