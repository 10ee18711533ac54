//! Is the house well?

use crate::config::Environment;
use crate::context::Context;
use crate::contract::types::{
    FindHealthInput, FindReadinessInput, FindSystemHealthInput, Health, HealthStatus, Readiness,
    ReadinessCheck, ReadinessStatus, SystemHealth, SystemHealthEnvironment, SystemHealthStatus,
    SystemWaiting,
};
use crate::kernel::problem::{Code, Problem};
use crate::ops::status::probe::{self, Probe, Probed};
use crate::ops::waiting;

/// The Worker runs.
pub async fn find_health(_cx: &Context<'_>, _input: FindHealthInput) -> Result<Health, Problem> {
    Ok(Health { status: HealthStatus::Ok, version: env!("CARGO_PKG_VERSION").to_owned() })
}

/// The Worker can do its work. Without the cache it still can; without database or objects it cannot.
pub async fn find_readiness(cx: &Context<'_>, _input: FindReadinessInput) -> Result<Readiness, Problem> {
    let probed = probe::all(cx.ports, cx.config, Some(cx.isolate), None).await;
    if let Some(missing) = probed.missing() {
        return Err(Problem::new(Code::DependencyUnavailable)
            .detail(["No answer from: ", missing.as_str(), "."].concat())
            .retry_after(5));
    }
    let status = if probed.is_well() { ReadinessStatus::Ready } else { ReadinessStatus::Degraded };
    Ok(Readiness { status, checks: checks(&probed) })
}

fn checks(probed: &Probed) -> Vec<ReadinessCheck> {
    probed.probes.iter().map(Probe::check).collect()
}

/// How everything is, and what waits to be done.
pub async fn find_system_health(
    cx: &Context<'_>,
    _input: FindSystemHealthInput,
) -> Result<SystemHealth, Problem> {
    let waiting = waiting::count(cx.now);
    let probed = probe::all(cx.ports, cx.config, None, Some(waiting)).await;
    let checks = checks(&probed);
    let (missing, well) = (probed.missing(), probed.is_well());
    let waiting: Option<SystemWaiting> =
        probed.outcome.and_then(|outcome| outcome.rows.first().ok().flatten());
    let aged = waiting.as_ref().is_some_and(|waiting| waiting.secrets_expired > 0);
    let status = match (missing, well && !aged) {
        (Some(_), _) => SystemHealthStatus::Down,
        (None, false) => SystemHealthStatus::Degraded,
        (None, true) => SystemHealthStatus::Ready,
    };
    let environment = match cx.config.environment {
        Environment::Development => SystemHealthEnvironment::Development,
        Environment::Staging => SystemHealthEnvironment::Staging,
        Environment::Production => SystemHealthEnvironment::Production,
    };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Ok(SystemHealth { status, version, environment, checks, waiting })
}
