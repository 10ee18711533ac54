//! Which kept results are no longer believed.
//!
//! An invalidation is a mark: a tag and a moment. Results that have the tag and were made then or before are passed
//! over, wherever they are kept, and nothing has to be found to be removed. The record is a table; isolates read a copy
//! of it in KV beside a result, if theirs is older than [`GOOD`], and while they are busy after an answer, once it is
//! older than [`AGING`]. What they hold themselves is believed as long as that copy. So a mark is heeded everywhere
//! once KV shows it there (30 seconds, `edge::kv`) and another [`GOOD`] milliseconds have passed: within a minute. Where
//! KV cannot be read, an isolate goes on with the marks that it knows.

use serde::Deserialize;

use crate::context::{Afterwards, Context, Isolate};
use crate::kernel::json;
use crate::kernel::map::Map;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ports::{Cache, Statement};

/// The tag of everything.
pub const ALL: &str = "all";

/// Whether a caller may mean results by it.
#[must_use]
pub fn is_tag(tag: &str) -> bool {
    let word = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        !text.is_empty() && text.bytes().all(plain)
    };
    match tag.split_once(':') {
        None => tag == ALL,
        Some(("engine", which)) => match which.split_once('@') {
            None => word(which),
            Some((engine, version)) => word(engine) && word(version),
        },
        Some(("date", which)) => word(which),
        Some(_) => false,
    }
}

/// Where the copy is in KV.
pub const KEY: &str = "cache:marks";

/// Milliseconds for which an isolate believes its copy.
pub const GOOD: i64 = 30_000;

/// Milliseconds after which a busy isolate reads it anew in good time.
pub const AGING: i64 = 15_000;

/// Days after which no result can be left that a mark is for.
const KEPT_DAYS: i64 = 45;

/// Most marks in the copy: older ones become one for everything.
const MOST: usize = 200;

const DAY: i64 = 86_400_000;

/// Tags with their moments, in milliseconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks(Map<String, i64>);

#[derive(Debug, Deserialize)]
struct Row {
    tag: String,
    at: i64,
}

impl Marks {
    /// Marks by tag.
    #[must_use]
    pub fn of(marks: impl IntoIterator<Item = (String, i64)>) -> Self {
        Self(marks.into_iter().collect())
    }

    /// Whether everything is believed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The marks.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        self.0.iter().map(|(tag, at)| (tag.as_str(), *at))
    }

    /// The newest marks, newest first; the rest is one mark for everything.
    fn bounded(rows: Vec<Row>) -> Self {
        let rest = rows.get(MOST).map(|row| row.at);
        let mut marks: Map<_, _> = rows.into_iter().take(MOST).map(|row| (row.tag, row.at)).collect();
        if let Some(at) = rest {
            let all = marks.get(ALL).map_or(at, |all| at.max(*all));
            marks.insert(ALL.to_owned(), all);
        }
        Self(marks)
    }
}

/// The copy of an isolate.
#[derive(Debug, Default)]
pub struct Known {
    marks: Marks,
    read_at: Option<Timestamp>,
}

impl Known {
    /// The marks.
    #[must_use]
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Whether the copy is so young that what the isolate holds is believed by it.
    #[must_use]
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.is_within(GOOD, now)
    }

    fn is_within(&self, millis: i64, now: Timestamp) -> bool {
        self.read_at.is_some_and(|at| now.millis() - at.millis() < millis)
    }

    /// Takes what was read, `None` where nothing could be, and tells whether that is news.
    fn take(&mut self, marks: Option<Marks>, now: Timestamp) -> bool {
        self.read_at = Some(now);
        marks.is_some_and(|marks| marks != std::mem::replace(&mut self.marks, marks.clone()))
    }
}

/// Takes what was read. Answers may be made of results that are struck now: none is kept on.
fn take(isolate: &Isolate, marks: Option<Marks>, now: Timestamp) {
    if isolate.marks.borrow_mut().take(marks, now) {
        isolate.kept.borrow_mut().clear();
    }
}

/// Reads the copy in KV, whatever comes of it.
pub async fn read(cache: &dyn Cache, isolate: &Isolate, now: Timestamp) {
    let marks = match cache.get(KEY).await {
        Ok(Some(text)) => json::read(&text).ok().map(Marks),
        Ok(None) => Some(Marks::default()),
        Err(_) => None,
    };
    take(isolate, marks, now);
}

/// Has the copy read anew after the answer, if it is getting old.
pub fn keep_good(cx: &Context<'_>) {
    let young = cx.isolate.marks.borrow().is_within(AGING, cx.now);
    if !young && !cx.afterwards.borrow().contains(&Afterwards::Marks) {
        cx.afterwards(Afterwards::Marks);
    }
}

/// The statements that set marks for everything made until now, to be followed by [`list`] in their batch.
pub fn set(tags: &[String], now: Timestamp) -> Result<Vec<Statement>, Problem> {
    Ok(vec![
        Statement::new(sql!("oracle/cache_marks_set")).bind(serde_json::to_string(tags)?).bind(now),
        Statement::new(sql!("oracle/cache_marks_forget")).bind(now.plus_millis(-KEPT_DAYS * DAY)),
    ])
}

/// The marks that are to be published.
#[must_use]
pub fn list() -> Statement {
    Statement::new(sql!("oracle/cache_marks_list")).bind(0).bind(MOST as i64 + 1)
}

/// Publishes what [`list`] found: here at once, elsewhere once KV shows it.
pub async fn publish(cx: &Context<'_>, found: &crate::ports::Rows) -> Result<(), Problem> {
    let marks = Marks::bounded(found.read()?);
    let life = std::time::Duration::from_secs(u64::try_from(KEPT_DAYS * DAY / 1000).unwrap_or_default());
    cx.ports.cache.put(KEY, &serde_json::to_string(&marks.0)?, life).await?;
    take(cx.isolate, Some(marks), cx.now);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::entry::Life;
    use super::*;
    use crate::oracle::engines::Engine;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    #[test]
    fn a_copy_is_good_for_half_a_minute() {
        let mut known = Known::default();
        assert!(!known.is_good(at(0)));
        known.take(Some(Marks::of([(ALL.to_owned(), 5)])), at(1000));
        assert!(known.is_good(at(1000 + GOOD - 1)) && !known.is_good(at(1000 + GOOD)));
        known.take(None, at(40_000));
        assert!(known.is_good(at(40_000)), "it goes on with what it knows");
        assert_eq!(known.marks().iter().collect::<Vec<_>>(), [(ALL, 5)]);
    }

    #[test]
    fn tags_have_a_form() {
        for tag in ["all", "engine:tarot", "engine:tarot@1.0.0", "engine:human_design", "date:2026-03-01"] {
            assert!(is_tag(tag), "{tag}");
        }
        for tag in
            ["", "tarot", "all:", "engine:", "engine:tarot@", "engine:@1", "date:", "result:x", "engine:a b"]
        {
            assert!(!is_tag(tag), "{tag}");
        }
    }

    #[test]
    fn a_mark_outlives_every_result_that_it_strikes() {
        for engine in Engine::ALL {
            let life = Life::of(engine.metadata().cache_seconds, true);
            let days = i64::from(life.fresh + life.stale.max(life.renew)) / 86_400;
            assert!(days < KEPT_DAYS, "{}: {days} days", engine.name());
        }
    }

    #[test]
    fn many_marks_become_one_for_everything() {
        let rows = |count: i64| {
            (0..count).rev().map(|at| Row { tag: format!("engine:{at}"), at }).collect::<Vec<_>>()
        };
        assert_eq!(Marks::bounded(rows(200)).iter().count(), 200);
        let marks = Marks::bounded(rows(201));
        assert_eq!(marks.iter().find(|(tag, _)| *tag == ALL), Some((ALL, 0)));
        assert!(marks.iter().all(|(tag, _)| tag != "engine:0") && marks.iter().count() == 201);
    }
}
