//! Against values of numpy and scipy (`tools/statistics/reference.py`), and against what must hold whatever comes.

use proptest::prelude::*;
use serde::Deserialize;

use super::distribution::{binomial_at_least, incomplete_beta, ln_gamma, normal_two_sided};
use super::multiple::false_discovery;
use super::rank::{ranks, spearman};
use super::trend::{median, trend};

#[derive(Deserialize)]
struct Reference {
    correlations: Vec<Correlated>,
    permutations: Vec<Permuted>,
    trends: Vec<Trending>,
    beta: Vec<[f64; 4]>,
    ln_gamma: Vec<[f64; 2]>,
    normal: Vec<[f64; 2]>,
    binomial: Vec<(u32, u32, f64, f64)>,
    false_discovery: Discovery,
}

#[derive(Deserialize)]
struct Correlated {
    kind: String,
    a: Vec<f64>,
    b: Vec<f64>,
    coefficient: f64,
    effective: f64,
    p_value: f64,
    p_plain: f64,
}

#[derive(Deserialize)]
struct Permuted {
    coefficient: f64,
    student: f64,
    permutation: f64,
}

#[derive(Deserialize)]
struct Trending {
    days: Vec<f64>,
    values: Vec<f64>,
    tau: f64,
    slope: f64,
    p_value: f64,
}

#[derive(Deserialize)]
struct Discovery {
    p: Vec<f64>,
    q: Vec<f64>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference.json")).unwrap()
}

fn close(what: &str, ours: f64, theirs: f64, tolerance: f64) {
    assert!((ours - theirs).abs() <= tolerance, "{what}: {ours}, where the reference has {theirs}");
}

#[test]
fn distributions_agree_with_the_reference() {
    let reference = reference();
    for [a, b, x, value] in reference.beta {
        close(&format!("I_{x}({a}, {b})"), incomplete_beta(a, b, x), value, 1e-10);
    }
    for [x, value] in reference.ln_gamma {
        close(&format!("ln gamma {x}"), ln_gamma(x), value, 1e-9);
    }
    for [z, value] in reference.normal {
        close(&format!("normal {z}"), normal_two_sided(z), value, 3e-7);
    }
    for (count, trials, chance, value) in reference.binomial {
        close(
            &format!("{count} of {trials} at {chance}"),
            binomial_at_least(count, trials, chance),
            value,
            1e-9,
        );
    }
}

#[test]
fn rank_correlations_agree_with_the_reference() {
    let reference = reference();
    assert_eq!(reference.correlations.len(), 30);
    for case in reference.correlations {
        let pairs: Vec<(f64, f64)> = case.a.iter().copied().zip(case.b.iter().copied()).collect();
        let (what, found) = (format!("{} {}", case.kind, pairs.len()), spearman(&pairs).unwrap());
        close(&what, found.coefficient, case.coefficient, 1e-9);
        close(&what, found.effective, case.effective, 1e-6);
        close(&what, found.p_value, case.p_value, 1e-8);
        assert!(found.p_value >= case.p_plain - 1e-9, "{what}: resemblance never makes a finding surer");
    }
}

/// Where the sample is smallest the approximation is closest to its limits: it is held to what permutations say.
#[test]
fn at_ten_days_students_approximation_is_good_enough() {
    for case in reference().permutations {
        close(&format!("rho {}", case.coefficient), case.student, case.permutation, 0.015);
    }
}

#[test]
fn trends_agree_with_the_reference() {
    for case in reference().trends {
        let points: Vec<(f64, f64)> = case.days.iter().copied().zip(case.values).collect();
        let (what, found) = (format!("{} points", points.len()), trend(&points).unwrap());
        close(&what, found.tau, case.tau, 1e-9);
        close(&what, found.slope, case.slope, 1e-9);
        close(&what, found.p_value, case.p_value, 1e-6);
    }
}

#[test]
fn discovery_rates_agree_with_the_reference() {
    let Discovery { p, q } = reference().false_discovery;
    for (ours, theirs) in false_discovery(&p, p.len()).into_iter().zip(q) {
        close("q", ours, theirs, 1e-12);
    }
    assert_eq!(false_discovery(&[0.01], 78), [0.78], "cards that never came were asked about too");
    assert_eq!(false_discovery(&[], 5), [0.0; 0]);
}

#[test]
fn what_has_no_relation_or_trend_says_so() {
    let flat: Vec<(f64, f64)> = (0..20).map(|day| (f64::from(day), 3.0)).collect();
    assert_eq!((spearman(&flat), trend(&flat)), (None, None));
    assert_eq!(spearman(&flat[..3]), None);
    assert_eq!(trend(&[]), None);
    assert_eq!(median(&mut []), None);
    assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
    assert_eq!(ranks(&[5.0, 1.0, 5.0, 9.0]), [2.5, 1.0, 2.5, 4.0]);
    let straight: Vec<(f64, f64)> = (0..20).map(|day| (f64::from(day), f64::from(-day))).collect();
    let found = spearman(&straight).unwrap();
    assert_eq!((found.coefficient, found.p_value), (-1.0, 0.0));
}

proptest! {
    /// Whatever the values: coefficients and probabilities stay in their range, order of sides does not matter, and a
    /// series that only grows with another is related to third ones as that is.
    #[test]
    fn correlations_stay_in_their_bounds(values in prop::collection::vec((-9..9_i32, -9..9_i32), 4..120)) {
        let pairs: Vec<(f64, f64)> = values.iter().map(|(a, b)| (f64::from(*a), f64::from(*b))).collect();
        let turned: Vec<(f64, f64)> = pairs.iter().map(|(a, b)| (*b, *a)).collect();
        let grown: Vec<(f64, f64)> = pairs.iter().map(|(a, b)| (a * a * a, *b)).collect();
        if let Some(found) = spearman(&pairs) {
            prop_assert!((-1.0..=1.0).contains(&found.coefficient) && (0.0..=1.0).contains(&found.p_value));
            prop_assert!((3.0..=pairs.len() as f64).contains(&found.effective));
            let other = spearman(&turned).unwrap();
            prop_assert!((found.coefficient - other.coefficient).abs() < 1e-12);
            prop_assert!((found.p_value - other.p_value).abs() < 1e-9);
            prop_assert!((found.coefficient - spearman(&grown).unwrap().coefficient).abs() < 1e-12);
        } else {
            let same = |side: fn(&(f64, f64)) -> f64| pairs.iter().all(|pair| side(pair) == side(&pairs[0]));
            prop_assert!(same(|pair| pair.0) || same(|pair| pair.1));
        }
    }

    /// A q-value is never below its p-value, never above 1, and keeps their order.
    #[test]
    fn discovery_rates_keep_the_order(p in prop::collection::vec(0.0..1.0_f64, 1..60), more in 0..50_usize) {
        let q = false_discovery(&p, p.len() + more);
        for (at, one) in p.iter().enumerate() {
            prop_assert!(q[at] >= *one - 1e-15 && q[at] <= 1.0);
            for (other, second) in p.iter().enumerate() {
                prop_assert!(one > second || q[at] <= q[other] + 1e-15);
            }
        }
    }
}
