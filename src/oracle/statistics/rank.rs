//! Rank correlation of two series of days.

use super::distribution::t_two_sided;

/// How two series go together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correlation {
    /// Spearman's coefficient, -1 to 1.
    pub coefficient: f64,
    /// Days on which both have a value.
    pub size: usize,
    /// How many independent days they are worth.
    pub effective: f64,
    /// How often series that have nothing to do with each other look at least as related.
    pub p_value: f64,
}

/// The ranks of the values, 1 for the smallest; equal values share the mean of their ranks.
#[must_use]
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
    order.sort_by(|one, other| one.1.total_cmp(&other.1));
    let mut ranked: Vec<(usize, f64)> = Vec::with_capacity(order.len());
    #[allow(clippy::float_cmp, reason = "ties are values that are the same")]
    for ties in order.chunk_by(|one, other| one.1 == other.1) {
        let rank = float(ranked.len()) + (float(ties.len()) + 1.0) / 2.0;
        ranked.extend(ties.iter().map(|(at, _)| (*at, rank)));
    }
    ranked.sort_by_key(|(at, _)| *at);
    ranked.into_iter().map(|(_, rank)| rank).collect()
}

/// Spearman's correlation of pairs in the order of their days; `None` for fewer than four pairs, or when one side never
/// changes.
///
/// The p-value is Student's approximation with as many degrees of freedom as the days are worth: neighbouring days
/// resemble each other, which makes unrelated series look related (Bartlett). The number of days is therefore taken
/// down by the products of both sides' autocorrelations, up to a lag of a quarter of the days (Pyper and Peterman
/// 1998, equation 1); days without a pair are passed over.
#[must_use]
pub fn spearman(pairs: &[(f64, f64)]) -> Option<Correlation> {
    let size = pairs.len();
    if size < 4 {
        return None;
    }
    let side = |pick: fn(&(f64, f64)) -> f64| {
        let mut ranks = ranks(&pairs.iter().map(pick).collect::<Vec<_>>());
        let mean = (float(size) + 1.0) / 2.0;
        ranks.iter_mut().for_each(|rank| *rank -= mean);
        ranks
    };
    let (one, other) = (side(|pair| pair.0), side(|pair| pair.1));
    let spread = lagged(&one, &one, 0) * lagged(&other, &other, 0);
    if spread <= 0.0 {
        return None;
    }
    let coefficient = (lagged(&one, &other, 0) / spread.sqrt()).clamp(-1.0, 1.0);
    let effective = effective(&one, &other);
    let freedom = effective - 2.0;
    let t = coefficient * (freedom / (1.0 - coefficient * coefficient)).sqrt();
    Some(Correlation { coefficient, size, effective, p_value: t_two_sided(t, freedom) })
}

/// How many independent days two centred series are worth: from 3 to as many as there are.
fn effective(one: &[f64], other: &[f64]) -> f64 {
    let size = float(one.len());
    let (first, second) = (lagged(one, one, 0), lagged(other, other, 0));
    let sum: f64 = (1..=one.len() / 4)
        .map(|lag| {
            let together = lagged(one, one, lag) / first * (lagged(other, other, lag) / second);
            (size - float(lag)) / size * together
        })
        .sum();
    let inverse = (1.0 + 2.0 * sum) / size;
    if inverse <= 1.0 / size { size } else { (1.0 / inverse).max(3.0) }
}

/// The sum of the products of one series with the other one so many days later.
pub(super) fn lagged(one: &[f64], other: &[f64], lag: usize) -> f64 {
    one.iter().zip(other.iter().skip(lag)).map(|(one, other)| one * other).sum()
}

#[allow(clippy::cast_precision_loss)] // Counts of days.
pub(super) fn float(count: usize) -> f64 {
    count as f64
}
