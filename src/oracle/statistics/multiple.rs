//! Many questions at once: of a hundred answers by chance alone, five look significant at 5 %.

/// The smallest false discovery rate at which each finding would still be reported (Benjamini and Hochberg 1995), in
/// the order given. `tests` is how many questions were asked, those included whose answer is not listed because it
/// could not have been surprising.
#[must_use]
pub fn false_discovery(p_values: &[f64], tests: usize) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = p_values.iter().copied().enumerate().collect();
    order.sort_by(|one, other| other.1.total_cmp(&one.1));
    let tests = float(tests.max(p_values.len()));
    let mut least: f64 = 1.0;
    let mut adjusted: Vec<(usize, f64)> = Vec::with_capacity(order.len());
    let mut rank = order.len();
    for (at, p) in order {
        least = least.min(p * tests / float(rank));
        adjusted.push((at, least));
        rank -= 1;
    }
    adjusted.sort_by_key(|(at, _)| *at);
    adjusted.into_iter().map(|(_, q)| q).collect()
}

#[allow(clippy::cast_precision_loss)] // Counts of days and pairs.
fn float(count: usize) -> f64 {
    count as f64
}
