//! Sealed frames and the rotation of their keys (docs/relay.md, "Sealed frames", "Rotation").
//!
//! A channel lives in the attachment of its socket, so that it survives hibernation: whoever opens or seals a frame
//! stores it before anything of the frame has an effect outside.

use std::fmt;

use crate::kernel::crypto::{self, MacKey};
use crate::kernel::time::Timestamp;
use crate::ports::Agreed;
use crate::sync::relay::close::{Close, CloseCode};
use crate::sync::relay::frames::{self, ExpiringFrame, FrameDown, FrameUp, RekeyFrame, RekeyedFrame};
use crate::sync::relay::handshake::{agreed, bytes};

/// How many events keys are good for, both directions together.
pub const KEY_EVENTS: u32 = 1_000;
/// How long keys are good, in milliseconds.
pub const KEY_MILLIS: i64 = 24 * 3_600_000;
/// After so many events the client is warned: a window, a burst and a batch may still be on their way by then.
const WARN_EVENTS: u32 = 600;
/// After so many milliseconds it is warned.
const WARN_MILLIS: i64 = KEY_MILLIS / 10 * 9;

const UP: &[u8] = b"witness relay 1 up\0";
const DOWN: &[u8] = b"witness relay 1 down\0";
const REKEY: &[u8] = b"witness relay 1 rekey\0";

/// The hub's end of a connection to a device.
#[derive(Clone)]
pub struct Channel {
    up: MacKey,
    down: MacKey,
    h2: [u8; 32],
    /// Frames taken under these keys.
    received: u64,
    /// Frames sent under these keys.
    sent: u64,
    made_at: i64,
    events: u32,
    warned: bool,
}

impl Channel {
    /// Keys from what both sides have agreed on, for the connection that `h2` names.
    pub(super) fn new(prk: &[u8; 32], h2: [u8; 32], now: Timestamp) -> Self {
        let key = |direction| MacKey::new(crypto::hkdf_expand(prk, &[direction, &h2]));
        let (up, down) = (key(UP), key(DOWN));
        Self { up, down, h2, received: 0, sent: 0, made_at: now.millis(), events: 0, warned: false }
    }

    /// Seals a frame to the device; entries of the log count as events.
    pub fn seal(&mut self, frame: &FrameDown) -> String {
        if let FrameDown::Deliver(deliver) = frame {
            self.count(deliver.entries.len());
        }
        self.seal_json(&frames::write(frame))
    }

    /// Seals a `deliver` of so many entries, which are there as they stand in its JSON, with commas between.
    pub fn seal_entries(&mut self, entries: &str, count: i64) -> String {
        self.count(usize::try_from(count).unwrap_or(usize::MAX));
        self.seal_json(&[r#"{"type":"deliver","entries":["#, entries, "]}"].concat())
    }

    fn seal_json(&mut self, json: &str) -> String {
        let number = self.sent;
        self.sent = number.saturating_add(1);
        [&number.to_string(), " ", &tag(&self.down, number, json), " ", json].concat()
    }

    /// Opens a frame of the device; its events are counted. Any error ends the connection: 4004 for a wrong number or
    /// tag, 4009, 4007 and 4006 as in [`frames::read`], 4011 where the keys are over and no new ones are asked for.
    pub fn open(&mut self, text: &str, now: Timestamp) -> Result<FrameUp, Close> {
        let frame = frames::read(self.unseal(text)?)?;
        match &frame {
            FrameUp::Hello(_) | FrameUp::Authenticate(_) => {
                return Err(Close::rule("type: the handshake is over"));
            }
            FrameUp::Rekey(_) => return Ok(frame),
            _ if self.is_over(now) => return Err(CloseCode::KeysExpired.into()),
            FrameUp::Event(_) => self.count(1),
            FrameUp::Events(several) => self.count(several.events.len()),
            _ => {}
        }
        Ok(frame)
    }

    /// The JSON of a sealed text that comes next.
    fn unseal<'t>(&mut self, text: &'t str) -> Result<&'t str, Close> {
        if text.len() > frames::MOST_BYTES {
            return Err(CloseCode::TooLarge.into());
        }
        // Only the one spelling of the one number that is expected begins the text.
        let rest = text.strip_prefix(&[&self.received.to_string(), " "].concat());
        let (seal, json) = rest.and_then(|rest| rest.split_once(' ')).ok_or(CloseCode::Tampered)?;
        if !crypto::equal(seal.as_bytes(), tag(&self.up, self.received, json).as_bytes()) {
            return Err(CloseCode::Tampered.into());
        }
        self.received = self.received.saturating_add(1);
        Ok(json)
    }

    fn count(&mut self, events: usize) {
        self.events = self.events.saturating_add(u32::try_from(events).unwrap_or(u32::MAX));
    }

    /// Whether new keys should be asked for: at nine tenths of the time, or after 600 events.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.events >= WARN_EVENTS || self.age(now) >= WARN_MILLIS
    }

    /// Whether these keys are good for nothing but asking for new ones.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.events >= KEY_EVENTS || self.age(now) >= KEY_MILLIS
    }

    /// The warning, once, when new keys are due.
    pub fn warning(&mut self, now: Timestamp) -> Option<FrameDown> {
        if self.warned || !self.is_due(now) {
            return None;
        }
        self.warned = true;
        let events_left = i64::from(KEY_EVENTS.saturating_sub(self.events));
        Some(FrameDown::Expiring(ExpiringFrame { at: self.expires_at(), events_left }))
    }

    /// When the keys end by age, in milliseconds since 1970.
    #[must_use]
    pub fn expires_at(&self) -> i64 {
        self.made_at.saturating_add(KEY_MILLIS)
    }

    /// When to look after an idle connection: to warn it, and then to close it (4011). Milliseconds since 1970.
    #[must_use]
    pub fn look_at(&self) -> i64 {
        if self.warned { self.expires_at() } else { self.made_at.saturating_add(WARN_MILLIS) }
    }

    fn age(&self, now: Timestamp) -> i64 {
        now.millis().saturating_sub(self.made_at)
    }

    /// The client's point in its wish for new keys, to agree with.
    pub fn ephemeral(asked: &RekeyFrame) -> Result<[u8; 32], Close> {
        bytes("ephemeral", &asked.ephemeral)
    }

    /// Takes new keys, from what was agreed on and a fresh nonce; gives the `rekeyed` to send, the last text under the
    /// old ones.
    pub fn rekey(
        &mut self,
        asked: &RekeyFrame,
        secret: &Agreed,
        nonce: &[u8; 32],
        now: Timestamp,
    ) -> Result<String, Close> {
        let (theirs, their_nonce) = (Self::ephemeral(asked)?, bytes::<32>("nonce", &asked.nonce)?);
        agreed(&secret.shared)?;
        let salt = crypto::sha256(&[REKEY, &self.h2, &their_nonce, nonce, &theirs, &secret.ours]);
        let (ephemeral, nonce) = (crypto::base64url(&secret.ours), crypto::base64url(nonce));
        let sealed = self.seal(&FrameDown::Rekeyed(RekeyedFrame { ephemeral, nonce }));
        *self = Self::new(&crypto::hkdf_extract(&salt, &secret.shared), self.h2, now);
        Ok(sealed)
    }
}

/// The seal of a frame: HMAC-SHA-256 cut to 128 bits (RFC 2104 section 5), as text, which is then compared as text: so
/// there is one spelling of it.
fn tag(key: &MacKey, number: u64, json: &str) -> String {
    let mac = key.mac(&[&number.to_be_bytes(), json.as_bytes()]);
    crypto::base64url(mac.get(..16).unwrap_or_default())
}

/// How many numbers [`Channel::numbers`] gives.
pub const NUMBERS: usize = 5;

impl Channel {
    /// What stays the same until there are new keys, as 128 characters of base64url.
    #[must_use]
    pub fn fixed(&self) -> String {
        crypto::base64url(&[&self.up.bytes()[..], self.down.bytes(), &self.h2].concat())
    }

    /// What changes with every frame; all of it is below 2^53.
    #[must_use]
    pub fn numbers(&self) -> [i64; NUMBERS] {
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let (events, warned) = (i64::from(self.events), i64::from(self.warned));
        [count(self.received), count(self.sent), self.made_at, events, warned]
    }

    /// The channel of which these are [`Self::fixed`] and [`Self::numbers`].
    #[must_use]
    pub fn restore(fixed: &str, numbers: &[i64; NUMBERS]) -> Option<Self> {
        let bytes: [u8; 96] = crypto::from_base64url(fixed)?.try_into().ok()?;
        let ([up, down, h2], []) = bytes.as_chunks::<32>() else { return None };
        let [received, sent, made_at, events, warned] = *numbers;
        Some(Self {
            up: MacKey::new(*up),
            down: MacKey::new(*down),
            h2: *h2,
            received: received.try_into().ok()?,
            sent: sent.try_into().ok()?,
            made_at,
            events: events.try_into().ok()?,
            warned: warned == 1,
        })
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Channel(..)")
    }
}
