//! The authorization server: pages, codes, tokens, and what is refused.

use serde_json::{Value, json};
use witness::kernel::crypto;

use crate::app::{Account, App, Call, PASSWORD, Reply};
use crate::two_factor;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const REDIRECT: &str = "http://127.0.0.1:49152/callback";

fn challenge() -> String {
    crypto::base64url(&crypto::sha256(&[VERIFIER.as_bytes()]))
}

fn encoded(parameters: &[(&str, &str)]) -> String {
    let pairs = parameters.iter().map(|(name, value)| {
        let value: String = value
            .bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    char::from(byte).to_string()
                }
                _ => format!("%{byte:02X}"),
            })
            .collect();
        format!("{name}={value}")
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The value of a parameter in an address.
fn parameter(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?')?.1;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")))?;
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    Some(String::from_utf8(bytes).unwrap())
}

/// A browser: it keeps the cookie and sends the forms that it is shown.
#[derive(Default, Clone)]
struct Browser {
    cookie: Option<String>,
}

impl Browser {
    fn take(&mut self, reply: Reply) -> Reply {
        if let Some(set) = reply.header("set-cookie") {
            assert!(
                set.starts_with("__Host-session=") && set.contains("; Secure; HttpOnly; SameSite=Lax"),
                "{set}"
            );
            let pair = set.split(';').next().unwrap().to_owned();
            self.cookie = (!set.contains("Max-Age=0")).then_some(pair);
        }
        reply
    }

    fn with<'a>(&self, call: Call<'a>) -> Call<'a> {
        match &self.cookie {
            Some(cookie) => call.header("cookie", cookie.clone()),
            None => call,
        }
    }

    fn open(&mut self, app: &App, query: &str, status: u16) -> Reply {
        let reply = self.with(app.get(&format!("/oauth/authorize?{query}"))).status(status);
        self.take(reply)
    }

    fn follow(&mut self, app: &App, reply: &Reply) -> Reply {
        let reply = self.with(app.get(reply.header("location").unwrap())).status(200);
        self.take(reply)
    }

    fn send(&mut self, app: &App, path: &str, fields: &[(&str, &str)], status: u16) -> Reply {
        let reply =
            self.with(app.call("POST", &format!("/oauth/authorize/{path}")).form(fields)).status(status);
        self.take(reply)
    }
}

/// The sealed request in a page.
fn form(page: &Reply) -> String {
    let text = page.body.as_str().unwrap();
    let start = text.find("name=\"form\" value=\"").unwrap() + "name=\"form\" value=\"".len();
    text[start..].split('"').next().unwrap().to_owned()
}

fn asked<'a>(changes: &[(&'a str, &'a str)], challenge: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut parameters = vec![
        ("client_id", "witness-cli"),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", "readings:read engines:calculate"),
        ("state", "s t&1"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        parameters.retain(|(known, _)| known != name);
        if !value.is_empty() {
            parameters.push((name, value));
        }
    }
    parameters
}

/// The query of a good request, with these changes.
pub fn query(changes: &[(&str, &str)]) -> String {
    let challenge = challenge();
    encoded(&asked(changes, &challenge))
}

/// Signs in on the page and comes to consent.
fn at_consent(app: &App, browser: &mut Browser, changes: &[(&str, &str)]) -> Reply {
    let page = browser.open(app, &query(changes), 200);
    let sealed = form(&page);
    let fields =
        [("form", sealed.as_str()), ("email", "ada@example.com"), ("password", PASSWORD), ("code", "")];
    let on = browser.send(app, "sign-in", &fields, 303);
    browser.follow(app, &on)
}

/// Consents; the address that the client is answered at.
fn allowed(app: &App, changes: &[(&str, &str)]) -> String {
    let mut browser = Browser::default();
    let consent = at_consent(app, &mut browser, changes);
    let back = browser.send(app, "decide", &[("form", &form(&consent)), ("decision", "allow")], 303);
    back.header("location").unwrap().to_owned()
}

fn exchange<'a>(app: &'a App, code: &str, changes: &[(&str, &str)]) -> Call<'a> {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", "witness-cli"),
        ("redirect_uri", REDIRECT),
        ("code", code),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    app.call("POST", "/oauth/token").form(&fields)
}

fn refused(call: Call<'_>, error: &str) {
    let reply = call.status(400);
    assert_eq!(reply.body["error"], error, "{}", reply.body);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

/// The tokens of a client that was allowed to act.
pub fn granted(app: &App) -> (Account, Value) {
    let code = parameter(&allowed(app, &[]), "code").unwrap();
    let tokens = exchange(app, &code, &[]).status(200).body;
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let account = Account {
        token: text("access_token"),
        refresh_token: text("refresh_token"),
        user_id: String::new(),
        session_id: text("refresh_token").split('.').next().unwrap().to_owned(),
    };
    (account, tokens)
}

fn renew<'a>(app: &'a App, token: &str, changes: &[(&str, &str)]) -> Call<'a> {
    let mut fields =
        vec![("grant_type", "refresh_token"), ("client_id", "witness-cli"), ("refresh_token", token)];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    app.call("POST", "/oauth/token").form(&fields)
}

#[test]
fn a_client_acts_for_somebody_who_allowed_it_and_for_nothing_more() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let mut browser = Browser::default();
    let consent = at_consent(&app, &mut browser, &[]);
    let text = consent.body.as_str().unwrap();
    for words in [
        "Witness on the command line",
        "ada@example.com",
        "Read your own readings.",
        "Ask an engine.",
        "a program on this device",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("Change"), "what was not asked for is not named");
    let back = browser.send(&app, "decide", &[("form", &form(&consent)), ("decision", "allow")], 303);
    let back = back.header("location").unwrap();
    assert!(back.starts_with(&format!("{REDIRECT}?code=")), "{back}");
    assert_eq!(parameter(back, "state").as_deref(), Some("s t&1"));
    assert_eq!(parameter(back, "iss").as_deref(), Some(crate::app::ORIGIN));
    let tokens = exchange(&app, &parameter(back, "code").unwrap(), &[]).status(200);
    assert_eq!(tokens.header("cache-control"), Some("no-store"));
    assert_eq!(
        (&tokens.body["token_type"], &tokens.body["scope"]),
        (&json!("Bearer"), &json!("engines:calculate readings:read"))
    );
    let client = format!("Bearer {}", tokens.body["access_token"].as_str().unwrap());
    app.get("/api/v1/readings").header("authorization", client.clone()).status(200);
    app.get("/api/v1/auth/me").header("authorization", client.clone()).problem(403, "forbidden");
    app.get("/api/v1/auth/grants").header("authorization", client).problem(403, "forbidden");
    let next = renew(&app, tokens.body["refresh_token"].as_str().unwrap(), &[]).status(200);
    assert_ne!(next.body["refresh_token"], tokens.body["refresh_token"]);
    let grants = app.get("/api/v1/auth/grants").by(&ada).status(200);
    assert_eq!(grants.body["items"][0]["client_name"], "Witness on the command line");
    assert_eq!(grants.body["items"].as_array().unwrap().len(), 1);
    let types = app
        .rows("SELECT type, actor FROM events WHERE type LIKE 'grant%' OR type LIKE 'session%' ORDER BY seq");
    let types: Vec<&str> = types.iter().map(|row| row["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["session.created", "grant.allowed", "session.created", "session.refreshed"]);
}

#[test]
fn who_says_no_leads_back_without_a_code() {
    let app = App::new();
    app.account("ada@example.com");
    let mut browser = Browser::default();
    let consent = at_consent(&app, &mut browser, &[]);
    let back = browser.send(&app, "decide", &[("form", &form(&consent)), ("decision", "deny")], 303);
    let back = back.header("location").unwrap();
    assert_eq!(parameter(back, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(back, "iss").as_deref(), Some(crate::app::ORIGIN));
    assert_eq!(parameter(back, "state").as_deref(), Some("s t&1"));
    assert_eq!(app.rows("SELECT * FROM authorization_codes"), Vec::<Value>::new());
    let again = browser.send(&app, "decide", &[("form", &form(&consent)), ("decision", "switch")], 303);
    assert!(browser.cookie.is_none());
    let page = browser.follow(&app, &again);
    assert!(page.body.as_str().unwrap().contains("type=\"password\""), "somebody else signs in");
}

#[test]
fn a_person_is_led_nowhere_for_a_client_that_is_not_known_there() {
    let app = App::new();
    for changes in [
        [("client_id", "unknown")],
        [("redirect_uri", "")],
        [("redirect_uri", "https://evil.example/callback")],
        [("redirect_uri", "http://127.0.0.1:49152/other")],
        [("redirect_uri", "http://localhost:49152/callback")],
        [("redirect_uri", "http://127.0.0.1:49152/callback#fragment")],
        [("client_id", "raycast")],
    ] {
        let page = Browser::default().open(&app, &query(&changes), 400);
        assert_eq!(page.header("location"), None, "{changes:?}");
        assert!(page.header("content-type").unwrap().starts_with("text/html"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"),
            "{policy}"
        );
    }
    Browser::default().open(&app, &query(&[("client_id", "")]), 422);
    Browser::default().open(&app, &format!("{}&client_id=raycast", query(&[])), 422);
}

#[test]
fn a_client_is_told_its_mistakes_at_its_own_address() {
    let app = App::new();
    for (changes, error) in [
        ([("response_type", "token")], "unsupported_response_type"),
        ([("response_type", "")], "invalid_request"),
        ([("code_challenge_method", "plain")], "invalid_request"),
        ([("code_challenge_method", "")], "invalid_request"),
        ([("code_challenge", "")], "invalid_request"),
        ([("code_challenge", "short")], "invalid_request"),
        ([("scope", "account:write")], "invalid_scope"),
        ([("scope", "admin:users:read")], "invalid_scope"),
        ([("scope", "readings:read nonsense")], "invalid_scope"),
    ] {
        let reply = Browser::default().open(&app, &query(&changes), 303);
        let location = reply.header("location").unwrap();
        assert!(location.starts_with(&format!("{REDIRECT}?error={error}&")), "{changes:?}: {location}");
        assert_eq!(parameter(location, "state").as_deref(), Some("s t&1"));
        assert_eq!(parameter(location, "iss").as_deref(), Some(crate::app::ORIGIN));
    }
}

#[test]
fn forms_are_good_in_the_browser_they_were_shown_in_for_ten_minutes() {
    let app = App::new();
    app.account("ada@example.com");
    let (mut browser, mut other) = (Browser::default(), Browser::default());
    let consent = at_consent(&app, &mut browser, &[]);
    let sealed = form(&consent);
    let stranger = form(&other.open(&app, &query(&[]), 200));
    let without = &mut Browser::default();
    for (who, sealed) in [(without, &sealed), (&mut other, &sealed), (&mut browser.clone(), &stranger)] {
        who.send(&app, "decide", &[("form", sealed), ("decision", "allow")], 403);
        let fields = [("form", sealed.as_str()), ("email", "ada@example.com"), ("password", PASSWORD)];
        who.send(&app, "sign-in", &fields, 403);
    }
    browser.send(&app, "decide", &[("form", "v1.forged"), ("decision", "allow")], 403);
    browser.send(&app, "decide", &[("decision", "allow")], 422);
    assert_eq!(app.rows("SELECT * FROM authorization_codes"), Vec::<Value>::new());
    app.advance(600);
    browser.send(&app, "decide", &[("form", &sealed), ("decision", "allow")], 403);
    let page = browser.open(&app, &query(&[]), 200);
    assert!(page.body.as_str().unwrap().contains("type=\"password\""), "signed in for ten minutes");
}

#[test]
fn a_failed_sign_in_is_told_on_the_page() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let device = two_factor::enabled(&app, &ada);
    let mut browser = Browser::default();
    let sealed = form(&browser.open(&app, &query(&[]), 200));
    let mut attempt = |email: &str, password: &str, code: &str, status: u16| {
        let fields = [("form", sealed.as_str()), ("email", email), ("password", password), ("code", code)];
        let reply = browser.send(&app, "sign-in", &fields, status);
        reply.text.unwrap_or_default()
    };
    for email in ["ada@example.com", "nobody@example.com"] {
        let page = attempt(email, "wrong", "", 200);
        assert!(page.contains("Address or password is wrong.") && page.contains(email), "{page}");
        assert!(!page.contains("value=\"wrong\""), "the password is not sent back");
    }
    assert!(attempt("ada@example.com", PASSWORD, "", 200).contains("second factor: type its code"));
    assert!(attempt("ada@example.com", PASSWORD, "000000", 200).contains("The code is wrong"));
    attempt("ada@example.com", PASSWORD, &device.code(&app, 1), 303);
    let kinds = app.rows("SELECT kind FROM audit_records WHERE kind LIKE 'page%'");
    assert_eq!(kinds, [json!({"kind": "page.signed_in"})]);
}

#[test]
fn a_consent_ends_with_the_standing_that_it_was_given_in() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let other = app.log_in("ada@example.com");
    let mut browser = Browser::default();
    let consent = at_consent(&app, &mut browser, &[]);
    let code = parameter(&allowed(&app, &[]), "code").unwrap();
    app.call("POST", "/api/v1/auth/logout").by(&other).status(204);
    refused(exchange(&app, &code, &[]), "invalid_grant");
    let back = browser.send(&app, "decide", &[("form", &form(&consent)), ("decision", "allow")], 303);
    let page = browser.follow(&app, &back);
    assert!(page.body.as_str().unwrap().contains("type=\"password\""), "to be signed in again");
    app.get("/api/v1/auth/me").by(&ada).status(200);
}

#[test]
fn a_code_is_exchanged_by_its_client_alone_and_within_a_minute() {
    let app = App::new();
    app.account("ada@example.com");
    let code = parameter(&allowed(&app, &[]), "code").unwrap();
    let stored = serde_json::to_string(&app.rows("SELECT * FROM authorization_codes")).unwrap();
    assert!(!stored.contains(&code), "kept as a hash");
    for (changes, error) in [
        ([("code_verifier", "")], "invalid_request"),
        ([("code_verifier", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")], "invalid_grant"),
        ([("code_verifier", challenge().as_str())], "invalid_grant"),
        ([("redirect_uri", "http://127.0.0.1:49153/callback")], "invalid_grant"),
        ([("redirect_uri", "")], "invalid_request"),
        ([("client_id", "raycast")], "invalid_grant"),
        ([("client_id", "")], "invalid_request"),
        ([("code", "unknown")], "invalid_grant"),
        ([("grant_type", "password")], "unsupported_grant_type"),
        ([("grant_type", "")], "invalid_request"),
    ] {
        refused(exchange(&app, &code, &changes), error);
    }
    app.advance(59);
    let with_more = [("unknown_parameter", "is ignored")];
    exchange(&app, &code, &with_more).status(200);
    let late = parameter(&allowed(&app, &[]), "code").unwrap();
    app.advance(60);
    refused(exchange(&app, &late, &[]), "invalid_grant");
}

#[test]
fn a_code_that_is_used_again_ends_what_came_of_it() {
    let app = App::new();
    app.account("ada@example.com");
    let code = parameter(&allowed(&app, &[]), "code").unwrap();
    let tokens = exchange(&app, &code, &[]).status(200).body;
    let access = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    app.get("/api/v1/readings").header("authorization", access.clone()).status(200);
    app.advance(3_600);
    refused(exchange(&app, &code, &[("code_verifier", &"x".repeat(43))]), "invalid_grant");
    refused(renew(&app, tokens["refresh_token"].as_str().unwrap(), &[]), "invalid_grant");
    app.get("/api/v1/readings").header("authorization", access).problem(401, "unauthenticated");
    let records = app.rows("SELECT kind FROM audit_records WHERE kind = 'grant.code_replayed'");
    assert_eq!(records.len(), 1);
}

#[test]
fn a_refresh_token_is_its_clients_alone_and_asks_for_nothing_more() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let (client, _) = granted(&app);
    refused(renew(&app, &client.refresh_token, &[("client_id", "raycast")]), "invalid_grant");
    refused(renew(&app, &client.refresh_token, &[("scope", "readings:write")]), "invalid_scope");
    refused(renew(&app, &client.refresh_token, &[("scope", "readings:read account:write")]), "invalid_scope");
    refused(renew(&app, &ada.refresh_token, &[]), "invalid_grant");
    refused(renew(&app, "forged", &[]), "invalid_grant");
    app.post("/api/v1/auth/refresh", json!({"refresh_token": client.refresh_token}))
        .problem(401, "unauthenticated");
    let next = renew(&app, &client.refresh_token, &[("scope", "readings:read")]).status(200).body;
    app.advance(31);
    refused(renew(&app, &client.refresh_token, &[]), "invalid_grant");
    refused(renew(&app, next["refresh_token"].as_str().unwrap(), &[]), "invalid_grant");
}

#[test]
fn a_grant_ends_by_its_client_or_by_its_person() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let bob = app.account("bob@example.com");
    let revoke = |token: &str, client: &str| {
        app.call("POST", "/oauth/revoke").form(&[("token", token), ("client_id", client)])
    };
    for by_access_token in [false, true] {
        let (client, _) = granted(&app);
        let token = if by_access_token { &client.token } else { &client.refresh_token };
        refused(revoke(token, "raycast"), "invalid_grant");
        app.get("/api/v1/readings").by(&client).status(200);
        revoke(token, "witness-cli").status(200);
        revoke(token, "witness-cli").status(200);
        app.get("/api/v1/readings").by(&client).problem(401, "unauthenticated");
        refused(renew(&app, &client.refresh_token, &[]), "invalid_grant");
    }
    revoke("nothing", "witness-cli").status(200);
    refused(revoke(&ada.refresh_token, "witness-cli"), "invalid_grant");

    let (client, _) = granted(&app);
    let path = format!("/api/v1/auth/grants/{}", client.session_id);
    app.delete(&path).by(&bob).problem(404, "not-found");
    app.delete(&format!("/api/v1/auth/grants/{}", ada.session_id)).by(&ada).problem(404, "not-found");
    app.delete(&path).by(&ada).status(204);
    app.delete(&path).by(&ada).problem(404, "not-found");
    app.get("/api/v1/readings").by(&client).problem(401, "unauthenticated");
    assert_eq!(app.get("/api/v1/auth/grants").by(&ada).status(200).body, json!({"items": []}));
}

#[test]
fn the_servers_metadata_says_where_everything_is() {
    let app = App::new();
    let server = app.get("/.well-known/oauth-authorization-server").status(200).body;
    assert_eq!(server["issuer"], crate::app::ORIGIN);
    for name in ["authorization_endpoint", "token_endpoint", "revocation_endpoint"] {
        let path = server[name].as_str().unwrap().strip_prefix(crate::app::ORIGIN).unwrap();
        assert_ne!(app.call("PATCH", path).send().status, 404, "{path}");
    }
    let scopes = server["scopes_supported"].as_array().unwrap();
    assert!(scopes.contains(&json!("readings:read")) && !scopes.contains(&json!("account:write")));
}
