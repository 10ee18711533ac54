//! Finding what is kept of an answer, and keeping it: in the isolate, and for all isolates in KV.

use std::time::Duration;

use futures_util::future::join;

use super::Question;
use super::entry::Entry;
use super::marks;
use crate::context::{Afterwards, Context};
use crate::kernel::json;
use crate::kernel::problem::Problem;
use crate::kernel::vault::NONCE;
use crate::oracle::calculate::Outcome;
use crate::oracle::counts;
use crate::oracle::shelf::Shelf;

/// What this isolate holds, if it is still believed.
#[must_use]
pub fn here(cx: &Context<'_>, question: &Question<'_>) -> Option<Entry<Outcome>> {
    let known = cx.isolate.marks.borrow();
    let results = cx.isolate.results.borrow();
    let entry = results.get(question.hash, cx.now).filter(|_| known.is_good(cx.now))?;
    let struck = question.is_struck(known.marks(), entry.made, secret(cx));
    (!struck).then(|| entry.clone())
}

/// What is kept for all isolates, if it can be read and is still believed. The marks are read beside it, where this
/// isolate has none that are good. A cache that fails is passed over: the engines are at hand.
pub async fn there(cx: &Context<'_>, question: &Question<'_>, shelf: &Shelf) -> Option<Entry<Outcome>> {
    let cache = cx.ports.cache;
    let knows = cx.isolate.marks.borrow().is_good(cx.now);
    let sealed = if knows {
        cache.get(&shelf.name).await
    } else {
        join(cache.get(&shelf.name), marks::read(cache, cx.isolate, cx.now)).await.0
    };
    let entry = opened(shelf, &sealed.ok()??);
    if entry.is_none() {
        counts::note(cx, question.engine, &[("broken", 1)]);
    }
    entry.filter(|entry| is_believed(cx, question, entry))
}

/// Whether no mark that this isolate knows strikes it.
#[must_use]
pub fn is_believed(cx: &Context<'_>, question: &Question<'_>, entry: &Entry<Outcome>) -> bool {
    !question.is_struck(cx.isolate.marks.borrow().marks(), entry.made, secret(cx))
}

/// Keeps an answer here, and on its shelf for all isolates once this answer is on its way. Gives it as it is there.
pub fn keep(
    cx: &Context<'_>,
    question: &Question<'_>,
    shelf: Option<Shelf>,
    outcome: &Outcome,
) -> Result<Option<String>, Problem> {
    let entry = Entry::new(outcome.clone(), cx.now, question.life);
    let Some(shelf) = shelf else {
        cx.isolate.results.borrow_mut().put(question.hash, entry, cx.now);
        return Ok(None);
    };
    let text = serde_json::to_string(outcome)?;
    let mut nonce = [0; NONCE];
    cx.ports.random.fill(&mut nonce);
    let value = shelf.seal(nonce, &entry.with(text.as_str()).write());
    let millis = entry.stale_until.millis() - entry.made.millis();
    cx.isolate.results.borrow_mut().put(question.hash, entry, cx.now);
    counts::note(cx, question.engine, &[("bytes", i64::try_from(value.len()).unwrap_or(0))]);
    let life = Duration::from_millis(u64::try_from(millis).unwrap_or(0));
    cx.afterwards(Afterwards::CachePut { key: shelf.name, value: value.clone(), life });
    Ok(Some(value))
}

/// What was sealed for that shelf.
#[must_use]
pub fn opened(shelf: &Shelf, sealed: &str) -> Option<Entry<Outcome>> {
    let text = shelf.open(sealed)?;
    let entry = Entry::read(&text)?;
    let outcome = json::read(entry.value).ok()?;
    Some(entry.with(outcome))
}

/// What names and seals shelves.
#[must_use]
pub fn secret<'a>(cx: &Context<'a>) -> &'a [u8] {
    cx.config.vault.current.bytes()
}
