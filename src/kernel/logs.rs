//! What the house tells the objects that keep the lines of its log (`ops::telemetry::book`), by whichever room.

use crate::kernel::id::Id;

/// The first line of a command that forgets a person.
pub const FORGET: &str = "forget";

/// Removes every line that names that account, and takes in none that is still on its way.
#[must_use]
pub fn forget(account: Id) -> String {
    format!("{FORGET}\n{account}")
}
