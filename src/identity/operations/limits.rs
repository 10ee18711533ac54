//! Exceptions from rate limits, and how somebody stands against them.

use serde::Deserialize;

use crate::context::Context;
use crate::contract::RateClass;
use crate::contract::types::{
    FindLimitsInput, LimitOverride, LimitPolicy, LimitReport, LimitWindow, ListLimitOverridesInput,
    RemoveLimitOverrideInput, SetLimitOverrideInput,
};
use crate::identity::admission::{
    self, Also, Command, Group, Override, Quotas, Reply, Subject, Take, Window, quotas,
};
use crate::identity::caller::Tier;
use crate::identity::queries::{limits as queries, sessions};
use crate::identity::standing::Standing;
use crate::kernel::audit::Personal;
use crate::kernel::id::Id;
use crate::kernel::page::{self, Binding, Page, Position};
use crate::kernel::problem::{Code, Place, Problem, Violation};
use crate::kernel::time::Timestamp;
use crate::ports::Outcome;

/// The longest life of an exception, in milliseconds.
const LONGEST: i64 = 366 * 86_400_000;

/// What only the object is told of an exception.
#[derive(Deserialize)]
struct Revision {
    revision: i64,
    expires_at: Timestamp,
}

/// Exceptions that hold now.
pub async fn list_limit_overrides(
    cx: &Context<'_>,
    input: ListLimitOverridesInput,
) -> Result<Page<LimitOverride>, Problem> {
    let user_id = acting(cx)?.to_string();
    let binding = Binding { user_id: &user_id, resource: "limit_override", query: "subject" };
    let key = cx.config.cursor_secret.bytes();
    let after = match &input.query.cursor {
        None => Position { sort: "".into(), id: String::new() },
        Some(cursor) => page::open(key, binding, cursor).ok_or_else(|| Problem::new(Code::CursorInvalid))?,
    };
    let count = input.query.limit;
    let after = (after.sort.as_str().unwrap_or_default(), after.id.as_str());
    let rows = cx.ports.database.run(queries::list(cx.now, after, count + 1)).await?.rows;
    let mut items: Vec<LimitOverride> = rows.read()?;
    let has_more = items.len() as i64 > count;
    items.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    let next_cursor = items.last().filter(|_| has_more).map(|last| {
        let position = Position { sort: last.subject.as_str().into(), id: last.policy.as_str().to_owned() };
        page::seal(key, binding, &position)
    });
    Ok(Page { items, has_more, next_cursor })
}

/// How somebody stands.
pub async fn find_limits(cx: &Context<'_>, input: FindLimitsInput) -> Result<LimitReport, Problem> {
    let subject = subject(&input.path.subject)?;
    let mut batch = vec![queries::of(&subject, cx.now)];
    if let Subject::User(id) = subject {
        batch.push(sessions::standing(id));
    }
    let outcomes = cx.ports.database.batch(batch).await?;
    let overrides = outcomes.first().map(|outcome| outcome.rows.read()).transpose()?.unwrap_or_default();
    let standing: Option<Standing> = outcomes.get(1).map(first).transpose()?.flatten();
    if matches!(subject, Subject::User(_)) && standing.is_none() {
        return Err(Problem::not_found());
    }
    let look = Command::Look(everything(cx, &subject, standing));
    let (windows, blocked_until) = match admission::ask(cx.ports, &subject.to_string(), &look).await? {
        Reply::Granted(grant) => (grant.windows, None),
        Reply::Refused(refusal) => (refusal.windows, Timestamp::from_millis(refusal.retry_at)),
        Reply::Done => return Err(Problem::internal("admission answered another question")),
    };
    let windows = windows.into_iter().map(window).collect();
    Ok(LimitReport { subject: subject.to_string(), blocked_until, windows, overrides })
}

/// Sets an exception: the record first, then the object.
pub async fn set_limit_override(
    cx: &Context<'_>,
    input: SetLimitOverrideInput,
) -> Result<LimitOverride, Problem> {
    let (subject, policy, setting) = (subject(&input.path.subject)?, input.path.policy, input.body);
    let ahead = setting.expires_at.millis() - cx.now.millis();
    if !(1..=LONGEST).contains(&ahead) {
        return Err(Problem::invalid(vec![Violation {
            place: Place::Body,
            pointer: "/expires_at".to_owned(),
            code: "range",
            message: "must be in the future, by at most 366 days".to_owned(),
        }]));
    }
    let before = former(cx, &subject, policy).await?;
    let before = before.map(|former| serde_json::to_string(&former)).transpose()?;
    let after = serde_json::to_string(&setting)?;
    let mut batch = vec![queries::set(&subject, policy, &setting, &cx.caller.actor(), cx.now)];
    batch.extend(told(cx, "limits.override_set", &subject, policy, before.as_deref(), Some(&after))?);
    let outcomes = cx.ports.database.batch(batch).await?;
    let set: Option<LimitOverride> = outcomes.first().map(first).transpose()?.flatten();
    let set = set.ok_or_else(Problem::not_found)?;
    let units = |units| u32::try_from(units).unwrap_or(u32::MAX);
    let quotas = Quotas([units(setting.minute), units(setting.hour), units(setting.day)]);
    tell(cx, &subject, policy, outcomes.first(), Some(quotas)).await?;
    Ok(set)
}

/// Takes an exception back. One that was taken back before is told to the object again.
pub async fn remove_limit_override(cx: &Context<'_>, input: RemoveLimitOverrideInput) -> Result<(), Problem> {
    let (subject, policy) = (subject(&input.path.subject)?, input.path.policy);
    let before = former(cx, &subject, policy).await?;
    let before = before.map(|former| serde_json::to_string(&former)).transpose()?;
    let mut batch = vec![queries::remove(&subject, policy, cx.now)];
    batch.extend(told(cx, "limits.override_removed", &subject, policy, before.as_deref(), None)?);
    batch.push(queries::revision(&subject, policy));
    let outcomes = cx.ports.database.batch(batch).await?;
    tell(cx, &subject, policy, outcomes.last(), None).await
}

fn subject(name: &str) -> Result<Subject, Problem> {
    Subject::parse(name).ok_or_else(Problem::not_found)
}

/// The account of the administrator who calls.
fn acting(cx: &Context<'_>) -> Result<Id, Problem> {
    cx.caller.user_id().ok_or_else(|| Problem::new(Code::Unauthenticated))
}

fn first<T: serde::de::DeserializeOwned>(outcome: &Outcome) -> Result<Option<T>, Problem> {
    Ok(outcome.rows.first()?)
}

/// The exception that was not taken back yet.
async fn former(
    cx: &Context<'_>,
    subject: &Subject,
    policy: LimitPolicy,
) -> Result<Option<LimitOverride>, Problem> {
    first(&cx.ports.database.run(queries::find(subject, policy)).await?)
}

/// The event, in the log of the account that it is about or of the administrator, and the audit record.
fn told(
    cx: &Context<'_>,
    kind: &str,
    subject: &Subject,
    policy: LimitPolicy,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<[crate::ports::Statement; 2], Problem> {
    let account = match subject {
        Subject::User(id) => Some(*id),
        _ => None,
    };
    let which = format!("{subject} {}", policy.as_str());
    let mut personal = Personal::default();
    for (name, json) in [("before", before), ("after", after)] {
        personal = json.map_or(personal.clone(), |json| personal.json(name, json));
    }
    Ok([
        cx.event(account.unwrap_or(acting(cx)?), kind, ("limit_override", &which), before, after),
        cx.record(kind, ("limit_override", &which), account, personal),
    ])
}

/// Tells the subject's object; it believes the highest revision, so that telling it twice does no harm.
async fn tell(
    cx: &Context<'_>,
    subject: &Subject,
    policy: LimitPolicy,
    stored: Option<&Outcome>,
    quotas: Option<Quotas>,
) -> Result<(), Problem> {
    let stored: Option<Revision> = stored.map(first).transpose()?.flatten();
    let Revision { revision, expires_at } = stored.ok_or_else(Problem::not_found)?;
    let set = Override { quotas, until: expires_at.millis(), revision };
    let (name, counter) = (subject.to_string(), policy.as_str().to_owned());
    admission::ask(cx.ports, &name, &Command::Override { counter, set }).await?;
    cx.isolate.leases.borrow_mut().forget(&name);
    Ok(())
}

/// A look at every counter that an administrator may set.
fn everything(cx: &Context<'_>, subject: &Subject, standing: Option<Standing>) -> Take {
    let (kind, scale) = (subject.kind(), cx.config.limit_scale);
    let tier = standing.map_or(Tier::Free, |standing| standing.tier);
    let credential = Also {
        counter: Group::Credential.as_str().to_owned(),
        prefix: "credential-".to_owned(),
        quotas: quotas(kind, tier, Group::Credential).times(scale),
    };
    let classes = RateClass::ALL.iter().filter_map(|class| {
        let (counter, prefix) = (class.as_str().to_owned(), format!("{}-", class.as_str()));
        Some(Also { counter, prefix, quotas: Quotas(class.quota()?).times(scale) })
    });
    let also = std::iter::once(credential).chain(classes).collect();
    Take { kind, group: Group::General, also, cost: 0, ahead: 0, standing, scale }
}

fn window(window: Window) -> LimitWindow {
    LimitWindow {
        policy: window.policy,
        seconds: window.seconds.into(),
        limit: window.limit.into(),
        left: window.left.into(),
        more_at: window.more_at.and_then(Timestamp::from_millis),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_that_an_administrator_may_set_exists_and_every_other_one_may_be_set() {
        let groups = [Group::General, Group::Credential].map(Group::as_str);
        let classes =
            RateClass::ALL.iter().filter(|class| class.quota().is_some()).map(|class| class.as_str());
        let mut counters: Vec<&str> = groups.into_iter().chain(classes).collect();
        let mut policies: Vec<&str> = LimitPolicy::ALL.iter().map(|policy| policy.as_str()).collect();
        counters.sort_unstable();
        policies.sort_unstable();
        assert_eq!(counters, policies);
    }
}
