//! How an active device lets a pending one in.
//!
//! The code alone gives nothing: it names a pending device to who is signed in to the same account. What lets it in is
//! the signature of an active device's key over the new key. Wrong codes are counted for the account and each session
//! in an object of their own (`identity::attempts`). A right code takes its own guess back and forgives none of before,
//! because whoever may register devices can come by right codes; a confirmation does.

use super::{code, find as found, key_of, lost, queries, told};
use crate::context::Context;
use crate::contract::types::{Device, DeviceConfirmation, DeviceState};
use crate::identity::attempts::{self, Attempt, Device as From, Subject};
use crate::kernel::audit::{Personal, When};
use crate::kernel::crypto;
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::ports::{PortError, Statement, VerifyingKey};

/// What the signed message begins with.
const DOMAIN: &[u8] = b"witness pairing 1\0";

/// The message that an active device signs to let another one in.
#[must_use]
pub fn message(account: Id, by: Id, device: Id, key: &[u8]) -> Vec<u8> {
    [DOMAIN, account.bytes(), by.bytes(), device.bytes(), key].concat()
}

/// The pending device that shows a code.
pub async fn find(cx: &Context<'_>, shown: &str) -> Result<Device, Problem> {
    let user_id = cx.user()?.user_id;
    let attempt = begin(cx).await?;
    let kept = code::kept(cx, user_id, shown);
    let by_code = queries::by_code(user_id, kept.as_deref(), cx.now);
    match cx.ports.database.run(by_code).await?.rows.first()? {
        Some(device) => {
            attempt.taken_back(cx);
            Ok(device)
        }
        None => refuse(cx, None, Code::InvalidCode).await,
    }
}

/// Lets the pending device in.
///
/// 404 where there is no such device, 409 where it does not wait, 403 `invalid-code` where it does not show that code
/// now, 403 `confirmation-refused` where the other one is not active or did not sign.
pub async fn confirm(cx: &Context<'_>, id: Id, said: &DeviceConfirmation) -> Result<Device, Problem> {
    let attempt = begin(cx).await?;
    let batch = match judge(cx, id, said).await {
        Ok(batch) => batch,
        Err(problem) if problem.code == Code::InvalidCode => return refuse(cx, Some(id), problem.code).await,
        Err(problem) => {
            attempt.taken_back(cx);
            if problem.code == Code::ConfirmationRefused {
                return refuse(cx, Some(id), problem.code).await;
            }
            return Err(problem);
        }
    };
    attempt.succeeded(cx);
    let outcomes = cx.ports.database.batch(batch).await?;
    let [first, .., last] = outcomes.as_slice() else { return Err(lost()) };
    if first.changes == 0 {
        return Err(Problem::new(Code::Conflict).detail("One of the devices was changed at the same time."));
    }
    last.rows.first()?.ok_or_else(Problem::not_found)
}

/// The batch that lets the device in, if it may come in. Its first statement does nothing where that has changed when the
/// batch runs; its last one reads the device.
pub async fn judge(cx: &Context<'_>, id: Id, said: &DeviceConfirmation) -> Result<Vec<Statement>, Problem> {
    let user_id = cx.user()?.user_id;
    let kept = code::kept(cx, user_id, &said.code);
    let reads = vec![
        found(user_id, id),
        queries::by_code(user_id, kept.as_deref(), cx.now),
        queries::active_key(user_id, said.device),
    ];
    let outcomes = cx.ports.database.batch(reads).await?;
    let [device, shows, by] = outcomes.as_slice() else { return Err(lost()) };
    let device: Device = device.rows.first()?.ok_or_else(Problem::not_found)?;
    if device.state != DeviceState::Pending {
        return Err(Problem::new(Code::Conflict).detail("The device does not wait to be confirmed."));
    }
    if shows.rows.first::<Device>()?.is_none_or(|shows| shows.id != id) {
        return Err(Problem::new(Code::InvalidCode));
    }
    let refused = || Problem::new(Code::ConfirmationRefused);
    let by_key = key_of(by)?.ok_or_else(refused)?;
    let new_key = crypto::from_base64url(&device.public_key).unwrap_or_default();
    let signature = crypto::from_base64url(&said.signature).unwrap_or_default();
    let message = message(user_id, said.device, id, &new_key);
    // What was registered need not be a point.
    match cx.ports.signatures.verify(VerifyingKey::Ed25519(&by_key), &message, &signature).await {
        Ok(true) => {}
        Ok(false) | Err(PortError::Shape(_)) => return Err(refused()),
        Err(error) => return Err(error.into()),
    }
    let mut batch = vec![queries::confirm(user_id, id, said.device, kept.as_deref(), cx.now)];
    batch.extend(told(cx, user_id, id, "confirmed"));
    batch.push(found(user_id, id));
    Ok(batch)
}

async fn begin(cx: &Context<'_>) -> Result<Attempt, Problem> {
    let user = cx.user()?;
    let session = user.session_id().ok_or_else(|| Problem::new(Code::Forbidden))?;
    attempts::begin(cx, Subject::Pairing(user.user_id), From::Session(session)).await
}

/// Records that somebody was refused, and refuses.
async fn refuse<T>(cx: &Context<'_>, id: Option<Id>, code: Code) -> Result<T, Problem> {
    let user_id = cx.user()?.user_id;
    let subject = id.unwrap_or(user_id).to_string();
    let noun = if id.is_some() { "device" } else { "user" };
    let why = Personal::default().text("problem", code.as_str());
    let record = cx.note(When::Refused, "device.refused", (noun, &subject), Some(user_id), why);
    cx.ports.database.run(record).await?;
    Err(Problem::new(code))
}
