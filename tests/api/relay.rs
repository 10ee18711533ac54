//! The way to the relay: what a client is told before it connects, and who is led to a hub.

use futures::executor::block_on;
use serde_json::json;
use witness::host::{Moment, RingSignatures, Storm};
use witness::kernel::crypto::{base64url, from_base64url, hex, sha256};
use witness::kernel::object::Upgrade;
use witness::ports::{ObjectClass, PortError, Signatures, SigningAlgorithm, VerifyingKey};

use crate::app::{App, Call, Reply};

const ACCOUNT: &str = "0197f7a0-0000-7000-8000-00000000000b";
const OFFER: &str = "sec-websocket-protocol";

/// The same request as a client of sockets makes it.
pub fn handshake(call: Call<'_>) -> Call<'_> {
    call.header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header(OFFER, "witness.relay.v1")
}

fn connect<'a>(app: &'a App, account: &str) -> Call<'a> {
    app.get(&format!("/api/v1/relay/connect?account={account}"))
}

fn led(reply: &Reply) -> Option<(ObjectClass, &str)> {
    reply.upgrade.as_ref().map(|Upgrade { class, name }| (*class, name.as_str()))
}

#[test]
fn a_client_is_told_versions_keys_and_limits() {
    let before = base64url(&[9; 32]);
    let app = App::with(&[("RELAY_PUBLIC_KEYS_PREVIOUS", &before)]);
    let told = app.get("/api/v1/relay").status(200);
    assert_eq!(told.body["versions"], json!([1]));
    assert_eq!(told.body["protocol"], "witness.relay.v1");
    assert_eq!(told.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(told.calls[0], 0, "the database is not asked");
    let keys = told.body["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    for (key, current) in keys.iter().zip([true, false]) {
        let bytes = from_base64url(key["public_key"].as_str().unwrap()).unwrap();
        assert_eq!((bytes.len(), key["id"].as_str().unwrap()), (32, &hex(&sha256(&[&bytes]))[..16]));
        assert_eq!(key["current"], current);
    }
    assert_eq!(keys[1]["public_key"], before);
    // The first one is that by which a hub signs.
    let secret = app.config.relay.key.bytes();
    let signature = block_on(RingSignatures.sign(SigningAlgorithm::Ed25519, secret, b"hello")).unwrap();
    let public = from_base64url(keys[0]["public_key"].as_str().unwrap()).unwrap();
    let fits = RingSignatures.verify(VerifyingKey::Ed25519(&public), b"hello", &signature);
    assert!(block_on(fits).unwrap());
    // As the table in docs/relay.md has them.
    assert_eq!(
        told.body["limits"],
        json!({
            "frame_bytes": 65_536, "body_bytes": 49_152, "batch": 100, "per_second": 20, "burst": 200,
            "per_minute": 3_000, "streams": 256, "key_events": 1_000,
        })
    );
    let again = app.get("/api/v1/relay").header("if-none-match", told.header("etag").unwrap()).send();
    assert_eq!(again.status, 304);
}

#[test]
fn who_asks_for_a_socket_is_led_to_the_hub_of_that_account() {
    let app = App::new();
    let hub = Some((ObjectClass::Hub, ACCOUNT));
    let reply = handshake(connect(&app, ACCOUNT)).status(101);
    assert_eq!((led(&reply), reply.text.as_deref()), (hub, None));
    assert_eq!(reply.calls, [0, 0, 1, 0], "admission alone");
    // Whether there is such an account is not asked, and what else a browser sends decides nothing.
    for (name, value) in [
        ("origin", "https://elsewhere.example"),
        ("authorization", "Bearer nonsense"),
        ("if-none-match", "*"),
        ("accept-encoding", "gzip"),
    ] {
        assert_eq!(led(&handshake(connect(&app, ACCOUNT)).header(name, value).status(101)), hub, "{name}");
    }
    // However the account is written, it has one hub.
    assert_eq!(led(&handshake(connect(&app, &ACCOUNT.to_uppercase())).status(101)), hub);
    let several = connect(&app, ACCOUNT).header("upgrade", "WebSocket").header("sec-websocket-version", "13");
    assert_eq!(led(&several.header(OFFER, "other, witness.relay.v1").status(101)), hub);
}

#[test]
fn what_is_no_handshake_is_told_to_become_one() {
    let app = App::new();
    let full =
        || connect(&app, ACCOUNT).header("sec-websocket-version", "13").header(OFFER, "witness.relay.v1");
    for (why, call) in [
        ("no header", full()),
        ("another protocol", full().header("upgrade", "h2c")),
        ("a list, of which the platform makes no socket", full().header("upgrade", "h2c, websocket")),
    ] {
        let reply = call.problem(426, "upgrade-required");
        assert_eq!(reply.header("upgrade"), Some("websocket"), "{why}");
        assert_eq!(reply.header("connection"), Some("Upgrade"), "{why}");
        assert_eq!(led(&reply), None, "{why}");
    }
    let target = format!("/api/v1/relay/connect?account={ACCOUNT}");
    let head = handshake(app.call("HEAD", &target)).status(426);
    assert_eq!((led(&head), head.text.as_deref()), (None, None));
    app.call("POST", &target).problem(405, "method-not-allowed");
}

#[test]
fn a_handshake_that_is_not_of_the_relay_is_refused() {
    let app = App::new();
    let socket = || connect(&app, ACCOUNT).header("upgrade", "websocket");
    for call in [
        socket().header(OFFER, "witness.relay.v1"),
        socket().header(OFFER, "witness.relay.v1").header("sec-websocket-version", "8"),
        socket().header("sec-websocket-version", "13"),
        socket().header("sec-websocket-version", "13").header(OFFER, "witness.relay.v2, Witness.Relay.v1"),
    ] {
        assert_eq!(led(&call.problem(400, "malformed-request")), None);
    }
    let long = "x".repeat(257);
    let too_long = socket().header("sec-websocket-version", "13").header(OFFER, long);
    too_long.problem(422, "invalid-request");
    for query in [
        String::new(),
        "?account=".to_owned(),
        "?account=ada@example.com".to_owned(),
        format!("?account={ACCOUNT}&more=1"),
        // Two would let the gateway and the hub each believe another one.
        format!("?account={ACCOUNT}&account=0197f7a0-0000-7000-8000-00000000000c"),
        format!("?account={ACCOUNT}&%61ccount=0197f7a0-0000-7000-8000-00000000000c"),
    ] {
        let reply = handshake(app.get(&format!("/api/v1/relay/connect{query}"))).send();
        assert!(matches!(reply.status, 400 | 422), "{query}: {}", reply.status);
        assert_eq!(led(&reply), None, "{query}");
    }
}

#[test]
fn thirty_handshakes_a_minute_are_a_networks() {
    let app = App::with(&[]);
    let from = |address: &str| handshake(connect(&app, ACCOUNT)).header("cf-connecting-ip", address).send();
    let statuses: Vec<u16> = (0..31).map(|_| from("192.0.2.1").status).collect();
    assert_eq!((statuses.iter().filter(|status| **status == 101).count(), statuses[30]), (30, 429));
    let refused = from("192.0.2.1");
    assert_eq!((refused.body["code"].as_str(), led(&refused)), (Some("quota-exceeded"), None));
    assert!(refused.body["detail"].as_str().unwrap().contains("handshake-minute"), "{}", refused.body);
    assert!(refused.header("retry-after").is_some());
    // Another network has its own, and what is read beside it goes on.
    assert_eq!(from("192.0.2.2").status, 101);
    app.get("/api/v1/relay").header("cf-connecting-ip", "192.0.2.1").status(200);
    // A minute, and the five seconds within which the counter does not tell apart.
    app.advance(65);
    assert_eq!(from("192.0.2.1").status, 101);
}

#[test]
fn without_its_object_a_network_is_counted_by_the_isolate() {
    let app = App::with(&[]);
    app.objects.inner().storm(1, Storm { refused: 1_000, ..Storm::default() });
    let replies: Vec<Reply> = (0..31).map(|_| handshake(connect(&app, ACCOUNT)).send()).collect();
    assert_eq!(replies.iter().filter(|reply| reply.status == 101).count(), 30);
    assert!(replies[0].log.contains(r#""limiter":"fallback""#));
    let refusing = App::with(&[("LIMITER_FALLBACK", "refuse")]);
    refusing.objects.fail_next(Moment::Before, PortError::Unavailable("down".to_owned()));
    handshake(connect(&refusing, ACCOUNT)).problem(503, "dependency-unavailable");
}
