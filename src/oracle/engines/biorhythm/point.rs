//! One curve on one day. Everything but the value itself is decided in whole numbers.

use crate::contract::types::{BiorhythmDirection, BiorhythmPhase, BiorhythmTrend};

/// One day on one curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// Days since the cycle began, 0 to period - 1.
    pub day: i64,
    /// Length of the cycle in days.
    pub period: i64,
}

impl Point {
    /// The point so many days after the birth.
    #[must_use]
    pub fn at(days_lived: i64, period: u8) -> Self {
        let period = i64::from(period).max(1);
        Self { day: days_lived.rem_euclid(period), period }
    }

    /// 100 sin(2 pi d / P) in percent, to two decimals.
    #[must_use]
    pub fn value(self) -> f64 {
        if self.sign() == 0 {
            return 0.0;
        }
        // Both are below 2^6, which a float holds exactly.
        #[allow(clippy::cast_precision_loss)]
        let turn = self.day as f64 / self.period as f64;
        // Of `libm`, so that every machine rounds the same value.
        two_decimals(100.0 * libm::sin(std::f64::consts::TAU * turn))
    }

    /// -1, 0 or 1, as the curve is below, at or above zero.
    fn sign(self) -> i64 {
        if self.day == 0 { 0 } else { (self.period - 2 * self.day).signum() }
    }

    /// Which way the curve has gone through zero since the day before, if it has.
    #[must_use]
    pub fn critical(self) -> Option<BiorhythmDirection> {
        let before = Self { day: (self.day - 1).rem_euclid(self.period), ..self }.sign();
        match (before, self.sign()) {
            (-1, 0 | 1) => Some(BiorhythmDirection::Rising),
            (1, 0 | -1) => Some(BiorhythmDirection::Falling),
            _ => None,
        }
    }

    /// Where the curve goes.
    #[must_use]
    pub fn trend(self) -> BiorhythmTrend {
        // In quarters of a cycle, four times the day is compared with once and three times the period.
        let (day, period) = (4 * self.day, self.period);
        if (day - period).abs() <= 2 {
            BiorhythmTrend::Peak
        } else if (day - 3 * period).abs() <= 2 {
            BiorhythmTrend::Trough
        } else if day < period || day > 3 * period {
            BiorhythmTrend::Rising
        } else {
            BiorhythmTrend::Falling
        }
    }

    /// Which part of the cycle it is.
    #[must_use]
    pub fn phase(self) -> BiorhythmPhase {
        match (self.critical(), self.sign()) {
            (Some(BiorhythmDirection::Rising), _) => BiorhythmPhase::CriticalRising,
            (Some(BiorhythmDirection::Falling), _) => BiorhythmPhase::CriticalFalling,
            (None, 0..) if 4 * self.day < self.period => BiorhythmPhase::Charging,
            (None, 0..) => BiorhythmPhase::Expressing,
            (None, _) if 4 * self.day < 3 * self.period => BiorhythmPhase::Resting,
            (None, _) => BiorhythmPhase::Recovering,
        }
    }
}

/// Rounded to two decimals, never minus zero.
#[must_use]
pub fn two_decimals(value: f64) -> f64 {
    (value * 100.0).round() / 100.0 + 0.0
}
