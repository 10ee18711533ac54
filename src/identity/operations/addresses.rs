//! Addresses: confirmed and changed.

use serde::Deserialize;
use serde::Serialize;

use super::passwords::{holder, prove_or_recent};
use crate::context::Context;
use crate::contract::types::{
    ChangeEmailInput, ConfirmEmailChangeInput, MailAccepted, ResendVerificationInput, VerifyEmailInput,
};
use crate::identity::mail::{self, Letter};
use crate::identity::mail_tokens::{self, Purpose};
use crate::identity::queries::accounts as queries;
use crate::kernel::audit::Personal;
use crate::kernel::problem::Problem;
use crate::ports::{DatabaseError, DatabaseFault};

/// Takes a mailed token as proof of the address.
pub async fn verify_email(cx: &Context<'_>, input: VerifyEmailInput) -> Result<(), Problem> {
    let token = mail_tokens::read(&input.body.token, Purpose::Verify)?;
    let user_id = token.user_id;
    let subject = user_id.to_string();
    let after = "{\"email_verified\":true}";
    let batch = vec![
        token.claim(cx.now),
        queries::verify(user_id, cx.now),
        cx.event(user_id, "user.email_verified", ("user", &subject), None, Some(after)),
        cx.record("user.email_verified", ("user", &subject), Some(user_id), Personal::default()),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    match outcomes.first() {
        Some(claimed) if claimed.changes > 0 => Ok(()),
        _ => Err(mail_tokens::refused()),
    }
}

/// Sends the mail that confirms an address once more.
pub async fn resend_verification(
    cx: &Context<'_>,
    input: ResendVerificationInput,
) -> Result<MailAccepted, Problem> {
    let (user_id, email) = holder(cx, &input.body.email).await?;
    let subject = user_id.to_string();
    let token = mail_tokens::issue(cx, user_id, Purpose::Verify);
    let letter = mail::draft(cx, &email, &Letter::Verify { token: &token.text });
    let batch = vec![
        token.statement(&email, cx.now),
        letter.after_change(cx, Some(user_id)),
        cx.event(user_id, "user.verification_requested", ("user", &subject), None, None),
    ];
    cx.ports.database.batch(batch).await?;
    Ok(MailAccepted { message: "If the address waits for it, a mail is on its way.".to_owned() })
}

/// Asks the new address to confirm itself and tells the present one. An address that has an account is told so instead,
/// by the same statements.
pub async fn change_email(cx: &Context<'_>, input: ChangeEmailInput) -> Result<MailAccepted, Problem> {
    let (user_id, attempt, stored) = prove_or_recent(cx, input.body.password.as_deref()).await?;
    let wanted = input.body.email.as_str();
    let subject = user_id.to_string();
    let token = mail_tokens::issue(cx, user_id, Purpose::ChangeEmail);
    let confirm = Letter::ChangeEmail { token: &token.text };
    let (confirm, known) = mail::either(cx, wanted, &confirm, &Letter::KnownAddress);
    let notice = mail::draft(cx, &stored.email, &Letter::EmailChangeNotice);
    let after = changed(wanted)?;
    let kind = "user.email_change_requested";
    let batch = vec![
        token.statement(wanted, cx.now),
        confirm.after_change(cx, Some(user_id)),
        notice.after_change(cx, Some(user_id)),
        cx.event(user_id, kind, ("user", &subject), None, Some(&after)),
        cx.record(kind, ("user", &subject), Some(user_id), Personal::default().json("after", &after)),
        known.to_holder(cx, wanted, user_id),
    ];
    cx.ports.database.batch(batch).await?;
    if let Some(attempt) = attempt {
        attempt.succeeded(cx);
    }
    Ok(MailAccepted { message: "If the address is free, a mail to confirm it is on its way.".to_owned() })
}

/// Takes a mailed token as proof of the new address, which is the account's from then on.
pub async fn confirm_email_change(cx: &Context<'_>, input: ConfirmEmailChangeInput) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct Found {
        token_email: String,
        email: String,
    }
    let token = mail_tokens::read(&input.body.token, Purpose::ChangeEmail)?;
    let user_id = token.user_id;
    let found: Option<Found> = cx.ports.database.run(token.find(cx.now)).await?.rows.first()?;
    let Found { token_email, email } = found.ok_or_else(mail_tokens::refused)?;
    let subject = user_id.to_string();
    let (before, after) = (changed(&email)?, changed(&token_email)?);
    let personal = Personal::default().json("before", &before).json("after", &after);
    let batch = vec![
        token.claim(cx.now),
        queries::change_email(user_id, &token_email, cx.now),
        cx.event(user_id, "user.email_changed", ("user", &subject), Some(&before), Some(&after)),
        cx.record("user.email_changed", ("user", &subject), Some(user_id), personal),
        mail::draft(cx, &email, &Letter::EmailChanged).after_change(cx, Some(user_id)),
    ];
    let outcomes = match cx.ports.database.batch(batch).await {
        // Somebody else made an account of the address in this very moment.
        Err(DatabaseError { fault: DatabaseFault::Unique, .. }) => return Err(mail_tokens::refused()),
        outcomes => outcomes?,
    };
    match outcomes.first() {
        Some(claimed) if claimed.changes > 0 => Ok(()),
        _ => Err(mail_tokens::refused()),
    }
}

/// The part of an account that changes, as JSON.
fn changed(email: &str) -> Result<String, Problem> {
    #[derive(Serialize)]
    struct Changed<'a> {
        email: &'a str,
    }
    Ok(serde_json::to_string(&Changed { email })?)
}
