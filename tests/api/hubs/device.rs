//! A device's end of a connection, as a test drives it: written from docs/relay.md, not from the code of the house.

use std::collections::VecDeque;
use std::rc::Rc;

use futures::executor::block_on;
use ring::agreement::{EphemeralPrivateKey, UnparsedPublicKey, X25519, agree_ephemeral};
use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use witness::host::{HostHub, RingSignatures};
use witness::kernel::crypto::{base64url, from_base64url, hkdf_expand, hkdf_extract, hmac, sha256};
use witness::kernel::id::Id;
use witness::ports::{Clock, Random, Signatures};

use crate::app::{Account, App};

/// What a client says first.
pub struct Hello {
    pub versions: Value,
    pub ephemeral: Option<[u8; 32]>,
}

impl Default for Hello {
    fn default() -> Self {
        Self { versions: json!([1]), ephemeral: None }
    }
}

/// A handshake that has begun.
struct Begun {
    h1: [u8; 32],
    shared: [u8; 32],
}

/// The keys of a connection.
struct Keys {
    h2: [u8; 32],
    up: [u8; 32],
    down: [u8; 32],
    sent: u64,
    received: u64,
}

impl Keys {
    fn new(prk: &[u8; 32], h2: [u8; 32]) -> Self {
        let key = |direction: &[u8]| hkdf_expand(prk, &[b"witness relay 1 ", direction, b"\0", &h2]);
        Self { up: key(b"up"), down: key(b"down"), h2, sent: 0, received: 0 }
    }
}

fn tag(key: &[u8; 32], number: u64, json: &str) -> String {
    base64url(&hmac(key, &[&number.to_be_bytes(), json.as_bytes()])[..16])
}

fn array<const N: usize>(text: &Value) -> [u8; N] {
    from_base64url(text.as_str().unwrap()).unwrap().try_into().unwrap()
}

/// A device, connected or not.
pub struct Device {
    pub id: String,
    account: String,
    /// Whose hub it goes to.
    at: Id,
    hub: Rc<HostHub>,
    pair: Ed25519KeyPair,
    identity: Vec<u8>,
    line: Option<u32>,
    begun: Option<Begun>,
    keys: Option<Keys>,
    heard: VecDeque<Value>,
    greeting: String,
    said: String,
}

impl Device {
    /// One that nobody knows.
    pub fn stranger(app: &App, account: &Account) -> Self {
        let mut seed = [0; 32];
        app.random.fill(&mut seed);
        let mut random = [0; 10];
        app.random.fill(&mut random);
        let identity = block_on(RingSignatures.public_key(app.config.relay.key.bytes())).unwrap();
        Self {
            id: Id::new(app.clock.now(), random).to_string(),
            account: account.user_id.clone(),
            at: Id::parse(&account.user_id).unwrap(),
            hub: app.hub(account),
            pair: Ed25519KeyPair::from_seed_unchecked(&seed).unwrap(),
            identity,
            line: None,
            begun: None,
            keys: None,
            heard: VecDeque::new(),
            greeting: String::new(),
            said: String::new(),
        }
    }

    /// One of the account's, active.
    pub fn of(app: &App, account: &Account) -> Self {
        let device = Self::stranger(app, account);
        let now = app.clock.now().millis();
        app.rows(&format!(
            "INSERT INTO devices (id, user_id, session_id, name, public_key, fingerprint, state, created_at, updated_at)
             VALUES ('{}', '{}', '{}', 'Phone', '{}', '00', 'active', {now}, {now})",
            device.id,
            account.user_id,
            account.session_id,
            base64url(device.pair.public_key().as_ref()),
        ));
        device
    }

    /// From now on it goes to the hub of another account.
    pub fn at(&mut self, app: &App, account: &Account) {
        self.hub = app.hub(account);
        self.at = Id::parse(&account.user_id).unwrap();
    }

    /// From now on it says to be of that account.
    pub fn claims(&mut self, account: &Account) {
        self.account.clone_from(&account.user_id);
    }

    pub fn open(&mut self) {
        self.line = Some(block_on(self.hub.open(self.at)));
        (self.keys, self.begun) = (None, None);
        self.heard.clear();
    }

    pub fn say(&mut self, text: &str) {
        self.said = text.to_owned();
        block_on(self.hub.say(self.line.unwrap(), text));
    }

    pub fn say_binary(&mut self) {
        block_on(self.hub.say_binary(self.line.unwrap()));
    }

    /// What it said last, as it went over the wire.
    pub fn last_said(&self) -> String {
        self.said.clone()
    }

    /// What the server said first, as it went over the wire.
    pub fn server_hello(&self) -> String {
        self.greeting.clone()
    }

    /// Opens a socket, says hello, and checks what the server answers.
    pub fn greet(&mut self, hello: &Hello) {
        self.open();
        let random = SystemRandom::new();
        let secret = EphemeralPrivateKey::generate(&X25519, &random).unwrap();
        let ours: [u8; 32] = secret.compute_public_key().unwrap().as_ref().try_into().unwrap();
        let ours = hello.ephemeral.unwrap_or(ours);
        let text = json!({"type": "hello", "versions": hello.versions, "ephemeral": base64url(&ours), "nonce": base64url(&[4; 32])});
        let text = text.to_string();
        self.say(&text);
        let Some(answer) = self.hub.hear(self.line.unwrap()).pop() else { return };
        self.greeting.clone_from(&answer);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!((&answer["type"], &answer["version"]), (&json!("hello"), &json!(1)));
        let (theirs, nonce): ([u8; 32], [u8; 32]) = (array(&answer["ephemeral"]), array(&answer["nonce"]));
        let length = u32::try_from(text.len()).unwrap().to_be_bytes();
        let h1 = sha256(&[
            b"witness relay 1 hello\0",
            &length,
            text.as_bytes(),
            &1_u32.to_be_bytes(),
            &theirs,
            &nonce,
        ]);
        let signed = [&b"witness relay 1 server\0"[..], &h1].concat();
        let key = ring::signature::UnparsedPublicKey::new(&ED25519, &self.identity);
        key.verify(&signed, &array::<64>(&answer["signature"])).unwrap();
        let peer = UnparsedPublicKey::new(&X25519, theirs);
        let shared = agree_ephemeral(secret, &peer, |shared| shared.try_into().unwrap()).unwrap();
        self.begun = Some(Begun { h1, shared });
    }

    /// What it says to prove who it is; it holds the keys from then on.
    fn proof(&mut self, cursor: Option<(&str, i64)>) -> String {
        let Begun { h1, shared } = self.begun.take().unwrap();
        let (account, device) = (Id::parse(&self.account).unwrap(), Id::parse(&self.id).unwrap());
        let epoch: [u8; 16] = cursor.map_or([0; 16], |(epoch, _)| array(&json!(epoch)));
        let offset = cursor.map_or(0, |(_, offset)| offset).to_be_bytes();
        let h2 =
            sha256(&[b"witness relay 1 client\0", &h1, account.bytes(), device.bytes(), &epoch, &offset]);
        self.keys = Some(Keys::new(&hkdf_extract(&h1, &shared), h2));
        let signature = self.pair.sign(&[&b"witness relay 1 device\0"[..], &h2].concat());
        let mut frame = json!({"type": "authenticate", "account": self.account, "device": self.id,
                               "signature": base64url(signature.as_ref())});
        if let Some((epoch, offset)) = cursor {
            (frame["epoch"], frame["offset"]) = (json!(epoch), json!(offset));
        }
        frame.to_string()
    }

    /// Proves who it is; gives the code by which it was refused, 0 if it was let in.
    pub fn prove(&mut self, cursor: Option<(&str, i64)>) -> u16 {
        let text = self.proof(cursor);
        self.say(&text);
        self.code()
    }

    /// The whole way in; gives `established`.
    fn enter(&mut self, cursor: Option<(&str, i64)>) -> Value {
        self.greet(&Hello::default());
        assert_eq!(self.prove(cursor), 0);
        self.frame("established")
    }

    pub fn connect(&mut self) -> Value {
        self.enter(None)
    }

    pub fn resume(&mut self, epoch: &str, offset: i64) -> Value {
        self.enter(Some((epoch, offset)))
    }

    /// Tries to come in, and gives the code by which it was refused.
    pub fn refused(&mut self) -> u16 {
        self.greet(&Hello::default());
        if self.begun.is_some() { self.prove(None) } else { self.code() }
    }

    pub fn seal(&mut self, frame: &Value) -> String {
        let keys = self.keys.as_mut().unwrap();
        let (json, number) = (frame.to_string(), keys.sent);
        keys.sent += 1;
        format!("{number} {} {json}", tag(&keys.up, number, &json))
    }

    pub fn send(&mut self, frame: &Value) {
        let text = self.seal(frame);
        self.say(&text);
    }

    pub fn event(&mut self, seq: i64, stream: &str, body: &str) {
        let id = Id::new(witness::kernel::time::Timestamp::EPOCH, {
            let mut bytes = [0; 10];
            bytes.copy_from_slice(&sha256(&[self.id.as_bytes(), &seq.to_be_bytes()])[..10]);
            bytes
        });
        self.send(&json!({"type": "event", "id": id, "seq": seq, "stream": stream, "body": body}));
    }

    /// Has new keys.
    pub fn rekey(&mut self) {
        let secret = EphemeralPrivateKey::generate(&X25519, &SystemRandom::new()).unwrap();
        let ours: [u8; 32] = secret.compute_public_key().unwrap().as_ref().try_into().unwrap();
        let nonce = [7; 32];
        self.send(&json!({"type": "rekey", "ephemeral": base64url(&ours), "nonce": base64url(&nonce)}));
        self.hear();
        let at = self.heard.iter().position(|frame| frame["type"] == "rekeyed").unwrap();
        let frame = self.heard.remove(at).unwrap();
        let (theirs, answer): ([u8; 32], [u8; 32]) = (array(&frame["ephemeral"]), array(&frame["nonce"]));
        let peer = UnparsedPublicKey::new(&X25519, theirs);
        let shared: [u8; 32] = agree_ephemeral(secret, &peer, |shared| shared.try_into().unwrap()).unwrap();
        let h2 = self.keys.as_ref().unwrap().h2;
        let salt = sha256(&[b"witness relay 1 rekey\0", &h2, &nonce, &answer, &ours, &theirs]);
        self.keys = Some(Keys::new(&hkdf_extract(&salt, &shared), h2));
    }

    fn hear(&mut self) {
        let Some(line) = self.line else { return };
        for text in self.hub.hear(line) {
            let keys = self.keys.as_mut().unwrap();
            let mut parts = text.splitn(3, ' ');
            let (number, seal, json) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
            assert_eq!(number, keys.received.to_string());
            assert_eq!(seal, tag(&keys.down, keys.received, json));
            keys.received += 1;
            self.heard.push_back(serde_json::from_str(json).unwrap());
        }
    }

    /// The frames that came and were not looked at.
    pub fn frames(&mut self) -> Vec<Value> {
        self.hear();
        self.heard.drain(..).collect()
    }

    /// The first frame of that type; those before it are left out.
    pub fn frame(&mut self, kind: &str) -> Value {
        self.hear();
        let at = self.heard.iter().position(|frame| frame["type"] == kind);
        let at = at.unwrap_or_else(|| panic!("no {kind} in {:?}", self.heard));
        self.heard.drain(..=at).next_back().unwrap()
    }

    /// The code by which the hub closed, 0 while it did not.
    pub fn code(&self) -> u16 {
        self.line.and_then(|line| self.hub.code(line)).map_or(0, |(code, _)| code)
    }

    /// Its socket breaks.
    pub fn cut(&mut self) {
        if let Some(line) = self.line.take() {
            block_on(self.hub.cut(line));
        }
    }

    /// Rings the hub's alarm, if it is due.
    pub fn ring(&self) {
        block_on(self.hub.ring());
    }
}
