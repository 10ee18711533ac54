//! The rules as Prometheus evaluates them over the figures of `/metrics`, for whoever runs one. It has no lower bound of
//! an alert: an alert is kept for as long as the house would wait before it ends.

use std::fmt::Write as _;

use super::{Measure, Rule, WINDOW, share};

/// Series of requests that somebody made.
const ASKED: &str = "operation!~\"behind|upkeep\"";

/// Writes the file.
pub fn write(rules: &[Rule<'_>]) -> String {
    let mut out = String::from(
        "# Made from schema/alerts.yaml by the build; change that file. See docs/alerts.md.\n\
         groups:\n  - name: witness\n    interval: 1m\n    rules:\n",
    );
    for rule in rules {
        let waits = match rule.measure {
            // It looks at the windows before by itself.
            Measure::Silence => 0,
            _ => (rule.fires_after - 1) * WINDOW,
        };
        let _ = write!(
            out,
            "      - alert: {}\n        expr: >-\n          {}\n        for: {waits}m\n        \
             keep_firing_for: {}m\n        labels:\n          severity: {}\n        annotations:\n          \
             summary: {:?}\n          runbook: docs/runbooks/{}.md\n",
            rule.id,
            expression(rule),
            rule.ends_after * WINDOW,
            rule.severity,
            rule.summary,
            rule.runbook,
        );
    }
    out
}

fn requests(more: &str, minutes: u32, offset: &str) -> String {
    format!("sum(increase(witness_requests_total{{{ASKED}{more}}}[{minutes}m]{offset}))")
}

/// The share of answers with a status of 500 and more.
fn errors(minutes: u32) -> String {
    format!("{} / {}", requests(",status=\"5xx\"", minutes, ""), requests("", minutes, ""))
}

fn enough(minutes: u32, least: u32) -> String {
    format!("{} >= {least}", requests("", minutes, ""))
}

fn expression(rule: &Rule<'_>) -> String {
    let (above, least) = (rule.above, rule.least);
    match rule.measure {
        Measure::Burn { objective, long, short } => {
            let allowed = share((1.0 - objective) * above);
            format!(
                "{} > {allowed} and {} > {allowed} and {}",
                errors(long),
                errors(short),
                enough(short, least)
            )
        }
        Measure::Errors { minutes } => {
            format!("{} > {above} and {}", errors(minutes), enough(minutes, least))
        }
        Measure::Latency { percent } => format!(
            "histogram_quantile({}, sum by (le) (rate(witness_request_duration_seconds_bucket{{{ASKED}}}[{WINDOW}m]))) \
             > {} and {}",
            f64::from(percent) / 100.0,
            above / 1_000.0,
            enough(WINDOW, least)
        ),
        Measure::Drop => {
            let before = requests("", 60, " offset 1d");
            format!("1 - {} / {before} > {above} and {before} >= {least}", requests("", 60, ""))
        }
        Measure::Surge => format!(
            "{} / {} > {above} and {}",
            requests("", 60, ""),
            requests("", 60, " offset 1d"),
            enough(60, least)
        ),
        Measure::Silence => format!(
            "absent_over_time(witness_metrics_start_time_seconds[{0}m]) or \
             sum(increase(witness_requests_total{{operation=\"upkeep\"}}[{0}m])) == 0",
            rule.fires_after * WINDOW
        ),
        Measure::Dependency { name } => {
            let calls = |more: &str| {
                format!(
                    "sum(increase(witness_dependency_calls_total{{dependency=\"{name}\"{more}}}[{WINDOW}m]))"
                )
            };
            format!("{} / {} > {above} and {1} >= {least}", calls(",outcome=\"error\""), calls(""))
        }
        Measure::Waiting { what } => format!("max(witness_waiting{{what=\"{what}\"}}) > {above}"),
    }
}
