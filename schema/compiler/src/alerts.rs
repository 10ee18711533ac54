//! `alerts.yaml`: the rules of alerts, as a static table for the house and as alerting rules for Prometheus.

use std::fmt::Write as _;

use crate::Report;
use crate::emit::literal;
use crate::load::Sources;
use crate::names::camel;
use crate::node::{Cursor, Node};

mod prometheus;

/// What the rules compile to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alerts {
    /// The table, as Rust.
    pub rust: String,
    /// The rules as Prometheus reads them.
    pub prometheus: String,
}

/// Minutes that a window has.
const WINDOW: u32 = 5;
/// The longest time that a rule looks back, in minutes.
const LONGEST: u32 = 360;
/// Most windows that a rule waits for.
const PATIENCE: u32 = 100;

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Measure<'a> {
    /// How many times as fast as allowed errors use up their budget, over a long and a short time in minutes.
    Burn { objective: f64, long: u32, short: u32 },
    /// The share of requests that fail, over so many minutes.
    Errors { minutes: u32 },
    /// Milliseconds that so many percent of a window's requests stay within.
    Latency { percent: u32 },
    /// The share of requests of the hour that is missing against the same hour of the day before.
    Drop,
    /// How many times as many requests as in the same hour of the day before.
    Surge,
    /// How many windows in a row could not be gathered.
    Silence,
    /// The share of a dependency's calls that fail, in a window.
    Dependency { name: &'a str },
    /// How much waits to be done.
    Waiting { what: &'a str },
}

/// A rule.
struct Rule<'a> {
    id: &'a str,
    summary: &'a str,
    severity: &'a str,
    runbook: &'a str,
    measure: Measure<'a>,
    above: f64,
    below: f64,
    least: u32,
    fires_after: u32,
    ends_after: u32,
}

const COMMON: [&str; 8] =
    ["summary", "kind", "severity", "runbook", "above", "below", "fires_after", "ends_after"];
const DEPENDENCIES: [&str; 4] = ["d1", "kv", "object", "upstream"];
const WAITING: [&str; 6] = ["records", "events", "mails", "erasures", "errors_new", "errors_often"];

/// Reads the file, if there is one, and writes both. What is wrong is reported.
pub fn compile(sources: &Sources, report: &mut Report) -> Alerts {
    let file = sources.file("alerts.yaml");
    let entries = file.map(|file| file.entries(report)).unwrap_or_default();
    let rules: Vec<Rule<'_>> = entries.iter().filter_map(|(id, at)| rule(id, at, report)).collect();
    Alerts { rust: table(&rules), prometheus: prometheus::write(&rules) }
}

fn rule<'a>(id: &'a str, at: &Cursor<'a>, report: &mut Report) -> Option<Rule<'a>> {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if id.len() > 40 || id.is_empty() || !id.bytes().all(word) {
        report.add(&at.at, "a rule is named by at most 40 of a-z, 0-9 and _");
    }
    let known = report.count();
    let kind = at.need_text("kind", report)?;
    let (own, shares): (&[&str], bool) = match kind {
        "burn" => (&["objective", "long", "short", "least"], false),
        "errors" => (&["minutes", "least"], true),
        "latency" => (&["percent", "least"], false),
        "drop" => (&["least"], true),
        "surge" => (&["least"], false),
        "silence" => (&[], false),
        "dependency" => (&["name", "least"], true),
        "waiting" => (&["what"], false),
        other => {
            let at = &at.at.child("kind");
            report.add(
                at,
                format!(
                    "`{other}` is none of burn, errors, latency, drop, surge, silence, dependency, waiting"
                ),
            );
            return None;
        }
    };
    at.only(&[&COMMON[..], own].concat(), report);
    let measure = match kind {
        "burn" => {
            let objective = number(at, "objective", (0.5, 0.999_999), report)?;
            let (long, short) = (minutes(at, "long", report)?, minutes(at, "short", report)?);
            if short >= long {
                report.add(&at.at.child("short"), "`short` is shorter than `long`");
            }
            Measure::Burn { objective, long, short }
        }
        "errors" => Measure::Errors { minutes: minutes(at, "minutes", report)? },
        "latency" => Measure::Latency { percent: whole(at, "percent", (1, 99), report)? },
        "drop" => Measure::Drop,
        "surge" => Measure::Surge,
        "silence" => Measure::Silence,
        "dependency" => Measure::Dependency { name: one_of(at, "name", &DEPENDENCIES, report)? },
        _ => Measure::Waiting { what: one_of(at, "what", &WAITING, report)? },
    };
    let most = if shares { 1.0 } else { 1e9 };
    let (above, below) = (number(at, "above", (0.0, most), report), number(at, "below", (0.0, most), report));
    if let (Some(above), Some(below)) = (above, below)
        && below > above
    {
        report.add(&at.at.child("below"), "`below` is at most `above`");
    }
    let runbook = at.need_text("runbook", report);
    if runbook.is_some_and(|name| !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')) {
        report.add(&at.at.child("runbook"), "a runbook is named by its file without `.md`");
    }
    let summary = at.need_text("summary", report);
    if summary.is_some_and(|text| text.len() > 120 || text.chars().any(char::is_control)) {
        report.add(&at.at.child("summary"), "a summary is one line of at most 120 characters");
    }
    let rule = Rule {
        id,
        summary: summary?,
        severity: one_of(at, "severity", &["page", "ticket"], report)?,
        runbook: runbook?,
        measure,
        above: above?,
        below: below?,
        least: if own.contains(&"least") { whole(at, "least", (1, 1_000_000), report)? } else { 0 },
        fires_after: whole(at, "fires_after", (1, PATIENCE), report)?,
        ends_after: whole(at, "ends_after", (1, PATIENCE), report)?,
    };
    (report.count() == known).then_some(rule)
}

fn number(at: &Cursor<'_>, key: &str, (low, high): (f64, f64), report: &mut Report) -> Option<f64> {
    let member = at.need(key, report)?;
    let value = match member.node {
        Node::Float(value) => Some(*value),
        #[allow(clippy::cast_precision_loss)] // Small numbers that people write.
        Node::Int(value) => Some(*value as f64),
        _ => None,
    };
    let value = value.filter(|value| (low..=high).contains(value));
    if value.is_none() {
        report.add(&member.at, format!("must be a number from {low} to {high}"));
    }
    value
}

fn whole(at: &Cursor<'_>, key: &str, (low, high): (u32, u32), report: &mut Report) -> Option<u32> {
    let member = at.need(key, report)?;
    let value = match member.node {
        Node::Int(value) => u32::try_from(*value).ok().filter(|value| (low..=high).contains(value)),
        _ => None,
    };
    if value.is_none() {
        report.add(&member.at, format!("must be a whole number from {low} to {high}"));
    }
    value
}

/// A time in minutes, made of whole windows.
fn minutes(at: &Cursor<'_>, key: &str, report: &mut Report) -> Option<u32> {
    let value = whole(at, key, (WINDOW, LONGEST), report)?;
    if value % WINDOW != 0 {
        report.add(&at.at.child(key), format!("must be a multiple of {WINDOW} minutes, which a window has"));
    }
    Some(value)
}

fn one_of<'a>(at: &Cursor<'a>, key: &str, names: &[&str], report: &mut Report) -> Option<&'a str> {
    let name = at.need_text(key, report)?;
    if !names.contains(&name) {
        report.add(&at.at.child(key), format!("`{name}` is none of {}", names.join(", ")));
        return None;
    }
    Some(name)
}

fn table(rules: &[Rule<'_>]) -> String {
    let mut out = format!(
        "use super::{{Measure, Rule}};\nuse crate::contract::types::AlertSeverity;\n\n\
         /// The rules, in the order of the contract.\npub static RULES: [Rule; {}] = [\n",
        rules.len()
    );
    let place =
        |names: &[&str], name: &str| names.iter().position(|known| *known == name).unwrap_or_default();
    for rule in rules {
        let measure = match rule.measure {
            Measure::Burn { objective, long, short } => format!(
                "Burn {{ allowed: {:?}, long: {}, short: {} }}",
                share(1.0 - objective),
                long / WINDOW,
                short / WINDOW
            ),
            Measure::Errors { minutes } => format!("Errors {{ windows: {} }}", minutes / WINDOW),
            Measure::Latency { percent } => format!("Latency {{ percent: {percent} }}"),
            Measure::Drop => "Drop".to_owned(),
            Measure::Surge => "Surge".to_owned(),
            Measure::Silence => "Silence".to_owned(),
            Measure::Dependency { name } => format!("Dependency({})", place(&DEPENDENCIES, name)),
            Measure::Waiting { what } => format!("Waiting({})", place(&WAITING, what)),
        };
        let _ = write!(
            out,
            "    Rule {{\n        id: {},\n        summary: {},\n        severity: AlertSeverity::{},\n        \
             runbook: {},\n        measure: Measure::{measure},\n        above: {:?},\n        below: {:?},\n        \
             least: {},\n        fires_after: {},\n        ends_after: {},\n    }},\n",
            literal(rule.id),
            literal(rule.summary),
            camel(rule.severity),
            literal(rule.runbook),
            rule.above,
            rule.below,
            rule.least,
            rule.fires_after,
            rule.ends_after,
        );
    }
    out.push_str("];\n");
    out
}

/// A share without what floating point adds: 1 - 0.999 is 0.001.
fn share(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}
