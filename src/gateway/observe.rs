//! What is noted of a request once it is answered: sums, what went wrong, its line of the log, its spans.

use super::log;
use super::meter::{Meter, micros};
use super::trace::Trace;
use crate::config::Config;
use crate::context::{Afterwards, Isolate};
use crate::contract::Operation;
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ops::errors::{self, buffer};
use crate::ops::telemetry::record::Record;
use crate::ops::telemetry::send;

/// A request and what became of it.
pub(super) struct Seen<'a> {
    /// When it came.
    pub now: Timestamp,
    /// When it was answered.
    pub ended: Timestamp,
    /// Its id.
    pub request_id: Id,
    /// The operation, if the address belongs to one.
    pub operation: Option<Operation>,
    /// The account, when there is one.
    pub user_id: Option<Id>,
    /// The method as far as it is one that HTTP knows.
    pub method: &'static str,
    /// Whether it came by https.
    pub secure: bool,
    /// The answer's status.
    pub status: u16,
    /// Whether it was counted in the isolate, because its caller's object could not be reached.
    pub limiter_fallback: bool,
    /// Why a remote engine gave no answer, where one should have.
    pub engine: Option<&'static str>,
    /// What went wrong.
    pub problem: Option<&'a Problem>,
}

/// Notes it, leaves for afterwards what is due, and gives the line. What costs nothing causes no hand-over: whoever asks
/// whether the house is well shall not wake objects.
pub(super) fn observe(
    seen: &Seen<'_>,
    trace: Trace,
    meter: &Meter,
    config: &Config,
    isolate: &Isolate,
    afterwards: &mut Vec<Afterwards>,
) -> String {
    let Seen { now, ended, request_id, operation, user_id, method, secure, status, problem, .. } = *seen;
    let may_wake = operation.is_some_and(|operation| operation.policy().rate_cost > 0);
    {
        let mut sums = isolate.metrics.borrow_mut();
        if let Some(user_id) = user_id.filter(|_| status < 400) {
            sums.person(user_id, now);
        }
        sums.request(operation, status, micros(ended.millis() - now.millis()), meter.spent());
        if may_wake && sums.is_due(now) {
            afterwards.push(Afterwards::Metrics);
        }
    }
    if let Some(problem) = problem.filter(|_| status >= 500) {
        let cause = problem.cause.as_deref().or(problem.detail.as_deref()).unwrap_or_default();
        let wrong = buffer::Seen {
            code: problem.code.as_str(),
            action: operation.map_or("unknown", Operation::id),
            severity: errors::of_answer(status),
            cause,
            request: Some((request_id, trace.trace_id)),
        };
        isolate.errors.borrow_mut().note(wrong, now);
    }
    if may_wake && isolate.errors.borrow().is_due(now) {
        afterwards.push(Afterwards::Errors);
    }
    let line = line(seen, trace, meter);
    let exports = config.telemetry.endpoint.is_some();
    let (spans, more) = meter.spans.finish(status >= 500, ended);
    let record = Record {
        began: now,
        ended,
        request_id,
        traced: exports && (trace.sampled || status >= 500),
        trace_id: trace.trace_id,
        span: trace.span,
        parent: trace.parent,
        sampled: trace.sampled,
        operation,
        method,
        secure,
        status,
        error: problem.map(|problem| problem.code.as_str()),
        spans,
        more,
        line: line.clone(),
    };
    let due = isolate.telemetry.borrow_mut().push(record, exports, ended);
    send::count(isolate);
    if may_wake && due {
        afterwards.push(Afterwards::Telemetry);
    }
    line
}

/// The line of the log.
pub(super) fn line(seen: &Seen<'_>, trace: Trace, meter: &Meter) -> String {
    log::line(&log::Entry {
        at: seen.now,
        request_id: seen.request_id,
        trace_id: trace.trace_id,
        user_id: seen.user_id,
        action: seen.operation.map(Operation::id),
        method: seen.method,
        route: seen.operation.map(|operation| operation.policy().path),
        status: seen.status,
        duration: seen.ended.millis() - seen.now.millis(),
        calls: meter.counts(),
        limiter_fallback: seen.limiter_fallback,
        engine: seen.engine,
        problem: seen.problem,
    })
}
