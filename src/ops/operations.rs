//! The operations of this room, by subject.

mod alerts;
mod audit;
mod cache;
mod errors;
mod health;
mod logs;
mod metrics;
mod secrets;
mod status;
mod windows;

pub use alerts::{list_alert_changes, list_alerts, silence_alert};
pub use audit::{
    export_audit_records, find_audit_keys, list_audit_checkpoints, list_audit_records, verify_audit,
};
pub use cache::invalidate_cache;
pub use errors::{find_error, list_errors, update_error};
pub use health::{find_health, find_readiness, find_system_health};
pub use logs::list_logs;
pub use metrics::{find_database_performance, find_metrics};
pub use secrets::list_secrets;
pub use status::{find_status, list_incidents, note_incident};
pub use windows::{find_metrics_history, find_usage};
