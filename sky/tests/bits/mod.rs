//! One number of every digit that the sky tells at a thousand moments. Natively and in Wasm it has to be the same.

/// What `told` gives while tables and method are those of `sky::VERSION` 1.0.0.
pub const TOLD: u64 = 0xe2ff_2f66_8cad_0c89;

/// FNV-1a over the bits of all results.
pub fn told() -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |number: f64| hash = (hash ^ number.to_bits()).wrapping_mul(0x100_0000_01b3);
    for step in 0..1000 {
        let at = sky::tt(-2_200_000_000_000 + step * 6_300_000_013);
        sky::longitudes(at).into_iter().for_each(&mut take);
        take(sky::sun_before(at, 88.0).0);
        take(sky::lahiri(at));
    }
    hash
}
