//! The clock and randomness.

use super::{Check, Findings, Home, equal};

/// Runs these checks.
pub(super) async fn all(home: &Home<'_>, findings: &mut Findings) {
    findings.add("the clock does not run backwards", async { clock(home) }).await;
    findings.add("random bytes fill the whole buffer and differ", async { random(home) }).await;
}

fn clock(home: &Home<'_>) -> Check {
    let first = home.clock.now();
    equal("a later look", home.clock.now() >= first, true)?;
    // 2020-01-01: a platform without a clock shows 1970.
    equal("after 2020", first.millis() > 1_577_836_800_000, true)
}

fn random(home: &Home<'_>) -> Check {
    let (mut one, mut other) = ([0_u8; 33], [0_u8; 33]);
    home.random.fill(&mut one);
    home.random.fill(&mut other);
    equal("two draws are alike", one == other, false)?;
    // All zero by chance: 2^-72.
    equal("the end is filled", one.iter().rev().take(9).all(|byte| *byte == 0), false)
}
