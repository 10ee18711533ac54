//! The operations of this room, by subject.

mod audit;
mod cache;
mod health;
mod metrics;
mod secrets;

pub use audit::{
    export_audit_records, find_audit_keys, list_audit_checkpoints, list_audit_records, verify_audit,
};
pub use cache::invalidate_cache;
pub use health::{find_health, find_readiness, find_system_health};
pub use metrics::{find_database_performance, find_metrics};
pub use secrets::list_secrets;
