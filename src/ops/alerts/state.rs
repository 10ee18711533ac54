//! From one window to the next. Pure.

/// How an alert stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether it fires.
    pub firing: bool,
    /// Windows in a row that speak for the other state.
    pub streak: u32,
    /// Whether somebody was told that it fires.
    pub told: bool,
}

/// What a window made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// How it stands now.
    pub standing: Standing,
    /// Whether it fired or ended.
    pub changed: bool,
    /// Whether somebody is told: that it fires, or that it has ended where that was told.
    pub tell: bool,
}

/// Bounds of a rule: above, below, windows until it fires, windows until it ends.
pub type Bounds = (f64, f64, u32, u32);

/// One window. A value that is `None` decides nothing. While it is silenced nobody is told that it fires; one that
/// fires still when the silence is over is told of then.
#[must_use]
pub fn step(before: Standing, bounds: Bounds, value: Option<f64>, silenced: bool) -> Turn {
    let (above, below, fires_after, ends_after) = bounds;
    let Standing { mut firing, mut streak, mut told } = before;
    if let Some(value) = value {
        let (speaks, after) =
            if firing { (value <= below, ends_after) } else { (value > above, fires_after) };
        streak = if speaks { streak.saturating_add(1) } else { 0 };
        if streak >= after {
            (firing, streak) = (!firing, 0);
        }
    }
    let changed = firing != before.firing;
    let tell = if firing { !told && !silenced } else { changed && told };
    told = firing && (told || tell);
    Turn { standing: Standing { firing, streak, told }, changed, tell }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bounds() -> impl Strategy<Value = Bounds> {
        (1..8_u32, 1..8_u32).prop_map(|(fires, ends)| (10.0, 5.0, fires, ends))
    }

    /// Values in the three parts that bounds make of all, and windows that decide nothing.
    fn values() -> impl Strategy<Value = Vec<Option<f64>>> {
        prop::collection::vec(prop::option::weighted(0.9, 0.0..15.0_f64), 0..200)
    }

    /// The turns of a whole history that nobody silences.
    fn turns(bounds: Bounds, values: &[Option<f64>]) -> Vec<Turn> {
        let mut standing = Standing::default();
        let mut turn = |value: &Option<f64>| {
            let turn = step(standing, bounds, *value, false);
            standing = turn.standing;
            turn
        };
        values.iter().map(&mut turn).collect()
    }

    proptest! {
        /// A model that looks back: it fires where the last N values that there were are above, since it last ended.
        #[test]
        fn it_fires_and_ends_after_so_many_windows_in_a_row(bounds in bounds(), values in values()) {
            let (above, below, fires, ends) = bounds;
            let mut firing = false;
            let mut row: Vec<f64> = Vec::new();
            for (turn, value) in turns(bounds, &values).iter().zip(&values) {
                row.extend(value);
                let last = |count: u32| {
                    let from = row.len().checked_sub(count as usize);
                    from.map(|from| row[from..].to_vec())
                };
                let flips = match firing {
                    false => last(fires).is_some_and(|last| last.iter().all(|value| *value > above)),
                    true => last(ends).is_some_and(|last| last.iter().all(|value| *value <= below)),
                };
                if flips && value.is_some() {
                    firing = !firing;
                    row.clear();
                }
                prop_assert_eq!(turn.standing.firing, firing);
                prop_assert_eq!(turn.changed, flips && value.is_some());
            }
        }

        /// No flapping: a value that swings around the upper bound, and stays above the lower one, changes the state once
        /// at most; and whatever values do, two firings are N + M windows apart.
        #[test]
        fn a_value_that_swings_around_a_bound_changes_the_state_once(
            bounds in bounds(),
            swings in prop::collection::vec(5.1..15.0_f64, 0..200),
            values in values(),
        ) {
            let swings: Vec<Option<f64>> = swings.into_iter().map(Some).collect();
            prop_assert!(turns(bounds, &swings).iter().filter(|turn| turn.changed).count() <= 1);
            let fired: Vec<usize> = turns(bounds, &values).iter().enumerate()
                .filter(|(_, turn)| turn.changed && turn.standing.firing).map(|(at, _)| at).collect();
            let apart = (bounds.2 + bounds.3) as usize;
            prop_assert!(fired.windows(2).all(|pair| pair[1] - pair[0] >= apart), "{fired:?}");
        }

        /// Telling and ending come in pairs, whatever is silenced in between; and nobody is told while it is silenced
        /// that something fires.
        #[test]
        fn whoever_is_told_of_a_firing_is_told_of_its_end(
            bounds in bounds(),
            windows in prop::collection::vec((prop::option::weighted(0.9, 0.0..15.0_f64), any::<bool>()), 0..200),
        ) {
            let mut standing = Standing::default();
            let mut open = false;
            for (value, silenced) in windows {
                let turn = step(standing, bounds, value, silenced);
                standing = turn.standing;
                if turn.tell {
                    prop_assert_eq!(standing.firing, !open);
                    prop_assert!(!(standing.firing && silenced));
                    open = !open;
                }
                prop_assert_eq!(standing.told, open);
                prop_assert!(standing.told || !standing.firing || silenced, "somebody is told as soon as may be");
            }
        }
    }
}
