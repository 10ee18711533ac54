//! Devices: clients with a key pair of their own.
//!
//! A device becomes active in one of two ways: as the only active one of its account, registered in a session of the
//! person's own that was proven lately, or by the signature of an active device over its key ([`pairing`]). Every
//! condition stands in the statement that changes the row, so that of two who try at once one succeeds; event and
//! audit record follow in the same batch.

pub mod code;
pub mod key;
pub mod pairing;
pub mod presence;
pub mod queries;

use serde::Deserialize;

use crate::context::Context;
use crate::contract::resources::DEVICE;
use crate::contract::types::{Device, DeviceState, NewDevice, RegisteredDevice};
use crate::kernel::audience::Audience;
use crate::kernel::audit::{Personal, When};
use crate::kernel::crypto;
use crate::kernel::event::Draft;
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Place, Problem, Violation};
use crate::ports::{Outcome, Statement};
use crate::resource::sql::{self, Key};

/// Devices of an account that are active or pending at a time.
pub const MOST: u32 = 20;

/// What events tell of a device besides its id.
const TOLD: [&str; 8] =
    ["name", "platform", "public_key", "fingerprint", "state", "confirmed_by", "updated_at", "version"];

/// The only column of a statement's row.
#[derive(Debug, Deserialize)]
struct Only {
    value: String,
}

impl Only {
    fn of(outcome: &Outcome) -> Result<Option<String>, Problem> {
        Ok(outcome.rows.first::<Self>()?.map(|only| only.value))
    }
}

/// Registers a device in the caller's session.
///
/// 422 for a key of small order, 409 for one that is active or revoked here or where there are too many devices, 403
/// `step-up-required` where it would be the only active one and the session is not fresh.
pub async fn register(cx: &Context<'_>, new: NewDevice) -> Result<RegisteredDevice, Problem> {
    let user = cx.user()?;
    let session_id = user.session_id().ok_or_else(|| Problem::new(Code::Forbidden))?;
    let key = key::read(&new.public_key).ok_or_else(unusable)?;
    let (id, shown) = (cx.new_id(), code::make(cx.ports.random));
    let row = queries::New {
        id,
        user_id: user.user_id,
        session_id,
        fingerprint: key::fingerprint(&key),
        code: code::kept(cx, user.user_id, &shown).unwrap_or_default(),
        recent: user.credential.is_recent(cx.now),
        device: new,
    };
    let mut batch = vec![queries::register(&row, cx.now)];
    batch.extend(told(cx, user.user_id, id, "registered"));
    batch.push(find(user.user_id, id));
    batch.push(queries::refused(&row));
    let outcomes = cx.ports.database.batch(batch).await?;
    let [.., found, why] = outcomes.as_slice() else { return Err(lost()) };
    match found.rows.first::<Device>()? {
        Some(device) => {
            let pairing_code = (device.state == DeviceState::Pending).then_some(shown);
            Ok(RegisteredDevice { device, pairing_code })
        }
        None => Err(match Only::of(why)?.as_deref() {
            Some("known") => Problem::new(Code::Conflict).detail("The key is that of a device already."),
            Some("alone") => Problem::new(Code::StepUpRequired),
            _ => Problem::new(Code::Conflict).detail("There are 20 devices already; delete one first."),
        }),
    }
}

/// Shuts a device of the caller's out, for good. One that is shut out stays as it is.
pub async fn revoke(cx: &Context<'_>, id: Id) -> Result<Device, Problem> {
    let user_id = cx.user()?.user_id;
    let mut batch = vec![queries::revoke(user_id, id, cx.now)];
    batch.extend(told(cx, user_id, id, "revoked"));
    batch.push(find(user_id, id));
    let outcomes = cx.ports.database.batch(batch).await?;
    let found = outcomes.last().ok_or_else(lost)?;
    found.rows.first()?.ok_or_else(Problem::not_found)
}

/// What [`queries::active_key`] found: 32 bytes, or nothing where no device of the account with that id is active.
pub fn key_of(outcome: &Outcome) -> Result<Option<Vec<u8>>, Problem> {
    Ok(Only::of(outcome)?.and_then(|text| crypto::from_base64url(&text)))
}

/// A device of the account as the wire shows it.
fn find(user_id: Id, id: Id) -> Statement {
    let (owner, id) = (user_id.to_string(), id.to_string());
    sql::find(&DEVICE, &Key { owner: &owner, id: Some(&id), version: None })
}

/// Event and audit record of a change of a device; both stand behind the change in its batch and are only written with it.
fn told(cx: &Context<'_>, user_id: Id, id: Id, did: &str) -> [Statement; 3] {
    let (owner, subject, kind) = (user_id.to_string(), id.to_string(), ["device.", did].concat());
    let key = Key { owner: &owner, id: Some(&subject), version: None };
    cx.hint(user_id, &kind);
    let draft = Draft {
        id: cx.new_id(),
        user_id,
        kind: &kind,
        subject_type: DEVICE.name,
        subject_id: &subject,
        actor: &cx.caller.actor(),
        audience: Audience::User(user_id),
        request_id: cx.request_id,
        at: cx.now,
    };
    let record =
        cx.note(When::Told(draft.id), &kind, (DEVICE.name, &subject), Some(user_id), Personal::default());
    [draft.after_change(None, None), sql::complete_event(&DEVICE, &key, &draft, &TOLD), record]
}

fn unusable() -> Problem {
    Problem::invalid(vec![Violation {
        place: Place::Body,
        pointer: "/public_key".to_owned(),
        code: "key-unusable",
        message: "This is a point of small order, which no key pair has.".to_owned(),
    }])
}

fn lost() -> Problem {
    Problem::internal("the batch lost an outcome")
}
