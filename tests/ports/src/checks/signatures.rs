//! Signatures: the vectors of the standards, and what must not pass.

use base64ct::{Base64UrlUnpadded, Encoding};

use super::{Check, Findings, equal, told};
use crate::ports::{PortError, Signatures, SigningAlgorithm, VerifyingKey};

/// Runs these checks.
pub(super) async fn all(signatures: &dyn Signatures, findings: &mut Findings) {
    findings.add("Ed25519 signs and verifies as RFC 8032 shows", ed25519(signatures)).await;
    findings.add("an Ed25519 signature of anything else is refused", changed(signatures)).await;
    findings.add("RS256 verifies as RFC 7515 shows", rs256(signatures)).await;
    findings.add("ES256 verifies as RFC 7515 shows", es256(signatures)).await;
    findings.add("ES256 signs what it verifies", es256_signs(signatures)).await;
    findings
        .add("a key that is none is told apart from a signature that does not fit", keys(signatures))
        .await;
}

/// RFC 8032 section 7.1, tests 1 to 3: private key, public key, message, signature.
const ED25519: [[&str; 4]; 3] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
];

/// RFC 7515 appendices A.2 and A.3.
const RS256_INPUT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const RS256_N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const RS256_SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
const ES256_INPUT: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const ES256_X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const ES256_Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
const ES256_D: &str = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";
const ES256_SIGNATURE: &str =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

fn hex(digits: &str) -> Result<Vec<u8>, String> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).into_owned());
    pairs.map(|pair| told("hex", u8::from_str_radix(&pair, 16))).collect()
}

fn base64(text: &str) -> Result<Vec<u8>, String> {
    told("base64url", Base64UrlUnpadded::decode_vec(text))
}

/// An Ed25519 key in PKCS #8 (RFC 8410 section 7).
fn pkcs8(private: &str) -> Result<Vec<u8>, String> {
    hex(&["302e020100300506032b657004220420", private].concat())
}

async fn ed25519(signatures: &dyn Signatures) -> Check {
    for [private, public, message, signature] in ED25519 {
        let (key, message) = (pkcs8(private)?, hex(message)?);
        equal("public key", told("public", signatures.public_key(&key).await)?, hex(public)?)?;
        let made = told("sign", signatures.sign(SigningAlgorithm::Ed25519, &key, &message).await)?;
        equal("signature", &made, &hex(signature)?)?;
        let fits = signatures.verify(VerifyingKey::Ed25519(&hex(public)?), &message, &made).await;
        equal("verify", fits, Ok(true))?;
    }
    Ok(())
}

async fn changed(signatures: &dyn Signatures) -> Check {
    let [_, public, message, signature] = ED25519[1];
    let (public, message, signature) = (hex(public)?, hex(message)?, hex(signature)?);
    let verify = async |key: &[u8], message: &[u8], signature: &[u8]| {
        told("verify", signatures.verify(VerifyingKey::Ed25519(key), message, signature).await)
    };
    equal("another message", verify(&public, b"s", &signature).await?, false)?;
    equal("no message", verify(&public, b"", &signature).await?, false)?;
    equal("another key", verify(&hex(ED25519[0][1])?, &message, &signature).await?, false)?;
    for at in [0, 31, 32, 63] {
        let mut other = signature.clone();
        other[at] ^= 1;
        equal("another signature", verify(&public, &message, &other).await?, false)?;
    }
    for length in [0, 63] {
        equal("a short signature", verify(&public, &message, &signature[..length]).await?, false)?;
    }
    Ok(())
}

async fn rs256(signatures: &dyn Signatures) -> Check {
    let key = VerifyingKey::Rs256 { n: RS256_N, e: "AQAB" };
    let signature = base64(RS256_SIGNATURE)?;
    equal("as shown", signatures.verify(key, RS256_INPUT.as_bytes(), &signature).await, Ok(true))?;
    equal("another input", signatures.verify(key, ES256_INPUT.as_bytes(), &signature).await, Ok(false))?;
    equal("cut short", signatures.verify(key, RS256_INPUT.as_bytes(), &signature[1..]).await, Ok(false))
}

async fn es256(signatures: &dyn Signatures) -> Check {
    let key = VerifyingKey::Es256 { x: ES256_X, y: ES256_Y };
    let signature = base64(ES256_SIGNATURE)?;
    equal("as shown", signatures.verify(key, ES256_INPUT.as_bytes(), &signature).await, Ok(true))?;
    equal("another input", signatures.verify(key, RS256_INPUT.as_bytes(), &signature).await, Ok(false))?;
    equal("cut short", signatures.verify(key, ES256_INPUT.as_bytes(), &signature[1..]).await, Ok(false))
}

async fn es256_signs(signatures: &dyn Signatures) -> Check {
    // RFC 5208 round RFC 5915, with the public key.
    let head = "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420";
    let key = [hex(head)?, base64(ES256_D)?, hex("a14403420004")?].concat();
    let key = [key, base64(ES256_X)?, base64(ES256_Y)?].concat();
    let made = told("sign", signatures.sign(SigningAlgorithm::Es256, &key, b"to sign").await)?;
    equal("length", made.len(), 64)?;
    let public = VerifyingKey::Es256 { x: ES256_X, y: ES256_Y };
    equal("verify", signatures.verify(public, b"to sign", &made).await, Ok(true))
}

async fn keys(signatures: &dyn Signatures) -> Check {
    let refused = |result: Result<bool, PortError>| matches!(result, Err(PortError::Shape(_)));
    let off_curve = VerifyingKey::Es256 { x: ES256_X, y: ES256_X };
    let short = "oahUIoWw0K0usKNuOR6H4wkf4oBUXHTxRvgb48E-BVvxkeDNjbC4he8rUWcJoZmds2h7M70imEVhRU5djINXtqllXI4DFqcI1DgjT9LewND8MW2Krf3Spsk_ZkoFnilakGygTwpZ3uesH-PFABNIUYpOiN15dsQRkgr0vEhxN92i2asbOenSZeyaxziK72UwxrrKoExv6kc5twXTq4h-QChLOln0_mtUZwfsRaMStPs6mS6XrgxnxbWhojf663tuEQueGC-FCMfra36C9knDFGzKsNa7LZK2djYgyD3JR_MB_4NUJW_TqOQtwHYbxevoJArm-L5StowjzGy-_bq6Gw"
        .get(..170)
        .unwrap_or_default();
    let inject = VerifyingKey::Rs256 { n: RS256_N, e: "AQ\",\"AB" };
    for key in [VerifyingKey::Ed25519(&[1; 31]), VerifyingKey::Rs256 { n: short, e: "AQAB" }, inject] {
        equal("key", refused(signatures.verify(key, b"m", &[0; 64]).await), true)?;
    }
    // Whether a point that is on no curve is found with the key or with the signature, it never verifies.
    let found = signatures.verify(off_curve, ES256_INPUT.as_bytes(), &base64(ES256_SIGNATURE)?).await;
    equal("off the curve", matches!(found, Ok(false) | Err(PortError::Shape(_))), true)?;
    for key in [b"".as_slice(), b"not a key"] {
        for algorithm in [SigningAlgorithm::Ed25519, SigningAlgorithm::Es256] {
            let made = signatures.sign(algorithm, key, b"m").await;
            equal("private key", matches!(made, Err(PortError::Shape(_))), true)?;
        }
        let made = signatures.public_key(key).await;
        equal("private key", matches!(made, Err(PortError::Shape(_))), true)?;
    }
    Ok(())
}
