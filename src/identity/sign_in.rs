//! Signing in: address, password and, where the account has one, a code of the second factor.

use serde::Deserialize;

use super::attempts::{self, Attempt, Device, Subject};
use super::passwords;
use super::queries::accounts as queries;
use super::standing::{Standing, StandingState};
use super::two_factor::{self, Checked};
use crate::context::Context;
use crate::kernel::audit::{Personal, When};
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::row;
use crate::ports::Statement;

/// What somebody signs in with.
#[derive(Clone, Copy)]
pub struct Proof<'a> {
    /// The address.
    pub email: &'a str,
    /// The password.
    pub password: &'a str,
    /// A code of the second factor.
    pub code: Option<&'a str>,
    /// By what the device is known that signed in before.
    pub device_token: Option<&'a str>,
}

/// The account that somebody has proved to be theirs.
#[derive(Deserialize)]
pub struct Found {
    /// Its id.
    pub id: Id,
    /// Its address.
    pub email: String,
    /// The hash that the password was checked against.
    pub password_hash: String,
    #[serde(deserialize_with = "row::flag")]
    two_factor: bool,
    /// How it stands.
    #[serde(rename = "*")]
    pub standing: Standing,
}

/// Somebody who has proved who they are.
pub struct Proven {
    /// Their account.
    pub user: Found,
    /// How they proved it (`amr`, RFC 8176).
    pub methods: String,
    /// The token by which this device is known from now on.
    pub device_token: String,
    factor: Checked,
    attempt: Attempt,
}

/// Looks at address, password and code. The guess is counted before the password is looked at, so that guesses side by
/// side count too. An unknown address costs the same work and gets the same answer.
pub async fn prove(cx: &Context<'_>, proof: &Proof<'_>) -> Result<Proven, Problem> {
    let subject = Subject::SignIn(proof.email);
    let attempt = attempts::begin(cx, subject, Device::Token(proof.device_token)).await?;
    let found: Option<Found> =
        cx.ports.database.run(queries::find_by_email(proof.email)).await?.rows.first()?;
    let stored = found.as_ref().map_or(passwords::NOBODY, |user| &user.password_hash);
    let right = cx.isolate.passwords.verify(proof.password, stored);
    let user = match found {
        Some(user) if right => user,
        other => return Err(wrong(cx, other.map(|user| user.id)).await?),
    };
    if user.standing.state != StandingState::Active {
        return Err(Problem::new(Code::AccountSuspended));
    }
    let factor = match user.two_factor {
        true => two_factor::check(cx, user.id, proof.code).await,
        false => Ok(Checked::NotEnabled),
    };
    let factor = match factor {
        // The password was right and no code was guessed.
        Err(problem) if problem.code == Code::TwoFactorRequired => {
            attempt.taken_back(cx);
            return Err(problem);
        }
        factor => factor?,
    };
    let device_token = attempt.device_token(cx, subject);
    Ok(Proven { user, methods: factor.methods("pwd"), device_token, factor, attempt })
}

impl Proven {
    /// Whether the device has signed in before.
    #[must_use]
    pub fn is_from_known_device(&self) -> bool {
        self.attempt.is_from_known_device()
    }

    /// Writes what the proof allows and uses the code up; nothing of it if another request used the code first.
    pub async fn accept(
        self,
        cx: &Context<'_>,
        allowed: impl IntoIterator<Item = Statement>,
    ) -> Result<(), Problem> {
        let mut batch = self.factor.statements();
        batch.extend(allowed);
        cx.ports.database.batch(batch).await.map_err(two_factor::spent)?;
        self.attempt.succeeded(cx);
        Ok(())
    }
}

/// The answer to a wrong pair, recorded alike for addresses with and without an account.
async fn wrong(cx: &Context<'_>, user_id: Option<Id>) -> Result<Problem, Problem> {
    let record = cx.note(When::Refused, "session.refused", ("user", "unknown"), user_id, Personal::default());
    cx.ports.database.run(record).await?;
    Ok(Problem::new(Code::InvalidCredentials))
}
