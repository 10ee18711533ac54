//! Versions of the interface.

use witness::config::Config;
use witness::kernel::crypto;

use crate::app::App;

#[test]
fn every_answer_under_api_says_its_version_and_an_alias_says_where_it_is() {
    let app = App::new();
    let named = app.get("/api/v1/engines").status(200);
    assert_eq!((named.header("api-version"), named.header("link")), (Some("v1"), None));
    let alias = app.get("/api/engines?fields=items.name").status(200);
    assert_eq!(
        (alias.header("api-version"), alias.header("link")),
        (Some("v1"), Some("</api/v1/engines>; rel=\"canonical\""))
    );
    let refused = app.get("/api/v1/user/profile").status(401);
    assert_eq!(refused.header("api-version"), Some("v1"));
    let nothing = app.get("/api/no-such-thing").status(404);
    assert_eq!((nothing.header("api-version"), nothing.header("link")), (Some("v1"), None));
    assert_eq!(app.get("/health").status(200).header("api-version"), None);
    for path in ["/api/x%0d%0aa:b", "/api/engines>", "/api/engines\u{e9}"] {
        let odd = app.get(path).send();
        assert_eq!(odd.header("link"), None, "{path}");
    }
}

#[test]
fn an_unknown_version_is_not_found_and_the_answer_names_those_there_are() {
    let app = App::new();
    for path in ["/api/v9/engines", "/api/v0/engines", "/api/v01/engines", "/api/v9"] {
        let answer = app.get(path).problem(404, "not-found");
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.contains("there is: v1."), "{detail}");
        assert_eq!(answer.header("api-version"), None);
    }
    app.post("/api/v2/readings", serde_json::json!({})).problem(404, "not-found");
    // What merely begins like a version is a name.
    assert_eq!(app.get("/api/vimshottari").status(404).header("api-version"), Some("v1"));
}

#[test]
fn a_version_that_is_turned_off_is_gone_and_the_answer_leads_to_the_guide() {
    let app = App::with(&[("API_VERSIONS_OFF", " v1 ,")]);
    for path in ["/api/v1/engines", "/api/engines", "/api/v1/no-such-thing"] {
        let gone = app.get(path).problem(410, "version-retired");
        assert!(gone.header("link").unwrap().contains("rel=\"deprecation\""), "{path}");
        assert_eq!(gone.calls, [0; 4]);
    }
    app.get("/health").status(200);
}

#[test]
fn only_versions_that_there_are_can_be_turned_off() {
    let read = |off: &str| {
        let off = off.to_owned();
        Config::read(&move |name| match name {
            "JWT_SECRET" => Some(crypto::base64url(&[1; 32])),
            "CURSOR_SECRET" => Some(crypto::base64url(&[2; 32])),
            "VAULT_KEY" => Some(crypto::base64url(&[3; 32])),
            "API_VERSIONS_OFF" => Some(off.clone()),
            _ => None,
        })
    };
    assert!(read("").unwrap().versions_off.is_empty());
    assert_eq!(read("v1").unwrap().versions_off, ["v1"]);
    assert!(read("v1,v7").unwrap_err().concat().contains("API_VERSIONS_OFF"));
}

#[test]
fn use_is_counted_by_version_and_by_how_the_address_says_it() {
    let app = App::new();
    app.get("/api/v1/engines").status(200);
    app.get("/api/v1/engines").status(200);
    app.get("/api/engines").status(200);
    let mut buffer = app.isolate.metrics.borrow_mut();
    let sums = buffer.hand_over(witness::ports::Clock::now(&*app.clock), 1).1.unwrap().sums;
    let text = witness::ops::metrics::text::write(&sums, None, witness::ports::Clock::now(&*app.clock));
    for line in [
        "witness_version_requests_total{version=\"v1\",address=\"versioned\"} 2",
        "witness_version_requests_total{version=\"v1\",address=\"alias\"} 1",
    ] {
        assert!(text.lines().any(|known| known == line), "{text}");
    }
}
