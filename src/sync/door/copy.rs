//! A log as it goes into a backup and comes back from one.
//!
//! What is brought back goes out to devices unread. Each entry is therefore read, checked, written as the hub writes it,
//! and held against what came. Entries stand in the table `log` alone until the last page brings the state: only then
//! has the log begun. Should the person come before, their log begins anew, and the pages are dropped.

use serde_json::Value as Json;

use crate::kernel::format;
use crate::kernel::hub::{Copied, Imported, Page};
use crate::kernel::id::Id;
use crate::kernel::{crypto, json};
use crate::sync::hub::limits::Limits;
use crate::sync::hub::log::{Entry, Fault, Log, Place, Row, SqlLog, Storage, odd};
use crate::sync::hub::state::{SYSTEM, State};

/// Entries of a page,
const ENTRIES: i64 = 500;
/// and their bytes, but for the first.
const BYTES: i64 = 262_144;

/// What was kept after a copy is lost with the hub, but devices may have it: their cursors are ahead of the copy. So many
/// offsets are left out, so that nothing new gets an offset that such a device takes for known. Retention counts by
/// offsets, and therefore keeps as many entries less of before.
pub const LEAP: i64 = 2_048;

/// 2^53, up to which numbers are whole everywhere.
const WHOLE: i64 = 9_007_199_254_740_992;

const COPY: &str = "SELECT log.place, log.entry, (SELECT max(place) FROM log) FROM (\
       SELECT place, sum(size) OVER (ORDER BY place ROWS UNBOUNDED PRECEDING) AS total FROM (\
         SELECT place, size FROM log WHERE place > ?1 ORDER BY place LIMIT ?2)) AS page \
     CROSS JOIN log ON log.place = page.place WHERE page.total <= ?3 OR page.total = log.size ORDER BY log.place";
const LAST: &str = "SELECT place, at FROM log ORDER BY place DESC LIMIT 1";
const ONE: &str = "SELECT entry FROM log WHERE place = ?1";
const REACHED: &str = "SELECT stream, max(stream_seq), device, max(seq) FROM log \
     WHERE place <= ?1 AND device IS NOT NULL GROUP BY stream, device";

/// A page of what is stored after that offset.
pub fn export(log: SqlLog<'_>, after: i64) -> Result<Copied, Fault> {
    let Some(state) = log.state()? else { return Ok(Copied::default()) };
    let epoch = json::read::<State>(&state).map_err(|error| error.to_string())?.epoch;
    let (mut entries, mut next) = (Vec::new(), None);
    for row in log.run(COPY, &[after.into(), ENTRIES.into(), BYTES.into()])? {
        let mut row = Row(row.into_iter());
        let place = row.whole()?;
        entries.push(row.text()?.ok_or_else(odd)?);
        next = Some(place).filter(|place| row.whole().is_ok_and(|last| *place < last));
    }
    Ok(Copied { epoch: Some(epoch), state: Some(state), entries, next })
}

/// Keeps a page, if all of it is what a hub would have stored. A page that is there already changes nothing.
///
/// `begun` says whether a log has begun there.
pub fn import(
    storage: &dyn Storage,
    begun: bool,
    page: &Page,
    now: i64,
    limits: &Limits,
) -> Result<Imported, Fault> {
    let refused = |why: &str| Ok(Imported::Refused(why.to_owned()));
    let mut items = Vec::with_capacity(page.entries.len());
    let (mut before, mut at) = (page.after, 0);
    for text in &page.entries {
        let fits = |item: &Item| {
            item.place.offset > before && (at..=now + limits.skew).contains(&item.place.at) && item.is(text)
        };
        let Some(item) = Item::read(text).filter(fits) else {
            return refused(&format!("what follows offset {before} is no entry of a log"));
        };
        (before, at) = (item.place.offset, item.place.at);
        items.push(item);
    }
    let state = match &page.state {
        None => None,
        Some(text) => match read(text, now, limits) {
            None => return refused("the state is none of a hub"),
            some => some,
        },
    };
    if begun {
        let log = SqlLog::over(storage);
        let stored = log.state()?.and_then(|text| json::read::<State>(&text).ok());
        let same = stored.zip(state).is_some_and(|(stored, state)| stored.epoch == state.epoch);
        for (item, text) in items.iter().zip(&page.entries) {
            if !same || !item.is_kept(log, text)? {
                return Ok(Imported::Begun);
            }
        }
        return Ok(if same { Imported::Kept { last: before, begun } } else { Imported::Begun });
    }
    let log = SqlLog::prepare(storage)?;
    let (mut last, known_at) = match log.row(LAST, &[])? {
        Some(mut row) => (row.whole()?, row.whole()?),
        None => (0, 0),
    };
    if page.after > last {
        return Ok(Imported::Early { last });
    }
    let new = items.partition_point(|item| item.place.offset <= last);
    for (item, text) in items.iter().zip(&page.entries).take(new) {
        if !item.is_kept(log, text)? {
            return refused(&format!("another entry has the offset {}", item.place.offset));
        }
    }
    let fresh: Vec<Entry<'_>> = items.iter().skip(new).map(Item::entry).collect();
    if let Some(first) = fresh.first() {
        if first.place.at < known_at {
            return refused("entries go back in time");
        }
        if log.insert(&fresh)?.is_none() {
            return refused("an id is there already");
        }
        last = before;
    }
    let Some(state) = state else { return Ok(Imported::Kept { last, begun }) };
    match whole(state, log, last, limits)? {
        None => refused("the state is not that of these entries"),
        Some(state) => {
            let text = serde_json::to_string(&state).map_err(|error| error.to_string())?;
            SqlLog::open(storage)?.keep(&text)?;
            Ok(Imported::Kept { last, begun: true })
        }
    }
}

/// An entry that was read.
struct Item {
    place: Place,
    id: Id,
    expires_at: Option<i64>,
    body: String,
}

impl Item {
    /// Reads an entry and keeps to the rules for its parts.
    fn read(text: &str) -> Option<Self> {
        let value = json::parse(text.as_bytes(), 1).ok()?;
        let number =
            |key: &str| value.get(key).and_then(Json::as_i64).filter(|number| (0..WHOLE).contains(number));
        let words = |key: &str| value.get(key).and_then(Json::as_str);
        let id = |key: &str| words(key).and_then(Id::parse);
        let place = Place {
            offset: number("offset")?,
            stream: words("stream")?.to_owned(),
            stream_seq: number("stream_seq")?,
            from: id("device").zip(number("seq")),
            at: number("at")?,
        };
        let expires_at = number("expires_at");
        let body = words("body")?.to_owned();
        let sound = if place.from.is_some() {
            place.stream != SYSTEM && format::stream(&place.stream) && body.len() <= Limits::STANDARD.body
        } else {
            place.stream == SYSTEM && expires_at.is_none() && json::parse(body.as_bytes(), 8).is_ok()
        };
        let counted = place.stream_seq > 0 && place.from.is_none_or(|(_, seq)| seq > 0);
        (sound && counted).then_some(Self { id: id("id")?, expires_at, body, place })
    }

    fn entry(&self) -> Entry<'_> {
        Entry { place: &self.place, id: self.id, expires_at: self.expires_at, body: &self.body }
    }

    /// Whether a hub would have written it so.
    fn is(&self, text: &str) -> bool {
        let mut own = String::with_capacity(text.len());
        self.entry().write(&mut own);
        own == text
    }

    /// Whether it stands in the log at its place.
    fn is_kept(&self, log: SqlLog<'_>, text: &str) -> Result<bool, Fault> {
        let row = log.row(ONE, &[self.place.offset.into()])?;
        Ok(row.map_or(Ok(None), |mut row| row.text())?.as_deref() == Some(text))
    }
}

/// A state as a hub writes it, of a log that goes on.
fn read(text: &str, now: i64, limits: &Limits) -> Option<State> {
    let state = json::read::<State>(text).ok()?;
    let count = |number: i64| (0..WHOLE).contains(&number);
    let sound = !state.gone
        && crypto::from_base64url(&state.epoch).is_some_and(|bytes| bytes.len() == 16)
        && count(state.offset)
        && (0..=state.offset).contains(&state.floor)
        && (0..=now + limits.skew).contains(&state.at)
        && state.spine.is_some_and(count)
        && state.streams.len() <= limits.streams
        && state.streams.iter().all(|(stream, last)| format::stream(stream) && count(*last))
        && state.senders.iter().all(|(_, sender)| count(sender.seq));
    (sound && serde_json::to_string(&state).is_ok_and(|own| own == text)).then_some(state)
}

/// The state with which a log goes on from these entries; `None` if it is not theirs. What it does not tell yet follows
/// from the entries after it, of which none may be missing.
fn whole(mut state: State, log: SqlLog<'_>, last: i64, limits: &Limits) -> Result<Option<State>, Fault> {
    for row in log.run(REACHED, &[state.offset.into()])? {
        let mut row = Row(row.into_iter());
        let (stream, place) = (row.text()?.ok_or_else(odd)?, row.whole()?);
        let (device, seq) = (row.id()?.ok_or_else(odd)?, row.whole()?);
        let told = state.streams.get(stream.as_str()).is_some_and(|known| *known >= place);
        // A device that was ended is forgotten.
        if !told || state.senders.get(&device).is_some_and(|sender| sender.seq < seq) {
            return Ok(None);
        }
    }
    for place in log.tail(state.offset)? {
        if place.offset != state.offset + 1 || place.at < state.at {
            return Ok(None);
        }
        state.replay(&place, limits);
    }
    if state.offset < last || state.streams.len() > limits.streams {
        return Ok(None);
    }
    state.offset += LEAP;
    Ok(Some(state))
}
