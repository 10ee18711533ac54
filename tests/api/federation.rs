//! Sign-in with other providers, from the first click to the tokens.

mod linking;
mod provider;
mod refused;

use serde_json::{Value, json};
use witness::host::Scripted;

use crate::app::App;
use provider::{Stage, issuer, query, start_path};

/// Somebody whose address the provider answers for.
fn ada() -> Value {
    json!({"sub": "ada-there", "email": "ada@gmail.com", "email_verified": true, "name": "Ada"})
}

fn github_ada() -> Value {
    let emails = json!([{"email": "ada@example.com", "primary": true, "verified": true}]);
    json!({"user": {"id": 7, "login": "ada", "name": "Ada"}, "emails": emails})
}

#[test]
fn providers_are_listed_with_whether_they_are_set_up() {
    let states = |app: &App| {
        let reply = app.get("/api/v1/oauth/providers").status(200);
        let all = reply.body["providers"].as_array().unwrap().clone();
        all.iter().map(|one| (one["title"].to_string(), one["enabled"] == true)).collect::<Vec<_>>()
    };
    assert!(states(&App::new()).iter().all(|(_, enabled)| !enabled));
    assert!(states(&Stage::new().app).iter().all(|(_, enabled)| *enabled));
    App::new().get(&start_path("google")).status(404);
    App::new().get(&start_path("myspace")).status(422);
}

#[test]
fn a_stranger_becomes_an_account_and_comes_back_to_it_with_every_provider() {
    for (provider, who, address) in [
        ("google", ada(), Some("ada@gmail.com")),
        (
            "apple",
            json!({"sub": "a.1", "email": "x1@privaterelay.appleid.com", "email_verified": "true"}),
            Some("x1@privaterelay.appleid.com"),
        ),
        ("microsoft", json!({"sub": "m", "email": "ada@example.com", "name": "Ada"}), None),
        ("github", github_ada(), Some("ada@example.com")),
    ] {
        let stage = Stage::new();
        let first = stage.account(provider, &who);
        let me = stage.app.get("/api/v1/auth/me").by(&first).status(200);
        match address {
            Some(address) => assert_eq!(me.body["email"], address),
            None => assert_eq!(me.body["email"], format!("{}@no-address.invalid", first.user_id)),
        }
        stage.app.advance(3600);
        let second = stage.account(provider, &who);
        assert_eq!(
            (&first.user_id, first.session_id == second.session_id),
            (&second.user_id, false),
            "{provider}"
        );
        let listed = stage.app.get("/api/v1/auth/identities").by(&second).status(200);
        let items = listed.body["items"].as_array().unwrap();
        assert_eq!((items.len(), &items[0]["provider"]), (1, &json!(provider)));
        assert_ne!(items[0]["last_used_at"], items[0]["created_at"]);
        let users =
            stage.app.rows("SELECT password_set, email_verified_at IS NOT NULL AS verified FROM users");
        let verified = i32::from(matches!(provider, "google" | "apple"));
        assert_eq!(users, [json!({"password_set": 0, "verified": verified})], "{provider}");
        let sessions = stage.app.rows("SELECT methods FROM sessions");
        assert!(sessions.iter().all(|session| session["methods"] == "fed"));
    }
}

#[test]
fn a_provider_is_asked_with_everything_that_binds_its_answer() {
    let stage = Stage::new();
    for provider in ["google", "apple", "github", "microsoft"] {
        let asked = stage.start(provider);
        assert_eq!(
            asked["redirect_uri"],
            format!("https://witness.example.com/api/v1/oauth/{provider}/callback")
        );
        assert_eq!(
            (asked["response_type"].as_str(), asked["code_challenge_method"].as_str()),
            ("code", "S256")
        );
        let nonce = asked.get("nonce").map(String::len);
        assert_eq!(nonce, (provider != "github").then_some(43), "a nonce comes back in an id token alone");
        assert_eq!(asked["code_challenge"].len(), 43);
        assert_eq!(
            asked.get("response_mode").map(String::as_str),
            (provider == "apple").then_some("form_post")
        );
        assert!(!asked["state"].contains("app.example.com") && asked["state"].starts_with("v1."));
        let again = stage.start(provider);
        for name in ["state", "nonce", "code_challenge"] {
            assert!(asked.get(name).is_none_or(|before| *before != again[name]), "{name}");
        }
    }
    let cookie = |provider: &str| {
        let reply = stage.app.get(&start_path(provider)).status(303);
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        reply.header("set-cookie").unwrap().to_owned()
    };
    let (lax, none) = (cookie("google"), cookie("apple"));
    assert!(lax.starts_with("__Host-flow=") && lax.contains("HttpOnly; SameSite=Lax; Max-Age=600"), "{lax}");
    assert!(
        none.starts_with("__Host-flow_post=") && none.contains("Secure; HttpOnly; SameSite=None"),
        "{none}"
    );
}

#[test]
fn the_token_request_proves_who_asks_as_each_provider_wants_it() {
    let stage = Stage::new();
    stage.code("google", &ada());
    stage.code("apple", &json!({"sub": "a.1"}));
    stage.code("github", &github_ada());
    let bodies: Vec<(String, String)> = stage
        .app
        .upstream
        .asked()
        .into_iter()
        .filter(|request| request.method == "POST")
        .map(|request| (request.url, String::from_utf8(request.body.unwrap()).unwrap()))
        .collect();
    let form = |at: usize| query(&format!("?{}", bodies[at].1));
    assert_eq!(form(0)["client_secret"], "google-secret");
    for at in 0..3 {
        assert_eq!((form(at)["code"].as_str(), form(at)["code_verifier"].len()), ("pc", 43));
    }
    let secret = form(1)["client_secret"].clone();
    let parts: Vec<Value> = secret
        .split('.')
        .take(2)
        .map(|part| serde_json::from_slice(&witness::kernel::crypto::from_base64url(part).unwrap()).unwrap())
        .collect();
    assert_eq!(parts[0], json!({"alg": "ES256", "kid": "KEY"}));
    assert_eq!((&parts[1]["iss"], &parts[1]["sub"]), (&json!("TEAM"), &json!("apple-us")));
    assert_eq!(parts[1]["aud"], "https://appleid.apple.com");
    let github =
        stage.app.upstream.asked().into_iter().filter(|request| request.url.contains("api.github.com"));
    for request in github {
        assert!(request.headers.contains(&("authorization".to_owned(), "Bearer gho_at".to_owned())));
    }
}

#[test]
fn descriptions_and_keys_are_kept_and_a_new_key_is_found() {
    let stage = Stage::new();
    let fetched =
        |stage: &Stage| stage.app.upstream.asked().iter().filter(|request| request.method == "GET").count();
    stage.account("google", &ada());
    stage.account("google", &ada());
    assert_eq!(fetched(&stage), 2, "one description and one key set");
    // The provider signs with a new key: the set is fetched again, but not for every unknown id.
    let mut stage = stage;
    stage.key = provider::SigningKey::new("k2");
    let set = json!({"keys": [stage.key.jwk()]}).to_string();
    stage.app.upstream.instead(format!("{}/keys", issuer("google")), Scripted::ok(200, set));
    let try_again = |stage: &Stage| {
        let asked = stage.start("google");
        stage.answer("google", &stage.key.sign(&stage.claims("google", &asked, &ada())));
        stage.come_back("google", &asked["state"])
    };
    assert_eq!(try_again(&stage)["error"], "sign_in_refused");
    assert_eq!(fetched(&stage), 2, "the set is only moments old");
    stage.app.advance(5 * 60);
    assert!(try_again(&stage).contains_key("code"));
    assert_eq!(fetched(&stage), 3);
    stage.key = provider::SigningKey::new("k3");
    assert_eq!(try_again(&stage)["error"], "sign_in_refused");
    assert_eq!(fetched(&stage), 3);
}

#[test]
fn apple_tells_a_name_once_and_it_is_taken_over() {
    let stage = Stage::new();
    let asked = stage.start("apple");
    stage.answer("apple", &stage.key.sign(&stage.claims("apple", &asked, &json!({"name": "Not this"}))));
    let user = "%7B%22name%22%3A%7B%22firstName%22%3A%22Ada%22%2C%22lastName%22%3A%22Example%22%7D%7D";
    let form = format!("state={}&code=pc&user={user}", asked["state"]);
    let reply = stage.call("POST", "/api/v1/oauth/apple/callback", Some(&form));
    let given = query(reply.header("location").unwrap());
    assert_eq!(given["state"], "app-state");
    let tokens = stage.exchange(&given["code"]);
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    assert_eq!(
        stage.app.rows("SELECT preferred_name FROM profiles"),
        [json!({"preferred_name": "Ada Example"})]
    );
}

#[test]
fn what_the_provider_does_wrong_is_told_to_the_app_without_its_words() {
    let stage = Stage::new();
    let token = format!("{}/token", issuer("google"));
    for (next, told) in [
        (Scripted::Refused, "temporarily_unavailable"),
        (Scripted::ok(503, "<html>down</html>"), "temporarily_unavailable"),
        (Scripted::ok(429, "{}"), "temporarily_unavailable"),
        (
            Scripted::ok(400, r#"{"error":"invalid_grant","error_description":"secret words"}"#),
            "sign_in_refused",
        ),
        (Scripted::ok(200, "not json"), "sign_in_refused"),
        (Scripted::ok(200, r#"{"access_token":"at","token_type":"Bearer"}"#), "sign_in_refused"),
        (Scripted::ok(200, vec![b' '; 300_000]), "temporarily_unavailable"),
    ] {
        let asked = stage.start("google");
        stage.app.upstream.instead(&token, next);
        let given = stage.come_back("google", &asked["state"]);
        assert_eq!((given["error"].as_str(), given["state"].as_str()), (told, "app-state"));
        assert_eq!(given.len(), 2);
    }
    // Before the attempt exists, there is nowhere to return to.
    let stage = Stage::new();
    let described = format!("{}/.well-known/openid-configuration", issuer("google"));
    for wrong in ["{}", r#"{"issuer":"https://evil.example.com"}"#, "<html>"] {
        stage.app.upstream.instead(&described, Scripted::ok(200, wrong));
        assert_eq!(stage.call("GET", &start_path("google"), None).status, 503);
    }
}

#[test]
fn whoever_says_no_at_the_provider_comes_back_with_that() {
    let stage = Stage::new();
    for (error, told) in [("access_denied", "access_denied"), ("server_error%3Cb%3E", "sign_in_refused")] {
        let asked = stage.start("google");
        let path = format!("/api/v1/oauth/google/callback?state={}&error={error}", asked["state"]);
        let given = query(stage.call("GET", &path, None).header("location").unwrap());
        assert_eq!(given["error"], told);
    }
}

#[test]
fn a_code_is_good_once_for_a_minute_and_for_its_app() {
    let stage = Stage::new();
    let code = stage.code("google", &ada());
    let body = json!({"code": code, "code_verifier": "x".repeat(43)});
    stage.app.post("/api/v1/oauth/exchange", body).problem(400, "invalid-grant");
    let first = stage.exchange(&code);
    assert_eq!(first.status, 200, "a wrong verifier does not use it up");
    let second = stage.exchange(&code);
    assert_eq!((second.status, &second.body["code"]), (400, &json!("invalid-grant")));
    let late = stage.code("google", &ada());
    stage.app.advance(60);
    assert_eq!(stage.exchange(&late).body["code"], "invalid-grant");
    for broken in ["v1.x.y", "nothing", &code[..code.len() - 2]] {
        assert_eq!(stage.exchange(broken).body["code"], "invalid-grant");
    }
    assert_eq!(stage.app.rows("SELECT count(*) AS n FROM users")[0]["n"], 1);
    let state = stage.start("google")["state"].clone();
    assert_eq!(stage.exchange(&state).body["code"], "invalid-grant", "a state is no code");
}

#[test]
fn what_was_used_up_is_forgotten_once_it_has_expired() {
    let stage = Stage::new();
    stage.account("google", &ada());
    assert_eq!(stage.app.rows("SELECT count(*) AS n FROM oauth_spent")[0]["n"], 2);
    stage.app.advance(3600);
    stage.account("google", &ada());
    assert_eq!(stage.app.rows("SELECT count(*) AS n FROM oauth_spent")[0]["n"], 2);
}

#[test]
fn a_sign_in_leaves_its_traces_and_no_secret() {
    let stage = Stage::new();
    let ada = stage.account("google", &ada());
    let events = stage.app.rows("SELECT type FROM events ORDER BY seq");
    let types: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["user.created", "identity.linked", "session.created"]);
    let records = stage.app.rows("SELECT kind, user_id FROM audit_records ORDER BY rowid");
    let kinds: Vec<&str> = records.iter().map(|record| record["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["identity.linked", "session.created"]);
    assert!(records.iter().all(|record| record["user_id"] == json!(ada.user_id)));
    for (_, text) in stage.app.cache.inner().entries() {
        assert!(!text.contains("ada@gmail.com"));
    }
    let code = stage.code("google", &json!({"sub": "x", "email": "eve@gmail.com"}));
    assert!(!code.contains('@'));
}
