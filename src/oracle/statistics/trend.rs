//! Trends: whether a series rises or falls, and by how much.

use super::distribution::normal_two_sided;
use super::rank::{float, lagged};

/// The way of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Kendall's tau against time, -1 to 1.
    pub tau: f64,
    /// The median of the slopes between all pairs, a day.
    pub slope: f64,
    /// How often a series without a trend looks at least as much like one.
    pub p_value: f64,
}

/// The trend of values by day, earliest first: the test of Mann and Kendall with ties, continuity and a correction for
/// days that resemble the day before, and the slope of Theil and Sen. `None` for fewer than four values, or when they
/// are all the same.
///
/// The correction raises the variance by (1 + r) / (1 - r), r the correlation of neighbours once the slope is taken
/// out, where that is positive (Yue and Wang 2004, for a process of first order).
#[must_use]
pub fn trend(points: &[(f64, f64)]) -> Option<Trend> {
    let size = float(points.len());
    let mut score = 0.0;
    let mut slopes = Vec::new();
    for (at, (day, value)) in points.iter().enumerate() {
        for (later, next) in points.iter().skip(at + 1) {
            score += (next - value).partial_cmp(&0.0).map_or(0.0, |order| f64::from(order as i8));
            if later > day {
                slopes.push((next - value) / (later - day));
            }
        }
    }
    let variance = variance(points);
    if points.len() < 4 || variance <= 0.0 {
        return None;
    }
    let slope = median(&mut slopes)?;
    let continuous = if score == 0.0 { 0.0 } else { score - f64::copysign(1.0, score) };
    let z = continuous / (variance * inflation(points, slope)).sqrt();
    Some(Trend { tau: score / (size * (size - 1.0) / 2.0), slope, p_value: normal_two_sided(z) })
}

/// The variance of the score without a trend: n (n - 1) (2n + 5) / 18, less what ties take away.
fn variance(points: &[(f64, f64)]) -> f64 {
    let term = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0) / 18.0;
    let mut values: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
    values.sort_by(f64::total_cmp);
    #[allow(clippy::float_cmp, reason = "ties are values that are the same")]
    let ties: f64 = values.chunk_by(|one, other| one == other).map(|ties| term(float(ties.len()))).sum();
    term(float(points.len())) - ties
}

fn inflation(points: &[(f64, f64)], slope: f64) -> f64 {
    let mut rest: Vec<f64> = points.iter().map(|(day, value)| value - slope * day).collect();
    let mean = rest.iter().sum::<f64>() / float(rest.len());
    rest.iter_mut().for_each(|value| *value -= mean);
    let spread = lagged(&rest, &rest, 0);
    if spread <= 0.0 {
        return 1.0;
    }
    let neighbours = (lagged(&rest, &rest, 1) / spread).clamp(0.0, 0.99);
    (1.0 + neighbours) / (1.0 - neighbours)
}

/// The middle of the values; the mean of the two in the middle of an even number.
pub fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    match values.len() % 2 {
        0 => values.get(middle - 1).map(|lower| f64::midpoint(*lower, upper)),
        _ => Some(upper),
    }
}
