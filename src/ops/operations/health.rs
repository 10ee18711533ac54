//! Is the house well?

use futures_util::future::join3;

use crate::config::Environment;
use crate::context::Context;
use crate::contract::types::{
    FindHealthInput, FindReadinessInput, FindSystemHealthInput, Health, HealthStatus, Readiness,
    ReadinessCheck, ReadinessCheckName, ReadinessStatus, SystemHealth, SystemHealthEnvironment,
    SystemHealthStatus, SystemWaiting,
};
use crate::identity::admission::{self, Command};
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::ports::{Outcome, Ports, Statement};

/// The Worker runs.
pub async fn find_health(_cx: &Context<'_>, _input: FindHealthInput) -> Result<Health, Problem> {
    Ok(Health { status: HealthStatus::Ok, version: env!("CARGO_PKG_VERSION").to_owned() })
}

/// The Worker can do its work. Without the cache it still can; without database or objects it cannot.
pub async fn find_readiness(cx: &Context<'_>, _input: FindReadinessInput) -> Result<Readiness, Problem> {
    let Probed { database, cache, objects, checks } =
        probe(cx.ports, Statement::new(sql!("ops/ready"))).await;
    if database.is_none() || !objects {
        let missing = if database.is_some() { "objects" } else { "database" };
        return Err(Problem::new(Code::DependencyUnavailable)
            .detail(format!("No answer from: {missing}."))
            .retry_after(5));
    }
    let status = if cache { ReadinessStatus::Ready } else { ReadinessStatus::Degraded };
    Ok(Readiness { status, checks })
}

/// How everything is, and what waits to be done.
pub async fn find_system_health(
    cx: &Context<'_>,
    _input: FindSystemHealthInput,
) -> Result<SystemHealth, Problem> {
    let waiting = Statement::new(sql!("ops/waiting"));
    let Probed { database, cache, objects, checks } = probe(cx.ports, waiting).await;
    let alive = database.is_some() && objects;
    let waiting: Option<SystemWaiting> = database.and_then(|outcome| outcome.rows.first().ok().flatten());
    let aged = waiting.as_ref().is_some_and(|waiting| waiting.secrets_expired > 0);
    let status = match (alive, cache && !aged) {
        (false, _) => SystemHealthStatus::Down,
        (true, false) => SystemHealthStatus::Degraded,
        (true, true) => SystemHealthStatus::Ready,
    };
    let environment = match cx.config.environment {
        Environment::Development => SystemHealthEnvironment::Development,
        Environment::Staging => SystemHealthEnvironment::Staging,
        Environment::Production => SystemHealthEnvironment::Production,
    };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Ok(SystemHealth { status, version, environment, checks, waiting })
}

/// What the dependencies answered.
struct Probed {
    database: Option<Outcome>,
    cache: bool,
    objects: bool,
    checks: Vec<ReadinessCheck>,
}

/// Asks every dependency once, side by side.
async fn probe(ports: Ports<'_>, statement: Statement) -> Probed {
    let began = ports.clock.now();
    let ended = || elapsed(began, ports.clock.now());
    let database = async { (ports.database.run(statement).await.ok(), ended()) };
    let cache = async { (ports.cache.get("ready").await.is_ok(), ended()) };
    let objects = async { (admission::ask(ports, "ready", &Command::Ping).await.is_ok(), ended()) };
    let (database, cache, objects) = join3(database, cache, objects).await;
    let check = |name, ok, latency_ms| ReadinessCheck { name, ok, latency_ms };
    let checks = vec![
        check(ReadinessCheckName::Database, database.0.is_some(), database.1),
        check(ReadinessCheckName::Cache, cache.0, cache.1),
        check(ReadinessCheckName::Objects, objects.0, objects.1),
    ];
    Probed { database: database.0, cache: cache.0, objects: objects.0, checks }
}

fn elapsed(began: Timestamp, now: Timestamp) -> i64 {
    (now.millis() - began.millis()).clamp(0, 600_000)
}
