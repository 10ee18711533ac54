//! Passwords: forgotten, reset, changed.

use serde::Deserialize;

use super::accounts::hash;
use crate::context::Context;
use crate::contract::types::{ChangePasswordInput, ForgotPasswordInput, MailAccepted, ResetPasswordInput};
use crate::identity::attempts::{self, Attempt, Device, Subject};
use crate::identity::caller::{Credential, UserCaller};
use crate::identity::mail::{self, Letter};
use crate::identity::mail_tokens::{self, Purpose};
use crate::identity::queries::{
    accounts as queries, federation as federation_queries, mail_tokens as token_queries,
    sessions as session_queries,
};
use crate::identity::sessions;
use crate::identity::standing::Standing;
use crate::kernel::audit::{Personal, When};
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::row;
use crate::ports::{Outcome, Statement};

/// Milliseconds for which a sign-in proves who somebody is.
const RECENT_MILLIS: i64 = 10 * 60_000;

/// Sends a token to the address, as its account has it. An address without an account costs the same: its statements
/// are those of an account that is not there.
pub async fn forgot_password(cx: &Context<'_>, input: ForgotPasswordInput) -> Result<MailAccepted, Problem> {
    let (user_id, email) = holder(cx, &input.body.email).await?;
    let subject = user_id.to_string();
    let token = mail_tokens::issue(cx, user_id, Purpose::Reset);
    let letter = mail::draft(cx, &email, &Letter::Reset { token: &token.text });
    let batch = vec![
        token.statement(&email, cx.now),
        letter.after_change(cx, Some(user_id)),
        cx.event(user_id, "user.password_reset_requested", ("user", &subject), None, None),
        cx.record("user.password_reset_requested", ("user", &subject), Some(user_id), Personal::default()),
    ];
    cx.ports.database.batch(batch).await?;
    Ok(MailAccepted { message: "If the address has an account, a mail is on its way.".to_owned() })
}

/// The account of an address and the address as the account has it; an id that nobody has where there is none.
pub(super) async fn holder(cx: &Context<'_>, email: &str) -> Result<(Id, String), Problem> {
    #[derive(Deserialize)]
    struct Found {
        id: Id,
        email: String,
    }
    let found: Option<Found> = cx.ports.database.run(queries::find_by_email(email)).await?.rows.first()?;
    Ok(found.map_or_else(|| (cx.new_id(), email.to_owned()), |found| (found.id, found.email)))
}

/// Takes a mailed token for another password. Whoever reads the mail is the owner: failed guesses are forgotten.
pub async fn reset_password(cx: &Context<'_>, input: ResetPasswordInput) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct Found {
        email: String,
        #[serde(deserialize_with = "row::flag")]
        verified: bool,
    }
    let token = mail_tokens::read(&input.body.token, Purpose::Reset)?;
    let user_id = token.user_id;
    let found: Option<Found> = cx.ports.database.run(token.find(cx.now)).await?.rows.first()?;
    let Found { email, verified } = found.ok_or_else(mail_tokens::refused)?;
    let hash = hash(cx, &input.body.password)?;
    let mut batch = vec![token.claim(cx.now), queries::reset_password(user_id, &hash, cx.now)];
    batch.extend(consequences(cx, user_id, &email, None, "user.password_reset", &hash));
    if !verified {
        // Who had the account before may have left other ways into it. The standing stays the last statement.
        let standing = batch.pop();
        batch.extend(federation_queries::drop_planted(user_id, &hash, cx.now));
        batch.extend(standing);
    }
    let outcomes = cx.ports.database.batch(batch).await?;
    if outcomes.first().is_none_or(|claimed| claimed.changes == 0) {
        return Err(mail_tokens::refused());
    }
    attempts::clear(cx, Subject::SignIn(&email));
    attempts::clear(cx, Subject::Again(user_id));
    announce(cx, user_id, &outcomes).await
}

/// Changes the caller's password; the caller's session goes on alone.
pub async fn change_password(cx: &Context<'_>, input: ChangePasswordInput) -> Result<(), Problem> {
    let (user, attempt, stored) = prove(cx, &input.body.current_password).await?;
    let hash = hash(cx, &input.body.password)?;
    let mut batch = vec![queries::change_password(user.user_id, &hash, &stored.password_hash, cx.now)];
    let kept = user.session_id();
    batch.extend(consequences(cx, user.user_id, &stored.email, kept, "user.password_changed", &hash));
    let outcomes = cx.ports.database.batch(batch).await?;
    if outcomes.first().is_none_or(|changed| changed.changes == 0) {
        return Err(Problem::new(Code::Conflict).detail("The password was changed meanwhile."));
    }
    attempt.succeeded(cx);
    announce(cx, user.user_id, &outcomes).await
}

/// What follows from a new password, in the batch of its change: event, record, notice; sessions and tokens end.
fn consequences(
    cx: &Context<'_>,
    user_id: Id,
    email: &str,
    kept: Option<Id>,
    kind: &str,
    hash: &str,
) -> [Statement; 6] {
    let subject = user_id.to_string();
    [
        cx.event(user_id, kind, ("user", &subject), None, None),
        cx.record(kind, ("user", &subject), Some(user_id), Personal::default()),
        mail::draft(cx, email, &Letter::PasswordChanged).after_change(cx, Some(user_id)),
        queries::end_sessions(user_id, kept, hash, cx.now),
        token_queries::void(user_id, hash, cx.now),
        session_queries::standing(user_id),
    ]
}

async fn announce(cx: &Context<'_>, user_id: Id, outcomes: &[Outcome]) -> Result<(), Problem> {
    let standing: Option<Standing> = match outcomes.last() {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    };
    match standing {
        Some(standing) => sessions::announce(cx, user_id, standing).await,
        None => Ok(()),
    }
}

/// What an account's owner proves again.
#[derive(Deserialize)]
pub(super) struct Stored {
    /// The address.
    pub email: String,
    /// The hash of the password.
    pub password_hash: String,
    /// Whether a second factor is asked for.
    #[serde(deserialize_with = "row::flag")]
    pub two_factor: bool,
    #[serde(deserialize_with = "row::flag")]
    password_set: bool,
}

/// Whether the caller knows the account's password. Guesses are counted for each session apart, so that a stolen one
/// does not slow the owner down.
pub(super) async fn prove<'a>(
    cx: &'a Context<'_>,
    password: &str,
) -> Result<(&'a UserCaller, Attempt, Stored), Problem> {
    let user = cx.user()?;
    let session = user.session_id().ok_or_else(|| Problem::new(Code::Forbidden))?;
    let attempt = attempts::begin(cx, Subject::Again(user.user_id), Device::Session(session)).await?;
    let stored: Option<Stored> =
        cx.ports.database.run(queries::password(user.user_id)).await?.rows.first()?;
    let stored = stored.ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    let right = cx.isolate.passwords.verify(password, &stored.password_hash) && stored.password_set;
    if right {
        return Ok((user, attempt, stored));
    }
    let subject = user.user_id.to_string();
    let record = cx.note(
        When::Refused,
        "user.proof_refused",
        ("user", &subject),
        Some(user.user_id),
        Personal::default(),
    );
    cx.ports.database.run(record).await?;
    Err(Problem::new(Code::InvalidCredentials))
}

/// As [`prove`]. An account without a password, whose owner comes through another provider, proves itself by a sign-in
/// of the last ten minutes.
pub(super) async fn prove_or_recent(
    cx: &Context<'_>,
    password: Option<&str>,
) -> Result<(Id, Option<Attempt>, Stored), Problem> {
    if let Some(password) = password {
        let (user, attempt, stored) = prove(cx, password).await?;
        return Ok((user.user_id, Some(attempt), stored));
    }
    let user = cx.user()?;
    let stored: Option<Stored> =
        cx.ports.database.run(queries::password(user.user_id)).await?.rows.first()?;
    let stored = stored.ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    if stored.password_set {
        return Err(Problem::new(Code::InvalidCredentials));
    }
    match user.credential {
        Credential::Session { client_id: None, authenticated_at, .. }
            if cx.now.millis() - authenticated_at.millis() <= RECENT_MILLIS =>
        {
            Ok((user.user_id, None, stored))
        }
        _ => Err(Problem::new(Code::StepUpRequired)),
    }
}
