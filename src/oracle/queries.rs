//! The statements of this room; their text is in `sql/`.

use crate::contract::types::ReadingShare;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// A new link, if the reading is that user's and may have one more.
pub fn share_insert(share: &ReadingShare, user_id: Id, hash: &str, most: i64) -> Statement {
    Statement::new(sql!("oracle/share_insert"))
        .bind(share.id)
        .bind(share.reading_id)
        .bind(user_id)
        .bind(hash)
        .bind(share.max_views)
        .bind(share.expires_at)
        .bind(share.created_at)
        .bind(most)
}

/// Whether the reading is that user's.
pub fn share_room(reading_id: Id, user_id: Id) -> Statement {
    Statement::new(sql!("oracle/share_room")).bind(reading_id).bind(user_id)
}

/// The links that show a reading.
pub fn share_list(reading_id: Id, user_id: Id, now: Timestamp, most: i64) -> Statement {
    Statement::new(sql!("oracle/share_list")).bind(reading_id).bind(user_id).bind(now).bind(most)
}

/// Removes a link.
pub fn share_revoke(id: Id, reading_id: Id, user_id: Id) -> Statement {
    Statement::new(sql!("oracle/share_revoke")).bind(id).bind(reading_id).bind(user_id)
}

/// Counts a view of a link that still shows something.
pub fn share_view(hash: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("oracle/share_view")).bind(hash).bind(now)
}

/// What a link shows, if its view was counted just before.
pub fn share_show(hash: &str) -> Statement {
    Statement::new(sql!("oracle/share_show")).bind(hash)
}

/// Removes links that ended before.
pub fn shares_forget(before: Timestamp) -> Statement {
    Statement::new(sql!("oracle/shares_forget")).bind(before)
}

/// What is looked at of a user's newest readings since then.
pub fn history(user_id: Id, from: Timestamp, most: i64) -> Statement {
    Statement::new(sql!("oracle/history")).bind(user_id).bind(from).bind(most)
}

/// Where a user's day begins, and when the user was born.
pub fn history_person(user_id: Id) -> Statement {
    Statement::new(sql!("oracle/history_person")).bind(user_id)
}

/// A page of what happened to a user, before that moment and place in the log.
pub fn timeline_page(
    user_id: Id,
    range: (Timestamp, Timestamp),
    kind: Option<&str>,
    before: (i64, i64),
    most: i64,
) -> Statement {
    Statement::new(sql!("oracle/timeline_page"))
        .bind(user_id)
        .bind(range.0)
        .bind(range.1)
        .bind(kind)
        .bind(before.0)
        .bind(before.1)
        .bind(most)
}

/// How often what happened in a range.
pub fn timeline_counts(user_id: Id, range: (Timestamp, Timestamp), kind: Option<&str>) -> Statement {
    Statement::new(sql!("oracle/timeline_counts")).bind(user_id).bind(range.0).bind(range.1).bind(kind)
}
