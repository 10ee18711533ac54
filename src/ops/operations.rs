//! The operations of this room.

use futures_util::future::join3;

use crate::context::Context;
use crate::contract::types::{
    FindHealthInput, FindReadinessInput, Health, HealthStatus, Readiness, ReadinessCheck, ReadinessCheckName,
    ReadinessStatus,
};
use crate::identity::admission::{self, Command};
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// The Worker runs.
pub async fn find_health(_cx: &Context<'_>, _input: FindHealthInput) -> Result<Health, Problem> {
    Ok(Health { status: HealthStatus::Ok, version: env!("CARGO_PKG_VERSION").to_owned() })
}

/// The Worker can do its work. Without the cache it still can; without database or objects it cannot.
pub async fn find_readiness(cx: &Context<'_>, _input: FindReadinessInput) -> Result<Readiness, Problem> {
    let ports = cx.ports;
    let began = ports.clock.now();
    let ended = || elapsed(began, ports.clock.now());
    let database = async { (ports.database.run(Statement::new("SELECT 1 AS one")).await.is_ok(), ended()) };
    let cache = async { (ports.cache.get("ready").await.is_ok(), ended()) };
    let objects = async { (admission::ask(ports, "ready", &Command::Ping).await.is_ok(), ended()) };
    let (database, cache, objects) = join3(database, cache, objects).await;
    if !database.0 || !objects.0 {
        let missing = if database.0 { "objects" } else { "database" };
        return Err(Problem::new(Code::DependencyUnavailable)
            .detail(format!("No answer from: {missing}."))
            .retry_after(5));
    }
    let check = |name, (ok, latency_ms)| ReadinessCheck { name, ok, latency_ms };
    Ok(Readiness {
        status: if cache.0 { ReadinessStatus::Ready } else { ReadinessStatus::Degraded },
        checks: vec![
            check(ReadinessCheckName::Database, database),
            check(ReadinessCheckName::Cache, cache),
            check(ReadinessCheckName::Objects, objects),
        ],
    })
}

fn elapsed(began: Timestamp, now: Timestamp) -> i64 {
    (now.millis() - began.millis()).clamp(0, 600_000)
}
