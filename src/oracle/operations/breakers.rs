//! Breakers of remote engines, as administrators see and set them.

use futures_util::future::join_all;

use crate::context::Context;
use crate::contract::types::{
    EngineBreaker, EngineBreakerList, EngineBreakerMode, EngineBreakerState, EngineBreakerWhy,
    FindBreakerInput, ListBreakersInput, ResetBreakerInput, SetBreakerInput,
};
use crate::kernel::audit::Personal;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::oracle::breaker::queries::{self, Order};
use crate::oracle::breaker::{self, Command, Position, Reply, Why};
use crate::oracle::engines::Engine;
use crate::ports::Statement;

/// All engines' breakers; one that does not answer is listed without its state.
pub async fn list_breakers(
    cx: &Context<'_>,
    _input: ListBreakersInput,
) -> Result<EngineBreakerList, Problem> {
    let names: Vec<&str> = Engine::ALL.iter().map(|engine| engine.name()).collect();
    let orders: Vec<Order> = cx.ports.database.run(queries::of(&names)?).await?.rows.read()?;
    let asked = Engine::ALL.iter().map(|engine| breaker::tell(cx.ports, engine.name(), &Command::Verdict));
    let replies = join_all(asked).await;
    let items = Engine::ALL.iter().zip(replies).map(|(engine, reply)| {
        let order = orders.iter().find(|order| order.engine == engine.name());
        shown(cx, *engine, order, reply.ok())
    });
    Ok(EngineBreakerList { items: items.collect() })
}

/// One engine's breaker.
pub async fn find_breaker(cx: &Context<'_>, input: FindBreakerInput) -> Result<EngineBreaker, Problem> {
    let engine = engine(input.path.name.as_str())?;
    let order = former(cx, engine).await?;
    let reply = breaker::tell(cx.ports, engine.name(), &Command::Verdict).await?;
    Ok(shown(cx, engine, order.as_ref(), Some(reply)))
}

/// Sets the mode: the record first, then the object.
pub async fn set_breaker(cx: &Context<'_>, input: SetBreakerInput) -> Result<EngineBreaker, Problem> {
    let (engine, setting) = (engine(input.path.name.as_str())?, input.body);
    let statement = queries::set(engine.name(), setting.mode, &setting.reason, &cx.caller.actor(), cx.now);
    let order =
        ordered(cx, engine, "engine_breaker.set", statement, Some(&serde_json::to_string(&setting)?)).await?;
    let command = Command::Force { mode: order.mode.into(), revision: order.revision };
    let reply = breaker::tell(cx.ports, engine.name(), &command).await?;
    Ok(shown(cx, engine, Some(&order), Some(reply)))
}

/// Has what was counted forgotten: the record first, then the object.
pub async fn reset_breaker(cx: &Context<'_>, input: ResetBreakerInput) -> Result<EngineBreaker, Problem> {
    let engine = engine(input.path.name.as_str())?;
    let order =
        ordered(cx, engine, "engine_breaker.reset", queries::reset(engine.name(), cx.now), None).await?;
    let command = Command::Reset { revision: order.revision };
    let reply = breaker::tell(cx.ports, engine.name(), &command).await?;
    Ok(shown(cx, engine, Some(&order), Some(reply)))
}

fn engine(name: &str) -> Result<Engine, Problem> {
    Engine::find(name).ok_or_else(Problem::not_found)
}

async fn former(cx: &Context<'_>, engine: Engine) -> Result<Option<Order>, Problem> {
    Ok(cx.ports.database.run(queries::of(&[engine.name()])?).await?.rows.first()?)
}

/// Writes an order with its event, in the log of the administrator, and its audit record.
async fn ordered(
    cx: &Context<'_>,
    engine: Engine,
    kind: &str,
    statement: Statement,
    after: Option<&str>,
) -> Result<Order, Problem> {
    let acting = cx.caller.user_id().ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    let before = former(cx, engine).await?.map(|order| serde_json::to_string(&order)).transpose()?;
    let mut personal = Personal::default();
    for (name, json) in [("before", before.as_deref()), ("after", after)] {
        personal = match json {
            Some(json) => personal.json(name, json),
            None => personal,
        };
    }
    let subject = ("engine_breaker", engine.name());
    let batch = vec![
        statement,
        cx.event(acting, kind, subject, before.as_deref(), after),
        cx.record(kind, subject, Some(acting), personal),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    let order = outcomes.first().map(|outcome| outcome.rows.first()).transpose()?.flatten();
    order.ok_or_else(|| Problem::internal("an order that left no row"))
}

fn shown(cx: &Context<'_>, engine: Engine, order: Option<&Order>, reply: Option<Reply>) -> EngineBreaker {
    let (verdict, tally) =
        (reply.map(|reply| reply.verdict), reply.map(|reply| reply.tally).unwrap_or_default());
    let since = reply.map(|reply| reply.since).filter(|since| *since > 0);
    EngineBreaker {
        engine: engine.into(),
        remote: cx.config.engine.as_ref().is_some_and(|remote| remote.serves(engine)),
        state: verdict.map(|verdict| state(verdict.position)),
        since: since.and_then(Timestamp::from_millis),
        retry_at: verdict.and_then(|verdict| verdict.retry_at).and_then(Timestamp::from_millis),
        why: reply.map(|reply| why(reply.why)),
        calls: tally.calls.into(),
        failed: tally.failed.into(),
        slow: tally.slow.into(),
        mode: order.map_or(EngineBreakerMode::Automatic, |order| order.mode),
        reason: order.and_then(|order| order.reason.clone()),
        set_by: order.and_then(|order| order.set_by.clone()),
        set_at: order.and_then(|order| order.set_at),
    }
}

fn state(position: Position) -> EngineBreakerState {
    match position {
        Position::Closed => EngineBreakerState::Closed,
        Position::Open => EngineBreakerState::Open,
        Position::HalfOpen => EngineBreakerState::HalfOpen,
        Position::ForcedOpen => EngineBreakerState::ForcedOpen,
        Position::Disabled => EngineBreakerState::Disabled,
    }
}

fn why(why: Why) -> EngineBreakerWhy {
    match why {
        Why::New => EngineBreakerWhy::New,
        Why::Failures => EngineBreakerWhy::Failures,
        Why::Slowness => EngineBreakerWhy::Slowness,
        Why::Waited => EngineBreakerWhy::Waited,
        Why::Recovered => EngineBreakerWhy::Recovered,
        Why::Ordered => EngineBreakerWhy::Ordered,
    }
}
