//! Making, changing, replacing and revoking keys.
//!
//! Keys lie in drawers: every account has one, and administrators share one. Whatever takes rights from a key raises
//! the epoch of the account it acts for in the same batch and is announced to that account's object. Administrators'
//! keys need none of that: each use is confirmed in the database.

use serde::Deserialize;

use super::text::{self, Kind};
use crate::context::Context;
use crate::contract::resources::API_KEY;
use crate::contract::types::{ApiKey, IssuedKey};
use crate::contract::{Holder, Scope, Scopes};
use crate::identity::queries::{keys as queries, sessions};
use crate::identity::sessions::announce;
use crate::identity::standing::Standing;
use crate::kernel::audit::Personal;
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Place, Problem, Violation};
use crate::kernel::row;
use crate::kernel::time::Timestamp;
use crate::ports::{Outcome, Statement};
use crate::resource::sql::{self, Key};

/// Keys that may live in a drawer at a time.
pub const MOST: u32 = 50;
/// How many more there may be while old ones run out beside their successors.
const OVERLAPPING: u32 = 10;
const ADMINISTRATORS: &str = "admin";

/// Where keys lie.
#[derive(Debug, Clone)]
pub struct Drawer {
    /// What kind of keys lie there.
    pub kind: Kind,
    /// Whose list it is.
    pub owner: String,
    /// The account that new keys act for.
    pub user_id: Id,
}

/// A key that is about to be kept.
#[derive(Debug)]
pub struct NewKey<'a> {
    /// What is shown of it.
    pub row: ApiKey,
    /// Its drawer.
    pub owner: &'a str,
    /// The account it acts for.
    pub user_id: Id,
    /// Its kind.
    pub kind: Kind,
    /// The SHA-256 of its text.
    pub hash: String,
    /// What it may do.
    pub scopes: Scopes,
}

/// What a key is to be.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// Requests a minute, an hour and a day.
    pub quotas: [Option<i64>; 3],
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

impl Drawer {
    /// The drawer of an account.
    #[must_use]
    pub fn of(user_id: Id) -> Self {
        Self { kind: Kind::User, owner: user_id.to_string(), user_id }
    }

    /// The drawer of administrators' keys; those that the caller makes act for the caller's account.
    pub fn administrators(cx: &Context<'_>) -> Result<Self, Problem> {
        let user_id = cx.caller.user_id().ok_or_else(|| Problem::new(Code::Unauthenticated))?;
        Ok(Self { kind: Kind::Admin, owner: ADMINISTRATORS.to_owned(), user_id })
    }

    fn noun(&self) -> &'static str {
        match self.kind {
            Kind::User => "api_key",
            Kind::Admin => "admin_key",
        }
    }

    /// The event and the record of a change of a key: both stand behind the change in its batch.
    fn told(
        &self,
        cx: &Context<'_>,
        did: &str,
        id: Id,
        before: Option<&str>,
        after: Option<&str>,
    ) -> [Statement; 2] {
        let (noun, subject) = (self.noun(), id.to_string());
        let kind = format!("{noun}.{did}");
        let mut personal = Personal::default();
        for (name, json) in [("before", before), ("after", after)] {
            personal = match json {
                Some(json) => personal.json(name, json),
                None => personal,
            };
        }
        [
            cx.event(self.user_id, &kind, (noun, &subject), before, after),
            cx.record(&kind, (noun, &subject), Some(self.user_id), personal),
        ]
    }
}

/// The scopes of those names, all of which the caller holds and may grant to a key.
pub fn grantable(cx: &Context<'_>, holder: Holder, names: &[String]) -> Result<Scopes, Problem> {
    let may = Scopes::of_holder(holder).intersection(cx.caller.scopes());
    let mut violations = Vec::new();
    let mut granted = Scopes::NONE;
    for (index, name) in names.iter().enumerate() {
        match Scope::parse(name).filter(|scope| may.contains(*scope)) {
            Some(scope) => granted = granted.union(Scopes::of(&[scope])),
            None => violations.push(violation(
                format!("/scopes/{index}"),
                "scope-not-grantable",
                "You do not hold this scope, or it cannot be granted to a key.",
            )),
        }
    }
    if violations.is_empty() { Ok(granted) } else { Err(Problem::invalid(violations)) }
}

/// An expiry that lies ahead.
pub fn ahead(cx: &Context<'_>, expires_at: Option<Timestamp>) -> Result<Option<Timestamp>, Problem> {
    match expires_at {
        Some(at) if at <= cx.now => Err(Problem::invalid(vec![violation(
            "/expires_at".to_owned(),
            "not-in-the-future",
            "This moment has passed.",
        )])),
        at => Ok(at),
    }
}

/// A key of the drawer as it is kept.
pub async fn find(cx: &Context<'_>, drawer: &Drawer, id: Id) -> Result<ApiKey, Problem> {
    let id = id.to_string();
    let key = Key { owner: &drawer.owner, id: Some(&id), version: None };
    cx.ports.database.run(sql::find(&API_KEY, &key)).await?.rows.first()?.ok_or_else(Problem::not_found)
}

/// Makes a key.
pub async fn issue(cx: &Context<'_>, drawer: &Drawer, wish: Wish) -> Result<IssuedKey, Problem> {
    let (text, key) = draft(cx, drawer, wish);
    let after = serde_json::to_string(&key.row)?;
    let mut batch = vec![queries::insert(&key, MOST, None, cx.now)];
    batch.extend(drawer.told(cx, "created", key.row.id, None, Some(&after)));
    batch.push(queries::room(&drawer.owner, drawer.user_id, cx.now));
    let outcomes = cx.ports.database.batch(batch).await?;
    if !changed(&outcomes, 0) {
        return Err(no_room(&outcomes, MOST)?);
    }
    Ok(IssuedKey { key: text, api_key: key.row })
}

/// Makes the successor of a key, which ends after `overlap` milliseconds, or earlier if it was to.
pub async fn rotate(cx: &Context<'_>, drawer: &Drawer, id: Id, overlap: i64) -> Result<IssuedKey, Problem> {
    let old = find(cx, drawer, id).await?;
    if old.rotated_to.is_some() || old.expires_at.is_some_and(|at| at <= cx.now) {
        return Err(Problem::new(Code::Conflict).detail("The key has expired or has a successor."));
    }
    let holder = if drawer.kind == Kind::User { Holder::Key } else { Holder::Admin };
    let life = old.expires_at.map(|at| at.millis() - old.created_at.millis());
    let wish = Wish {
        name: old.name.clone(),
        scopes: grantable(cx, holder, &old.scopes)?,
        quotas: [old.quota_minute, old.quota_hour, old.quota_day],
        expires_at: life.map(|life| cx.now.plus_millis(life)),
    };
    let (text, key) = draft(cx, drawer, wish);
    let (before, after) = (serde_json::to_string(&old)?, serde_json::to_string(&key.row)?);
    let new = key.row.id;
    let end = cx.now.plus_millis(overlap);
    let mut batch = vec![queries::insert(&key, MOST + OVERLAPPING, Some((id, old.version)), cx.now)];
    batch.extend(drawer.told(cx, "created", new, None, Some(&after)));
    batch.push(queries::succeed(id, old.version, new, end, cx.now));
    batch.extend(drawer.told(cx, "rotated", id, Some(&before), None));
    batch.push(queries::room(&drawer.owner, drawer.user_id, cx.now));
    let outcomes = raise(cx, drawer, batch).await?;
    if !changed(&outcomes, 0) {
        return Err(no_room(&outcomes, MOST + OVERLAPPING)?);
    }
    Ok(IssuedKey { key: text, api_key: key.row })
}

/// Changes a key to what is wished, if it still is what was read.
pub async fn change(cx: &Context<'_>, drawer: &Drawer, old: ApiKey, wish: Wish) -> Result<ApiKey, Problem> {
    let [quota_minute, quota_hour, quota_day] = wish.quotas;
    let new = ApiKey {
        name: wish.name,
        scopes: names(wish.scopes),
        quota_minute,
        quota_hour,
        quota_day,
        expires_at: wish.expires_at,
        updated_at: cx.now,
        version: old.version + 1,
        ..old.clone()
    };
    let (before, after) = (serde_json::to_string(&old)?, serde_json::to_string(&new)?);
    let mut batch = vec![queries::update(&new, wish.scopes, old.version, cx.now)];
    batch.extend(drawer.told(cx, "updated", old.id, Some(&before), Some(&after)));
    let outcomes = raise(cx, drawer, batch).await?;
    if changed(&outcomes, 0) {
        return Ok(new);
    }
    Err(Problem::new(Code::Conflict).detail("The key was changed at the same time."))
}

/// Revokes a key of the drawer.
pub async fn revoke(cx: &Context<'_>, drawer: &Drawer, id: Id) -> Result<(), Problem> {
    let mut batch = vec![queries::revoke(id, &drawer.owner, cx.if_match, cx.now)];
    batch.extend(drawer.told(cx, "revoked", id, None, None));
    let outcomes = raise(cx, drawer, batch).await?;
    if changed(&outcomes, 0) {
        return Ok(());
    }
    if cx.if_match.is_some() {
        find(cx, drawer, id).await?;
        return Err(Problem::new(Code::PreconditionFailed));
    }
    Err(Problem::not_found())
}

/// Carries out a batch whose first statement takes rights from a key: the epoch of the account is raised with it, and
/// its object is told. Outcomes are those of the batch that was given.
async fn raise(
    cx: &Context<'_>,
    drawer: &Drawer,
    mut batch: Vec<Statement>,
) -> Result<Vec<Outcome>, Problem> {
    if drawer.kind == Kind::Admin {
        return Ok(cx.ports.database.batch(batch).await?);
    }
    batch.insert(1, sessions::raise_epoch(drawer.user_id, cx.now));
    batch.push(sessions::standing(drawer.user_id));
    let mut outcomes = cx.ports.database.batch(batch).await?;
    let standing: Option<Standing> = match outcomes.pop() {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    };
    if let Some(standing) = standing.filter(|_| changed(&outcomes, 0)) {
        announce(cx, drawer.user_id, standing).await?;
    }
    Ok(outcomes)
}

fn draft<'d>(cx: &Context<'_>, drawer: &'d Drawer, wish: Wish) -> (String, NewKey<'d>) {
    let text = text::make(drawer.kind, cx.config.environment, cx.ports.random);
    let last_four = text.get(text.len().saturating_sub(4)..).unwrap_or_default().to_owned();
    let [quota_minute, quota_hour, quota_day] = wish.quotas;
    let row = ApiKey {
        id: cx.new_id(),
        name: wish.name,
        prefix: drawer.kind.prefix(cx.config.environment).to_owned(),
        last_four,
        scopes: names(wish.scopes),
        quota_minute,
        quota_hour,
        quota_day,
        expires_at: wish.expires_at,
        last_used_at: None,
        rotated_to: None,
        created_at: cx.now,
        updated_at: cx.now,
        version: 1,
    };
    let hash = text::hash(&text);
    let key = NewKey {
        row,
        owner: &drawer.owner,
        user_id: drawer.user_id,
        kind: drawer.kind,
        hash,
        scopes: wish.scopes,
    };
    (text, key)
}

/// Why nothing was made, by the last statement of the batch.
fn no_room(outcomes: &[Outcome], most: u32) -> Result<Problem, Problem> {
    #[derive(Deserialize)]
    struct Room {
        #[serde(deserialize_with = "row::flag")]
        verified: bool,
        living: u32,
    }
    let room: Option<Room> = match outcomes.last() {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    };
    Ok(match room {
        Some(Room { verified: false, .. }) => Problem::new(Code::EmailNotVerified),
        Some(Room { living, .. }) if living >= most => {
            Problem::new(Code::Conflict).detail(format!("There are {living} keys already; delete one first."))
        }
        _ => Problem::new(Code::Conflict).detail("The account or the key was changed at the same time."),
    })
}

fn changed(outcomes: &[Outcome], index: usize) -> bool {
    outcomes.get(index).is_some_and(|outcome| outcome.changes > 0)
}

fn names(scopes: Scopes) -> Vec<String> {
    scopes.iter().map(|scope| scope.as_str().to_owned()).collect()
}

fn violation(pointer: String, code: &'static str, message: &str) -> Violation {
    Violation { place: Place::Body, pointer, code, message: message.to_owned() }
}
