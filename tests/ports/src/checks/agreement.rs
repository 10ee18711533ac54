//! Agreement on secrets, held against X25519 as RFC 7748 section 5 writes it down: slow, and nobody's but this suite's.

use super::{Check, Findings, equal, told};
use crate::ports::{KeyAgreement, PortError};

/// Runs these checks.
pub(super) async fn all(agreement: &dyn KeyAgreement, findings: &mut Findings) {
    findings.add("X25519 agrees with whoever follows RFC 7748", mutual(agreement)).await;
    findings.add("a key to agree by is made anew each time", fresh(agreement)).await;
    findings.add("points of small order are refused", small(agreement)).await;
}

/// A number below 2^255 - 19, or a little above, in limbs of 51 bits.
type Number = [u64; 5];

const LOW: u64 = (1 << 51) - 1;

fn carried(wide: [u128; 5]) -> Number {
    let mut out = [0; 5];
    let mut carry = 0;
    for (limb, wide) in out.iter_mut().zip(wide) {
        carry += wide;
        *limb = u64::try_from(carry & u128::from(LOW)).unwrap_or(0);
        carry >>= 51;
    }
    carry = carry * 19 + u128::from(out[0]);
    out[0] = u64::try_from(carry & u128::from(LOW)).unwrap_or(0);
    out[1] += u64::try_from(carry >> 51).unwrap_or(0);
    out
}

fn add(a: Number, b: Number) -> Number {
    carried(std::array::from_fn(|at| u128::from(a[at]) + u128::from(b[at])))
}

/// `a - b`, with four times the modulus added so that nothing is below zero.
fn subtract(a: Number, b: Number) -> Number {
    let four = [(LOW - 18) * 4, LOW * 4, LOW * 4, LOW * 4, LOW * 4];
    carried(std::array::from_fn(|at| u128::from(a[at] + four[at] - b[at])))
}

fn multiply(a: Number, b: Number) -> Number {
    let mut wide = [0; 5];
    for (i, a) in a.into_iter().enumerate() {
        for (j, b) in b.into_iter().enumerate() {
            let product = u128::from(a) * u128::from(b);
            wide[(i + j) % 5] += if i + j < 5 { product } else { product * 19 };
        }
    }
    carried(wide)
}

fn read(bytes: &[u8; 32]) -> Number {
    let bit = |at: usize| u64::from(bytes[at / 8] >> (at % 8) & 1);
    std::array::from_fn(|limb| (0..51).map(|at| bit(limb * 51 + at) << at).sum())
}

fn write(number: Number) -> [u8; 32] {
    // Three rounds bring it below 2^255; the modulus is taken off if it is in there.
    let mut number = (0..3).fold(number, |number, _| carried(number.map(u128::from)));
    if number[0] >= LOW - 18 && number[1..].iter().all(|limb| *limb == LOW) {
        number = [number[0] - (LOW - 18), 0, 0, 0, 0];
    }
    let mut bytes = [0; 32];
    for at in 0..255 {
        bytes[at / 8] |= u8::from(number[at / 51] >> (at % 51) & 1 == 1) << (at % 8);
    }
    bytes
}

/// The ladder of RFC 7748 section 5.
fn x25519(mut scalar: [u8; 32], point: &[u8; 32]) -> [u8; 32] {
    scalar[0] &= 248;
    scalar[31] = scalar[31] & 127 | 64;
    let (x1, one, zero) = (read(point), [1, 0, 0, 0, 0], [0; 5]);
    let (mut x2, mut z2, mut x3, mut z3) = (one, zero, x1, one);
    for at in (0..255).rev() {
        let swap = scalar[at / 8] >> (at % 8) & 1 == 1;
        if swap {
            (x2, z2, x3, z3) = (x3, z3, x2, z2);
        }
        let (a, b, c, d) = (add(x2, z2), subtract(x2, z2), add(x3, z3), subtract(x3, z3));
        let (aa, bb, da, cb) = (multiply(a, a), multiply(b, b), multiply(d, a), multiply(c, b));
        let (e, sum, difference) = (subtract(aa, bb), add(da, cb), subtract(da, cb));
        x3 = multiply(sum, sum);
        z3 = multiply(x1, multiply(difference, difference));
        x2 = multiply(aa, bb);
        z2 = multiply(e, add(aa, multiply(e, [121_665, 0, 0, 0, 0])));
        if swap {
            (x2, z2, x3, z3) = (x3, z3, x2, z2);
        }
    }
    // 1/z is z^(p - 2): all 255 bits of p - 2 are set but the second and the fourth.
    let inverse = (0..255).rev().fold(one, |power, at| {
        let square = multiply(power, power);
        if at == 2 || at == 4 { square } else { multiply(square, z2) }
    });
    write(multiply(x2, inverse))
}

fn hex(digits: &str) -> Result<[u8; 32], String> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).into_owned());
    let bytes: Result<Vec<u8>, String> =
        pairs.map(|pair| told("hex", u8::from_str_radix(&pair, 16))).collect();
    told("length", bytes?.try_into())
}

const BASE: [u8; 32] = {
    let mut base = [0; 32];
    base[0] = 9;
    base
};

async fn agree(agreement: &dyn KeyAgreement, theirs: &[u8; 32]) -> Result<([u8; 32], [u8; 32]), String> {
    told("agree", agreement.agree(theirs).await.map(|agreed| (agreed.ours, agreed.shared)))
}

async fn mutual(agreement: &dyn KeyAgreement) -> Check {
    // This suite's own reckoning first: RFC 7748 section 5.2.
    let scalar = hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4")?;
    let point = hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")?;
    let product = hex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")?;
    equal("as shown", x25519(scalar, &point), product)?;
    for seed in 1..=8 {
        let secret = [seed; 32];
        let (ours, shared) = agree(agreement, &x25519(secret, &BASE)).await?;
        equal("the secret", x25519(secret, &ours), shared)?;
    }
    Ok(())
}

async fn fresh(agreement: &dyn KeyAgreement) -> Check {
    let (first, second) = (agree(agreement, &BASE).await?, agree(agreement, &BASE).await?);
    equal("the same key", first.0 == second.0, false)?;
    equal("the same secret", first.1 == second.1, false)
}

async fn small(agreement: &dyn KeyAgreement) -> Check {
    let mut one = [0; 32];
    one[0] = 1;
    // 0, 1, -1, and a point of order 8.
    let minus_one = write(subtract([0; 5], [1, 0, 0, 0, 0]));
    let eight = hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")?;
    for point in [[0; 32], one, minus_one, eight] {
        equal("reckoned", x25519([7; 32], &point), [0; 32])?;
        let refused = matches!(agreement.agree(&point).await, Err(PortError::Shape(_)));
        equal("refused", refused, true)?;
    }
    Ok(())
}
