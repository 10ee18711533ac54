//! The relay's handshake and its sealed frames: as an independent implementation makes them, and under attack.

use std::fs;
use std::path::{Path, PathBuf};

use futures::executor::block_on;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use witness::host::RingSignatures;
use witness::kernel::crypto::{base64url, from_base64url, hkdf_expand, hkdf_extract, hmac, sha256};
use witness::kernel::id::Id;
use witness::kernel::time::Timestamp;
use witness::ports::{Agreed, KeyAgreement, Signatures, SigningAlgorithm, VerifyingKey};
use witness::sync::relay::channel::{Channel, KEY_MILLIS};
use witness::sync::relay::close::{Close, CloseCode};
use witness::sync::relay::frames::{FrameDown, FrameUp, MOST_BYTES, RekeyFrame};
use witness::sync::relay::handshake::{Claim, Hello, Proving};

const NOW: i64 = 1_772_348_400_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

fn now() -> Timestamp {
    at(NOW)
}

fn id(n: u8) -> Id {
    Id::new(now(), [n; 10])
}

fn array<const N: usize>(text: &str) -> [u8; N] {
    from_base64url(text).unwrap().try_into().unwrap()
}

/// A device's end of a connection.
#[derive(Clone)]
struct End {
    up: [u8; 32],
    down: [u8; 32],
    sent: u64,
    received: u64,
}

impl End {
    fn new(prk: &[u8; 32], h2: &[u8; 32]) -> Self {
        let key = |direction: &[u8]| hkdf_expand(prk, &[b"witness relay 1 ", direction, b"\0", h2]);
        Self { up: key(b"up"), down: key(b"down"), sent: 0, received: 0 }
    }

    fn seal(&mut self, json: &str) -> String {
        self.sent += 1;
        sealed(&self.up, self.sent - 1, json)
    }

    fn open(&mut self, text: &str) -> FrameDown {
        let json = text.splitn(3, ' ').nth(2).unwrap();
        assert_eq!(text, sealed(&self.down, self.received, json));
        self.received += 1;
        serde_json::from_str(json).unwrap()
    }
}

fn sealed(key: &[u8; 32], number: u64, json: &str) -> String {
    let tag = base64url(&hmac(key, &[&number.to_be_bytes(), json.as_bytes()])[..16]);
    format!("{number} {tag} {json}")
}

fn hello(versions: &str) -> String {
    let (ephemeral, nonce) = (base64url(&[3; 32]), base64url(&[4; 32]));
    format!(r#"{{"type":"hello","versions":{versions},"ephemeral":"{ephemeral}","nonce":"{nonce}"}}"#)
}

/// What both agreed on in the session of that number.
fn secret(session: u8) -> Agreed {
    Agreed { ours: [session; 32], shared: [!session; 32] }
}

fn authenticate(account: Id, device: Id, more: &str) -> String {
    let signature = base64url(&[9; 64]);
    format!(
        r#"{{"type":"authenticate","account":"{account}","device":"{device}","signature":"{signature}"{more}}}"#
    )
}

fn proving(session: u8) -> Proving {
    let text = hello("[1]");
    let answer = Hello::read(&text).unwrap().answer(&secret(session), &[session; 32]).unwrap();
    answer.signed(&[5; 32], &[6; 64]).1
}

fn claim(session: u8, account: Id, device: Id, more: &str) -> Result<Claim, Close> {
    proving(session).claim(&authenticate(account, device, more), account)
}

/// A connection in that session, both ends.
fn connected(session: u8, account: Id, device: Id) -> (Channel, End) {
    let claim = claim(session, account, device, "").unwrap();
    let h2: [u8; 32] = claim.message().split_at(23).1.try_into().unwrap();
    let channel = claim.settle(true, true, now()).unwrap();
    let text = hello("[1]");
    let length = u32::try_from(text.len()).unwrap().to_be_bytes();
    let Agreed { ours, shared } = secret(session);
    let nonce = [session; 32];
    let h1 =
        sha256(&[b"witness relay 1 hello\0", &length, text.as_bytes(), &1_u32.to_be_bytes(), &ours, &nonce]);
    (channel, End::new(&hkdf_extract(&h1, &shared), &h2))
}

/// The channel as an object finds it that was evicted.
fn awake(channel: &Channel) -> Channel {
    Channel::restore(&channel.fixed(), &channel.numbers()).unwrap()
}

fn fresh() -> (Channel, End) {
    connected(1, id(1), id(2))
}

fn code<T>(result: Result<T, Close>) -> u16 {
    result.err().map_or(0, |close| close.code.number())
}

const RECEIVED: &str = r#"{"type":"received","offset":1}"#;

fn event(seq: u32, body: &str) -> String {
    let body = serde_json::to_string(body).unwrap();
    format!(r#"{{"type":"event","id":"{}","seq":{seq},"stream":"s","body":{body}}}"#, id(7))
}

fn events(count: usize) -> String {
    let event = event(1, "").replace(r#""type":"event","#, "");
    format!(r#"{{"type":"events","events":[{}]}}"#, vec![event; count].join(","))
}

// As WebCrypto makes it.

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Connection {
    account: Id,
    device: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<i64>,
    identity_seed: String,
    device_seed: String,
    device_public: String,
    client_private: String,
    server: Server,
    hello_c: String,
    hello_s: String,
    authenticate: String,
    frames: Vec<Sealed>,
    again: Again,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Server {
    ephemeral: String,
    nonce: String,
    shared: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Sealed {
    way: String,
    text: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Again {
    client_private: String,
    server: Server,
    asked: String,
    answered: String,
    frames: Vec<Sealed>,
}

impl Server {
    fn agreed(&self) -> (Agreed, [u8; 32]) {
        let agreed = Agreed { ours: array(&self.ephemeral), shared: array(&self.shared) };
        (agreed, array(&self.nonce))
    }
}

fn truth(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth/relay").join(name)
}

fn connections(name: &str) -> Vec<Connection> {
    serde_json::from_str(&fs::read_to_string(truth(name)).unwrap()).unwrap()
}

fn pkcs8(seed: &str) -> Vec<u8> {
    let head =
        [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    [head.as_slice(), &from_base64url(seed).unwrap()].concat()
}

fn sign(seed: &str, message: &[u8]) -> Vec<u8> {
    block_on(RingSignatures.sign(SigningAlgorithm::Ed25519, &pkcs8(seed), message)).unwrap()
}

fn public(seed: &str) -> Vec<u8> {
    block_on(RingSignatures.public_key(&pkcs8(seed))).unwrap()
}

fn json(text: &str) -> &str {
    text.splitn(3, ' ').nth(2).unwrap()
}

/// Opens what the device sealed, and seals anew what the hub sealed: the same text.
fn exchange(channel: &mut Channel, frames: &[Sealed]) {
    for Sealed { way, text } in frames {
        if way == "up" {
            let frame = channel.open(text, now()).unwrap();
            assert_eq!(frame, serde_json::from_str::<FrameUp>(json(text)).unwrap());
        } else {
            let frame: FrameDown = serde_json::from_str(json(text)).unwrap();
            assert_eq!(channel.seal(&frame), *text);
        }
        // Between any two frames the object may be evicted.
        *channel = awake(channel);
    }
}

/// Goes through a connection as the server; every text must be as it stands there.
fn follow(one: &Connection) {
    let (agreed, nonce) = one.server.agreed();
    let answer = Hello::read(&one.hello_c).unwrap().answer(&agreed, &nonce).unwrap();
    let signature = sign(&one.identity_seed, &answer.message());
    let (text, proving) = answer.signed(&public(&one.identity_seed), &signature);
    assert_eq!(text, one.hello_s);
    let proving = Proving::restore(&proving.text()).unwrap();
    let claim = proving.claim(&one.authenticate, one.account).unwrap();
    assert_eq!(claim.device, one.device);
    assert_eq!(claim.resume.as_ref().map(|resume| resume.offset), one.offset);
    assert_eq!(claim.resume.as_ref().map(|resume| &resume.epoch), one.epoch.as_ref());
    let key: [u8; 32] = array(&one.device_public);
    let (key, message) = (VerifyingKey::Ed25519(&key), claim.message());
    let fits = block_on(RingSignatures.verify(key, &message, &claim.signature)).unwrap();
    let mut channel = claim.settle(true, fits, now()).unwrap();
    exchange(&mut channel, &one.frames);
    let FrameUp::Rekey(asked) = channel.open(&one.again.asked, now()).unwrap() else { panic!("no rekey") };
    let (agreed, nonce) = one.again.server.agreed();
    assert_eq!(channel.rekey(&asked, &agreed, &nonce, now()).unwrap(), one.again.answered);
    exchange(&mut channel, &one.again.frames);
}

#[test]
fn what_webcrypto_made_is_what_this_house_makes() {
    let all = connections("vectors.json");
    all.iter().for_each(follow);
    let frames: usize = all.iter().map(|one| one.frames.len() + one.again.frames.len()).sum();
    assert!(all.len() >= 20 && frames >= 200, "{} connections, {frames} frames", all.len());
}

/// What the house answers to the clients of the vectors with points of its own, which it draws.
fn drawn(one: Connection, session: u8) -> Connection {
    let draw = |theirs: &str, nonce: u8| {
        let Agreed { ours, shared } = block_on(RingSignatures.agree(&array(theirs))).unwrap();
        let nonce = base64url(&sha256(&[&[session, nonce]]));
        Server { ephemeral: base64url(&ours), nonce, shared: base64url(&shared) }
    };
    let text = |json: &str, name: &str| {
        serde_json::from_str::<serde_json::Value>(json).unwrap()[name].as_str().unwrap().to_owned()
    };
    let server = draw(&text(&one.hello_c, "ephemeral"), 0);
    let (agreed, nonce) = server.agreed();
    let answer = Hello::read(&one.hello_c).unwrap().answer(&agreed, &nonce).unwrap();
    let signature = sign(&one.identity_seed, &answer.message());
    let (hello_s, proving) = answer.signed(&public(&one.identity_seed), &signature);
    // The message does not depend on the signature, so an old one serves to ask for it.
    let message = proving.claim(&one.authenticate, one.account).unwrap().message();
    let old = text(&one.authenticate, "signature");
    let authenticate = one.authenticate.replace(&old, &base64url(&sign(&one.device_seed, &message)));
    let h2: [u8; 32] = message.split_at(23).1.try_into().unwrap();
    let length = u32::try_from(one.hello_c.len()).unwrap().to_be_bytes();
    let version = 1_u32.to_be_bytes();
    let hello = one.hello_c.as_bytes();
    let h1 = sha256(&[b"witness relay 1 hello\0", &length, hello, &version, &agreed.ours, &nonce]);
    let mut end = End::new(&hkdf_extract(&h1, &agreed.shared), &h2);
    let frames = again(&mut end, &one.frames);
    let asked = end.seal(json(&one.again.asked));
    let (theirs, their_nonce) = (text(json(&asked), "ephemeral"), text(json(&asked), "nonce"));
    let second = draw(&theirs, 1);
    let rekeyed =
        format!(r#"{{"type":"rekeyed","ephemeral":"{}","nonce":"{}"}}"#, second.ephemeral, second.nonce);
    let answered = sealed(&end.down, down(&frames), &rekeyed);
    let (agreed, nonce) = second.agreed();
    let (theirs, their_nonce): ([u8; 32], [u8; 32]) = (array(&theirs), array(&their_nonce));
    let salt = sha256(&[b"witness relay 1 rekey\0", &h2, &their_nonce, &nonce, &theirs, &agreed.ours]);
    let mut end = End::new(&hkdf_extract(&salt, &agreed.shared), &h2);
    let more = again(&mut end, &one.again.frames);
    let again = Again { server: second, asked, answered, frames: more, ..one.again };
    Connection { server, hello_s, authenticate, frames, again, ..one }
}

fn down(frames: &[Sealed]) -> u64 {
    frames.iter().filter(|frame| frame.way == "down").count() as u64
}

fn again(end: &mut End, frames: &[Sealed]) -> Vec<Sealed> {
    let mut sent = 0;
    let mut seal = |way: &str, json: &str| {
        if way == "up" {
            return end.seal(json);
        }
        sent += 1;
        sealed(&end.down, sent - 1, json)
    };
    frames
        .iter()
        .map(|frame| Sealed { way: frame.way.clone(), text: seal(&frame.way, json(&frame.text)) })
        .collect()
}

/// `UPDATE_GOLDEN=1` draws new points. `tools/relay/vectors.mjs --check` follows the file as the client.
#[test]
fn what_this_house_made_is_still_what_it_makes() {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let all = connections("vectors.json").into_iter().zip(0..).map(|(one, n)| drawn(one, n));
        let all: Vec<Connection> = all.collect();
        fs::write(truth("house.json"), format!("{}\n", serde_json::to_string_pretty(&all).unwrap())).unwrap();
    }
    let all = connections("house.json");
    all.iter().for_each(follow);
    assert_eq!(all.len(), connections("vectors.json").len());
}

// Under attack.

#[test]
fn a_frame_is_taken_once_and_in_its_order() {
    let (mut channel, mut end) = fresh();
    let (first, second) = (end.seal(RECEIVED), end.seal(RECEIVED));
    assert_eq!(code(channel.clone().open(&second, now())), 4004, "ahead of its turn");
    assert!(channel.open(&first, now()).is_ok());
    assert_eq!(code(channel.clone().open(&first, now())), 4004, "a second time");
    assert!(channel.open(&second, now()).is_ok());
    assert_eq!(code(channel.open(&first, now())), 4004, "later");
}

#[test]
fn a_frame_of_another_session_account_device_or_direction_is_refused() {
    let (channel, mut end) = fresh();
    let refused =
        |text: &str, what: &str| assert_eq!(code(channel.clone().open(text, now())), 4004, "{what}");
    refused(&connected(2, id(1), id(2)).1.seal(RECEIVED), "session");
    refused(&connected(1, id(3), id(2)).1.seal(RECEIVED), "account");
    refused(&connected(1, id(1), id(4)).1.seal(RECEIVED), "device");
    refused(&sealed(&end.down, 0, RECEIVED), "direction");
    let resumed = format!(r#","epoch":"{}","offset":0"#, base64url(&[0; 16]));
    let same = claim(1, id(1), id(2), &resumed).unwrap().message();
    // An epoch of zeros and offset 0 is what nothing to go on from is hashed as; both mean to begin.
    assert_eq!(same, claim(1, id(1), id(2), "").unwrap().message());
    assert!(channel.clone().open(&end.seal(RECEIVED), now()).is_ok());
}

#[test]
fn every_single_change_is_refused() {
    let (channel, mut end) = fresh();
    let text = end.seal(RECEIVED);
    let mut tried = 0;
    for place in 0..text.len() {
        for change in 1..=255_u8 {
            let mut bytes = text.clone().into_bytes();
            bytes[place] ^= change;
            // What is not UTF-8 is no text frame and does not get here.
            if let Ok(other) = String::from_utf8(bytes) {
                assert_eq!(code(channel.clone().open(&other, now())), 4004, "{other}");
                tried += 1;
            }
        }
        assert_eq!(code(channel.clone().open(&text[..place], now())), 4004, "cut at {place}");
        assert_ne!(code(channel.clone().open(&format!("{}x{}", &text[..place], &text[place..]), now())), 0);
    }
    assert!(tried > 5_000, "{tried}");
    assert!(channel.clone().open(&text, now()).is_ok());
}

#[test]
fn numbers_and_tags_have_one_spelling() {
    let (mut channel, mut end) = fresh();
    let text = end.seal(RECEIVED);
    let rest = text.strip_prefix("0 ").unwrap();
    for number in ["00", "+0", "-0", " 0", "0.0", "0x0", "", "٠", "18446744073709551616", "0 "] {
        assert_eq!(code(channel.clone().open(&format!("{number} {rest}"), now())), 4004, "{number:?}");
    }
    let (tag, json) = rest.split_once(' ').unwrap();
    let full = hmac(&end.up, &[&0_u64.to_be_bytes(), json.as_bytes()]);
    for other in
        [&base64url(&full), &base64url(&full[..15]), &format!("{tag}=="), &format!("{tag}A"), &tag[..21], ""]
    {
        assert_eq!(code(channel.clone().open(&format!("0 {other} {json}"), now())), 4004, "{other:?}");
    }
    // The last character of a tag has four bits to spare.
    let last = tag.as_bytes()[21];
    let spare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".bytes();
    for other in spare.filter(|byte| *byte != last) {
        let other = format!("0 {}{} {json}", &tag[..21], char::from(other));
        assert_eq!(code(channel.clone().open(&other, now())), 4004, "{other}");
    }
    assert!(channel.open(&text, now()).is_ok());
}

#[test]
fn garbage_and_what_is_too_large_end_the_connection() {
    let (channel, mut end) = fresh();
    for text in ["", " ", "0", "0 ", "0  ", "\u{feff}0 a {}", "{}", RECEIVED, "\0\0\0"] {
        assert_eq!(code(channel.clone().open(text, now())), 4004, "{text:?}");
    }
    assert_eq!(code(channel.clone().open(&"0 ".repeat(500_000), now())), 4009);
    let json = event(1, "");
    let seal = end.clone().seal(&json).len() - json.len();
    let padded = |length: usize| format!("{json}{}", " ".repeat(length - json.len() - seal));
    assert!(channel.clone().open(&end.clone().seal(&padded(MOST_BYTES)), now()).is_ok());
    assert_eq!(code(channel.clone().open(&end.clone().seal(&padded(MOST_BYTES + 1)), now())), 4009);
    assert_eq!(code(channel.clone().open(&end.clone().seal("no frame"), now())), 4007);
    assert_eq!(code(channel.clone().open(&end.clone().seal(r#"{"type":"received"}"#), now())), 4006);
    assert_eq!(code(channel.clone().open(&end.clone().seal(&hello("[1]")), now())), 4006);
    assert_eq!(code(channel.clone().open(&end.seal(&authenticate(id(1), id(2), "")), now())), 4006);
}

#[test]
fn the_highest_common_version_is_taken_and_the_list_is_signed() {
    let message = |text: &str| {
        let answer = Hello::read(text).unwrap().answer(&secret(1), &[1; 32]).unwrap();
        (answer.message(), answer.signed(&[5; 32], &[6; 64]).0)
    };
    let (both, answer) = message(&hello("[2,1]"));
    assert!(answer.contains(r#""version":1,"#));
    assert_ne!(both, message(&hello("[1]")).0, "who takes a version out changes what is signed");
    assert_ne!(both, message(&hello("[2, 1]")).0, "even a space counts");
    for (versions, refused) in
        [("[2]", 4005), ("[]", 4006), ("[0]", 4006), ("[1,1]", 4006), ("[\"1\"]", 4006)]
    {
        assert_eq!(code(Hello::read(&hello(versions))), refused, "{versions}");
    }
    assert_eq!(code(Hello::read("{}")), 4007);
    assert_eq!(code(Hello::read(&" ".repeat(1_000_000))), 4009);
}

#[test]
fn each_frame_of_the_handshake_has_its_turn() {
    assert_eq!(code(Hello::read(&authenticate(id(1), id(2), ""))), 4006);
    assert_eq!(code(Hello::read(RECEIVED)), 4006);
    let proving = proving(1);
    assert_eq!(code(proving.claim(&hello("[1]"), id(1))), 4006, "hello twice");
    assert_eq!(code(proving.claim(RECEIVED, id(1))), 4006);
    // The server's own hello, sent back.
    let text = hello("[1]");
    let answer = Hello::read(&text).unwrap().answer(&secret(1), &[1; 32]).unwrap();
    let (reflected, _) = answer.signed(&[5; 32], &[6; 64]);
    assert_eq!(code(Hello::read(&reflected)), 4006);
}

#[test]
fn points_nonces_epochs_and_signatures_have_their_length_and_one_spelling() {
    let good = hello("[1]");
    for field in [base64url(&[3; 32]), base64url(&[4; 32])] {
        // The last character of 43 has two bits to spare.
        let other = format!("{}{}", &field[..42], if field.ends_with('M') { 'N' } else { 'B' });
        for wrong in [other.as_str(), &field[..42], &format!("{field}A"), &"+".repeat(43)] {
            assert_eq!(code(Hello::read(&good.replace(&field, wrong))), 4006, "{wrong}");
        }
    }
    let zeros = Agreed { ours: [1; 32], shared: [0; 32] };
    assert_eq!(code(Hello::read(&good).unwrap().answer(&zeros, &[1; 32])), 4006);
    let epoch = base64url(&[8; 16]);
    for (more, refused) in [
        (format!(r#","epoch":"{epoch}","offset":3"#), 0),
        (format!(r#","epoch":"{epoch}""#), 4006),
        (r#","offset":3"#.to_owned(), 4006),
        (format!(r#","epoch":"{}","offset":3"#, "-".repeat(22)), 4006),
        (format!(r#","epoch":"{epoch}","offset":9007199254740992"#), 4006),
    ] {
        assert_eq!(code(claim(1, id(1), id(2), &more)), refused, "{more}");
    }
}

#[test]
fn what_is_signed_names_account_device_and_place() {
    let resume = |offset: i64| format!(r#","epoch":"{}","offset":{offset}"#, base64url(&[8; 16]));
    let messages = [
        claim(1, id(1), id(2), "").unwrap().message(),
        claim(2, id(1), id(2), "").unwrap().message(),
        claim(1, id(3), id(2), "").unwrap().message(),
        claim(1, id(1), id(3), "").unwrap().message(),
        claim(1, id(2), id(1), "").unwrap().message(),
        claim(1, id(1), id(2), &resume(3)).unwrap().message(),
        claim(1, id(1), id(2), &resume(4)).unwrap().message(),
    ];
    for (index, message) in messages.iter().enumerate() {
        assert!(message.starts_with(b"witness relay 1 device\0") && message.len() == 23 + 32);
        assert!(!messages[index + 1..].contains(message), "{index}");
    }
}

#[test]
fn only_an_active_device_of_this_account_with_its_own_signature_comes_in() {
    let settle = |account, active, fits| {
        let claim = proving(1).claim(&authenticate(id(1), id(2), ""), account).unwrap();
        claim.settle(active, fits, now()).map(|_| ())
    };
    assert_eq!(settle(id(1), true, true), Ok(()));
    let refused = Err(Close::from(CloseCode::Unauthenticated));
    for (account, active, fits) in [
        (id(1), true, false),
        (id(1), false, true),
        (id(1), false, false),
        (id(3), true, true),
        (id(3), false, false),
    ] {
        assert_eq!(settle(account, active, fits), refused);
    }
}

// Rotation.

fn rekey(nonce: u8) -> RekeyFrame {
    RekeyFrame { ephemeral: base64url(&[nonce; 32]), nonce: base64url(&[nonce; 32]) }
}

#[test]
fn keys_are_warned_of_once_and_end_by_count_and_by_age() {
    let (mut channel, mut end) = fresh();
    for _ in 0..5 {
        channel.open(&end.seal(&events(100)), now()).unwrap();
    }
    channel.open(&end.seal(&events(99)), now()).unwrap();
    assert_eq!((channel.is_due(now()), channel.warning(now())), (false, None));
    channel.open(&end.seal(&event(1, "")), now()).unwrap();
    let Some(FrameDown::Expiring(warning)) = channel.warning(now()) else { panic!("no warning") };
    assert_eq!((warning.at, warning.events_left), (NOW + KEY_MILLIS, 400));
    assert_eq!(channel.warning(now()), None);
    for _ in 0..4 {
        assert!(!channel.is_over(now()));
        channel.open(&end.seal(&events(100)), now()).unwrap();
    }
    assert!(channel.is_over(now()));
    assert_eq!(code(channel.clone().open(&end.clone().seal(RECEIVED), now())), 4011);
    let asked = r#"{"type":"rekey","ephemeral":"EBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8","nonce":"EBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8"}"#;
    assert!(matches!(channel.open(&end.seal(asked), now()), Ok(FrameUp::Rekey(_))));

    let (mut channel, mut end) = fresh();
    assert_eq!(channel.look_at(), NOW + KEY_MILLIS / 10 * 9);
    assert!(!channel.is_due(at(channel.look_at() - 1)));
    assert!(channel.warning(at(channel.look_at())).is_some());
    assert_eq!((channel.look_at(), channel.expires_at()), (NOW + KEY_MILLIS, NOW + KEY_MILLIS));
    assert!(channel.clone().open(&end.clone().seal(RECEIVED), at(NOW + KEY_MILLIS - 1)).is_ok());
    assert_eq!(code(channel.open(&end.seal(RECEIVED), at(NOW + KEY_MILLIS))), 4011);
    assert!(!fresh().0.is_over(at(NOW - 600_000)), "a clock that jumps back ends nothing");
}

#[test]
fn what_is_delivered_counts_too() {
    let (mut channel, mut end) = fresh();
    let entry = format!(
        r#"{{"offset":1,"class":"system","stream":"system","stream_seq":1,"id":"{}","at":1,"body":""}}"#,
        id(8)
    );
    let deliver = format!(r#"{{"type":"deliver","entries":[{}]}}"#, vec![entry; 600].join(","));
    let deliver: FrameDown = serde_json::from_str(&deliver).unwrap();
    assert_eq!(end.open(&channel.seal(&deliver)), deliver);
    let Some(FrameDown::Expiring(warning)) = channel.warning(now()) else { panic!("no warning") };
    assert_eq!(warning.events_left, 400);
}

#[test]
fn after_a_rekey_nothing_of_before_is_taken() {
    let (mut channel, mut end) = fresh();
    let old = channel.clone();
    channel.open(&end.seal(&events(100)), now()).unwrap();
    let before = end.seal(RECEIVED);
    let sealed = channel.rekey(&rekey(1), &secret(7), &[7; 32], at(NOW + 5)).unwrap();
    assert!(matches!(end.open(&sealed), FrameDown::Rekeyed(_)), "the last frame under the old keys");
    assert_eq!(code(channel.clone().open(&before, now())), 4004);
    assert_eq!(code(channel.clone().open(&sealed, now())), 4004);
    assert_eq!(code(channel.clone().open(&end.clone().seal(RECEIVED), now())), 4004);
    assert_eq!((channel.expires_at(), channel.is_due(now())), (NOW + 5 + KEY_MILLIS, false));
    // Of what was agreed, both nonces, both points and the connection, each counts.
    let down =
        |channel: &mut Channel| channel.seal(&FrameDown::Slow(witness::sync::relay::frames::SlowFrame {}));
    let made = |mut from: Channel, asked: RekeyFrame, secret: Agreed, nonce: u8| {
        from.rekey(&asked, &secret, &[nonce; 32], now()).unwrap();
        down(&mut from)
    };
    let mut all = vec![
        down(&mut channel),
        made(old.clone(), rekey(2), secret(7), 7),
        made(old.clone(), RekeyFrame { nonce: base64url(&[2; 32]), ..rekey(1) }, secret(7), 7),
        made(old.clone(), rekey(1), secret(7), 8),
        made(old.clone(), rekey(1), Agreed { ours: [8; 32], ..secret(7) }, 7),
        made(old.clone(), rekey(1), Agreed { shared: [8; 32], ..secret(7) }, 7),
        made(connected(1, id(1), id(3)).0, rekey(1), secret(7), 7),
    ];
    assert_eq!(made(old.clone(), rekey(1), secret(7), 7), all[0]);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 7);
    let zeros = Agreed { ours: [1; 32], shared: [0; 32] };
    assert_eq!(code(old.clone().rekey(&rekey(1), &zeros, &[7; 32], now())), 4006);
    assert_eq!(
        code(old.clone().rekey(
            &RekeyFrame { nonce: String::new(), ..rekey(1) },
            &secret(7),
            &[7; 32],
            now()
        )),
        4006
    );
}

#[test]
fn a_channel_fits_into_an_attachment_and_shows_no_key() {
    let (channel, _) = fresh();
    let (fixed, numbers) = (channel.fixed(), channel.numbers());
    assert_eq!(
        (fixed.len(), awake(&channel).fixed(), awake(&channel).numbers()),
        (128, fixed.clone(), numbers)
    );
    assert!(Channel::restore(&fixed, &[-1, 0, 0, 0, 0]).is_none());
    assert_eq!(format!("{channel:?} {:?}", proving(1)), "Channel(..) Proving(..)");
    for wrong in ["", "AAAA", "*", "1"] {
        assert!(Channel::restore(wrong, &numbers).is_none());
        assert!(Proving::restore(wrong).is_none());
    }
}

#[derive(Debug, Clone)]
enum Step {
    Up(String),
    Events(usize),
    Down(String),
    Rekey(u8),
    Evicted,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<String>().prop_map(|body| Step::Up(body.replace('\0', ""))),
        1 => (1..=100_usize).prop_map(Step::Events),
        4 => any::<String>().prop_map(Step::Down),
        1 => (1..=254_u8).prop_map(Step::Rekey),
        2 => Just(Step::Evicted),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is sent in whatever order, with new keys and evictions between: everything arrives as it was sent, and
    /// changed at any place it does not.
    #[test]
    fn whatever_is_sealed_opens(steps in prop::collection::vec(step(), 1..60), place in any::<prop::sample::Index>(), flip in 1..=127_u8) {
        let (mut channel, mut end) = fresh();
        let h2: [u8; 32] = claim(1, id(1), id(2), "").unwrap().message().split_at(23).1.try_into().unwrap();
        let mut events_since = 0;
        for step in steps {
            if events_since >= 900 && !matches!(step, Step::Rekey(_)) {
                continue;
            }
            match step {
                Step::Up(body) => {
                    let (json, text) = { let json = event(1, &body); let text = end.seal(&json); (json, text) };
                    let mut bytes = text.clone().into_bytes();
                    let place = place.index(bytes.len());
                    bytes[place] ^= flip;
                    if let Ok(other) = String::from_utf8(bytes) {
                        prop_assert_eq!(code(channel.clone().open(&other, now())), 4004);
                    }
                    let frame = channel.open(&text, now()).unwrap();
                    prop_assert_eq!(frame, serde_json::from_str::<FrameUp>(&json).unwrap());
                    events_since += 1;
                }
                Step::Events(count) => {
                    let text = end.seal(&events(count));
                    let frame = channel.open(&text, now());
                    prop_assert!(matches!(frame, Ok(FrameUp::Events(several)) if several.events.len() == count));
                    events_since += count;
                }
                Step::Down(text) => {
                    let state = serde_json::json!({"type": "typing", "device": id(3), "stream": text});
                    let frame: FrameDown = serde_json::from_value(state).unwrap();
                    prop_assert_eq!(end.open(&channel.seal(&frame)), frame);
                }
                Step::Rekey(n) => {
                    let (ephemeral, nonce) = (base64url(&[n; 32]), base64url(&[!n; 32]));
                    let json = format!(r#"{{"type":"rekey","ephemeral":"{ephemeral}","nonce":"{nonce}"}}"#);
                    let FrameUp::Rekey(asked) = channel.open(&end.seal(&json), now()).unwrap() else { panic!("no rekey") };
                    let secret = secret(n);
                    let sealed = channel.rekey(&asked, &secret, &[n; 32], now()).unwrap();
                    let rekeyed = end.open(&sealed);
                    prop_assert!(matches!(rekeyed, FrameDown::Rekeyed(_)));
                    let salt = sha256(&[b"witness relay 1 rekey\0", &h2, &[!n; 32], &[n; 32], &[n; 32], &secret.ours]);
                    end = End::new(&hkdf_extract(&salt, &secret.shared), &h2);
                    events_since = 0;
                }
                Step::Evicted => {
                    channel = awake(&channel);
                }
            }
        }
    }

    #[test]
    fn no_text_whatever_makes_it_panic(text in any::<String>(), number in any::<u64>()) {
        let (mut channel, _) = fresh();
        prop_assert!(channel.open(&text, now()).is_err());
        prop_assert!(channel.open(&[&number.to_string(), " ", &text].concat(), now()).is_err());
        prop_assert!(Hello::read(&text).is_err());
        prop_assert!(proving(1).claim(&text, id(1)).is_err());
    }
}
