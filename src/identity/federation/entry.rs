//! From a person to a session: what was decided becomes one batch.

use serde::Deserialize;

use super::attempt::{CODE_MILLIS, CODE_WITH_FACTOR_MILLIS, Ticket, is_fresh};
use super::linking::{Account, Decision, decide};
use super::person::Person;
use crate::context::Context;
use crate::contract::types::{Identity, ProviderName, TokenPair};
use crate::identity::caller::{Role, Tier};
use crate::identity::passwords;
use crate::identity::queries::federation as queries;
use crate::identity::queries::mail_tokens as token_queries;
use crate::identity::queries::sessions as session_queries;
use crate::identity::sessions::{self, Opening};
use crate::identity::standing::{Standing, StandingState};
use crate::identity::two_factor::{self, Checked};
use crate::kernel::audit::{Personal, When};
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::row;
use crate::ports::{DatabaseFault, Statement};

/// How often a decision is made anew because what it rests on changed in between.
const ROUNDS: u8 = 3;

#[derive(Deserialize)]
struct Found {
    id: Id,
    #[serde(deserialize_with = "row::flag")]
    verified: bool,
    #[serde(deserialize_with = "row::flag")]
    two_factor: bool,
    #[serde(rename = "*")]
    standing: Standing,
}

impl From<Found> for Account {
    fn from(found: Found) -> Self {
        let Found { id, verified, two_factor, standing } = found;
        Self { id, standing, verified, two_factor }
    }
}

/// The accounts that a person may lead to: known by identity, named by address.
struct Accounts {
    known: Option<Account>,
    named: Option<Account>,
}

/// Reads what the decision needs; refused if the ticket was used before.
async fn load(cx: &Context<'_>, ticket: &Ticket) -> Result<Accounts, Problem> {
    let person = &ticket.person;
    let batch = vec![
        queries::is_spent(ticket.id),
        queries::account_of_identity(person.provider, &person.subject),
        queries::account_of_address(person.email.as_deref().unwrap_or_default()),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    let [spent, known, named] = outcomes.as_slice() else {
        return Err(Problem::internal("a batch of three gave another number of outcomes"));
    };
    if spent.rows.first::<serde_json::Value>()?.is_some() {
        return Err(Problem::new(Code::InvalidGrant));
    }
    let account = |found: Option<Found>| found.map(Account::from);
    Ok(Accounts { known: account(known.rows.first()?), named: account(named.rows.first()?) })
}

/// Opens a session for the person of a ticket. `factor` is the code of the account's second factor, where it has one.
pub async fn enter(cx: &Context<'_>, ticket: &Ticket, factor: Option<&str>) -> Result<TokenPair, Problem> {
    for _ in 0..ROUNDS {
        let accounts = load(cx, ticket).await?;
        let decision = decide(&ticket.person, accounts.known.as_ref(), accounts.named.as_ref());
        let entry = match entry(cx, ticket, decision) {
            Ok(entry) => entry,
            Err(problem) => return Err(recorded(cx, ticket, problem).await),
        };
        let shown = match decision {
            Decision::SignIn(account) | Decision::Link(account) if account.two_factor => {
                two_factor::check(cx, account.id, factor).await?
            }
            _ => Checked::NotEnabled,
        };
        let methods = shown.methods("fed");
        // Only who had to look for a code has longer.
        if !shown.passed() && !is_fresh(ticket.issued_at, cx.now, CODE_MILLIS) {
            return Err(Problem::new(Code::InvalidGrant));
        }
        let (agent, place) = (cx.connection.agent(), cx.connection.place());
        let opening = Opening {
            user_id: entry.user_id,
            client_id: None,
            scopes: None,
            methods: &methods,
            device: agent.as_deref(),
            place: place.as_deref(),
        };
        let (tokens, session) = sessions::open(cx, &opening, &entry.standing).await?;
        let mut batch = vec![queries::spend(ticket.id, expiry(ticket)), queries::sweep(cx.now)];
        batch.extend(shown.statements());
        batch.extend(entry.statements);
        batch.extend(session);
        match cx.ports.database.batch(batch).await {
            Ok(_) if entry.announced => {
                sessions::announce(cx, entry.user_id, entry.standing).await?;
                return Ok(tokens);
            }
            Ok(_) => return Ok(tokens),
            Err(error) if is_stale(error.fault) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::new(Code::DependencyUnavailable).retry_after(1).cause("the account changes all the time"))
}

/// A refusal, which leaves its record.
async fn recorded(cx: &Context<'_>, ticket: &Ticket, problem: Problem) -> Problem {
    let provider = ticket.person.provider.as_str();
    let personal =
        Personal::default().text("reason", problem.code.as_str()).text("subject", &ticket.person.subject);
    let refusal = cx.note(When::Refused, "sign_in.refused", ("provider", provider), None, personal);
    // The answer is the same whether the record could be written or not.
    let _ = cx.ports.database.run(refusal).await;
    problem
}

/// Whether a batch failed because what it was decided on is no longer so: nothing of it was done.
fn is_stale(fault: DatabaseFault) -> bool {
    matches!(fault, DatabaseFault::Unique | DatabaseFault::NotNull | DatabaseFault::ForeignKey)
}

fn expiry(ticket: &Ticket) -> crate::kernel::time::Timestamp {
    ticket.issued_at.plus_millis(CODE_WITH_FACTOR_MILLIS)
}

/// The account that is entered, how it stands then, and what makes it so.
struct Entry {
    user_id: Id,
    standing: Standing,
    statements: Vec<Statement>,
    announced: bool,
}

fn entry(cx: &Context<'_>, ticket: &Ticket, decision: Decision) -> Result<Entry, Problem> {
    let person = &ticket.person;
    match decision {
        Decision::SignIn(account) => {
            let used = queries::identity_used(person.provider, &person.subject, cx.now);
            let statements = vec![queries::hold(&account, None), used];
            Ok(Entry { user_id: account.id, standing: account.standing, statements, announced: false })
        }
        Decision::Link(account) => {
            let mut statements = vec![queries::hold(&account, person.email.as_deref())];
            statements.extend(link(cx, account.id, person).1);
            Ok(Entry { user_id: account.id, standing: account.standing, statements, announced: false })
        }
        Decision::Reclaim(account) => Ok(reclaim(cx, &account, person)),
        Decision::Create { with_address, verified } => Ok(create(cx, person, with_address, verified)),
        Decision::LinkFirst => Err(Problem::new(Code::Conflict).detail(
            "There is an account with this address. Sign in to it and link the provider in its settings.",
        )),
        Decision::Suspended => Err(Problem::new(Code::AccountSuspended)),
        Decision::Gone => Err(Problem::new(Code::InvalidGrant).detail("The account was deleted.")),
    }
}

/// A new identity of an account, its event and its record.
fn link(cx: &Context<'_>, user_id: Id, person: &Person) -> (Identity, Vec<Statement>) {
    let identity = Identity {
        id: cx.new_id(),
        provider: person.provider,
        email: person.email.clone(),
        last_used_at: cx.now,
        created_at: cx.now,
        updated_at: cx.now,
        version: 1,
    };
    let subject = identity.id.to_string();
    let after = format!(r#"{{"id":"{subject}","provider":"{}"}}"#, person.provider.as_str());
    let personal = Personal::default()
        .text("provider", person.provider.as_str())
        .text("subject", &person.subject)
        .maybe("email", person.email.as_deref());
    let statements = vec![
        queries::identity_insert(&identity, user_id, &person.subject),
        cx.event(user_id, "identity.linked", ("identity", &subject), None, Some(&after)),
        cx.record("identity.linked", ("identity", &subject), Some(user_id), personal),
    ];
    (identity, statements)
}

/// Empties an account of every way in and gives it to the person whose address it has.
fn reclaim(cx: &Context<'_>, account: &Account, person: &Person) -> Entry {
    let subject = account.id.to_string();
    let personal = Personal::default().text("provider", person.provider.as_str());
    let mut statements = vec![
        queries::hold(account, person.email.as_deref()),
        queries::reclaim(account.id, passwords::NOBODY, cx.now),
        cx.event(account.id, "user.reclaimed", ("user", &subject), None, None),
        cx.record("account.reclaimed", ("user", &subject), Some(account.id), personal),
    ];
    statements.push(session_queries::revoke_all(account.id, None, cx.now));
    statements.push(token_queries::void(account.id, passwords::NOBODY, cx.now));
    statements.extend(queries::drop_planted(account.id, passwords::NOBODY, cx.now));
    statements.extend(link(cx, account.id, person).1);
    let standing = Standing { epoch: account.standing.epoch.saturating_add(1), ..account.standing };
    Entry { user_id: account.id, standing, statements, announced: true }
}

/// A new account.
fn create(cx: &Context<'_>, person: &Person, with_address: bool, verified: bool) -> Entry {
    let user_id = cx.new_id();
    let address = match &person.email {
        Some(email) if with_address => email.clone(),
        // An address that reaches nobody (RFC 2606), until the person gives and proves one.
        _ => format!("{user_id}@no-address.invalid"),
    };
    let verified_at = verified.then_some(cx.now);
    let mut statements = vec![
        queries::user_insert(user_id, &address, passwords::NOBODY, verified_at, cx.now),
        queries::profile_insert(user_id, person.name.as_deref(), cx.now),
        queries::user_created(cx.new_id(), user_id, cx.request_id, cx.now),
    ];
    statements.extend(link(cx, user_id, person).1);
    let standing = Standing { epoch: 0, tier: Tier::Free, role: Role::User, state: StandingState::Active };
    Entry { user_id, standing, statements, announced: false }
}

/// Links the person of a ticket to the account that asked for it.
pub async fn add(cx: &Context<'_>, ticket: &Ticket, user_id: Id) -> Result<Identity, Problem> {
    let Accounts { known, .. } = load(cx, ticket).await?;
    if let Some(account) = known {
        let detail = match account.id == user_id {
            true => "This identity is linked to your account already.",
            false => "This identity is linked to another account.",
        };
        return Err(Problem::new(Code::Conflict).detail(detail));
    }
    let (identity, statements) = link(cx, user_id, &ticket.person);
    let mut batch = vec![queries::spend(ticket.id, expiry(ticket)), queries::sweep(cx.now)];
    batch.extend(statements);
    match cx.ports.database.batch(batch).await {
        Ok(_) => Ok(identity),
        Err(error) if is_stale(error.fault) => Err(Problem::new(Code::Conflict)
            .detail("The identity was linked elsewhere, or the account has as many as it may.")),
        Err(error) => Err(error.into()),
    }
}

/// Takes an identity away, unless it is the last way into the account.
pub async fn remove(cx: &Context<'_>, user_id: Id, id: Id) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct Ways {
        provider: ProviderName,
        #[serde(deserialize_with = "row::flag")]
        last: bool,
    }
    let subject = id.to_string();
    let batch = vec![
        queries::ways(id, user_id),
        queries::identity_delete(id, user_id),
        session_queries::raise_epoch(user_id, cx.now),
        cx.event(user_id, "identity.unlinked", ("identity", &subject), None, None),
        cx.record("identity.unlinked", ("identity", &subject), Some(user_id), Personal::default()),
        session_queries::standing(user_id),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    let ways: Option<Ways> = match outcomes.first() {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    };
    let ways = ways.ok_or_else(Problem::not_found)?;
    if ways.last {
        return Err(Problem::new(Code::Conflict).detail(format!(
            "{} is the last way into the account: set a password or link another provider first.",
            super::title(ways.provider)
        )));
    }
    let standing: Option<Standing> = match outcomes.last() {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    };
    match standing {
        Some(standing) => sessions::announce(cx, user_id, standing).await,
        None => Ok(()),
    }
}
