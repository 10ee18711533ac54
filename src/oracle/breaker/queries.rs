//! What administrators ordered of breakers.

use serde::{Deserialize, Serialize};

use super::Mode;
use crate::contract::types::EngineBreakerMode;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// An order that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The engine.
    #[serde(skip_serializing)]
    pub engine: String,
    /// The mode.
    pub mode: EngineBreakerMode,
    /// Why.
    pub reason: Option<String>,
    /// Who set it.
    pub set_by: Option<String>,
    /// When.
    pub set_at: Option<Timestamp>,
    /// Counts orders, resets among them.
    #[serde(skip_serializing)]
    pub revision: i64,
}

impl From<EngineBreakerMode> for Mode {
    fn from(mode: EngineBreakerMode) -> Self {
        match mode {
            EngineBreakerMode::Automatic => Self::Automatic,
            EngineBreakerMode::ForcedOpen => Self::ForcedOpen,
            EngineBreakerMode::Disabled => Self::Disabled,
        }
    }
}

/// Sets the mode.
pub fn set(engine: &str, mode: EngineBreakerMode, reason: &str, actor: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("oracle/breaker_set"))
        .bind(engine)
        .bind(mode.as_str())
        .bind(reason)
        .bind(actor)
        .bind(now)
}

/// Notes a reset.
pub fn reset(engine: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("oracle/breaker_reset")).bind(engine).bind(now)
}

/// The orders of these engines.
pub fn of(engines: &[&str]) -> Result<Statement, Problem> {
    Ok(Statement::new(sql!("oracle/breaker_list")).bind(serde_json::to_string(engines)?))
}
