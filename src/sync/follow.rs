//! Following the spine without a socket (docs/relay.md): by one request that may be waited for, or as a stream of
//! server-sent events (WHATWG HTML, section 9.2).

use std::time::Duration;

use serde::Deserialize;

use crate::contract::types::SystemEvent;
use crate::kernel::hub::{Command, Follow, Followed, SpineEvent};
use crate::kernel::id::Id;
use crate::kernel::json;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::ports::{PortError, Ports};
use crate::sync::commands::ask;

/// A stream lives so long, in milliseconds: what it was let in by may have ended meanwhile.
const LIFE: i64 = 300_000;

/// A sign of life comes after so many milliseconds without events: those between close what is silent for long.
const SILENCE: i64 = 25_000;

/// So often a stream asks its hub at most; what a request may ask is limited by the platform.
const ROUNDS: u32 = 200;

/// What a hub may take beyond the time that it was asked to wait, in milliseconds.
const MARGIN: u32 = 5_000;

/// What the spine has after that `seq`, at once or within so many milliseconds; without one, where it ends.
///
/// # Errors
/// 429 while too many wait for the same account, 503 where its hub cannot be asked.
pub async fn find(ports: Ports<'_>, account: Id, after: Option<i64>, wait: u32) -> Result<Followed, Problem> {
    let found = look(ports, account, after, wait).await?;
    if found.busy {
        let detail = "Too many requests of this account wait for events already.";
        return Err(Problem::new(Code::QuotaExceeded).retry_after(10).detail(detail));
    }
    Ok(found)
}

async fn look(ports: Ports<'_>, account: Id, after: Option<i64>, wait: u32) -> Result<Followed, PortError> {
    let command = Command::Follow { account, after, wait };
    let patience = Duration::from_millis(u64::from(wait.saturating_add(MARGIN)));
    let reply = ask(ports, &command, patience).await?;
    json::read(&reply).map_err(|error| PortError::Shape(error.to_string()))
}

/// An event as callers are told of it.
pub fn event(found: &SpineEvent) -> Result<SystemEvent, serde_json::Error> {
    #[derive(Deserialize)]
    struct Body {
        r#type: String,
        subject_type: String,
        subject_id: String,
        request_id: Option<String>,
        at: Timestamp,
    }
    let Body { r#type, subject_type, subject_id, request_id, at } = json::read(&found.body)?;
    let request_id = request_id.and_then(|id| Id::parse(&id));
    Ok(SystemEvent { seq: found.seq, id: found.id, r#type, subject_type, subject_id, request_id, at })
}

/// A stream of events, piece by piece.
#[derive(Debug)]
pub struct Stream {
    account: Id,
    /// What was found before the stream began, until it is told.
    found: Option<Followed>,
    cursor: i64,
    more: bool,
    ends_at: i64,
    rounds: u32,
}

impl Stream {
    /// One that begins now.
    #[must_use]
    pub fn new(Follow { account, found }: Follow, now: Timestamp) -> Self {
        Self {
            account,
            cursor: found.cursor,
            more: found.more,
            found: Some(found),
            ends_at: now.millis() + LIFE,
            rounds: ROUNDS,
        }
    }

    /// The next piece: events as soon as there are some, or a comment. `None` once the stream is over, because of its
    /// age or of too many that wait; whoever listens comes again with what it heard last, and misses nothing.
    ///
    /// # Errors
    /// Where the hub fails, for the log. The stream is over then too.
    pub async fn next(&mut self, ports: Ports<'_>) -> Result<Option<String>, PortError> {
        if let Some(found) = self.found.take() {
            let mut text = String::from("retry: 2000\n");
            if found.events.is_empty() {
                // Whoever hears nothing before it is cut off has to know from where to go on, too.
                text.push_str("id: ");
                text.push_str(&found.cursor.to_string());
                text.push('\n');
            }
            text.push('\n');
            write(&mut text, &found)?;
            return Ok(Some(text));
        }
        let left = self.ends_at - ports.clock.now().millis();
        if left <= 0 || self.rounds == 0 {
            return Ok(None);
        }
        self.rounds -= 1;
        let wait = if self.more { 0 } else { left.min(SILENCE) };
        let wait = u32::try_from(wait).unwrap_or(0);
        let found = look(ports, self.account, Some(self.cursor), wait).await?;
        if found.busy {
            return Ok(None);
        }
        (self.cursor, self.more) = (found.cursor, found.more);
        let mut text = String::new();
        write(&mut text, &found)?;
        if text.is_empty() {
            text.push_str(":\n\n");
        }
        Ok(Some(text))
    }
}

/// Writes events as they go over the wire: JSON has no line break in it, and neither has a type.
fn write(text: &mut String, found: &Followed) -> Result<(), PortError> {
    let broken = |error: serde_json::Error| PortError::Shape(error.to_string());
    for each in &found.events {
        let told = event(each).map_err(broken)?;
        let data = serde_json::to_string(&told).map_err(broken)?;
        let seq = told.seq.to_string();
        for part in ["id: ", &seq, "\nevent: ", &told.r#type, "\ndata: ", &data, "\n\n"] {
            text.push_str(part);
        }
    }
    Ok(())
}
