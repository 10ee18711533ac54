//! Links that show a reading to whoever has them.
//!
//! A token is 32 random bytes; the database keeps its SHA-256. Showing and counting are one conditional update, so that
//! a link is shown no more often than it may be, and not at all once it has ended, its reading is deleted or its
//! owner suspended. A view leaves no event: nothing follows from it, and strangers must not be able to fill the
//! owner's log.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::engines::Engine;
use super::projection;
use super::queries;
use crate::context::Context;
use crate::contract::types::{IssuedReadingShare, NewReadingShare, ReadingShare, SharedReading};
use crate::kernel::audit::Personal;
use crate::kernel::crypto;
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::row;
use crate::kernel::time::Timestamp;
use crate::ports::{DatabaseError, Outcome, Ports, Statement};

/// Links of one reading that may live at a time.
pub const MOST: i64 = 20;
const DAY: i64 = 86_400_000;
const NOUN: &str = "reading_share";

/// Makes a link to a reading of the caller's.
pub async fn issue(
    cx: &Context<'_>,
    reading_id: Id,
    wish: &NewReadingShare,
) -> Result<IssuedReadingShare, Problem> {
    let user_id = cx.user()?.user_id;
    let mut random = [0; 32];
    cx.ports.random.fill(&mut random);
    let share = ReadingShare {
        id: cx.new_id(),
        reading_id,
        views: 0,
        max_views: wish.max_views,
        expires_at: cx.now.plus_millis(wish.days * DAY),
        created_at: cx.now,
    };
    let after = serde_json::to_string(&share)?;
    let mut batch = vec![queries::share_insert(&share, user_id, &hash(&random), MOST)];
    batch.extend(told(cx, user_id, "created", share.id, Some(&after)));
    batch.push(queries::share_room(reading_id, user_id));
    let outcomes = cx.ports.database.batch(batch).await?;
    if !changed(&outcomes) {
        let there =
            outcomes.last().map(|room| room.rows.first::<serde::de::IgnoredAny>()).transpose()?.flatten();
        return Err(match there {
            Some(_) => Problem::new(Code::Conflict).detail("The reading has as many links as it may have."),
            None => Problem::not_found(),
        });
    }
    let token = crypto::base64url(&random);
    let url = [cx.public_url(), "/api/v1/shared/", &token].concat();
    Ok(IssuedReadingShare { token, url, share })
}

/// The links that show a reading of the caller's.
pub async fn list(cx: &Context<'_>, reading_id: Id) -> Result<Vec<ReadingShare>, Problem> {
    let user_id = cx.user()?.user_id;
    let batch = vec![
        queries::share_list(reading_id, user_id, cx.now, MOST),
        queries::share_room(reading_id, user_id),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    let [shares, reading] = outcomes.as_slice() else {
        return Err(Problem::internal("the batch lost an outcome"));
    };
    reading.rows.first::<serde::de::IgnoredAny>()?.ok_or_else(Problem::not_found)?;
    Ok(shares.rows.read()?)
}

/// Ends a link.
pub async fn revoke(cx: &Context<'_>, reading_id: Id, id: Id) -> Result<(), Problem> {
    let user_id = cx.user()?.user_id;
    let mut batch = vec![queries::share_revoke(id, reading_id, user_id)];
    batch.extend(told(cx, user_id, "revoked", id, None));
    let outcomes = cx.ports.database.batch(batch).await?;
    if changed(&outcomes) { Ok(()) } else { Err(Problem::not_found()) }
}

/// What a link shows, once more.
pub async fn show(cx: &Context<'_>, token: &str) -> Result<SharedReading, Problem> {
    #[derive(Deserialize)]
    struct Shown {
        token_hash: String,
        expires_at: Timestamp,
        engine: String,
        engine_version: String,
        title: String,
        summary: String,
        #[serde(deserialize_with = "row::json")]
        result: Box<RawValue>,
    }
    let bytes =
        crypto::from_base64url(token).filter(|bytes| bytes.len() == 32).ok_or_else(Problem::not_found)?;
    let hash = hash(&bytes);
    let batch = vec![queries::share_view(&hash, cx.now), queries::share_show(&hash)];
    let outcomes = cx.ports.database.batch(batch).await?;
    let shown = match outcomes.last() {
        Some(outcome) => outcome.rows.first::<Shown>()?,
        None => None,
    };
    let shown = shown
        .filter(|shown| crypto::equal(shown.token_hash.as_bytes(), hash.as_bytes()))
        .ok_or_else(Problem::not_found)?;
    let engine = Engine::find(&shown.engine).ok_or_else(Problem::not_found)?;
    let public = projection::public(engine, &shown.title, &shown.summary, &shown.result)?;
    Ok(SharedReading {
        engine: engine.into(),
        engine_version: shown.engine_version,
        title: public.title,
        summary: public.summary,
        result: public.result,
        expires_at: shown.expires_at,
    })
}

/// Removes links that ended a day ago and more.
pub async fn forget(ports: Ports<'_>, now: Timestamp) -> Result<(), DatabaseError> {
    ports.database.run(queries::shares_forget(now.plus_millis(-DAY))).await.map(drop)
}

/// Event and audit record of a change of a link: both stand behind the change in its batch.
fn told(cx: &Context<'_>, user_id: Id, did: &str, id: Id, after: Option<&str>) -> [Statement; 2] {
    let (subject, kind) = (id.to_string(), [NOUN, ".", did].concat());
    let personal = match after {
        Some(json) => Personal::default().json("after", json),
        None => Personal::default(),
    };
    [
        cx.event(user_id, &kind, (NOUN, &subject), None, after),
        cx.record(&kind, (NOUN, &subject), Some(user_id), personal),
    ]
}

fn changed(outcomes: &[Outcome]) -> bool {
    outcomes.first().is_some_and(|outcome| outcome.changes == 1)
}

fn hash(token: &[u8]) -> String {
    crypto::hex(&crypto::sha256(&[token]))
}
