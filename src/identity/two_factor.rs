//! The second factor: codes of a device, and backup codes for when it is not at hand.
//!
//! Keeps these invariants: a code is good once, however many present it side by side; what was used up to a time step
//! makes no later attempt succeed; the secret is sealed at rest. An attempt is counted before it is looked at. After
//! five failures in a row codes of the device are delayed, 30 seconds at first and an hour at most, so that an attacker
//! who knows the password has few guesses a day at one in a million each. Backup codes cannot be guessed and are never
//! delayed: so nobody can lock the owner out.

mod backup;
pub mod totp;

use serde::Deserialize;

use super::mail::{self, Letter};
use super::queries::sessions as session_queries;
use super::queries::two_factor as queries;
use super::sessions;
use super::standing::Standing;
use crate::context::Context;
use crate::kernel::audit::{Personal, When};
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::kernel::vault::{NONCE, Place, Vault};
use crate::ports::{DatabaseError, DatabaseFault, Outcome, Ports, Statement};

/// Attempts that fail before the first delay.
pub const FREE_ATTEMPTS: i64 = 5;
/// The first delay; it doubles with each further failure.
pub const FIRST_DELAY_MILLIS: i64 = 30_000;
/// The longest delay.
pub const LONGEST_DELAY_MILLIS: i64 = 3_600_000;

/// Secrets that one run seals anew.
const REWRAP: usize = 50;

/// What an account's second factor says to an attempt.
#[derive(Debug)]
pub enum Checked {
    /// There is none.
    NotEnabled,
    /// The code is right. The statements use it up and belong at the beginning of the batch of what it allows; if
    /// that batch fails, [`spent`] says what it means.
    Passed(Vec<Statement>),
}

impl Checked {
    /// Whether a second factor was shown.
    #[must_use]
    pub fn passed(&self) -> bool {
        matches!(self, Self::Passed(_))
    }

    /// How somebody proved who they are, who did so by `first` before (`amr`, RFC 8176).
    #[must_use]
    pub fn methods(&self, first: &str) -> String {
        if self.passed() { [first, " otp"].concat() } else { first.to_owned() }
    }

    /// The statements that use the code up.
    #[must_use]
    pub fn statements(self) -> Vec<Statement> {
        match self {
            Self::NotEnabled => Vec::new(),
            Self::Passed(statements) => statements,
        }
    }
}

/// A code that is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    /// That of a time step.
    Step(i64),
    /// A backup code, by its MAC.
    Backup(String),
}

/// A factor as it is stored.
#[derive(Debug, Deserialize)]
struct Stored {
    /// The address of its account.
    email: String,
    secret: String,
    enabled_at: Option<Timestamp>,
    last_step: i64,
    backup_codes: String,
    locked_until: Timestamp,
}

/// What an attempt comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    Right(Use),
    Wrong,
    Locked { seconds: u32 },
}

/// How an account's second factor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Since when it is asked for; `None` while it is not.
    pub enabled_at: Option<Timestamp>,
    /// Backup codes that are left.
    pub backup_codes_left: usize,
}

/// Looks at a code that somebody presents for an account.
///
/// One database call. Fails with `two-factor-required` where a code is needed and none is given, `invalid-code` where
/// it is wrong or used, `too-many-attempts` while codes are delayed.
pub async fn check(cx: &Context<'_>, user_id: Id, code: Option<&str>) -> Result<Checked, Problem> {
    let found = look(cx, user_id, code).await?;
    Ok(found.map_or(Checked::NotEnabled, |(_, statements)| Checked::Passed(statements)))
}

/// The factor, and what uses the code up; `None` where there is no factor.
async fn look(
    cx: &Context<'_>,
    user_id: Id,
    code: Option<&str>,
) -> Result<Option<(Stored, Vec<Statement>)>, Problem> {
    let batch = match code {
        Some(_) => vec![queries::find(user_id), queries::attempt(user_id, cx.now)],
        None => vec![queries::find(user_id)],
    };
    let outcomes = cx.ports.database.batch(batch).await?;
    let Some(stored) = stored(outcomes.first())?.filter(|stored| stored.enabled_at.is_some()) else {
        return Ok(None);
    };
    let code = code.ok_or_else(|| Problem::new(Code::TwoFactorRequired))?;
    let vault = cx.config.vault.vault();
    let secret = open(&vault, user_id, &stored.secret)?;
    match judge(&stored, &secret, code, cx.now) {
        Verdict::Right(code) => {
            let statements = used(cx, &vault, user_id, &stored, &secret, &code);
            Ok(Some((stored, statements)))
        }
        Verdict::Locked { seconds } => Err(Problem::new(Code::TooManyAttempts).retry_after(seconds)),
        Verdict::Wrong => {
            let subject = user_id.to_string();
            let personal = Personal::default();
            let refusal = cx.note(
                When::Refused,
                "two_factor.refused",
                ("two_factor", &subject),
                Some(user_id),
                personal,
            );
            cx.ports.database.run(refusal).await?;
            Err(Problem::new(Code::InvalidCode))
        }
    }
}

/// What it means that a batch with the statements of a right code failed: another request used the code first.
#[must_use]
pub fn spent(error: DatabaseError) -> Problem {
    match error.fault {
        DatabaseFault::NotNull => Problem::new(Code::InvalidCode).cause(error.cause),
        _ => error.into(),
    }
}

/// A new secret for the account, and the address by which a device takes it; not asked for until it is confirmed.
pub async fn enrol(cx: &Context<'_>, user_id: Id) -> Result<(String, String), Problem> {
    #[derive(Deserialize)]
    struct Owner {
        email: String,
        enabled_at: Option<Timestamp>,
    }
    let mut secret = [0; totp::SECRET];
    cx.ports.random.fill(&mut secret);
    let sealed = seal(cx, &cx.config.vault.vault(), user_id, &secret);
    let subject = user_id.to_string();
    let batch = vec![
        queries::enrol(user_id, &sealed, cx.now),
        cx.event(user_id, "two_factor.begun", ("two_factor", &subject), None, None),
        queries::owner(user_id),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    let owner: Option<Owner> = match outcomes.last() {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    };
    let owner = owner.ok_or_else(Problem::not_found)?;
    if owner.enabled_at.is_some() {
        return Err(Problem::new(Code::Conflict).detail("The second factor is in use; disable it first."));
    }
    let secret = totp::base32(&secret);
    let uri = totp::uri(&owner.email, &secret);
    Ok((secret, uri))
}

/// Asks for the factor from now on, if the code is the device's. Gives the backup codes, for this once.
pub async fn confirm(
    cx: &Context<'_>,
    user_id: Id,
    session_id: Id,
    code: &str,
) -> Result<Vec<String>, Problem> {
    let nothing = || Problem::new(Code::Conflict).detail("There is no secret that waits to be confirmed.");
    let found = cx.ports.database.run(queries::find(user_id)).await?;
    let stored = stored(Some(&found))?.filter(|stored| stored.enabled_at.is_none()).ok_or_else(nothing)?;
    let secret = open(&cx.config.vault.vault(), user_id, &stored.secret)?;
    let step = totp::matching_step(&secret, &digits(code), stored.last_step, cx.now)
        .ok_or_else(|| Problem::new(Code::InvalidCode))?;
    let codes = new_codes(cx);
    let kept = backup::kept(&secret, &codes);
    let mut batch = vec![queries::enable(user_id, &stored.secret, step, &kept, cx.now)];
    batch.extend(changed(cx, user_id, &stored.email, true));
    batch.push(queries::session_add_factor(session_id, user_id, cx.now));
    if !apply(cx, user_id, batch, 0).await? {
        return Err(nothing());
    }
    Ok(codes)
}

/// Takes the factor away, if the code is right.
pub async fn disable(cx: &Context<'_>, user_id: Id, code: &str) -> Result<(), Problem> {
    let nothing = || Problem::new(Code::Conflict).detail("There is no second factor.");
    let (stored, mut batch) = look(cx, user_id, Some(code)).await?.ok_or_else(nothing)?;
    let deciding = batch.len();
    batch.push(queries::disable(user_id));
    batch.extend(changed(cx, user_id, &stored.email, false));
    batch.push(queries::session_drop_factor(user_id, cx.now));
    if apply(cx, user_id, batch, deciding).await? { Ok(()) } else { Err(nothing()) }
}

/// New backup codes; the old ones are worth nothing from then on.
pub async fn renew_backup_codes(cx: &Context<'_>, user_id: Id) -> Result<Vec<String>, Problem> {
    let nothing = || Problem::new(Code::Conflict).detail("There is no second factor.");
    let found = cx.ports.database.run(queries::find(user_id)).await?;
    let stored = stored(Some(&found))?.filter(|stored| stored.enabled_at.is_some()).ok_or_else(nothing)?;
    let secret = open(&cx.config.vault.vault(), user_id, &stored.secret)?;
    let codes = new_codes(cx);
    let subject = user_id.to_string();
    let (subject, kind) = (("two_factor", subject.as_str()), "two_factor.backup_codes_renewed");
    let batch = vec![
        queries::renew(user_id, &stored.secret, &backup::kept(&secret, &codes), cx.now),
        cx.event(user_id, kind, subject, None, None),
        cx.record(kind, subject, Some(user_id), Personal::default()),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    if outcomes.first().is_none_or(|outcome| outcome.changes == 0) {
        return Err(nothing());
    }
    Ok(codes)
}

/// How the account's factor stands.
pub async fn status(cx: &Context<'_>, user_id: Id) -> Result<Status, Problem> {
    let found = cx.ports.database.run(queries::find(user_id)).await?;
    let stored = stored(Some(&found))?.filter(|stored| stored.enabled_at.is_some());
    Ok(Status {
        enabled_at: stored.as_ref().and_then(|stored| stored.enabled_at),
        backup_codes_left: stored.map_or(0, |stored| backup::left(&stored.backup_codes)),
    })
}

/// Seals some secrets anew that the vault's previous key seals. Tells whether there may be more.
pub async fn rewrap(ports: Ports<'_>, vault: &Vault) -> Result<bool, Problem> {
    #[derive(Deserialize)]
    struct Old {
        user_id: Id,
        secret: String,
    }
    let current = ["v1.", vault.key_id(), "."].concat();
    let old: Vec<Old> = ports.database.run(queries::find_old(&current, REWRAP)).await?.rows.read()?;
    let mut batch = Vec::with_capacity(old.len());
    for Old { user_id, secret } in &old {
        let mut nonce = [0; NONCE];
        ports.random.fill(&mut nonce);
        let fresh = vault.rewrap(nonce, place(&user_id.to_string()), secret);
        let fresh = fresh.map_err(|error| Problem::internal(error.to_string()))?;
        batch.extend(fresh.map(|fresh| queries::rewrap(*user_id, secret, &fresh)));
    }
    if !batch.is_empty() {
        ports.database.batch(batch).await?;
    }
    Ok(old.len() == REWRAP)
}

/// Decides about a code. While codes of the device are delayed, a backup code alone passes.
fn judge(stored: &Stored, secret: &[u8], code: &str, now: Timestamp) -> Verdict {
    let backup = backup::mac(secret, code).filter(|mac| backup::is_left(&stored.backup_codes, mac));
    if let Some(mac) = backup {
        return Verdict::Right(Use::Backup(mac));
    }
    let wait = stored.locked_until.millis() - now.millis();
    if wait > 0 {
        return Verdict::Locked { seconds: u32::try_from((wait + 999) / 1000).unwrap_or(u32::MAX) };
    }
    match totp::matching_step(secret, &digits(code), stored.last_step, now) {
        Some(step) => Verdict::Right(Use::Step(step)),
        None => Verdict::Wrong,
    }
}

/// A code as devices show it, without the space in its middle.
fn digits(code: &str) -> String {
    code.chars().filter(|c| *c != ' ').collect()
}

/// The statements that use a code up. A secret that is sealed with an older key is sealed anew on this occasion.
fn used(
    cx: &Context<'_>,
    vault: &Vault,
    user_id: Id,
    stored: &Stored,
    secret: &[u8],
    code: &Use,
) -> Vec<Statement> {
    let current = vault.is_current(&stored.secret);
    let kept = if current { stored.secret.clone() } else { seal(cx, vault, user_id, secret) };
    let mut batch = vec![queries::use_code(user_id, code, &stored.secret, &kept, cx.now)];
    if matches!(code, Use::Backup(_)) {
        let subject = user_id.to_string();
        let (subject, kind) = (("two_factor", subject.as_str()), "two_factor.backup_code_used");
        batch.push(cx.event(user_id, kind, subject, None, None));
        batch.push(cx.record(kind, subject, Some(user_id), Personal::default()));
    }
    batch
}

/// What goes with a switch of the factor, if the statement before changed a row: epoch, event, record and a notice.
fn changed(cx: &Context<'_>, user_id: Id, email: &str, enabled: bool) -> [Statement; 4] {
    let subject = user_id.to_string();
    let subject = ("two_factor", subject.as_str());
    let kind = if enabled { "two_factor.enabled" } else { "two_factor.disabled" };
    [
        session_queries::raise_epoch(user_id, cx.now),
        cx.event(user_id, kind, subject, None, None),
        cx.record(kind, subject, Some(user_id), Personal::default()),
        mail::draft(cx, email, &Letter::TwoFactor { enabled }).after_change(cx, Some(user_id)),
    ]
}

/// Runs the batch and announces the standing after it; whether the statement at `deciding` changed anything.
async fn apply(
    cx: &Context<'_>,
    user_id: Id,
    mut batch: Vec<Statement>,
    deciding: usize,
) -> Result<bool, Problem> {
    batch.push(session_queries::standing(user_id));
    let outcomes = cx.ports.database.batch(batch).await.map_err(spent)?;
    if outcomes.get(deciding).is_none_or(|outcome| outcome.changes == 0) {
        return Ok(false);
    }
    let standing: Option<Standing> = match outcomes.last() {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    };
    if let Some(standing) = standing {
        sessions::announce(cx, user_id, standing).await?;
    }
    Ok(true)
}

fn stored(outcome: Option<&Outcome>) -> Result<Option<Stored>, Problem> {
    Ok(match outcome {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    })
}

fn new_codes(cx: &Context<'_>) -> Vec<String> {
    let mut random = [0; backup::RANDOM];
    cx.ports.random.fill(&mut random);
    backup::make(&random)
}

fn seal(cx: &Context<'_>, vault: &Vault, user_id: Id, secret: &[u8]) -> String {
    let mut nonce = [0; NONCE];
    cx.ports.random.fill(&mut nonce);
    vault.seal(nonce, place(&user_id.to_string()), secret)
}

fn open(vault: &Vault, user_id: Id, sealed: &str) -> Result<Vec<u8>, Problem> {
    vault.open(place(&user_id.to_string()), sealed).map_err(|error| Problem::internal(error.to_string()))
}

fn place(user_id: &str) -> Place<'_> {
    Place { table: "two_factor", row: user_id, column: "secret" }
}
