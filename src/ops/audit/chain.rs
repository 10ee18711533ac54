//! The chain of hashes over audit records, and the checkpoints that are signed on it. Pure.
//!
//! Each record's hash covers the hash before it, so that whoever has one hash has all records before it: none of
//! them can be changed, inserted, removed or moved without another hash. A checkpoint is such a hash, signed. The
//! layout of what is hashed and signed is in `docs/audit.md`, for verifiers that are not this house.

use serde::{Deserialize, Serialize};

use crate::kernel::crypto::{base64url, digest, from_base64url};
use crate::kernel::sealed;

/// A hash of the chain.
pub type Hash = [u8; 32];

/// The hash before the first record.
#[must_use]
pub fn genesis() -> Hash {
    digest(&[b"witness audit genesis v1"])
}

/// A record as the chain sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its place, from 1.
    pub seq: i64,
    /// The record's id.
    pub id: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What was done.
    pub kind: String,
    /// `done` or `refused`.
    pub outcome: String,
    /// Who did it.
    pub actor: String,
    /// The noun of what it was done to.
    pub subject_type: String,
    /// Which one.
    pub subject_id: String,
    /// Whose values are sealed in it.
    pub user_id: Option<String>,
    /// A pseudonym of the network it came from.
    pub source: String,
    /// The request.
    pub request_id: String,
    /// The commitment to its personal part; base64url.
    pub commitment: String,
    /// Its hash; base64url.
    pub hash: String,
}

impl Link {
    /// The hash that the record has after `previous`. `hash` itself is not looked at.
    #[must_use]
    pub fn after(&self, previous: &Hash) -> Hash {
        let (seq, at) = (self.seq.to_string(), self.at.to_string());
        digest(&[
            b"witness audit record v1",
            previous,
            seq.as_bytes(),
            self.id.as_bytes(),
            at.as_bytes(),
            self.kind.as_bytes(),
            self.outcome.as_bytes(),
            self.actor.as_bytes(),
            self.subject_type.as_bytes(),
            self.subject_id.as_bytes(),
            self.user_id.as_deref().unwrap_or_default().as_bytes(),
            self.source.as_bytes(),
            self.request_id.as_bytes(),
            self.commitment.as_bytes(),
        ])
    }
}

/// What the personal part of a record is sealed and committed to for.
#[must_use]
pub fn about(id: &str) -> [&str; 3] {
    ["audit_records", id, "personal"]
}

/// Whether a record's personal part is the one that its commitment was made for.
#[must_use]
pub fn committed(link: &Link, salt: &str, personal: &str) -> bool {
    let salt = from_base64url(salt).unwrap_or_default();
    base64url(&sealed::commitment(&salt, &about(&link.id), personal)) == link.commitment
}

/// The end of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The last record's place; 0 before the first.
    pub seq: i64,
    /// Its hash.
    pub hash: Hash,
}

impl Head {
    /// The head of an empty chain.
    #[must_use]
    pub fn first() -> Self {
        Self { seq: 0, hash: genesis() }
    }

    /// The head with one record more. The record is given its place and hash.
    #[must_use]
    pub fn append(self, link: &mut Link) -> Self {
        link.seq = self.seq + 1;
        let hash = link.after(&self.hash);
        link.hash = base64url(&hash);
        Self { seq: link.seq, hash }
    }
}

/// A signed head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The last record's place.
    pub seq: i64,
    /// Its hash; base64url.
    pub hash: String,
    /// When it was signed, in milliseconds since 1970.
    pub at: i64,
    /// The key that signed.
    pub key_id: String,
    /// The Ed25519 signature of [`Checkpoint::message`]; base64url.
    pub signature: String,
}

impl Checkpoint {
    /// What is signed.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        let (seq, at) = (self.seq.to_string(), self.at.to_string());
        let parts = [b"witness audit checkpoint v1".as_slice(), self.key_id.as_bytes(), seq.as_bytes()];
        digest(&[&parts[..], &[self.hash.as_bytes(), at.as_bytes()]].concat()).to_vec()
    }
}

/// The id of a public key: eight bytes of its SHA-256 as base64url.
#[must_use]
pub fn key_id(public: &[u8]) -> String {
    let digest = digest(&[b"witness audit key v1", public]);
    base64url(digest.get(..8).unwrap_or_default())
}

/// What is wrong with a stretch of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// At this place another one stands: something was removed, inserted or moved.
    Place(i64),
    /// The record at this place, or one before it, was changed.
    Hash(i64),
    /// A checkpoint at this place names another hash than the chain has there.
    Checkpoint(i64),
}

/// Follows the chain from `head` over the records, which come next, and holds it against checkpoints. Signatures are
/// not looked at. Gives the head that it ends with.
pub fn follow(head: Head, links: &[Link], checkpoints: &[Checkpoint]) -> Result<Head, Fault> {
    let mut head = head;
    for link in links {
        if link.seq != head.seq + 1 {
            return Err(Fault::Place(head.seq + 1));
        }
        let hash = link.after(&head.hash);
        if base64url(&hash) != link.hash {
            return Err(Fault::Hash(link.seq));
        }
        head = Head { seq: link.seq, hash };
        let at = checkpoints.iter().filter(|checkpoint| checkpoint.seq == head.seq);
        if at.into_iter().any(|checkpoint| checkpoint.hash != link.hash) {
            return Err(Fault::Checkpoint(head.seq));
        }
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn link(number: i64) -> Link {
        Link {
            seq: 0,
            id: format!("id-{number}"),
            at: 1_700_000_000_000 + number,
            kind: "session.created".into(),
            outcome: "done".into(),
            actor: "user:1".into(),
            subject_type: "session".into(),
            subject_id: format!("s{number}"),
            user_id: (number % 3 > 0).then(|| "1".into()),
            source: "n".into(),
            request_id: format!("r{number}"),
            commitment: base64url(&digest(&[&number.to_be_bytes()])),
            hash: String::new(),
        }
    }

    fn chain(length: i64) -> (Vec<Link>, Head) {
        let mut head = Head::first();
        let links = (1..=length)
            .map(|number| {
                let mut link = link(number);
                head = head.append(&mut link);
                link
            })
            .collect();
        (links, head)
    }

    fn checkpoint(head: Head) -> Checkpoint {
        let hash = base64url(&head.hash);
        Checkpoint { seq: head.seq, hash, at: 0, key_id: "k".into(), signature: String::new() }
    }

    /// Pinned, since verifiers outside compute it by themselves (`tests/workerd/audit.test.mjs`).
    #[test]
    fn the_layout_is_the_one_that_is_written_down() {
        let (links, head) = chain(2);
        assert_eq!(base64url(&genesis()), "P-5IiHZw0TE7c-pjBIGEnp8vY6PZJl3I_b6bA2OTXnA");
        assert_eq!(base64url(&head.hash), "hA2LW0OAn8Dzqk7DPFi80JgA385Fvvir9YHxycGpNBI");
        assert_eq!(links[1].hash, base64url(&head.hash));
        assert_eq!(base64url(&checkpoint(head).message()), "_txWlze1LYk0e68UD7OzuJvu4d4sOf3lolDnrB7Dagg");
        assert_eq!(key_id(&[7; 32]), "03rrb9weBRQ");
    }

    #[test]
    fn a_chain_is_followed_from_its_beginning_and_from_any_head() {
        let (links, head) = chain(5);
        assert_eq!(follow(Head::first(), &links, &[checkpoint(head)]), Ok(head));
        let (_, middle) = chain(3);
        assert_eq!(follow(middle, &links[3..], &[checkpoint(head)]), Ok(head));
        assert_eq!(follow(middle, &[], &[]), Ok(middle));
    }

    /// One change of each field of a record.
    fn changed(link: &Link, field: usize) -> Link {
        let mut link = link.clone();
        match field % 12 {
            0 => link.seq += 1,
            1 => link.id.push('x'),
            2 => link.at += 1,
            3 => link.kind.push('x'),
            4 => link.outcome.push('x'),
            5 => link.actor.push('x'),
            6 => link.subject_type.push('x'),
            7 => link.subject_id.push('x'),
            8 => link.user_id = Some(link.user_id.map_or_else(|| "2".to_owned(), |id| id + "x")),
            9 => link.source.push('x'),
            10 => link.request_id.push('x'),
            _ => link.commitment.push('x'),
        }
        link
    }

    proptest! {
        /// The model: a stretch passes when it is the chain itself, and only then.
        #[test]
        fn every_tampering_is_found(
            length in 2_i64..12,
            at in any::<prop::sample::Index>(),
            to in any::<prop::sample::Index>(),
            kind in 0_usize..6,
            field in 0_usize..12,
        ) {
            let (links, head) = chain(length);
            let end = checkpoint(head);
            let (at, to) = (at.index(links.len()), to.index(links.len()));
            let mut other = links.clone();
            match kind {
                0 => other[at] = changed(&links[at], field),
                1 => { other.remove(at); }
                2 => other.insert(at, changed(&links[at], field)),
                3 => other.swap(at, to),
                4 => other.truncate(at),
                // Everything after a change is chained anew, by somebody who cannot sign.
                _ => {
                    other[at] = changed(&links[at], field.max(1));
                    let mut head = Head::first();
                    for link in &mut other {
                        head = head.append(link);
                    }
                }
            }
            let found = follow(Head::first(), &other, std::slice::from_ref(&end));
            let whole = found.is_ok_and(|found| found == head);
            prop_assert_eq!(whole, other == links);
        }
    }
}
