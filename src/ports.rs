//! What the pure house asks of the world: a database, a cache, objects, an upstream, assets, signatures, agreement on
//! keys, a clock, randomness and time zones.
//!
//! Two homes answer: `edge` on Cloudflare's bindings and `host` on SQLite and memory. One suite
//! (`tests/ports`) holds both to the same behaviour. Errors name what the caller can do about
//! them, never a vendor's text: that stays in `cause`, which is logged and not sent.

use std::time::Duration;

use async_trait::async_trait;

use crate::kernel::time::Timestamp;

mod database;

pub use database::{
    Cost, Database, DatabaseError, DatabaseFault, Known, Outcome, Query, Rows, Statement, Value,
};

/// A cache, a limiter or an upstream that did not answer as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortError {
    /// Not reachable, or it failed; the same call may pass later.
    Unavailable(String),
    /// No answer before the deadline.
    Timeout(String),
    /// It answered with something this house cannot read.
    Shape(String),
    /// A value over the port's size limit.
    TooLarge(String),
}

/// A key-value cache that is allowed to be stale for a minute (Workers KV): never for revocation,
/// limits or breaker state.
#[async_trait(?Send)]
pub trait Cache {
    /// The value, if there is one that has not expired.
    async fn get(&self, key: &str) -> Result<Option<String>, PortError>;
    /// Stores a value for `life` (at least 60 s, shorter ones are lengthened to it).
    async fn put(&self, key: &str, value: &str, life: Duration) -> Result<(), PortError>;
    /// Removes a value.
    async fn delete(&self, key: &str) -> Result<(), PortError>;
    /// Keys that begin with `prefix`, in order, at most `limit` (1 to 1,000).
    async fn list(&self, prefix: &str, limit: u32) -> Result<Vec<String>, PortError>;
}

/// The classes of objects that the house keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectClass {
    /// One per caller: rate windows and revoked sessions (`identity::admission`).
    Admission,
    /// The one that seals what was written (`ops::sealer`).
    Sealer,
    /// One per subject that somebody may guess at: failed attempts (`identity::attempts`).
    Attempts,
    /// One per remote engine: whether it is called (`oracle::breaker`).
    Breaker,
    /// One per question that a remote engine is asked: who asks, and what came of it (`oracle::cache::flight`).
    Flight,
    /// One per person: the log that devices are kept in step by, and their sockets (`sync::hub`). It is reached by a
    /// request that becomes a socket (`kernel::object::Upgrade`).
    Hub,
    /// A few, that isolates hand their counts to (`ops::metrics`).
    Collector,
    /// A few, that keep the lines of the log (`ops::telemetry::book`).
    Logbook,
}

/// Single-threaded, addressable, durable objects. Commands and replies are texts of types that the
/// object's room defines; a reply never carries a status code of HTTP.
#[async_trait(?Send)]
pub trait Objects {
    /// Sends a command to the object of that class and name and awaits its reply.
    async fn call(&self, class: ObjectClass, name: &str, command: String) -> Result<String, PortError>;
}

/// A request to a server outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamRequest {
    /// `GET`, `POST` ...
    pub method: &'static str,
    /// The absolute URL.
    pub url: String,
    /// Header names in lower case. One named `traceparent` asks for the trace to be carried on (W3C Trace Context): the
    /// gateway gives it its value, or takes it away where there is no trace. It is for servers of the deployment's own
    /// settings.
    pub headers: Vec<(String, String)>,
    /// The body, if any.
    pub body: Option<Vec<u8>>,
    /// The whole exchange ends by then.
    pub timeout: Duration,
    /// The answer's body may have at most this many bytes.
    pub max_bytes: usize,
}

/// A server's answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamResponse {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Calls to servers outside.
#[async_trait(?Send)]
pub trait Upstream {
    /// Sends and awaits the whole answer; redirects are not followed.
    async fn send(&self, request: UpstreamRequest) -> Result<UpstreamResponse, PortError>;
}

/// Files that are deployed with the code (Workers static assets).
#[async_trait(?Send)]
pub trait Assets {
    /// The text of a file by its path from the folder of assets, with a slash in front; [`PortError::Unavailable`] where
    /// there is none.
    async fn read(&self, path: &str) -> Result<String, PortError>;
}

/// The time.
#[async_trait(?Send)]
pub trait Clock {
    /// Now. At the edge it stands still between two I/O calls.
    fn now(&self) -> Timestamp;
    /// Comes back after that time; sooner where the platform cannot wait.
    async fn sleep(&self, time: Duration);
}

/// Randomness fit for keys.
pub trait Random {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// Why an offset is not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ZoneError {
    /// There is no such zone.
    Unknown,
    /// The platform failed, in its words.
    Failed(String),
}

/// The time zones of the IANA with their history.
pub trait Zones {
    /// Seconds that local time in `zone` is ahead of UTC at that moment. Names are read without regard to case.
    fn offset(&self, zone: &str, at: Timestamp) -> Result<i32, ZoneError>;
}

/// A key that makes signatures, in PKCS #8 (RFC 5208), unencrypted DER.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// Ed25519 (RFC 8032).
    Ed25519,
    /// ECDSA with P-256 and SHA-256, the signature as two numbers of 32 bytes (RFC 7518 section 3.4).
    Es256,
}

/// A key that signatures are checked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifyingKey<'a> {
    /// Ed25519: the 32 bytes of RFC 8032.
    Ed25519(&'a [u8]),
    /// ECDSA with P-256 and SHA-256: the point as in a JWK, base64url.
    Es256 {
        /// `x` of the JWK.
        x: &'a str,
        /// `y` of the JWK.
        y: &'a str,
    },
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2,048 to 8,192 bits: the numbers as in a JWK, base64url.
    Rs256 {
        /// The modulus.
        n: &'a str,
        /// The exponent.
        e: &'a str,
    },
}

impl VerifyingKey<'_> {
    /// Whether the key has the form and the strength that both homes work with.
    #[must_use]
    pub fn is_acceptable(&self) -> bool {
        let text = |part: &str, shortest: usize, longest: usize| {
            (shortest..=longest).contains(&part.len())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        match self {
            Self::Ed25519(bytes) => bytes.len() == 32,
            Self::Es256 { x, y } => text(x, 43, 43) && text(y, 43, 43),
            // 256 to 1,024 bytes without a zero in front, which would be `A`.
            Self::Rs256 { n, e } => {
                text(n, 342, 1366) && text(e, 2, 6) && !n.starts_with('A') && !e.starts_with("AA")
            }
        }
    }
}

/// Signatures by keys that are not the house's own to compute with: the platform does the work.
///
/// [`PortError::Shape`] is a key that cannot be read; a signature that does not fit is `false`, not an error.
#[async_trait(?Send)]
pub trait Signatures {
    /// Signs a message. `key` is PKCS #8; for ES256 it holds the public key too, as OpenSSL writes it.
    async fn sign(
        &self,
        algorithm: SigningAlgorithm,
        key: &[u8],
        message: &[u8],
    ) -> Result<Vec<u8>, PortError>;
    /// The public key, 32 bytes, of an Ed25519 key in PKCS #8.
    async fn public_key(&self, key: &[u8]) -> Result<Vec<u8>, PortError>;
    /// Whether that key made this signature of this message.
    async fn verify(
        &self,
        key: VerifyingKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, PortError>;
}

/// What two sides have agreed on, as one of them holds it.
pub struct Agreed {
    /// Our public key, made for this once.
    pub ours: [u8; 32],
    /// What nobody else knows.
    pub shared: [u8; 32],
}

/// Agreement on a secret by X25519 (RFC 7748 section 6.1).
#[async_trait(?Send)]
pub trait KeyAgreement {
    /// Makes a fresh key and agrees with theirs; our private half is forgotten at once. [`PortError::Shape`] if theirs
    /// is a point of small order, with which everybody would agree on zeros.
    async fn agree(&self, theirs: &[u8; 32]) -> Result<Agreed, PortError>;
}

/// All ports together, as a request is given them.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// Relational data.
    pub database: &'a dyn Database,
    /// Engine results.
    pub cache: &'a dyn Cache,
    /// Admission.
    pub objects: &'a dyn Objects,
    /// Servers outside.
    pub upstream: &'a dyn Upstream,
    /// Files of the deployment.
    pub assets: &'a dyn Assets,
    /// Signatures.
    pub signatures: &'a dyn Signatures,
    /// Agreement on secrets.
    pub agreement: &'a dyn KeyAgreement,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Keys and ids.
    pub random: &'a dyn Random,
    /// Time zones.
    pub zones: &'a dyn Zones,
}
