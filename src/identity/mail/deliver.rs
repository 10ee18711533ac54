//! Delivery: each mail is handed in once, or given up with the reason.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::letters::html;
use super::{Contents, open, queries};
use crate::config::Config;
use crate::config::mail::{Mail as Settings, Resend};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ports::{Ports, UpstreamRequest};

/// How often a mail is handed in before it is given up: with the pauses between, about a day.
pub const MOST_ATTEMPTS: u32 = 8;
/// How long mails are kept.
pub const KEPT_MILLIS: i64 = 30 * 24 * 3_600_000;
/// Mails of one run.
const PAGE: i64 = 20;

/// What became of handing it in.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Delivered,
    /// It may pass later.
    Later(String),
    /// It never will.
    Never(String),
}

#[derive(Deserialize)]
struct Due {
    id: Id,
    sealed: String,
    attempts: u32,
}

/// Seconds until the next attempt after that many: a minute, then four times as long each, at most 512 minutes.
fn pause(attempts: u32) -> i64 {
    60 * 4_i64.checked_pow(attempts.saturating_sub(1)).map_or(512, |minutes| minutes.min(512))
}

/// Hands a mail in, if it is there and due.
///
/// The row is claimed first: its next attempt moves to later, so that nobody else hands it in meanwhile, and a run that
/// dies is repeated. The provider knows a repeated mail by its key.
pub async fn deliver(ports: Ports<'_>, config: &Config, id: Id, now: Timestamp) -> Result<(), Problem> {
    let Settings::Resend(settings) = &config.mail else { return Ok(()) };
    let claimed: Option<Due> = ports.database.run(queries::claim(id, now)).await?.rows.first()?;
    let Some(due) = claimed else { return Ok(()) };
    let outcome = match open(config, due.id, &due.sealed) {
        Ok(contents) => hand_in(ports, settings, id, &contents).await?,
        Err(error) => Outcome::Never(error.to_string()),
    };
    let attempts = due.attempts;
    let statement = match &outcome {
        Outcome::Delivered => queries::delivered(id, now),
        Outcome::Later(reason) if attempts < MOST_ATTEMPTS => {
            queries::postpone(id, now.plus_millis(pause(attempts) * 1000), reason, now)
        }
        Outcome::Later(reason) | Outcome::Never(reason) => queries::give_up(id, reason, now),
    };
    ports.database.run(statement).await?;
    Ok(())
}

/// Delivers what is due, and removes what was kept long enough; whether more is due at once.
pub async fn deliver_pending(ports: Ports<'_>, config: &Config, now: Timestamp) -> Result<bool, Problem> {
    #[derive(Deserialize)]
    struct Row {
        id: Id,
    }
    let kept = now.plus_millis(-KEPT_MILLIS);
    let batch = vec![queries::forget(kept), queries::forget_tokens(kept), queries::due(now, PAGE)];
    let outcomes = ports.database.batch(batch).await?;
    let due: Vec<Row> = match outcomes.last() {
        Some(outcome) => outcome.rows.read()?,
        None => Vec::new(),
    };
    for row in &due {
        deliver(ports, config, row.id, now).await?;
    }
    Ok(i64::try_from(due.len()).is_ok_and(|found| found >= PAGE))
}

async fn hand_in(
    ports: Ports<'_>,
    settings: &Resend,
    id: Id,
    contents: &Contents,
) -> Result<Outcome, Problem> {
    #[derive(Serialize)]
    struct Body<'a> {
        from: &'a str,
        to: [&'a str; 1],
        subject: &'a str,
        text: &'a str,
        html: String,
    }
    let Contents { to, subject, text } = contents;
    let body = Body { from: &settings.from, to: [to], subject, text, html: html(subject, text) };
    let headers = [
        ("authorization", ["Bearer ", &settings.key].concat()),
        ("content-type", "application/json".to_owned()),
        ("idempotency-key", ["mail-", &id.to_string()].concat()),
    ];
    let request = UpstreamRequest {
        method: "POST",
        url: [&settings.url, "/emails"].concat(),
        headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        body: Some(serde_json::to_vec(&body)?),
        timeout: Duration::from_secs(10),
        max_bytes: 65_536,
    };
    Ok(match ports.upstream.send(request).await {
        Ok(response) => outcome(response.status),
        Err(_) => Outcome::Later("no answer".to_owned()),
    })
}

/// What the provider's status means. Its words are not kept: they may repeat the address.
fn outcome(status: u16) -> Outcome {
    let reason = || ["status ", &status.to_string()].concat();
    match status {
        200..=299 => Outcome::Delivered,
        // Too slow, at the same time twice, too early, too many.
        408 | 409 | 425 | 429 => Outcome::Later(reason()),
        400..=499 => Outcome::Never(reason()),
        _ => Outcome::Later(reason()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_attempts_take_about_a_day() {
        let pauses: Vec<i64> = (1..MOST_ATTEMPTS).map(|attempts| pause(attempts) / 60).collect();
        assert_eq!(pauses, [1, 4, 16, 64, 256, 512, 512]);
        assert!((22 * 60..26 * 60).contains(&pauses.iter().sum::<i64>()));
    }

    #[test]
    fn a_refusal_is_final_and_trouble_is_not() {
        assert_eq!(outcome(200), Outcome::Delivered);
        for status in [408, 409, 429, 500, 503, 302] {
            assert!(matches!(outcome(status), Outcome::Later(_)), "{status}");
        }
        for status in [400, 401, 403, 422] {
            assert!(matches!(outcome(status), Outcome::Never(_)), "{status}");
        }
    }
}
