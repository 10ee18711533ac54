//! [`Signatures`] and [`KeyAgreement`] by WebCrypto.

use async_trait::async_trait;
use js_sys::{Array, JSON, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::edge::js::{property, settle, words};
use crate::ports::{Agreed, KeyAgreement, PortError, Signatures, SigningAlgorithm, VerifyingKey};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch, js_name = importKey)]
    fn import_key(
        format: &str,
        data: &JsValue,
        algorithm: &JsValue,
        extractable: bool,
        usages: &Array,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch, js_name = exportKey)]
    fn export_key(format: &str, key: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch, js_name = sign)]
    fn sign_with(algorithm: &JsValue, key: &JsValue, message: &Uint8Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch, js_name = verify)]
    fn verify_with(
        algorithm: &JsValue,
        key: &JsValue,
        signature: &Uint8Array,
        message: &Uint8Array,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch, js_name = generateKey)]
    fn generate_key(algorithm: &JsValue, extractable: bool, usages: &Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch, js_name = deriveBits)]
    fn derive_bits(algorithm: &JsValue, key: &JsValue, length: u32) -> Result<Promise, JsValue>;
}

// One dictionary serves import and use: each reads the members that it knows.
const ED25519: &str = r#"{"name":"Ed25519"}"#;
const ES256: &str = r#"{"name":"ECDSA","namedCurve":"P-256","hash":"SHA-256"}"#;
const X25519: &str = r#"{"name":"X25519"}"#;
const RS256: &str = r#"{"name":"RSASSA-PKCS1-v1_5","hash":"SHA-256"}"#;

/// `crypto.subtle`.
#[derive(Debug, Clone, Copy, Default)]
pub struct WebCrypto;

#[async_trait(?Send)]
impl Signatures for WebCrypto {
    async fn sign(
        &self,
        algorithm: SigningAlgorithm,
        key: &[u8],
        message: &[u8],
    ) -> Result<Vec<u8>, PortError> {
        let algorithm = match algorithm {
            SigningAlgorithm::Ed25519 => ED25519,
            SigningAlgorithm::Es256 => ES256,
        };
        let key = import("pkcs8", &Uint8Array::from(key), algorithm, false, "sign").await?;
        let signature = sign_with(&parsed(algorithm)?, &key, &Uint8Array::from(message));
        Ok(Uint8Array::new(&settle(signature).await.map_err(failed)?).to_vec())
    }

    async fn public_key(&self, key: &[u8]) -> Result<Vec<u8>, PortError> {
        let key = import("pkcs8", &Uint8Array::from(key), ED25519, true, "sign").await?;
        let private = settle(export_key("jwk", &key)).await.map_err(failed)?;
        let x = property(&private, "x").as_string().unwrap_or_default();
        let public = parsed(&format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#))?;
        let public = import("jwk", &public, ED25519, true, "verify").await?;
        let raw = settle(export_key("raw", &public)).await.map_err(failed)?;
        Ok(Uint8Array::new(&raw).to_vec())
    }

    async fn verify(
        &self,
        key: VerifyingKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, PortError> {
        if !key.is_acceptable() {
            return Err(PortError::Shape("key: not acceptable".to_owned()));
        }
        // WebCrypto throws where the length is wrong.
        if !matches!(key, VerifyingKey::Rs256 { .. }) && signature.len() != 64 {
            return Ok(false);
        }
        let (algorithm, key) = match key {
            VerifyingKey::Ed25519(bytes) => {
                (ED25519, import("raw", &Uint8Array::from(bytes), ED25519, false, "verify").await?)
            }
            // What is accepted has no character that would have to be escaped.
            VerifyingKey::Es256 { x, y } => {
                let jwk = parsed(&format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#))?;
                (ES256, import("jwk", &jwk, ES256, false, "verify").await?)
            }
            VerifyingKey::Rs256 { n, e } => {
                let jwk = parsed(&format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#))?;
                (RS256, import("jwk", &jwk, RS256, false, "verify").await?)
            }
        };
        let (signature, message) = (Uint8Array::from(signature), Uint8Array::from(message));
        let fits = settle(verify_with(&parsed(algorithm)?, &key, &signature, &message)).await;
        Ok(fits.map_err(failed)?.is_truthy())
    }
}

#[async_trait(?Send)]
impl KeyAgreement for WebCrypto {
    async fn agree(&self, theirs: &[u8; 32]) -> Result<Agreed, PortError> {
        let algorithm = parsed(X25519)?;
        let usages = Array::of1(&JsValue::from_str("deriveBits"));
        let own = settle(generate_key(&algorithm, false, &usages)).await.map_err(failed)?;
        let ours = settle(export_key("raw", &property(&own, "publicKey"))).await.map_err(failed)?;
        let theirs =
            import_key("raw", &Uint8Array::from(theirs.as_slice()), &algorithm, false, &Array::new());
        let theirs = settle(theirs).await.map_err(failed)?;
        Reflect::set(&algorithm, &JsValue::from_str("public"), &theirs).map_err(failed)?;
        // It throws for a point of small order, and for nothing else that could come here.
        let shared = settle(derive_bits(&algorithm, &property(&own, "privateKey"), 256)).await;
        let shared = shared.map_err(|thrown| PortError::Shape(format!("key: {}", words(&thrown))))?;
        let (ours, shared) = (Uint8Array::new(&ours).to_vec(), Uint8Array::new(&shared).to_vec());
        match (ours.try_into(), shared.try_into()) {
            (Ok(ours), Ok(shared)) if shared != [0; 32] => Ok(Agreed { ours, shared }),
            _ => Err(PortError::Shape("key: no agreement".to_owned())),
        }
    }
}

async fn import(
    format: &str,
    data: &JsValue,
    algorithm: &str,
    extractable: bool,
    usage: &str,
) -> Result<JsValue, PortError> {
    let usages = Array::of1(&JsValue::from_str(usage));
    let key = import_key(format, data.unchecked_ref(), &parsed(algorithm)?, extractable, &usages);
    settle(key).await.map_err(|thrown| PortError::Shape(format!("key: {}", words(&thrown))))
}

fn parsed(text: &str) -> Result<JsValue, PortError> {
    JSON::parse(text).map_err(|thrown| PortError::Shape(words(&thrown)))
}

fn failed(thrown: JsValue) -> PortError {
    PortError::Unavailable(words(&thrown))
}
