//! What the door asks of the object that it stands in, besides its storage.

use async_trait::async_trait;

use crate::sync::hub::log::Storage;

/// One Durable Object with its sockets. A line is one socket; its number is given by the door.
///
/// Nothing here fails: of a socket that is gone the door hears by its closing.
#[async_trait(?Send)]
pub trait Object: Storage {
    /// What is attached to each open socket, whoever accepted it: both parts, with a space between.
    fn attached(&self) -> Vec<String>;
    /// Attaches a text in two parts to a line, at most 2,048 bytes together, in place of what was; it survives
    /// hibernation. Without a first part, that stays which was given last.
    fn attach(&self, line: u32, fixed: Option<&str>, moving: &str);
    /// Sends a text. It leaves once everything that was written before is on disk.
    fn send(&self, line: u32, text: &str);
    /// Ends a line, and nothing is attached to it any more.
    fn hang_up(&self, line: u32, code: u16, reason: &str);
    /// The alarm that is set, in milliseconds since 1970.
    async fn alarm(&self) -> Option<i64>;
    /// Sets the alarm, in place of the one that is set.
    fn set_alarm(&self, at: i64);
    /// Deletes all that the object stores.
    fn forget(&self);
    /// Writes a line to the house's log.
    fn note(&self, words: &str);
}
