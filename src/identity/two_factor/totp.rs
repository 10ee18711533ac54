//! One-time passwords of a device: HOTP (RFC 4226) over time steps (RFC 6238), SHA-1, six digits, thirty seconds, as
//! every authenticator reads them.

use hmac::{Hmac, Mac};
use sha1::Sha1;

use crate::kernel::crypto;
use crate::kernel::time::Timestamp;

/// The bytes of a secret: those of the hash, as RFC 4226 section 4 recommends.
pub const SECRET: usize = 20;
/// Seconds of a step.
pub const PERIOD: i64 = 30;
/// Digits of a code.
pub const DIGITS: usize = 6;
/// Steps by which the clock of a device may differ, either way (RFC 6238 section 5.2).
const SKEW: i64 = 1;

/// The step of a moment.
#[must_use]
pub fn step(now: Timestamp) -> i64 {
    now.seconds().div_euclid(PERIOD)
}

/// The step whose code this is, among those near `now` and after `last_step`. All are computed and compared in full,
/// whichever it is.
#[must_use]
pub fn matching_step(secret: &[u8], code: &str, last_step: i64, now: Timestamp) -> Option<i64> {
    let current = step(now);
    (current - SKEW..=current + SKEW)
        .map(|step| (step, crypto::equal(self::code(secret, step).as_bytes(), code.as_bytes())))
        .fold(None, |found, (step, equal)| if equal && step > last_step { Some(step) } else { found })
}

/// The code of a step.
#[must_use]
pub fn code(secret: &[u8], step: i64) -> String {
    let mut number = truncated(secret, step.unsigned_abs());
    let mut digits = [b'0'; DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// The 31 bits that RFC 4226 section 5.3 takes out of the MAC of a counter.
fn truncated(secret: &[u8], counter: u64) -> u32 {
    // HMAC takes a key of any length, so that the first branch is never left.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return 0 };
    mac.update(&counter.to_be_bytes());
    let mac = mac.finalize().into_bytes();
    let offset = usize::from(mac.last().copied().unwrap_or_default() & 15);
    let taken = mac.iter().skip(offset).take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    taken & 0x7fff_ffff
}

/// Base32 without padding (RFC 4648 section 6).
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    const ALPHABET: [u8; 32] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let letter = |value: u8| char::from(ALPHABET.get(usize::from(value & 31)).copied().unwrap_or(b'A'));
    let mut out = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0_u16, 0);
    for byte in bytes {
        held = held << 8 | u16::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(letter((held >> bits & 31) as u8));
        }
    }
    if bits > 0 {
        out.push(letter((held << (5 - bits) & 31) as u8));
    }
    out
}

/// The address that an authenticator reads from a QR code (the "Key Uri Format" that authenticators share).
#[must_use]
pub fn uri(account: &str, secret: &str) -> String {
    let mut label = String::with_capacity(account.len());
    for byte in account.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            label.push(char::from(byte));
        } else {
            label.push('%');
            label.push_str(&crypto::hex(&[byte]).to_ascii_uppercase());
        }
    }
    let parts = [
        "otpauth://totp/Witness:",
        &label,
        "?secret=",
        secret,
        "&issuer=Witness&algorithm=SHA1&digits=6&period=30",
    ];
    parts.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000).unwrap()
    }

    #[test]
    fn the_vectors_of_rfc_4226_are_met() {
        // Appendix D: the truncated numbers and the codes of the counters from 0 to 9.
        let numbers = [
            1_284_755_224,
            1_094_287_082,
            137_359_152,
            1_726_969_429,
            1_640_338_314,
            868_254_676,
            1_918_287_922,
            82_162_583,
            673_399_871,
            645_520_489,
        ];
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ];
        for (counter, (number, expected)) in numbers.into_iter().zip(codes).enumerate() {
            assert_eq!(truncated(SEED, counter as u64), number);
            assert_eq!(code(SEED, counter as i64), expected);
        }
    }

    #[test]
    fn the_vectors_of_rfc_6238_are_met() {
        // Appendix B, SHA-1: moments in seconds and codes of eight digits.
        for (seconds, eight) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            let step = step(at(seconds));
            assert_eq!(truncated(SEED, step.unsigned_abs()) % 100_000_000, eight, "{seconds}");
            assert_eq!(code(SEED, step), format!("{:06}", eight % 1_000_000));
        }
    }

    #[test]
    fn a_code_is_good_one_step_early_or_late_and_never_twice() {
        let now = at(1_111_111_111);
        let current = step(now);
        for (offset, expected) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let presented = code(SEED, current + offset);
            let found = matching_step(SEED, &presented, 0, now);
            assert_eq!(found, expected.then_some(current + offset), "{offset}");
            assert_eq!(matching_step(SEED, &presented, current + offset, now), None, "used");
        }
        for wrong in ["", "00000", "0000000", "abcdef"] {
            assert_eq!(matching_step(SEED, wrong, 0, now), None);
        }
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        // Section 10, without the padding.
        for (plain, expected) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), expected);
        }
    }

    #[test]
    fn the_uri_names_the_account_and_nothing_can_be_slipped_into_it() {
        let expected = "otpauth://totp/Witness:ada%2Bx%26secret%3DA@example.com?secret=MY&issuer=Witness&algorithm=SHA1\
                        &digits=6&period=30";
        assert_eq!(uri("ada+x&secret=A@example.com", "MY"), expected.replace('@', "%40"));
    }
}
