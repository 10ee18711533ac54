//! Sets of scopes and those who may hold them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Scope;
use crate::kernel::json;

/// The kinds of credential to which the contract gives scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A person's own session.
    Session,
    /// An API key, as far as it was granted the scope.
    Key,
    /// An OAuth client, as far as it was granted the scope.
    Client,
    /// A session of somebody with the role support.
    Support,
    /// A session of somebody with the role admin, or an admin key that was granted the scope.
    Admin,
}

/// A set of scopes: a bit for each, in the order of the contract. What is stored or sent are names, so that the
/// order may change.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Scopes(u64);

impl Scopes {
    /// No scope.
    pub const NONE: Self = Self(0);

    /// These scopes.
    #[must_use]
    pub const fn of(scopes: &[Scope]) -> Self {
        let (mut bits, mut rest) = (0, scopes);
        while let [scope, others @ ..] = rest {
            bits |= 1 << *scope as u64;
            rest = others;
        }
        Self(bits)
    }

    /// The set as a number; it means something in this isolate alone.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Whether the scope is among them.
    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u64) != 0
    }

    /// Whether all of the others are among them.
    #[must_use]
    pub const fn contains_all(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }

    /// Those that are in either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes, in the order of the contract.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.contains(*scope))
    }

    /// Reads names between spaces, as OAuth writes them (RFC 6749 section 3.3); `None` if one is unknown.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::of_names(text.split(' ').filter(|name| !name.is_empty()))
    }

    /// These names; `None` if one is unknown.
    pub fn of_names<'n>(names: impl IntoIterator<Item = &'n str>) -> Option<Self> {
        names.into_iter().try_fold(Self::NONE, |set, name| Some(set.union(Self::of(&[Scope::parse(name)?]))))
    }

    /// Reads names between spaces that were stored or signed by us; those that are no longer known are left out.
    #[must_use]
    pub fn read(text: &str) -> Self {
        text.split(' ').filter_map(Scope::parse).collect()
    }

    /// Reads a JSON list of names that was stored by us; those that are no longer known are left out.
    #[must_use]
    pub fn read_json(text: &str) -> Option<Self> {
        json::read(text).ok()
    }

    /// The names as a JSON list.
    #[must_use]
    pub fn to_json(self) -> String {
        let names: Vec<String> = self.iter().map(|scope| format!("\"{}\"", scope.as_str())).collect();
        format!("[{}]", names.join(","))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::NONE, |set, scope| set.union(Self::of(&[scope])))
    }
}

/// The names with spaces between them, as OAuth writes them.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { " " })?;
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scopes({self})")
    }
}

/// A list of names.
impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Scope::as_str))
    }
}

/// A list of names; those that are not known are left out.
impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        Ok(names.iter().filter_map(|name| Scope::parse(name)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_second() -> Scopes {
        Scope::ALL.iter().copied().step_by(2).collect()
    }

    #[test]
    fn every_form_is_read_back() {
        let set = every_second();
        assert!(!set.is_empty() && set.iter().all(|scope| set.contains(scope)));
        assert_eq!(Scopes::parse(&set.to_string()), Some(set));
        assert_eq!(Scopes::read(&set.to_string()), set);
        assert_eq!(Scopes::read_json(&set.to_json()), Some(set));
        assert_eq!(serde_json::to_string(&set).unwrap(), set.to_json());
        assert_eq!(Scopes::parse(""), Some(Scopes::NONE));
        assert_eq!(Scopes::read_json("[]"), Some(Scopes::NONE));
    }

    #[test]
    fn an_unknown_name_is_refused_when_asked_for_and_forgotten_when_stored() {
        let set = every_second();
        let more = format!("{set} flights:book");
        assert_eq!(Scopes::parse(&more), None);
        assert_eq!(Scopes::read(&more), set);
        assert_eq!(Scopes::of_names(["flights:book"]), None);
        assert_eq!(Scopes::read_json(r#"["flights:book"]"#), Some(Scopes::NONE));
        assert_eq!(Scopes::read_json("{}"), None);
    }

    #[test]
    fn sets_are_joined_and_compared() {
        let (all, set) = (Scopes::of(Scope::ALL), every_second());
        let rest = all.without(set);
        assert_eq!(set.union(rest), all);
        assert_eq!(set.intersection(rest), Scopes::NONE);
        assert!(all.contains_all(set) && set.contains_all(Scopes::NONE) && !rest.contains_all(all));
        assert_eq!(all.iter().count(), Scope::ALL.len());
    }

    #[test]
    fn a_holder_may_have_what_the_contract_says() {
        let holders = [Holder::Session, Holder::Key, Holder::Client, Holder::Support, Holder::Admin];
        for holder in holders {
            let held = Scopes::of_holder(holder);
            for scope in Scope::ALL.iter().copied() {
                assert_eq!(held.contains(scope), scope.holders().contains(&holder), "{holder:?} {scope:?}");
            }
        }
        assert!(Scope::ALL.iter().all(|scope| !scope.meaning().is_empty()));
    }
}
