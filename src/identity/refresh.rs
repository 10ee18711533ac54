//! Refresh tokens: a family of them for each session.
//!
//! A token is the MAC of its session's id and a generation, under a secret that only this house can derive, so the
//! database holds nothing that could be replayed and a forged token is refused without asking it. Each exchange
//! counts the generation up. Whoever presents an older one shows that a second party holds the family (RFC 9700
//! section 4.14.2), unless it is the one just before and the exchange was moments ago: then its answer was lost, or
//! two tabs refreshed at once, and the same successor is given again.

use crate::kernel::crypto;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;

/// Milliseconds for which the generation just before gets the same successor again.
pub const GRACE_MILLIS: i64 = 30_000;

/// What a refresh token says, once its MAC was found right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presented {
    /// The session.
    pub session_id: Id,
    /// Which of its tokens this is; the first is 1.
    pub generation: i64,
}

/// A family as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// The newest generation.
    pub generation: i64,
    /// When that was issued.
    pub rotated_at: Timestamp,
    /// When the session ends.
    pub expires_at: Timestamp,
    /// Whether it was ended before.
    pub revoked: bool,
}

/// What to do with a token of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Issue the next generation.
    Rotate,
    /// Issue the newest generation again.
    Repeat,
    /// End the session: an old token was used again.
    Reuse,
    /// Refuse: the session has ended, or no such token was ever issued.
    Refuse,
}

/// Decides about the token of that generation.
#[must_use]
pub fn decide(family: &Family, generation: i64, now: Timestamp) -> Decision {
    if family.revoked || family.expires_at <= now || generation > family.generation {
        return Decision::Refuse;
    }
    if generation == family.generation {
        return Decision::Rotate;
    }
    let lately = now.millis() - family.rotated_at.millis() <= GRACE_MILLIS;
    if generation + 1 == family.generation && lately { Decision::Repeat } else { Decision::Reuse }
}

/// The token of a generation.
#[must_use]
pub fn token(session_id: Id, generation: i64, key: &[u8]) -> String {
    format!("{session_id}.{generation}.{}", crypto::base64url(&mac(session_id, generation, key)))
}

/// What a token says; `None` unless one of the keys made it.
#[must_use]
pub fn read(token: &str, keys: &[&[u8]]) -> Option<Presented> {
    let mut parts = token.split('.');
    let (session, number, tag) = (parts.next()?, parts.next()?, parts.next()?);
    let canonical =
        number.len() <= 15 && number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
    if parts.next().is_some() || !canonical {
        return None;
    }
    let (session_id, generation) = (Id::parse(session)?, number.parse().ok()?);
    let tag = crypto::from_base64url(tag)?;
    let right = keys.iter().any(|key| crypto::equal(&tag, &mac(session_id, generation, key)));
    right.then_some(Presented { session_id, generation })
}

fn mac(session_id: Id, generation: i64, key: &[u8]) -> [u8; 32] {
    let family = crypto::mac(key, &[b"refresh", session_id.to_string().as_bytes()]);
    crypto::mac(&family, &[&generation.to_be_bytes()])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &[u8] = &[7; 32];

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn id(byte: u8) -> Id {
        Id::new(at(1), [byte; 10])
    }

    #[test]
    fn a_token_names_its_session_and_generation() {
        let text = token(id(1), 12, KEY);
        assert_eq!(read(&text, &[KEY]), Some(Presented { session_id: id(1), generation: 12 }));
        assert_eq!(read(&text, &[&[8; 32], KEY]), read(&text, &[KEY]), "a previous key still reads");
        assert_eq!(read(&text, &[&[8; 32]]), None);
    }

    #[test]
    fn damaged_and_forged_tokens_are_nothing() {
        let text = token(id(1), 12, KEY);
        let parts: Vec<&str> = text.split('.').collect();
        let other = token(id(1), 13, KEY);
        let forged = [
            String::new(),
            "..".to_owned(),
            text[..text.len() - 2].to_owned(),
            format!("{text}."),
            format!("{}.13.{}", parts[0], parts[2]),
            format!("{}.012.{}", parts[0], parts[2]),
            format!("{}.+12.{}", parts[0], parts[2]),
            format!("{}.12.{}", id(2), parts[2]),
            format!("{}.12.{}", parts[0], other.rsplit('.').next().unwrap()),
            "a.".repeat(50_000),
        ];
        for token in forged {
            assert_eq!(read(&token, &[KEY]), None, "{token:.80}");
        }
    }

    #[derive(Debug, Clone)]
    enum Step {
        /// The owner refreshes; the answer arrives or is lost.
        Owner { lost: bool },
        /// A thief presents the token that was stolen from the owner then.
        Thief,
        /// The owner's token is stolen.
        Steal,
        /// Time passes.
        Wait(i64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => any::<bool>().prop_map(|lost| Step::Owner { lost }),
            1 => Just(Step::Thief),
            1 => Just(Step::Steal),
            2 => (0..40_000_i64).prop_map(Step::Wait),
        ]
    }

    proptest! {
        /// Once thief and owner have both used the family, with more than the grace between, it is over for both;
        /// and an owner alone, whose answers get lost, is never thrown out while he repeats at once.
        #[test]
        fn a_stolen_family_ends_and_an_honest_one_does_not(steps in prop::collection::vec(step(), 1..60)) {
            let mut now = 1_000_000;
            let far = at(i64::from(u32::MAX) * 1000);
            let mut family = Family { generation: 1, rotated_at: at(now), expires_at: far, revoked: false };
            let (mut owner, mut stolen, mut thief_used) = (1, None, false);
            for step in steps {
                match step {
                    Step::Wait(millis) => now += millis,
                    Step::Steal => stolen = Some(owner),
                    Step::Owner { lost } => {
                        let decision = decide(&family, owner, at(now));
                        let held = owner;
                        apply(&mut family, decision, at(now), &mut owner, lost);
                        if decision == Decision::Reuse && !thief_used {
                            // Only a lost answer that was not repeated in time can do this.
                            prop_assert!(held < family.generation);
                            prop_assert!(now - family.rotated_at.millis() > GRACE_MILLIS || held + 1 < family.generation);
                        }
                    }
                    Step::Thief => {
                        let Some(mut token) = stolen else { continue };
                        let decision = decide(&family, token, at(now));
                        thief_used |= matches!(decision, Decision::Rotate | Decision::Repeat);
                        apply(&mut family, decision, at(now), &mut token, false);
                        stolen = Some(token);
                    }
                }
                // Nobody ever holds a token that the family has not issued.
                prop_assert!(owner <= family.generation);
                prop_assert!(stolen.is_none_or(|token| token <= family.generation));
                if family.revoked {
                    prop_assert_eq!(decide(&family, owner, at(now)), Decision::Refuse);
                    prop_assert_eq!(decide(&family, family.generation, at(now)), Decision::Refuse);
                }
            }
        }
    }

    fn apply(family: &mut Family, decision: Decision, now: Timestamp, holder: &mut i64, lost: bool) {
        match decision {
            Decision::Rotate => {
                family.generation += 1;
                family.rotated_at = now;
                if !lost {
                    *holder = family.generation;
                }
            }
            Decision::Repeat => {
                if !lost {
                    *holder = family.generation;
                }
            }
            Decision::Reuse => family.revoked = true,
            Decision::Refuse => {}
        }
    }

    #[test]
    fn the_grace_has_an_end() {
        let family = Family { generation: 5, rotated_at: at(0), expires_at: at(100_000), revoked: false };
        for (generation, millis, expected) in [
            (5, 99_999, Decision::Rotate),
            (5, 100_000, Decision::Refuse),
            (6, 1, Decision::Refuse),
            (4, GRACE_MILLIS, Decision::Repeat),
            (4, GRACE_MILLIS + 1, Decision::Reuse),
            (3, 1, Decision::Reuse),
        ] {
            assert_eq!(decide(&family, generation, at(millis)), expected, "{generation} at {millis}");
        }
        let ended = Family { revoked: true, ..family };
        assert_eq!(decide(&ended, 5, at(1)), Decision::Refuse);
    }
}
