//! To which account a person leads. Pure, and the whole of it: what is not in this table does not happen.
//!
//! Whoever controls an account somewhere else must not gain one here that is not theirs. Two ways have to be closed.
//! *Classic takeover*: an attacker makes a provider tell the victim's address. Therefore an address counts only where
//! the provider answers for it now ([`Proof::Owner`]). *Planted account*: the attacker registers the victim's address
//! here first and waits until the victim signs in through a provider. Therefore an account whose address was never
//! verified is emptied of every way in before the proven owner gets it.

use super::person::{Person, Proof};
use crate::identity::caller::Role;
use crate::identity::standing::{Standing, StandingState};
use crate::kernel::id::Id;

/// An account, as far as the decision needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Which one.
    pub id: Id,
    /// How it stands.
    pub standing: Standing,
    /// Whether its owner has shown that the address is theirs.
    pub verified: bool,
    /// Whether it has a second factor.
    pub two_factor: bool,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The person is known: sign in to that account.
    SignIn(Account),
    /// The address is proven on both sides: link the identity to that account and sign in.
    Link(Account),
    /// The address is proven by the provider alone: empty the account of every way in, then link and sign in.
    Reclaim(Account),
    /// Make an account; with the address, verified or not, or without one.
    Create {
        /// Whether the person's address becomes the account's.
        with_address: bool,
        /// Whether that address counts as verified.
        verified: bool,
    },
    /// The address has an account, and nothing shows that it is the person's: sign in there and link from inside.
    LinkFirst,
    /// The account may not be used at present.
    Suspended,
    /// The account was deleted; what is left of it is going.
    Gone,
}

/// Decides. `known` is the account that the identity is linked to, `named` the one that has the person's address.
#[must_use]
pub fn decide(person: &Person, known: Option<&Account>, named: Option<&Account>) -> Decision {
    if let Some(account) = known {
        return match account.standing.state {
            StandingState::Active => Decision::SignIn(*account),
            StandingState::Suspended => Decision::Suspended,
            StandingState::Deleted => Decision::Gone,
        };
    }
    // An address that proves nothing is not even looked at: the answer would tell who has an account.
    if person.proof == Proof::None || person.email.is_none() {
        return Decision::Create { with_address: false, verified: false };
    }
    let owner = person.proof == Proof::Owner;
    let Some(account) = named else {
        return Decision::Create { with_address: true, verified: owner };
    };
    // Those who may look into other people's accounts link from inside, always.
    if !owner || account.standing.role != Role::User {
        return Decision::LinkFirst;
    }
    match account.standing.state {
        StandingState::Suspended => Decision::Suspended,
        StandingState::Deleted => Decision::Gone,
        StandingState::Active if account.verified => Decision::Link(*account),
        StandingState::Active => Decision::Reclaim(*account),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::contract::types::ProviderName;
    use crate::identity::caller::Tier;
    use crate::kernel::time::Timestamp;
    use Proof::{None as Unproven, Once, Owner};
    use Role::{Admin, Support, User};
    use StandingState::{Active, Deleted, Suspended};

    fn account(number: u8, state: StandingState, role: Role, verified: bool) -> Account {
        let standing = Standing { epoch: 3, tier: Tier::Free, role, state };
        Account { id: Id::new(Timestamp::EPOCH, [number; 10]), standing, verified, two_factor: false }
    }

    fn person(email: Option<&str>, proof: Proof) -> Person {
        let email = email.map(str::to_owned);
        Person { provider: ProviderName::Google, subject: "s".to_owned(), email, proof, name: None }
    }

    const ADDRESS: Option<&str> = Some("ada@example.com");

    #[test]
    fn every_way_of_a_person_who_is_not_known() {
        let named = |state, role, verified| Some(account(2, state, role, verified));
        let link = |verified| Decision::Link(account(2, Active, User, verified));
        let reclaim = Decision::Reclaim(account(2, Active, User, false));
        let create = |with_address, verified| Decision::Create { with_address, verified };
        let table = [
            // Nobody has the address.
            (ADDRESS, Owner, None, create(true, true)),
            (ADDRESS, Once, None, create(true, false)),
            (ADDRESS, Unproven, None, create(false, false)),
            (None, Unproven, None, create(false, false)),
            // Its owner is proven, and the account's address is verified.
            (ADDRESS, Owner, named(Active, User, true), link(true)),
            // The account was planted, or its owner never answered the mail.
            (ADDRESS, Owner, named(Active, User, false), reclaim),
            // The provider does not answer for the address.
            (ADDRESS, Once, named(Active, User, true), Decision::LinkFirst),
            (ADDRESS, Once, named(Active, User, false), Decision::LinkFirst),
            (ADDRESS, Once, named(Suspended, User, true), Decision::LinkFirst),
            // It says nothing of it: as if nobody had it.
            (ADDRESS, Unproven, named(Active, User, true), create(false, false)),
            (ADDRESS, Unproven, named(Active, User, false), create(false, false)),
            (ADDRESS, Unproven, named(Suspended, User, true), create(false, false)),
            // Accounts with rights over others.
            (ADDRESS, Owner, named(Active, Admin, true), Decision::LinkFirst),
            (ADDRESS, Owner, named(Active, Admin, false), Decision::LinkFirst),
            (ADDRESS, Owner, named(Active, Support, true), Decision::LinkFirst),
            // Accounts that may not act.
            (ADDRESS, Owner, named(Suspended, User, true), Decision::Suspended),
            (ADDRESS, Owner, named(Suspended, User, false), Decision::Suspended),
            (ADDRESS, Owner, named(Deleted, User, true), Decision::Gone),
        ];
        for (email, proof, named, expected) in table {
            assert_eq!(decide(&person(email, proof), None, named.as_ref()), expected, "{proof:?} {named:?}");
        }
    }

    #[test]
    fn a_person_who_is_known_signs_in_whatever_the_address_says() {
        for (state, role) in [(Active, User), (Active, Admin), (Suspended, User), (Deleted, User)] {
            let known = account(1, state, role, false);
            let expected = match state {
                Active => Decision::SignIn(known),
                Suspended => Decision::Suspended,
                Deleted => Decision::Gone,
            };
            for proof in [Unproven, Once, Owner] {
                let other = account(2, Active, User, true);
                assert_eq!(decide(&person(ADDRESS, proof), Some(&known), Some(&other)), expected);
            }
        }
    }

    fn states() -> impl Strategy<Value = Account> {
        let state = prop::sample::select(vec![Active, Suspended, Deleted]);
        let role = prop::sample::select(vec![User, Support, Admin]);
        (2..5_u8, state, role, any::<bool>())
            .prop_map(|(number, state, role, verified)| account(number, state, role, verified))
    }

    proptest! {
        /// Nobody enters an account without being linked to it or owning its address now; and never one that may not
        /// act, nor, by address, one that has rights over others.
        #[test]
        fn an_account_opens_to_its_owner_alone(
            proof in prop::sample::select(vec![Unproven, Once, Owner]),
            has_address: bool,
            known in prop::option::of(states()),
            named in prop::option::of(states()),
        ) {
            let person = person(ADDRESS.filter(|_| has_address), proof);
            match decide(&person, known.as_ref(), named.as_ref()) {
                Decision::SignIn(account) => {
                    prop_assert_eq!(Some(account), known);
                    prop_assert_eq!(account.standing.state, Active);
                }
                Decision::Link(account) | Decision::Reclaim(account) => {
                    prop_assert!(known.is_none() && proof == Owner && has_address);
                    prop_assert_eq!(Some(account), named);
                    prop_assert_eq!((account.standing.state, account.standing.role), (Active, User));
                }
                Decision::Create { with_address, verified } => {
                    prop_assert!(known.is_none());
                    prop_assert!(!with_address || named.is_none() && proof != Unproven);
                    prop_assert!(!verified || with_address && proof == Owner);
                }
                Decision::LinkFirst => prop_assert!(known.is_none() && named.is_some() && proof != Unproven),
                Decision::Suspended | Decision::Gone => {}
            }
        }
    }
}
