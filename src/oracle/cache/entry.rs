//! One kept result: when it was made, and what it is good for at a given moment. Pure.

use crate::kernel::time::Timestamp;

/// How long a result is good, each from the end of the span before it or from when it was made, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// So long after it was made it is answered as it is.
    pub fresh: u32,
    /// So long after that it is still answered at once, and made anew afterwards (stale-while-revalidate of RFC 5861,
    /// section 3).
    pub renew: u32,
    /// So long after it was fresh it is answered where nothing better is to be had (stale-if-error, section 4); at
    /// least as long as `renew`.
    pub stale: u32,
}

/// Seconds for which a remote engine's result stands in for the engine.
const STAND_IN: u32 = 7 * 86_400;

impl Life {
    /// The life of an engine's result whose freshness lasts so many seconds: renewed for a tenth of that. What a remote
    /// engine said is kept longer, as a stand-in; what can be calculated here needs none.
    #[must_use]
    pub const fn of(fresh: u32, remote: bool) -> Self {
        let renew = fresh / 10;
        Self { fresh, renew, stale: if remote { STAND_IN } else { renew } }
    }
}

/// What a kept result is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Good {
    /// For an answer.
    Fresh,
    /// For an answer, while it is made anew.
    Renew,
    /// For an answer where nothing better is to be had.
    StandIn,
    /// For nothing.
    Over,
}

/// A result as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<T> {
    /// When the request came that it was made for.
    pub made: Timestamp,
    /// Until when it is fresh.
    pub fresh_until: Timestamp,
    /// Until when it is answered while it is made anew.
    pub renew_until: Timestamp,
    /// Until when it stands in.
    pub stale_until: Timestamp,
    /// The result.
    pub value: T,
}

impl<T> Entry<T> {
    /// A result that was made now.
    pub fn new(value: T, made: Timestamp, life: Life) -> Self {
        let after = |seconds: u32| made.plus_millis(i64::from(seconds) * 1000);
        Self {
            made,
            fresh_until: after(life.fresh),
            renew_until: after(life.fresh.saturating_add(life.renew)),
            stale_until: after(life.fresh.saturating_add(life.stale.max(life.renew))),
            value,
        }
    }

    /// What it is good for now. A clock behind the maker's sees it fresh.
    #[must_use]
    pub fn good(&self, now: Timestamp) -> Good {
        match () {
            () if now < self.fresh_until => Good::Fresh,
            () if now < self.renew_until => Good::Renew,
            () if now < self.stale_until => Good::StandIn,
            () => Good::Over,
        }
    }

    /// Its age in seconds.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> i64 {
        ((now.millis() - self.made.millis()) / 1000).max(0)
    }

    /// The same moments with another value.
    pub fn with<U>(&self, value: U) -> Entry<U> {
        let Self { made, fresh_until, renew_until, stale_until, .. } = *self;
        Entry { made, fresh_until, renew_until, stale_until, value }
    }
}

impl Entry<&str> {
    /// The entry as text: four moments in milliseconds, then the value.
    #[must_use]
    pub fn write(&self) -> String {
        let mut text = String::with_capacity(self.value.len() + 60);
        for moment in [self.made, self.fresh_until, self.renew_until, self.stale_until] {
            text.push_str(&moment.millis().to_string());
            text.push(' ');
        }
        text.push_str(self.value);
        text
    }
}

impl<'t> Entry<&'t str> {
    /// Reads what [`Self::write`] wrote.
    #[must_use]
    pub fn read(text: &'t str) -> Option<Self> {
        let mut rest = text;
        let mut moment = || {
            let (millis, after) = rest.split_once(' ')?;
            rest = after;
            Timestamp::from_millis(millis.parse().ok()?)
        };
        let (made, fresh_until, renew_until, stale_until) = (moment()?, moment()?, moment()?, moment()?);
        Some(Self { made, fresh_until, renew_until, stale_until, value: rest })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000).unwrap()
    }

    #[test]
    fn a_result_goes_through_its_life_in_order() {
        let entry = Entry::new("r", at(1000), Life { fresh: 100, renew: 20, stale: 500 });
        let good = |seconds| entry.good(at(seconds));
        assert_eq!([good(0), good(1000), good(1099)], [Good::Fresh; 3]);
        assert_eq!([good(1100), good(1119)], [Good::Renew; 2]);
        assert_eq!([good(1120), good(1599)], [Good::StandIn; 2]);
        assert_eq!(good(1600), Good::Over);
        assert_eq!((entry.age(at(1090)), entry.age(at(0))), (90, 0));
    }

    #[test]
    fn what_can_be_calculated_here_does_not_stand_in() {
        let here = Entry::new("r", at(0), Life::of(1000, false));
        assert_eq!((here.good(at(1099)), here.good(at(1100))), (Good::Renew, Good::Over));
        let remote = Entry::new("r", at(0), Life::of(1000, true));
        assert_eq!((remote.good(at(1099)), remote.good(at(1100))), (Good::Renew, Good::StandIn));
    }

    #[test]
    fn other_texts_are_no_entries() {
        for text in
            ["", "1 2 3", "1 2 3 4", "a 2 3 4 {}", "1 2 3 99999999999999999999 {}", r#"{"title":"t"}"#]
        {
            assert_eq!(Entry::read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_entry_is_read_as_it_was_written(
            made in 0_i64..4_000_000_000, fresh: u32, renew: u32, stale: u32, value in ".*",
        ) {
            let entry = Entry::new(value.as_str(), at(made), Life { fresh, renew, stale });
            let text = entry.write();
            prop_assert_eq!(Entry::read(&text), Some(entry));
        }

        #[test]
        fn a_life_never_goes_back(made in 0_i64..4_000_000_000, fresh: u32, renew: u32, stale: u32) {
            let entry = Entry::new((), at(made), Life { fresh, renew, stale });
            let ends = [entry.made, entry.fresh_until, entry.renew_until, entry.stale_until];
            prop_assert!(ends.is_sorted());
        }
    }
}
