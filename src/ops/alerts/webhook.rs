//! The webhook is told of what changed: once a change as far as it says that it took it, and again where it did not say so.

use std::time::Duration;

use serde::Deserialize;

use super::find;
use crate::config::Config;
use crate::config::alerts::Webhook;
use crate::contract::types::{AlertSeverity, AlertState};
use crate::kernel::crypto;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ports::{Ports, Statement, UpstreamRequest};

/// How often it is tried before it is given up: with the pauses between, about two hours.
pub const MOST_ATTEMPTS: i64 = 8;
/// Milliseconds until the second attempt; twice as many until the third, and so on.
pub const PAUSE: i64 = 60_000;
/// Changes of one run.
const PAGE: i64 = 10;

#[derive(Deserialize)]
struct Due {
    id: String,
    rule: String,
    state: AlertState,
    value: Option<f64>,
    at: Timestamp,
    attempts: i64,
}

/// Tells what is due. What is given up is added to `lines`, for the log.
///
/// # Errors
/// Those of the database.
pub async fn deliver(
    ports: Ports<'_>,
    config: &Config,
    now: Timestamp,
    lines: &mut Vec<String>,
) -> Result<bool, Problem> {
    let Some(webhook) = &config.alerts.webhook else { return Ok(false) };
    let take = Statement::new(sql!("ops/alert_due")).bind(now).bind(PAGE).bind(PAUSE);
    let due: Vec<Due> = ports.database.run(take).await?.rows.read()?;
    for change in due {
        let failure = match ports.upstream.send(request(webhook, &change, now)).await {
            Ok(answer) if (200..300).contains(&answer.status) => None,
            Ok(answer) => Some(["status ", &answer.status.to_string()].concat()),
            Err(_) => Some("no answer".to_owned()),
        };
        let state = match &failure {
            None => "delivered",
            Some(_) if change.attempts < MOST_ATTEMPTS => "waiting",
            Some(failure) => {
                lines.push(["webhook given up: ", &change.rule, ": ", failure].concat());
                "given_up"
            }
        };
        let told = Statement::new(sql!("ops/alert_told")).bind(change.id).bind(state).bind(failure);
        ports.database.run(told).await?;
    }
    Ok(false)
}

/// The request about a change, with a signature over its time and its body.
fn request(webhook: &Webhook, change: &Due, now: Timestamp) -> UpstreamRequest {
    let body = body(change);
    let seconds = now.seconds().to_string();
    let tag = crypto::hmac(webhook.secret.bytes(), &[seconds.as_bytes(), b".", body.as_bytes()]);
    let signature = ["t=", &seconds, ",v1=", &crypto::hex(&tag)].concat();
    let headers = [("content-type", "application/json".to_owned()), ("witness-signature", signature)];
    UpstreamRequest {
        method: "POST",
        url: webhook.url.clone(),
        headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        body: Some(body.into_bytes()),
        timeout: Duration::from_secs(5),
        max_bytes: 65_536,
    }
}

/// What is said of a change. A rule that the house no longer has is told by its name alone.
fn body(change: &Due) -> String {
    let text = |text: &str| serde_json::to_string(text).unwrap_or_default();
    if let Some(component) = change.rule.strip_prefix("status:") {
        let state = match change.value {
            Some(value) if value > 1.0 => "down",
            Some(value) if value > 0.0 => "degraded",
            _ => "operational",
        };
        return format!(
            "{{\"id\":{},\"kind\":\"status\",\"component\":{},\"state\":\"{state}\",\"at\":\"{}\"}}",
            text(&change.id),
            text(component),
            change.at,
        );
    }
    let rule = find(&change.rule);
    let number = |number: Option<f64>| number.map_or_else(|| "null".to_owned(), |number| number.to_string());
    format!(
        "{{\"id\":{},\"kind\":\"alert\",\"rule\":{},\"state\":\"{}\",\"severity\":\"{}\",\"summary\":{},\"value\":{},\"above\":{},\
         \"below\":{},\"at\":\"{}\",\"runbook\":{}}}",
        text(&change.id),
        text(&change.rule),
        change.state.as_str(),
        rule.map_or(AlertSeverity::Ticket, |rule| rule.severity).as_str(),
        text(rule.map_or("", |rule| rule.summary)),
        number(change.value),
        number(rule.map(|rule| rule.above)),
        number(rule.map(|rule| rule.below)),
        change.at,
        text(&rule.map(|rule| rule.runbook()).unwrap_or_default()),
    )
}
