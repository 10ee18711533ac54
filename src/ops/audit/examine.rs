//! The house's own look at its chain: does the newest stretch hold, up to its signed end? Pure.

use super::chain::{Checkpoint, Fault, Hash, Head, Link, follow};
use crate::kernel::crypto::from_base64url;

/// What is stored about the chain, and its newest stretch.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    /// The end as `audit_head` has it; `None` before the first record.
    pub head: Option<(i64, String)>,
    /// Up to this place records were removed because of their age.
    pub cut: i64,
    /// The newest records, in order, at most `window` of them.
    pub links: Vec<Link>,
    /// How many were asked for.
    pub window: i64,
    /// The checkpoints on them, and that at `cut`.
    pub checkpoints: Vec<Checkpoint>,
}

/// The first place that was followed; `None` when there is nothing to follow. `Err` says what does not hold.
pub fn examine(stored: &Stored) -> Result<Option<i64>, String> {
    let Some((seq, hash)) = &stored.head else {
        return if stored.links.is_empty() {
            Ok(None)
        } else {
            Err("the end of the chain is not known".into())
        };
    };
    let first = (seq - stored.window).max(stored.cut) + 1;
    if *seq == stored.cut {
        return Ok(None);
    }
    let (start, links) = start(stored, first)?;
    let head = follow(start, links, &stored.checkpoints).map_err(words)?;
    if head.seq != *seq {
        return Err(format!("the records from place {} on are missing", head.seq + 1));
    }
    if read(hash) != Some(head.hash) {
        return Err(format!("the record at place {seq} is not the one that the chain ends with"));
    }
    match stored.checkpoints.iter().max_by_key(|checkpoint| checkpoint.seq) {
        Some(last) if last.seq == *seq => Ok(links.first().map(|link| link.seq)),
        _ => Err(format!("there is no checkpoint at place {seq}")),
    }
}

/// The head from which the stretch is followed, and the records after it.
fn start(stored: &Stored, first: i64) -> Result<(Head, &[Link]), String> {
    let missing = || format!("the record at place {first} is missing");
    let link = stored.links.first().filter(|link| link.seq == first).ok_or_else(missing)?;
    if first == 1 {
        return Ok((Head::first(), &stored.links));
    }
    if first == stored.cut + 1 {
        let checkpoint = stored.checkpoints.iter().find(|checkpoint| checkpoint.seq == stored.cut);
        let hash = checkpoint.and_then(|checkpoint| read(&checkpoint.hash));
        let hash = hash.ok_or_else(|| format!("there is no checkpoint at place {}", stored.cut))?;
        return Ok((Head { seq: stored.cut, hash }, &stored.links));
    }
    // The first one is believed: what follows, up to a signed hash, fixes its hash.
    let hash = read(&link.hash).ok_or_else(missing)?;
    Ok((Head { seq: first, hash }, stored.links.get(1..).unwrap_or_default()))
}

fn read(hash: &str) -> Option<Hash> {
    from_base64url(hash)?.try_into().ok()
}

fn words(fault: Fault) -> String {
    match fault {
        Fault::Place(seq) => format!("the record at place {seq} is missing or not in its place"),
        Fault::Hash(seq) => format!("the record at place {seq} was changed"),
        Fault::Checkpoint(seq) => format!("the record at place {seq} is not the one that was signed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::crypto::base64url;

    fn stored(count: i64, cut: i64, window: i64) -> Stored {
        let mut head = Head::first();
        let (mut links, mut checkpoints) = (Vec::new(), Vec::new());
        for number in 1..=count {
            let mut link = Link {
                seq: 0,
                id: number.to_string(),
                at: number,
                kind: String::new(),
                outcome: String::new(),
                actor: String::new(),
                subject_type: String::new(),
                subject_id: String::new(),
                user_id: None,
                source: String::new(),
                request_id: String::new(),
                commitment: String::new(),
                hash: String::new(),
            };
            head = head.append(&mut link);
            links.push(link);
            if number == cut || number == count || number == 3 {
                let (key_id, signature) = (String::new(), String::new());
                checkpoints.push(Checkpoint {
                    seq: number,
                    hash: base64url(&head.hash),
                    at: 0,
                    key_id,
                    signature,
                });
            }
        }
        links.retain(|link| link.seq > cut.max(count - window));
        checkpoints.retain(|checkpoint| checkpoint.seq >= cut);
        Stored { head: Some((head.seq, base64url(&head.hash))), cut, links, window, checkpoints }
    }

    #[test]
    fn a_chain_that_holds_is_followed_from_as_far_as_it_is_known() {
        assert_eq!(examine(&Stored::default()), Ok(None));
        assert_eq!(examine(&stored(7, 0, 100)), Ok(Some(1)));
        assert_eq!(examine(&stored(7, 4, 100)), Ok(Some(5)));
        assert_eq!(examine(&stored(7, 0, 3)), Ok(Some(6)));
        assert_eq!(examine(&stored(7, 7, 3)), Ok(None));
    }

    #[test]
    fn each_fault_is_told() {
        let told = |change: fn(&mut Stored), cut, window| {
            let mut stored = stored(7, cut, window);
            change(&mut stored);
            examine(&stored).unwrap_err()
        };
        assert!(told(|s| s.links[2].kind.push('x'), 0, 100).contains("place 3 was changed"));
        assert!(told(|s| drop(s.links.remove(2)), 0, 100).contains("place 3 is missing"));
        assert!(told(|s| drop(s.links.remove(0)), 0, 100).contains("place 1 is missing"));
        assert!(told(|s| drop(s.links.remove(0)), 4, 100).contains("place 5 is missing"));
        assert!(told(|s| drop(s.links.pop()), 0, 100).contains("from place 7 on"));
        assert!(
            told(|s| s.checkpoints[0].hash.push('x'), 0, 100)
                .contains("place 3 is not the one that was signed")
        );
        assert!(told(|s| drop(s.checkpoints.pop()), 0, 100).contains("no checkpoint at place 7"));
        assert!(told(|s| drop(s.checkpoints.remove(0)), 4, 100).contains("no checkpoint at place 4"));
        assert!(told(|s| s.head = Some((7, "x".into())), 0, 100).contains("ends with"));
        assert!(told(|s| s.head = None, 0, 100).contains("not known"));
        assert!(told(|s| s.links[1].actor.push('x'), 0, 4).contains("place 5 was changed"));
    }
}
