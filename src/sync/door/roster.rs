//! What a hub reads in the database: who a device is, and what the server changed.
//!
//! Both read on the primary: what they find was so after the request for it.

use serde::Deserialize;

use crate::kernel::crypto;
use crate::kernel::id::Id;
use crate::ports::{Database, DatabaseError, Statement};
use crate::sync::hub::turn::{End, Event, System};

/// So many events are read at a time.
const PAGE: i64 = 200;

/// What a handshake is judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The key of the device, 32 bytes, if it is active.
    pub key: Option<Vec<u8>>,
    /// Whether the account is served: it may be suspended.
    pub served: bool,
    /// The last `seq` of the person's events.
    pub head: i64,
}

/// Looks a device up.
pub(super) async fn look(database: &dyn Database, account: Id, device: Id) -> Result<Known, String> {
    #[derive(Deserialize)]
    struct Row {
        key: Option<String>,
        served: i64,
        head: i64,
    }
    let statement = Statement::new(sql!("sync/handshake")).bind(account).bind(device);
    let found = database.run(statement).await.map_err(cause)?.rows.first::<Row>().map_err(cause)?;
    let row = found.ok_or("no row")?;
    let key = row.key.and_then(|text| crypto::from_base64url(&text));
    Ok(Known { key, served: row.served == 1, head: row.head })
}

/// The last `seq` of the account's events.
pub(super) async fn head(database: &dyn Database, account: Id) -> Result<i64, String> {
    #[derive(Deserialize)]
    struct Row {
        head: i64,
    }
    let statement = Statement::new(sql!("sync/spine_head")).bind(account);
    let found = database.run(statement).await.map_err(cause)?.rows.first::<Row>().map_err(cause)?;
    Ok(found.ok_or("no row")?.head)
}

/// What comes after an event of the account's spine, and whether there is more.
pub(super) async fn after(
    database: &dyn Database,
    account: Id,
    after: i64,
) -> Result<(Vec<System>, bool), String> {
    #[derive(Deserialize)]
    struct Row {
        seq: i64,
        id: Id,
        kind: String,
        subject: String,
        body: String,
    }
    let statement = Statement::new(sql!("sync/spine")).bind(account).bind(after).bind(PAGE);
    let rows: Vec<Row> = database.run(statement).await.map_err(cause)?.rows.read().map_err(cause)?;
    let more = i64::try_from(rows.len()).unwrap_or(PAGE) == PAGE;
    let event =
        |row: Row| System { seq: row.seq, id: row.id, ends: ends(&row.kind, &row.subject), body: row.body };
    Ok((rows.into_iter().map(event).collect(), more))
}

/// The same for the hub. Where nothing comes after the event, it is looked whether the spine still has that one.
pub(super) async fn read(database: &dyn Database, account: Id, cursor: i64) -> Result<Event, String> {
    let (events, more) = after(database, account, cursor).await?;
    if events.is_empty() {
        let head = head(database, account).await?;
        if head < cursor {
            return Ok(Event::SpineSetBack { head });
        }
    }
    Ok(Event::Spine { events, more })
}

/// Whom an event puts an end to.
fn ends(kind: &str, subject: &str) -> Option<End> {
    match kind {
        "device.revoked" | "device.deleted" => Id::parse(subject).map(End::Device),
        "user.suspended" => Some(End::Suspended),
        "user.deleted" => Some(End::Deleted),
        _ => None,
    }
}

fn cause(error: DatabaseError) -> String {
    error.cause
}
