//! Statements whose plan deserves a look: they read a table from end to end, or sort by hand. `tests/sql.rs` makes the
//! list from SQLite's plans of all files and fails where this one differs.

/// A warning of a statement's plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// It reads a whole table or index.
    Scan,
    /// It sorts what it found, because no index has that order.
    Sort,
}

/// Warnings by the name of the statement, in order.
pub const WARNINGS: [(&str, Warning); 16] = [
    ("ops/alerts", Warning::Scan),
    ("ops/audit_tail", Warning::Scan),
    ("ops/audit_unsealed", Warning::Scan),
    ("ops/errors_forget", Warning::Scan),
    ("ops/errors_list", Warning::Scan),
    ("ops/event_unsealed", Warning::Scan),
    ("ops/secrets", Warning::Scan),
    ("ops/status_uptime", Warning::Sort),
    ("ops/usage_by_name", Warning::Sort),
    ("ops/usage_of_engines", Warning::Sort),
    ("ops/waiting", Warning::Scan),
    ("oracle/cache_marks_list", Warning::Sort),
    ("oracle/engine_counts_sum", Warning::Sort),
    ("oracle/share_list", Warning::Sort),
    ("oracle/timeline_counts", Warning::Sort),
    ("oracle/warm_zones", Warning::Scan),
];

/// The warning of a statement.
#[must_use]
pub fn warning(name: &str) -> Option<Warning> {
    WARNINGS.iter().find(|(known, _)| *known == name).map(|(_, warning)| *warning)
}
