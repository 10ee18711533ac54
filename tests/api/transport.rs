//! Refresh tokens of browsers, in a cookie.

use serde_json::{Value, json};

use crate::app::{App, Call, ORIGIN, PASSWORD, Reply};

const APP: &str = "https://app.example.com";

fn app() -> App {
    App::with(&[("LIMIT_SCALE", "100000"), ("CORS_ORIGINS", APP)])
}

fn by_cookie<'a>(app: &'a App, cookie: &str, origin: &str) -> Call<'a> {
    app.post("/api/v1/auth/refresh", json!({"transport": "cookie"}))
        .header("cookie", format!("theme=dark; __Host-refresh={cookie}"))
        .header("origin", origin)
}

/// The cookie's value and how it is kept.
fn set(reply: &Reply) -> (String, String) {
    let header = reply.header("set-cookie").expect("a cookie");
    let (pair, rest) = header.split_once("; ").unwrap();
    (pair.strip_prefix("__Host-refresh=").unwrap().to_owned(), rest.to_owned())
}

#[test]
fn a_browser_refreshes_by_a_cookie_that_no_script_reads() {
    let app = app();
    let ada = app.account("ada@example.com");
    let reply = by_cookie(&app, &ada.refresh_token, APP).status(200);
    assert_eq!(reply.body["refresh_token"], Value::Null, "the body does not have it");
    let (next, kept) = set(&reply);
    assert_eq!(kept, "Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000");
    assert_ne!(next, ada.refresh_token);
    assert_eq!(reply.header("access-control-allow-origin"), Some(APP));
    assert_eq!(reply.header("access-control-allow-credentials"), Some("true"));
    let again = by_cookie(&app, &next, ORIGIN).status(200);
    let token = format!("Bearer {}", again.body["access_token"].as_str().unwrap());
    app.get("/api/v1/auth/me").header("authorization", token.clone()).status(200);

    let out = app
        .call("POST", "/api/v1/auth/logout")
        .header("authorization", token)
        .header("cookie", format!("__Host-refresh={}", set(&again).0))
        .status(204);
    assert_eq!(out.header("set-cookie").map(|header| header.ends_with("Max-Age=0")), Some(true));
    let ended = by_cookie(&app, &set(&again).0, APP).problem(401, "unauthenticated");
    assert_eq!(set(&ended).0, "", "what is worthless is forgotten");
}

#[test]
fn a_browser_signs_in_by_a_cookie() {
    let app = app();
    app.account("ada@example.com");
    let credentials = json!({"email": "ada@example.com", "password": PASSWORD, "transport": "cookie"});
    let login =
        |origin: &str| app.post("/api/v1/auth/login", credentials.clone()).header("origin", origin).send();
    let hashes = app.isolate.passwords.runs();
    assert_eq!(login("https://elsewhere.example.net").body["code"], "forbidden");
    assert_eq!(app.isolate.passwords.runs(), hashes, "refused before anything is looked at");
    let reply = login(APP);
    assert_eq!((reply.status, &reply.body["refresh_token"]), (200, &Value::Null));
    by_cookie(&app, &set(&reply).0, APP).status(200);
}

#[test]
fn a_page_of_another_site_can_not_spend_the_cookie() {
    let app = app();
    let ada = app.account("ada@example.com");
    for origin in ["https://elsewhere.example.net", "https://app.example.com.example.net", "null", ""] {
        let refused = by_cookie(&app, &ada.refresh_token, origin).problem(403, "forbidden");
        assert_eq!(refused.header("set-cookie"), None, "{origin}");
        assert_eq!(refused.header("access-control-allow-credentials"), None, "{origin}");
    }
    // Without an Origin it is no page's request at all.
    app.post("/api/v1/auth/refresh", json!({"transport": "cookie"}))
        .header("cookie", format!("__Host-refresh={}", ada.refresh_token))
        .problem(403, "forbidden");
    let generation = app.rows("SELECT generation FROM sessions");
    assert_eq!(generation, [json!({"generation": 1})], "nothing was spent");
    by_cookie(&app, &ada.refresh_token, APP).status(200);
}

#[test]
fn a_cookie_that_is_missing_or_no_token_is_refused() {
    let app = app();
    by_cookie(&app, "nonsense", APP).problem(401, "unauthenticated");
    app.post("/api/v1/auth/refresh", json!({"transport": "cookie"}))
        .header("origin", APP)
        .problem(401, "unauthenticated");
    let ada = app.account("ada@example.com");
    // A cookie alone is not read where nobody asked for it.
    let unasked = app
        .post("/api/v1/auth/refresh", json!({}))
        .header("cookie", format!("__Host-refresh={}", ada.refresh_token))
        .header("origin", APP)
        .problem(422, "invalid-request");
    assert_eq!(unasked.violations(), [("/refresh_token".to_owned(), "required".to_owned())]);
}

#[test]
fn other_answers_take_no_cookies_from_other_origins() {
    let app = app();
    for path in ["/api/v1/engines", "/api/v1/auth/me", "/health"] {
        let reply = app.get(path).header("origin", APP).send();
        assert_eq!(reply.header("access-control-allow-origin"), Some(APP), "{path}");
        assert_eq!(reply.header("access-control-allow-credentials"), None, "{path}");
    }
}
