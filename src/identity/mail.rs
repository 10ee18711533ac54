//! Mail: an outbox in the database.
//!
//! A mail is written, sealed, in the batch of the change that causes it; so it exists exactly when the change happened.
//! It is delivered once the answer is on its way, and again later if that fails. What a delivery changes in the row is
//! no event: it tells nothing of a person that the change did not.

mod deliver;
mod letters;

use serde::{Deserialize, Serialize};

pub use deliver::{deliver, deliver_pending};
pub use letters::Letter;

use super::queries::mail as queries;
use crate::config::Config;
use crate::config::mail::Mail as Settings;
use crate::context::{Afterwards, Context};
use crate::kernel::id::Id;
use crate::kernel::json;
use crate::kernel::time::Timestamp;
use crate::kernel::vault::{NONCE, Place, VaultError};
use crate::ports::{Random, Statement};

/// What a mail says to whom, as it is sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// The recipient's address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text: paragraphs with empty lines between them, a link as a paragraph of its own.
    pub text: String,
}

/// A mail that is ready to be written.
pub struct Draft {
    id: Id,
    kind: &'static str,
    sealed: String,
    waits: bool,
}

/// Prepares a mail and leaves its delivery for when the answer is on its way. Nothing is sent unless one of the
/// statements of the draft writes it.
pub fn draft(cx: &Context<'_>, to: &str, letter: &Letter<'_>) -> Draft {
    draft_as(cx, cx.new_id(), to, letter)
}

/// Prepares two mails of which one batch writes at most one.
pub fn either(cx: &Context<'_>, to: &str, one: &Letter<'_>, other: &Letter<'_>) -> (Draft, Draft) {
    let id = cx.new_id();
    (draft_as(cx, id, to, one), draft_as(cx, id, to, other))
}

fn draft_as(cx: &Context<'_>, id: Id, to: &str, letter: &Letter<'_>) -> Draft {
    let work = Afterwards::Mail { id };
    if !cx.afterwards.borrow().contains(&work) {
        cx.afterwards(work);
    }
    Draft::new(cx.config, cx.ports.random, id, to, (letter, cx.public_url()))
}

impl Draft {
    /// A mail of the house itself, from no request. `origin` is where its links lead; the upkeep delivers it.
    #[must_use]
    pub fn new(
        config: &Config,
        random: &dyn Random,
        id: Id,
        to: &str,
        (letter, origin): (&Letter<'_>, &str),
    ) -> Self {
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce);
        let (subject, text) = letter.words(origin);
        let sealed = seal(config, nonce, id, &Contents { to: to.to_owned(), subject, text });
        Self { id, kind: letter.kind(), sealed, waits: config.mail != Settings::Local }
    }

    /// As [`Self::after_change`], from no request.
    #[must_use]
    pub fn after_change_at(&self, now: Timestamp, user_id: Option<Id>) -> Statement {
        queries::insert(self, user_id, now)
    }

    /// Writes it if the statement before, in the same batch, changed a row.
    #[must_use]
    pub fn after_change(&self, cx: &Context<'_>, user_id: Option<Id>) -> Statement {
        self.after_change_at(cx.now, user_id)
    }

    /// Writes it to whoever has that address, unless that is `but`, the account was deleted, or it got one of this kind
    /// within the hour.
    #[must_use]
    pub fn to_holder(&self, cx: &Context<'_>, address: &str, but: Id) -> Statement {
        queries::insert_to_holder(self, address, but, cx.now)
    }

    /// Writes it if the account has signed in before, and never from a device and a place like those of that session.
    #[must_use]
    pub fn if_new_device(&self, cx: &Context<'_>, user_id: Id, session_id: Id) -> Statement {
        queries::insert_if_new_device(self, user_id, session_id, cx.now)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> Id {
        self.id
    }

    pub(super) fn parts(&self) -> (Id, &'static str, &str, bool) {
        (self.id, self.kind, &self.sealed, self.waits)
    }
}

/// The contents of a stored mail.
pub fn open(config: &Config, id: Id, sealed: &str) -> Result<Contents, VaultError> {
    let row = id.to_string();
    let plain = config.vault.vault().open(place(&row), sealed)?;
    json::read_bytes(&plain).map_err(|_| VaultError::Content)
}

fn seal(config: &Config, nonce: [u8; NONCE], id: Id, contents: &Contents) -> String {
    let plain = serde_json::to_vec(contents).unwrap_or_default();
    config.vault.vault().seal(nonce, place(&id.to_string()), &plain)
}

fn place(row: &str) -> Place<'_> {
    Place { table: "mails", row, column: "sealed" }
}
