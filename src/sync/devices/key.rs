//! The public keys of devices.

use crate::kernel::crypto;

/// The encodings of points of order 1, 2, 4 and 8 without their sign bit, the ones beyond the field's prime among them
/// (RFC 7748 section 5, RFC 8032 section 5.1.3; K. Chalkias, F. Garillot, V. Nikolaenko, "Taming the many EdDSAs",
/// 2020, table 1). Signatures by such a key say nothing: some hold for any message.
const SMALL: [[u8; 32]; 7] = [
    ends(0, 0, 0),
    ends(1, 0, 0),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    ends(0xec, 0xff, 0x7f),
    ends(0xed, 0xff, 0x7f),
    ends(0xee, 0xff, 0x7f),
];

const fn ends(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut bytes = [between; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}

/// The 32 bytes of a key in base64url; `None` unless it is one that may be registered.
#[must_use]
pub fn read(text: &str) -> Option<[u8; 32]> {
    let key: [u8; 32] = crypto::from_base64url(text)?.try_into().ok()?;
    let mut point = key;
    point[31] &= 0x7f;
    (!SMALL.contains(&point)).then_some(key)
}

/// What people compare: the first 16 bytes of the SHA-256 of the key, in hexadecimal.
#[must_use]
pub fn fingerprint(key: &[u8; 32]) -> String {
    crypto::hex(crypto::sha256(&[key]).get(..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_rfc_8032_is_read_and_has_its_fingerprint() {
        let key = read("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        assert_eq!(key[..3], [0xd7, 0x5a, 0x98]);
        assert_eq!(fingerprint(&key), "21fe31dfa154a261626bf854046fd227");
    }

    #[test]
    fn points_of_small_order_are_no_keys_whatever_their_sign() {
        for point in SMALL {
            for sign in [0, 0x80] {
                let mut bytes = point;
                bytes[31] |= sign;
                assert_eq!(read(&crypto::base64url(&bytes)), None, "{bytes:?}");
                bytes[7] ^= 1;
                assert_eq!(read(&crypto::base64url(&bytes)), Some(bytes));
            }
        }
        assert_eq!(read(""), None);
        assert_eq!(read(&crypto::base64url(&[1; 31])), None);
    }
}
