//! Quotas: how many units a minute, an hour and a day admit, by who calls and what is counted.

use serde::{Deserialize, Serialize};

use crate::identity::caller::Tier;

/// The quotas of a minute, an hour and a day, in this order; `u32::MAX` is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quotas(pub [u32; 3]);

impl Quotas {
    /// The same quotas times `scale`.
    #[must_use]
    pub fn times(self, scale: u32) -> Self {
        Self(self.0.map(|units| units.saturating_mul(scale)))
    }

    /// The lesser quota of each window.
    #[must_use]
    pub fn least(self, other: Self) -> Self {
        let ([minute, hour, day], [other_minute, other_hour, other_day]) = (self.0, other.0);
        Self([minute.min(other_minute), hour.min(other_hour), day.min(other_day)])
    }

    /// Units that a lease may hold: a twentieth of the minute's quota, so that idle isolates waste little.
    #[must_use]
    pub fn ahead(self) -> u32 {
        self.0[0] / 20
    }
}

/// Operations that are counted together, whatever else is counted besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Everything that is not a credential.
    General,
    /// Attempts to prove or make an identity.
    Credential,
}

impl Group {
    /// The name of its counter.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Credential => "credential",
        }
    }
}

/// What kind of caller an object counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A network address, of callers without an account.
    Address,
    /// An account.
    User,
    /// An administrator's key.
    AdminKey,
}

const ENTERPRISE: [u32; 3] = [1_000, 50_000, 500_000];

/// The quotas of a caller: those of its tier or of its kind; credentials are scarcer for everybody.
#[must_use]
pub fn quotas(kind: Kind, tier: Tier, group: Group) -> Quotas {
    Quotas(match (group, kind, tier) {
        (Group::Credential, _, _) => [10, 60, 200],
        (Group::General, Kind::Address, _) => [60, 600, 5_000],
        (Group::General, Kind::AdminKey, _) => ENTERPRISE.map(|units| 5 * units),
        (Group::General, Kind::User, Tier::Free) => [10, 100, 1_000],
        (Group::General, Kind::User, Tier::Pro) => [100, 5_000, 50_000],
        (Group::General, Kind::User, Tier::Enterprise) => ENTERPRISE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrators_key_has_five_times_the_largest_tier_in_every_window() {
        let enterprise = quotas(Kind::User, Tier::Enterprise, Group::General);
        for tier in [Tier::Free, Tier::Pro, Tier::Enterprise] {
            assert_eq!(quotas(Kind::AdminKey, tier, Group::General), enterprise.times(5));
        }
    }

    #[test]
    fn the_lesser_quota_of_each_window_is_taken() {
        assert_eq!(Quotas([1, 20, 3]).least(Quotas([10, 2, 30])), Quotas([1, 2, 3]));
        assert_eq!(Quotas([u32::MAX, 1, 1]).times(2), Quotas([u32::MAX, 2, 2]));
    }
}
