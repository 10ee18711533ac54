//! Rules of alerts that break one rule each.

use super::{Case, refused};

const ALERTS: &str = "alerts.yaml";

#[test]
fn a_rule_of_an_alert_is_whole_and_within_its_bounds() {
    let cases: &[Case] = &[
        (
            ALERTS,
            "Silent: {summary: x, kind: silence, above: 0, below: 0, fires_after: 1, ends_after: 1, severity: page, runbook: x}",
            "/Silent",
            "named by at most 40",
        ),
        (ALERTS, "burning: {kind: fire}", "/burning/kind", "`fire` is none of burn"),
        (ALERTS, "burning: {kind: null}", "/burning", "`kind` is missing"),
        (ALERTS, "burning: {colour: red}", "/burning/colour", "unknown keyword `colour`"),
        (ALERTS, "silent: {least: 3}", "/silent/least", "unknown keyword `least`"),
        (ALERTS, "slow: {least: null}", "/slow", "`least` is missing"),
        (ALERTS, "slow: {least: 0}", "/slow/least", "a whole number from 1"),
        (ALERTS, "slow: {percent: 100}", "/slow/percent", "a whole number from 1 to 99"),
        (ALERTS, "burning: {objective: 1}", "/burning/objective", "a number from 0.5"),
        (ALERTS, "burning: {long: 62}", "/burning/long", "a multiple of 5 minutes"),
        (ALERTS, "burning: {long: 1440}", "/burning/long", "a whole number from 5 to 360"),
        (ALERTS, "burning: {short: 60}", "/burning/short", "`short` is shorter than `long`"),
        (ALERTS, "failing: {minutes: 0}", "/failing/minutes", "a whole number from 5"),
        (ALERTS, "failing: {above: 1.5}", "/failing/above", "a number from 0 to 1"),
        (ALERTS, "failing: {above: often}", "/failing/above", "must be a number"),
        (ALERTS, "failing: {below: 0.06}", "/failing/below", "`below` is at most `above`"),
        (ALERTS, "failing: {fires_after: 0}", "/failing/fires_after", "a whole number from 1 to 100"),
        (ALERTS, "failing: {ends_after: null}", "/failing", "`ends_after` is missing"),
        (ALERTS, "failing: {severity: loud}", "/failing/severity", "`loud` is none of page, ticket"),
        (ALERTS, "failing: {runbook: docs/x.md}", "/failing/runbook", "without `.md`"),
        (ALERTS, "failing: {summary: \"two\\nlines\"}", "/failing/summary", "one line"),
        (ALERTS, "cache: {name: disk}", "/cache/name", "`disk` is none of d1"),
        (ALERTS, "mail: {what: letters}", "/mail/what", "`letters` is none of records"),
    ];
    refused(cases);
}
