//! Numbers of a date of birth.

use chrono::{Datelike, NaiveDate};

use super::number::{Found, digit, reduced, way};

/// A date of birth in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Birth {
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// The year.
    pub year: i64,
}

impl Birth {
    /// The parts of a date.
    #[must_use]
    pub fn new(date: NaiveDate) -> Self {
        Self { month: i64::from(date.month()), day: i64::from(date.day()), year: i64::from(date.year()) }
    }

    /// Month, day and year, each reduced, then added and reduced; masters are kept throughout.
    #[must_use]
    pub fn life_path(self) -> Found {
        let parts = [("month", self.month), ("day", self.day), ("year", self.year)];
        let written = parts.map(|(name, value)| format!("{name} {value}{}", way(value, true))).join(" + ");
        Found::sum(&written, parts.map(|(_, value)| reduced(value)).into_iter().sum())
    }

    /// The day itself.
    #[must_use]
    pub fn birthday(self) -> Found {
        Found::whole(format!("day {}{}", self.day, way(self.day, true)), self.day)
    }

    /// Month, day and year, each reduced to one digit.
    #[must_use]
    pub fn digits(self) -> [i64; 3] {
        [self.month, self.day, self.year].map(digit)
    }

    /// Personal year, month and day on a date, each reduced to one digit.
    #[must_use]
    pub fn personal(self, on: NaiveDate) -> [Found; 3] {
        let now = Self::new(on);
        let [month, day, _] = self.digits();
        let year = Found::single(
            &format!(
                "month {}{} + day {}{} + year {}{}",
                self.month,
                way(self.month, false),
                self.day,
                way(self.day, false),
                now.year,
                way(now.year, false)
            ),
            month + day + digit(now.year),
        );
        let add = |label: &str, to: &Found, unit: &str, value: i64| {
            let written = format!("{label} {} + {unit} {value}{}", to.number, way(value, false));
            Found::single(&written, to.number + digit(value))
        };
        let month = add("personal year", &year, "month", now.month);
        let day = add("personal month", &month, "day", now.day);
        [year, month, day]
    }

    /// The age in whole years on a date, not below 0.
    #[must_use]
    pub fn age(self, on: NaiveDate) -> i64 {
        let now = Self::new(on);
        let before = (now.month, now.day) < (self.month, self.day);
        (now.year - self.year - i64::from(before)).max(0)
    }
}
