//! All that is watched, as administrators see it.

use serde::Deserialize;

use super::TRACKED;
use super::notice::{Seen, end};
use super::stage::{DAY, stage, state};
use crate::config::Config;
use crate::contract::types::{SecretKind, TrackedSecret};
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ports::{Ports, Statement};

/// Most keys of administrators that are shown. Fewer can live at a time; ended ones stay for a month.
const MOST: i64 = 200;

#[derive(Deserialize)]
struct Key {
    name: String,
    first_seen: Timestamp,
    expires_at: Timestamp,
}

/// The secrets of the deployment as the upkeep has seen them, then administrators' keys that end by themselves.
pub async fn all(ports: Ports<'_>, config: &Config, now: Timestamp) -> Result<Vec<TrackedSecret>, Problem> {
    let keys = Statement::new(sql!("ops/admin_keys_ending"));
    let batch = vec![Statement::new(sql!("ops/secrets")), keys.bind(now.plus_millis(-30 * DAY)).bind(MOST)];
    let outcomes = ports.database.batch(batch).await?;
    let mut items = Vec::new();
    if let [seen, keys] = outcomes.as_slice() {
        for Seen { name, first_seen, .. } in seen.rows.read()? {
            let Some(tracked) = TRACKED.iter().find(|tracked| tracked.name == name) else { continue };
            let expires_at = end(&config.secrets, &name, first_seen);
            items.push(item(name, tracked.kind, first_seen, expires_at, now));
        }
        for Key { name, first_seen, expires_at } in keys.rows.read()? {
            items.push(item(name, SecretKind::AdminKey, first_seen, expires_at, now));
        }
    }
    Ok(items)
}

fn item(
    name: String,
    kind: SecretKind,
    first_seen: Timestamp,
    expires_at: Timestamp,
    now: Timestamp,
) -> TrackedSecret {
    TrackedSecret { name, kind, first_seen, expires_at, state: state(stage(first_seen, expires_at, now)) }
}
