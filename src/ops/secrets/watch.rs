//! The upkeep's look at the secrets: notes what it sees, and tells.

use std::cell::Cell;

use serde::Deserialize;

use super::notice::{Notice, Seen, after, end, notices};
use super::stage::{AHEAD, DAY, ENDED, stage, state};
use crate::config::Config;
use crate::identity::data_keys;
use crate::identity::mail::{Draft as Mail, Letter};
use crate::kernel::audience::Audience;
use crate::kernel::audit::{Personal, Record, When};
use crate::kernel::event::Draft as Event;
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::kernel::row;
use crate::kernel::time::Timestamp;
use crate::ports::{Ports, Statement};

/// How often it looks, in milliseconds.
const PERIOD: i64 = 3_600_000;

/// Keys of one look. What is left is told with the next run.
const KEYS: i64 = 20;

/// Administrators that are told.
const ADMINISTRATORS: i64 = 50;

/// Who does it, in records and events.
const HOUSE: &str = "house";

/// When it looked last, as long as somebody remembers. Forgetting costs one more look.
#[derive(Debug, Default)]
pub struct Memory(Cell<Option<Timestamp>>);

#[derive(Deserialize)]
struct Administrator {
    id: Id,
    email: String,
}

#[derive(Deserialize)]
struct Key {
    id: Id,
    user_id: Id,
    #[serde(deserialize_with = "row::flag")]
    admin: bool,
    name: String,
    last_four: String,
    expires_at: Timestamp,
    email: String,
    stage: i64,
}

/// Looks, if the last look is an hour old. What it tells of is added to `alerts`, a line each; whether more is to be
/// told at once.
pub async fn watch(
    ports: Ports<'_>,
    config: &Config,
    memory: &Memory,
    now: Timestamp,
    alerts: &mut Vec<String>,
) -> Result<bool, Problem> {
    if memory.0.get().is_some_and(|last| (now.millis() - last.millis()).abs() < PERIOD) {
        return Ok(false);
    }
    let run = Id::new(now, data_keys::random(ports.random));
    let look = Look { ports, config, now, run };
    let more = look.all(alerts).await?;
    if !more {
        memory.0.set(Some(now));
    }
    Ok(more)
}

/// One look.
struct Look<'a> {
    ports: Ports<'a>,
    config: &'a Config,
    now: Timestamp,
    run: Id,
}

impl Look<'_> {
    async fn all(&self, alerts: &mut Vec<String>) -> Result<bool, Problem> {
        let batch = vec![
            Statement::new(sql!("ops/secrets")),
            self.keys_ending(),
            Statement::new(sql!("ops/administrators")).bind(ADMINISTRATORS),
        ];
        let outcomes = self.ports.database.batch(batch).await?;
        let [seen, keys, administrators] = outcomes.as_slice() else {
            return Err(Problem::internal("a look at secrets gave no three outcomes"));
        };
        let seen = self.noted(seen.rows.read()?).await?;
        let administrators: Vec<Administrator> = administrators.rows.read()?;
        for Seen { name, first_seen, stage: told, .. } in &seen {
            let end = end(&self.config.secrets, name, *first_seen);
            let now_at = stage(*first_seen, end, self.now);
            if now_at > *told {
                let note = Statement::new(sql!("ops/secret_told"));
                let note = note.bind(name.as_str()).bind(now_at).bind(self.now);
                let mut batch = vec![note, self.record(kind(now_at), name, Personal::default())];
                batch.extend(self.to_all(&administrators, name, end, now_at));
                self.ports.database.batch(batch).await?;
                alerts.push(line(name, now_at, end));
            }
        }
        let keys: Vec<Key> = keys.rows.read()?;
        for key in &keys {
            self.ports.database.batch(self.key(key, &administrators)).await?;
            alerts.push(line(&key.id.to_string(), key.stage, key.expires_at));
        }
        Ok(i64::try_from(keys.len()).is_ok_and(|found| found >= KEYS))
    }

    /// Notes what is new, in one batch; what is known then. The first look of all begins the ages and is no news.
    async fn noted(&self, seen: Vec<Seen>) -> Result<Vec<Seen>, Problem> {
        let notices = notices(&self.config.secrets, &self.config.vault, &seen, self.now);
        let mut batch = Vec::new();
        for notice in &notices {
            let (sql, name, one, kind) = match notice {
                Notice::New(one) => (sql!("ops/secret_seen"), &one.name, Some(one), "secret.added"),
                Notice::Replaced(one) => (sql!("ops/secret_seen"), &one.name, Some(one), "secret.replaced"),
                Notice::Kept(one) => (sql!("ops/secret_kept"), &one.name, Some(one), ""),
                Notice::Gone(name) => (sql!("ops/secret_gone"), name, None, "secret.removed"),
            };
            let mut statement = Statement::new(sql).bind(name.as_str());
            if let Some(one) = one {
                statement = statement.bind(one.fingerprint.as_str()).bind(self.now);
            }
            batch.push(statement);
            if !kind.is_empty() && !seen.is_empty() {
                batch.push(self.record(kind, name, Personal::default()));
            }
        }
        if !batch.is_empty() {
            self.ports.database.batch(batch).await?;
        }
        Ok(after(seen, notices))
    }

    fn keys_ending(&self) -> Statement {
        let [(_, week), (_, month)] = AHEAD;
        Statement::new(sql!("ops/keys_ending"))
            .bind(self.now)
            .bind(self.now.plus_millis(week))
            .bind(self.now.plus_millis(month))
            .bind(self.now.plus_millis(-7 * DAY))
            .bind(week)
            .bind(month)
            .bind(KEYS)
    }

    /// Tells of a key: administrators of one of theirs, its owner of any other.
    fn key(&self, key: &Key, administrators: &[Administrator]) -> Vec<Statement> {
        let note = Statement::new(sql!("ops/key_told")).bind(key.id).bind(key.stage);
        let subject = key.id.to_string();
        if key.admin {
            let personal = Personal::default().text("name", &key.name);
            let kind = if key.stage == ENDED { "admin_key.expired" } else { "admin_key.expiring" };
            let mut batch =
                vec![note, self.record_of(kind, ("api_key", &subject), Some(key.user_id), personal)];
            batch.extend(self.to_all(administrators, &key.name, key.expires_at, key.stage));
            return batch;
        }
        let event = Event {
            id: self.id(),
            user_id: key.user_id,
            kind: "api_key.expiring",
            subject_type: "api_key",
            subject_id: &subject,
            actor: HOUSE,
            audience: Audience::User(key.user_id),
            request_id: self.run,
            at: self.now,
        };
        let letter = Letter::KeyEnds { name: &key.name, last_four: &key.last_four, at: key.expires_at };
        vec![note, event.after_change(None, None), self.mail(&letter, key.user_id, &key.email)]
    }

    /// A mail to each administrator, if the statement before changed a row; each of these does.
    fn to_all(&self, to: &[Administrator], name: &str, at: Timestamp, stage: i64) -> Vec<Statement> {
        let letter = Letter::SecretEnds { name, at, ended: stage == ENDED };
        to.iter().map(|one| self.mail(&letter, one.id, &one.email)).collect()
    }

    fn mail(&self, letter: &Letter<'_>, user_id: Id, email: &str) -> Statement {
        let draft = Mail::new(self.config, self.ports.random, self.id(), email, (letter, ""));
        draft.after_change_at(self.now, Some(user_id))
    }

    fn record(&self, kind: &str, name: &str, personal: Personal) -> Statement {
        self.record_of(kind, ("secret", name), None, personal)
    }

    fn record_of(
        &self,
        kind: &str,
        (subject_type, subject_id): (&str, &str),
        user_id: Option<Id>,
        personal: Personal,
    ) -> Statement {
        let record = Record {
            id: self.id(),
            at: self.now,
            kind,
            actor: HOUSE,
            subject_type,
            subject_id,
            user_id,
            source: HOUSE,
            request_id: self.run,
            personal: &personal.finish(),
        };
        record.statement(When::Changed)
    }

    fn id(&self) -> Id {
        Id::new(self.now, data_keys::random(self.ports.random))
    }
}

fn kind(stage: i64) -> &'static str {
    if stage == ENDED { "secret.expired" } else { "secret.expiring" }
}

/// A line of the log: which one (a key by its id), how it stands, until when it is good.
fn line(name: &str, stage: i64, end: Timestamp) -> String {
    [name, ": ", state(stage).as_str(), ", ", &end.to_string()].concat()
}
