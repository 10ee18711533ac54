//! The log in plain memory: what the statements of `SqlLog` mean.

use std::cell::{Cell, RefCell};

use crate::kernel::id::Id;
use crate::sync::hub::log::{Ask, Cut, Entry, Fault, Log, Page, Place};

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Where.
    pub place: Place,
    /// The event.
    pub id: Id,
    /// After which nobody needs it.
    pub expires_at: Option<i64>,
    /// What it says.
    pub body: String,
    /// How much it counts.
    pub size: i64,
}

/// How an entry is written into a frame.
pub type Wire = fn(&Kept) -> String;

/// The log of one person.
#[derive(Debug)]
pub struct Memory {
    wire: Wire,
    /// What is in it.
    pub kept: RefCell<Vec<Kept>>,
    /// All that ever was.
    pub ever: RefCell<Vec<Kept>>,
    /// Up to where retention has removed.
    pub removed: Cell<i64>,
    /// The state that is kept.
    pub state: RefCell<Option<String>>,
    /// After so many writes the next one fails; never, if negative.
    pub fails_in: Cell<i64>,
}

impl Memory {
    /// An empty one.
    #[must_use]
    pub fn new(wire: Wire) -> Self {
        Self {
            wire,
            kept: RefCell::default(),
            ever: RefCell::default(),
            removed: Cell::new(0),
            state: RefCell::default(),
            fails_in: Cell::new(-1),
        }
    }

    fn write(&self) -> Result<(), Fault> {
        let left = self.fails_in.get();
        self.fails_in.set(left - i64::from(left >= 0));
        if left == 0 { Err("disk I/O error".to_owned()) } else { Ok(()) }
    }
}

/// An entry as `SqlLog` writes it.
#[must_use]
pub fn json(kept: &Kept) -> String {
    let place = &kept.place;
    let mut entry = serde_json::json!({
        "offset": place.offset,
        "class": if place.from.is_some() { "private" } else { "system" },
        "stream": place.stream,
        "stream_seq": place.stream_seq,
        "id": kept.id.to_string(),
        "at": place.at,
        "body": kept.body,
    });
    if let Some((device, seq)) = place.from {
        entry["device"] = device.to_string().into();
        entry["seq"] = seq.into();
    }
    if let Some(at) = kept.expires_at {
        entry["expires_at"] = at.into();
    }
    entry.to_string()
}

impl Log for Memory {
    fn state(&self) -> Result<Option<String>, Fault> {
        Ok(self.state.borrow().clone())
    }

    fn keep(&self, state: &str) -> Result<(), Fault> {
        self.write()?;
        self.state.replace(Some(state.to_owned()));
        Ok(())
    }

    fn tail(&self, after: i64) -> Result<Vec<Place>, Fault> {
        let kept = self.kept.borrow();
        let first = kept.partition_point(|kept| kept.place.offset <= after);
        Ok(kept[first..].iter().map(|kept| kept.place.clone()).collect())
    }

    fn insert(&self, entries: &[Entry<'_>]) -> Result<Option<String>, Fault> {
        self.write()?;
        let mut all = self.kept.borrow_mut();
        let before = all.len();
        let mut wires = Vec::with_capacity(entries.len());
        for entry in entries {
            let mut wire = String::new();
            entry.write(&mut wire);
            if all.iter().any(|kept| kept.id == entry.id) {
                all.truncate(before);
                return Ok(None);
            }
            if all.last().is_some_and(|last| last.place.offset >= entry.place.offset) {
                return Err("UNIQUE constraint failed: log.place".to_owned());
            }
            let kept = Kept {
                place: entry.place.clone(),
                id: entry.id,
                expires_at: entry.expires_at,
                body: entry.body.to_owned(),
                size: i64::try_from(wire.len()).unwrap_or(i64::MAX),
            };
            wires.push((self.wire)(&kept));
            all.push(kept);
        }
        self.ever.borrow_mut().extend_from_slice(&all[before..]);
        Ok(Some(wires.join(",")))
    }

    fn find(&self, id: Id) -> Result<Option<(i64, i64)>, Fault> {
        let kept = self.kept.borrow();
        let found = kept.iter().find(|kept| kept.id == id);
        Ok(found.map(|kept| (kept.place.offset, kept.place.stream_seq)))
    }

    fn page(&self, ask: Ask) -> Result<Option<Page>, Fault> {
        let kept = self.kept.borrow();
        let first = kept.partition_point(|kept| kept.place.offset <= ask.after);
        let mut page = Page { entries: String::new(), count: 0, bytes: 0, last: 0 };
        for kept in &kept[first..] {
            let own = ask.device.is_some() && kept.place.from.map(|(device, _)| device) == ask.device;
            if own || kept.expires_at.is_some_and(|at| at < ask.alive) {
                continue;
            }
            if page.count == ask.entries || (page.count > 0 && page.bytes + kept.size > ask.bytes) {
                break;
            }
            if page.count > 0 {
                page.entries.push(',');
            }
            page.entries.push_str(&(self.wire)(kept));
            page.count += 1;
            page.bytes += kept.size;
            page.last = kept.place.offset;
        }
        Ok((page.count > 0).then_some(page))
    }

    fn cut(&self, cut: Cut) -> Result<Option<i64>, Fault> {
        let kept = self.kept.borrow();
        let oldest = kept.iter().take(usize::try_from(cut.of).unwrap_or(0));
        let taken = oldest.filter(|Kept { place, .. }| {
            let (up_to, before) = cut.many;
            place.at < cut.old || (place.offset <= up_to && place.at < before) || place.offset <= cut.most
        });
        Ok(taken.map(|kept| kept.place.offset).max())
    }

    fn remove(&self, to: i64) -> Result<(), Fault> {
        // What is about to be removed is told as missed, even if that fails.
        self.removed.set(self.removed.get().max(to));
        self.write()?;
        self.kept.borrow_mut().retain(|kept| kept.place.offset > to);
        Ok(())
    }

    fn expire(&self, before: i64, limit: i64) -> Result<(), Fault> {
        self.write()?;
        let mut kept = self.kept.borrow_mut();
        let expired = |kept: &Kept| kept.expires_at.filter(|at| *at < before);
        let mut first: Vec<(i64, i64)> =
            kept.iter().filter_map(|kept| expired(kept).map(|at| (at, kept.place.offset))).collect();
        first.sort_unstable();
        first.truncate(usize::try_from(limit).unwrap_or(0));
        kept.retain(|kept| !first.iter().any(|(_, offset)| *offset == kept.place.offset));
        Ok(())
    }

    fn ends(&self) -> Result<(Option<i64>, Option<i64>), Fault> {
        let kept = self.kept.borrow();
        let oldest = kept.first().map(|kept| kept.place.at);
        Ok((oldest, kept.iter().filter_map(|kept| kept.expires_at).min()))
    }

    fn wipe(&self) -> Result<(), Fault> {
        self.write()?;
        self.kept.borrow_mut().clear();
        Ok(())
    }
}
