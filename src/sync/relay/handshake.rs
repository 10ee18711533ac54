//! The handshake (docs/relay.md, "Handshake"), one step a type: [`Hello`] -> [`Answer`] -> [`Proving`] -> [`Claim`] ->
//! [`Channel`]. Between two steps the caller agrees on a secret, signs, waits, verifies.
//!
//! Both signatures are of a hash of everything before them: of the client's hello byte for byte, so that nobody can
//! take a version out of it (downgrade), and of what the device goes on from.

use crate::kernel::crypto;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::{Agreed, PortError};
use crate::sync::relay::channel::Channel;
use crate::sync::relay::close::{Close, CloseCode};
use crate::sync::relay::frames::{self, FrameDown, FrameUp, HelloDownFrame};

/// The versions of the protocol that are spoken here.
pub const VERSIONS: [i64; 1] = [1];

/// How long a connection has from its opening to `authenticate`, in milliseconds (4008).
pub const PATIENCE_MILLIS: i64 = 10_000;

/// A public key to verify with where there is no device, so that its absence takes as long as a wrong signature. Who
/// can sign by it gains nothing: [`Claim::settle`] wants to hear of the device too.
pub const DECOY: [u8; 32] = [
    0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e,
    0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
];

const HELLO: &[u8] = b"witness relay 1 hello\0";
const SERVER: &[u8] = b"witness relay 1 server\0";
const CLIENT: &[u8] = b"witness relay 1 client\0";
const DEVICE: &[u8] = b"witness relay 1 device\0";

/// How an identity key is named: the first 8 bytes of its SHA-256, hexadecimal.
#[must_use]
pub fn key_id(public: &[u8]) -> String {
    crypto::hex(crypto::sha256(&[public]).get(..8).unwrap_or_default())
}

/// What to tell a client whose key could not be agreed with.
#[must_use]
pub fn disagreed(error: &PortError) -> Close {
    match error {
        PortError::Shape(_) => Close::rule("ephemeral: no point to agree with"),
        _ => CloseCode::HubFailed.into(),
    }
}

/// The bytes of a field.
pub(super) fn bytes<const N: usize>(name: &'static str, text: &str) -> Result<[u8; N], Close> {
    let bytes = crypto::from_base64url(text).and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| Close::rule([name, ": base64url"].concat()))
}

/// Refuses what every point of small order agrees to (RFC 7748 section 6.1).
pub(super) fn agreed(shared: &[u8; 32]) -> Result<(), Close> {
    if crypto::equal(shared, &[0; 32]) {
        Err(Close::rule("ephemeral: no point to agree with"))
    } else {
        Ok(())
    }
}

/// A client's hello that can be answered.
pub struct Hello<'t> {
    text: &'t str,
    version: i64,
    ephemeral: [u8; 32],
}

impl<'t> Hello<'t> {
    /// Reads the first frame. 4005 if there is no common version.
    pub fn read(text: &'t str) -> Result<Self, Close> {
        let FrameUp::Hello(hello) = frames::read(text)? else { return Err(Close::rule("type: hello first")) };
        let ephemeral = bytes("ephemeral", &hello.ephemeral)?;
        bytes::<32>("nonce", &hello.nonce)?;
        let common = VERSIONS.into_iter().filter(|version| hello.versions.contains(version)).max();
        Ok(Self { text, version: common.ok_or(CloseCode::NoVersion)?, ephemeral })
    }

    /// The client's point, to agree with.
    #[must_use]
    pub fn ephemeral(&self) -> &[u8; 32] {
        &self.ephemeral
    }

    /// The answer, with what was agreed on and a fresh nonce.
    pub fn answer(&self, secret: &Agreed, nonce: &[u8; 32]) -> Result<Answer, Close> {
        agreed(&secret.shared)?;
        // Both fit: a frame has 64 KiB, a version is one of ours.
        let length = u32::try_from(self.text.len()).unwrap_or(u32::MAX).to_be_bytes();
        let version = u32::try_from(self.version).unwrap_or(u32::MAX).to_be_bytes();
        let h1 = crypto::sha256(&[HELLO, &length, self.text.as_bytes(), &version, &secret.ours, nonce]);
        let frame = HelloDownFrame {
            version: self.version,
            ephemeral: crypto::base64url(&secret.ours),
            nonce: crypto::base64url(nonce),
            key: String::new(),
            signature: String::new(),
        };
        Ok(Answer { proving: Proving { h1, prk: crypto::hkdf_extract(&h1, &secret.shared) }, frame })
    }
}

/// The server's hello, yet to be signed.
pub struct Answer {
    proving: Proving,
    frame: HelloDownFrame,
}

impl Answer {
    /// What the identity key signs.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        [SERVER, &self.proving.h1].concat()
    }

    /// The text to send, and what to keep until the client has answered. `public` is the key that signed.
    #[must_use]
    pub fn signed(self, public: &[u8], signature: &[u8]) -> (String, Proving) {
        let mut frame = self.frame;
        frame.key = key_id(public);
        frame.signature = crypto::base64url(signature);
        (frames::write(&FrameDown::Hello(frame)), self.proving)
    }
}

/// What is kept of a handshake while the client proves who it is; the ephemeral secret is forgotten by then. As text
/// it has 86 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Proving {
    h1: [u8; 32],
    prk: [u8; 32],
}

impl Proving {
    /// Reads `authenticate` at the hub of this account. Whether it is true is found with [`Claim::message`].
    pub fn claim(&self, text: &str, account: Id) -> Result<Claim, Close> {
        let FrameUp::Authenticate(frame) = frames::read(text)? else {
            return Err(Close::rule("type: authenticate is next"));
        };
        let (resume, epoch, offset) = match (frame.epoch, frame.offset) {
            (None, None) => (None, [0; 16], 0),
            (Some(epoch), Some(offset)) => {
                let bytes = bytes::<16>("epoch", &epoch)?;
                (Some(Resume { epoch, offset }), bytes, offset)
            }
            _ => return Err(Close::rule("epoch and offset: both or none")),
        };
        let signature = bytes("signature", &frame.signature)?;
        let (said, device, offset) = (frame.account.bytes(), frame.device.bytes(), offset.to_be_bytes());
        let h2 = crypto::sha256(&[CLIENT, &self.h1, said, device, &epoch, &offset]);
        let ours = frame.account == account;
        Ok(Claim { device: frame.device, resume, signature, h2, prk: self.prk, ours })
    }
}

/// What a device goes on from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The log that it knows.
    pub epoch: String,
    /// The last entry that it has kept.
    pub offset: i64,
}

/// Somebody who says to be a device.
pub struct Claim {
    /// Which one.
    pub device: Id,
    /// What it goes on from, if from anything. Nobody else has a say in it: it is signed.
    pub resume: Option<Resume>,
    /// To be verified, of [`Self::message`].
    pub signature: [u8; 64],
    h2: [u8; 32],
    prk: [u8; 32],
    ours: bool,
}

impl Claim {
    /// What the device's key has signed.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        [DEVICE, &self.h2].concat()
    }

    /// The sealed channel, if the claim is true: there is such a device, active, and its key made the signature. For a
    /// device that is not there verify with [`DECOY`]. 4002 for everything that is not so, another account included.
    pub fn settle(self, active: bool, fits: bool, now: Timestamp) -> Result<Channel, Close> {
        if active && fits && self.ours {
            Ok(Channel::new(&self.prk, self.h2, now))
        } else {
            Err(CloseCode::Unauthenticated.into())
        }
    }
}

impl Proving {
    /// As text, to be kept.
    #[must_use]
    pub fn text(&self) -> String {
        crypto::base64url(&[self.h1, self.prk].concat())
    }

    /// What was kept as that text.
    #[must_use]
    pub fn restore(text: &str) -> Option<Self> {
        let bytes: [u8; 64] = crypto::from_base64url(text)?.try_into().ok()?;
        let ([h1, prk], []) = bytes.as_chunks::<32>() else { return None };
        Some(Self { h1: *h1, prk: *prk })
    }
}

impl std::fmt::Debug for Proving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proving(..)")
    }
}
