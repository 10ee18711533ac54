//! The keys of access tokens: which one signs, which ones still verify.
//!
//! A key has one algorithm for good, and its tokens have one header, letter by letter. A token's header is therefore
//! compared with those of the known keys and never interpreted: `none`, another algorithm under a known `kid`, and
//! parameters that would fetch or bring a key (`jku`, `jwk`, `x5u`, `crit`; RFC 8725 section 3) are simply unknown
//! headers.

use std::fmt;
use std::sync::OnceLock;

use jwt_compact::alg::{Hs256, Hs256Key, Hs256Signature};
use jwt_compact::{Algorithm, AlgorithmSignature};

use crate::kernel::crypto;
use crate::ports::{PortError, Signatures, SigningAlgorithm, VerifyingKey};

/// Bytes of an HMAC-SHA-256.
const MAC: usize = 32;

/// A secret that signs and verifies (HS256, RFC 7518 section 3.2).
#[derive(Clone)]
struct SecretKey {
    header: String,
    key: Hs256Key,
}

impl SecretKey {
    /// The `kid` is 48 bits of a hash of the secret, which tells nothing of 256 random bits.
    fn new(secret: &[u8]) -> Self {
        let kid = crypto::base64url(&crypto::sha256(&[b"kid", secret]));
        Self { header: header("HS256", kid.get(..8).unwrap_or_default()), key: Hs256Key::new(secret) }
    }

    fn sign(&self, payload: &str) -> String {
        let message = [self.header.as_str(), ".", payload].concat();
        let mac = crypto::base64url(&Hs256.sign(&self.key, message.as_bytes()).as_bytes());
        [message.as_str(), ".", &mac].concat()
    }

    /// The comparison takes constant time.
    fn made(&self, message: &str, signature: &[u8]) -> bool {
        signature.len() == MAC
            && Hs256Signature::try_from_slice(signature)
                .is_ok_and(|signature| Hs256.verify_signature(&signature, &self.key, message.as_bytes()))
    }
}

/// A public key that verifies (EdDSA with Ed25519, RFC 8037).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    header: String,
    /// Its name: the thumbprint of RFC 7638.
    pub kid: String,
    /// The key, base64url.
    pub x: String,
    bytes: Vec<u8>,
}

impl PublicKey {
    fn new(bytes: &[u8]) -> Self {
        let x = crypto::base64url(bytes);
        let jwk = ["{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"", &x, "\"}"].concat();
        let kid = crypto::base64url(&crypto::sha256(&[jwk.as_bytes()]));
        Self { header: header("EdDSA", &kid), kid, x, bytes: bytes.to_vec() }
    }
}

/// The key that a token names.
enum Named<'k> {
    Secret(&'k SecretKey),
    Public(&'k PublicKey),
}

/// All keys of access tokens, with the name of who issues them.
#[derive(Clone)]
pub struct Keys {
    /// `iss` of every token.
    pub issuer: String,
    secret: SecretKey,
    previous_secret: Option<SecretKey>,
    /// PKCS #8 of the Ed25519 key that signs instead of the secret.
    private: Option<Vec<u8>>,
    /// Its public part, computed when it is first wanted.
    public: OnceLock<PublicKey>,
    previous_public: Option<PublicKey>,
}

impl Keys {
    /// `secret` signs and verifies.
    #[must_use]
    pub fn new(issuer: &str, secret: &[u8]) -> Self {
        Self {
            issuer: issuer.to_owned(),
            secret: SecretKey::new(secret),
            previous_secret: None,
            private: None,
            public: OnceLock::new(),
            previous_public: None,
        }
    }

    /// With the secret of before, which still verifies.
    #[must_use]
    pub fn previous_secret(mut self, secret: Option<&[u8]>) -> Self {
        self.previous_secret = secret.map(SecretKey::new);
        self
    }

    /// With an Ed25519 key in PKCS #8 that signs from now on; the secret still verifies.
    #[must_use]
    pub fn private_key(mut self, key: Option<&[u8]>) -> Self {
        self.private = key.map(<[u8]>::to_vec);
        self
    }

    /// With the public Ed25519 key of before, 32 bytes, which still verifies.
    #[must_use]
    pub fn previous_public_key(mut self, key: Option<&[u8]>) -> Self {
        self.previous_public = key.map(PublicKey::new);
        self
    }

    /// Signs a payload (base64url) with the secret.
    pub(super) fn sign_with_secret(&self, payload: &str) -> String {
        self.secret.sign(payload)
    }

    /// Signs a payload (base64url) with the key that signs now.
    pub(super) async fn sign(&self, signatures: &dyn Signatures, payload: &str) -> Result<String, PortError> {
        let (Some(private), Some(public)) = (&self.private, self.public(signatures).await?) else {
            return Ok(self.secret.sign(payload));
        };
        let message = [public.header.as_str(), ".", payload].concat();
        let signature = signatures.sign(SigningAlgorithm::Ed25519, private, message.as_bytes()).await?;
        Ok([message.as_str(), ".", &crypto::base64url(&signature)].concat())
    }

    /// The payload (base64url) of a token, if one of the keys has signed it. What a secret signed is decided without
    /// waiting for anything.
    pub(super) async fn payload<'t>(
        &self,
        signatures: &dyn Signatures,
        token: &'t str,
    ) -> Result<Option<&'t str>, PortError> {
        let Some((message, signature)) = token.rsplit_once('.') else { return Ok(None) };
        let Some((header, payload)) = message.split_once('.') else { return Ok(None) };
        let Some(named) = self.named(signatures, header).await? else { return Ok(None) };
        let Some(signature) = crypto::from_base64url(signature) else { return Ok(None) };
        let right = match named {
            Named::Secret(key) => key.made(message, &signature),
            Named::Public(key) => {
                let key = VerifyingKey::Ed25519(&key.bytes);
                signatures.verify(key, message.as_bytes(), &signature).await?
            }
        };
        Ok(right.then_some(payload))
    }

    async fn named(&self, signatures: &dyn Signatures, header: &str) -> Result<Option<Named<'_>>, PortError> {
        let secrets = [Some(&self.secret), self.previous_secret.as_ref()];
        if let Some(key) = secrets.into_iter().flatten().find(|key| key.header == header) {
            return Ok(Some(Named::Secret(key)));
        }
        let public = self.public_keys(signatures).await?;
        Ok(public.into_iter().find(|key| key.header == header).map(Named::Public))
    }

    /// The public keys, the one that signs now first.
    pub async fn public_keys(&self, signatures: &dyn Signatures) -> Result<Vec<&PublicKey>, PortError> {
        let current = self.public(signatures).await?;
        Ok(current.into_iter().chain(&self.previous_public).collect())
    }

    async fn public(&self, signatures: &dyn Signatures) -> Result<Option<&PublicKey>, PortError> {
        let Some(private) = &self.private else { return Ok(None) };
        if let Some(known) = self.public.get() {
            return Ok(Some(known));
        }
        let bytes = signatures.public_key(private).await?;
        Ok(Some(self.public.get_or_init(|| PublicKey::new(&bytes))))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(..)")
    }
}

/// The one header that a key's tokens have (`typ` is that of RFC 9068 section 2.1).
fn header(algorithm: &str, kid: &str) -> String {
    let json = ["{\"alg\":\"", algorithm, "\",\"typ\":\"at+jwt\",\"kid\":\"", kid, "\"}"].concat();
    crypto::base64url(json.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_key_is_named_by_its_thumbprint() {
        // RFC 8037, appendix A.2 and A.3.
        let bytes = crypto::from_base64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        assert_eq!(PublicKey::new(&bytes).kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn keys_are_not_printed() {
        assert_eq!(format!("{:?}", Keys::new("i", &[1; 32])), "Keys(..)");
    }
}
