//! [`Signatures`] and [`KeyAgreement`] by the crate ring.

use async_trait::async_trait;
use base64ct::{Base64UrlUnpadded, Encoding};
use ring::agreement::{EphemeralPrivateKey, UnparsedPublicKey as Point, X25519, agree_ephemeral};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

use crate::ports::{Agreed, KeyAgreement, PortError, Signatures, SigningAlgorithm, VerifyingKey};

/// Computed here. ECDSA draws its nonces from the system and agreement its keys, hence no two of them are alike.
#[derive(Debug, Clone, Copy, Default)]
pub struct RingSignatures;

#[async_trait(?Send)]
impl Signatures for RingSignatures {
    async fn sign(
        &self,
        algorithm: SigningAlgorithm,
        key: &[u8],
        message: &[u8],
    ) -> Result<Vec<u8>, PortError> {
        match algorithm {
            SigningAlgorithm::Ed25519 => Ok(ed25519(key)?.sign(message).as_ref().to_vec()),
            SigningAlgorithm::Es256 => {
                let random = SystemRandom::new();
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key, &random)
                    .map_err(|cause| unreadable(&cause.to_string()))?;
                let signature = pair.sign(&random, message);
                signature
                    .map(|signature| signature.as_ref().to_vec())
                    .map_err(|cause| PortError::Unavailable(cause.to_string()))
            }
        }
    }

    async fn public_key(&self, key: &[u8]) -> Result<Vec<u8>, PortError> {
        Ok(ed25519(key)?.public_key().as_ref().to_vec())
    }

    async fn verify(
        &self,
        key: VerifyingKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, PortError> {
        if !key.is_acceptable() {
            return Err(unreadable("not acceptable"));
        }
        Ok(match key {
            VerifyingKey::Ed25519(bytes) => {
                UnparsedPublicKey::new(&ED25519, bytes).verify(message, signature)
            }
            VerifyingKey::Es256 { x, y } => {
                let point = [vec![4], decoded(x)?, decoded(y)?].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            VerifyingKey::Rs256 { n, e } => {
                let key = RsaPublicKeyComponents { n: decoded(n)?, e: decoded(e)? };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        }
        .is_ok())
    }
}

#[async_trait(?Send)]
impl KeyAgreement for RingSignatures {
    async fn agree(&self, theirs: &[u8; 32]) -> Result<Agreed, PortError> {
        let failed = |cause: ring::error::Unspecified| PortError::Unavailable(cause.to_string());
        let own = EphemeralPrivateKey::generate(&X25519, &SystemRandom::new()).map_err(failed)?;
        let public = own.compute_public_key().map_err(failed)?;
        let ours = public.as_ref().try_into().map_err(|_| unreadable("no X25519"))?;
        let shared = agree_ephemeral(own, &Point::new(&X25519, theirs), |shared| shared.try_into().ok());
        let shared = shared.ok().flatten().ok_or_else(|| unreadable("a point of small order"))?;
        Ok(Agreed { ours, shared })
    }
}

fn ed25519(key: &[u8]) -> Result<Ed25519KeyPair, PortError> {
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(key).map_err(|cause| unreadable(&cause.to_string()))
}

fn decoded(text: &str) -> Result<Vec<u8>, PortError> {
    Base64UrlUnpadded::decode_vec(text).map_err(|cause| unreadable(&cause.to_string()))
}

fn unreadable(cause: &str) -> PortError {
    PortError::Shape(format!("key: {cause}"))
}
