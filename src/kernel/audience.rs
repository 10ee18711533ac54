//! The audience: who may see an event or a row.
//!
//! Every event and every shared row names its audience. Whether somebody belongs to it is asked of what holds now,
//! not of what held when it was written: leaving a circle, or being removed from it, takes effect at once, for what
//! was shared before as well.

use std::fmt;

use super::id::Id;

/// Who may see something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// One person.
    User(Id),
    /// Everybody who is in the circle.
    Circle(Id),
}

impl Audience {
    /// Reads the form in tables; `None` for what this house never writes, which nobody may see.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once(':')?;
        let id = Id::parse(id)?;
        match kind {
            "user" => Some(Self::User(id)),
            "circle" => Some(Self::Circle(id)),
            _ => None,
        }
    }

    /// Whether somebody may see it who is in these circles now.
    #[must_use]
    pub fn includes(&self, user_id: Id, circles: &[Id]) -> bool {
        match self {
            Self::User(owner) => *owner == user_id,
            Self::Circle(circle) => circles.contains(circle),
        }
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Circle(id) => write!(f, "circle:{id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::Timestamp;

    fn id(byte: u8) -> Id {
        Id::new(Timestamp::EPOCH, [byte; 10])
    }

    #[test]
    fn an_audience_is_read_as_it_was_written() {
        for audience in [Audience::User(id(1)), Audience::Circle(id(2))] {
            assert_eq!(Audience::parse(&audience.to_string()), Some(audience));
        }
        for text in ["", "user", "user:", "all:0197f7a0-0000-7000-8000-000000000001", "user:x", "*"] {
            assert_eq!(Audience::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_circle_is_seen_by_those_who_are_in_it_now_and_a_person_by_himself() {
        let (ada, bob, family, team) = (id(1), id(2), id(3), id(4));
        assert!(Audience::User(ada).includes(ada, &[]));
        assert!(!Audience::User(ada).includes(bob, &[family, ada]), "a circle of that id is somebody else");
        assert!(Audience::Circle(family).includes(bob, &[team, family]));
        assert!(!Audience::Circle(family).includes(bob, &[team]), "bob has left");
        assert!(!Audience::Circle(ada).includes(ada, &[]), "a person of that id is no circle");
    }
}
