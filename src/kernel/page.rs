//! Pages of a list and the cursors between them.
//!
//! A cursor holds the sort value and the id of the last row that was seen. It is signed and bound to the
//! user, the list, the filters and the order, so that it can be neither forged nor carried elsewhere.

use serde::{Deserialize, Serialize};

use super::crypto;
use crate::kernel::json;

/// One page of a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows, in the order that was asked for.
    pub items: Vec<T>,
    /// Whether more follow.
    pub has_more: bool,
    /// What to send as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// The sort column's value of the last row.
    pub sort: serde_json::Value,
    /// The id of the last row, which breaks ties.
    pub id: String,
}

/// What a cursor is good for: everything that decides which rows come in which order.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    /// The caller.
    pub user_id: &'a str,
    /// The resource's name.
    pub resource: &'a str,
    /// The filters and the order as canonical text.
    pub query: &'a str,
}

const TAG: usize = 16;

/// The text form of a position: base64url of a 128-bit tag and the position's JSON.
#[must_use]
pub fn seal(key: &[u8], binding: Binding<'_>, position: &Position) -> String {
    let json = serde_json::to_vec(position).unwrap_or_default();
    let mut bytes = tag(key, binding, &json).to_vec();
    bytes.extend_from_slice(&json);
    crypto::base64url(&bytes)
}

/// The position in a cursor; `None` when it is damaged or was made for something else.
#[must_use]
pub fn open(key: &[u8], binding: Binding<'_>, cursor: &str) -> Option<Position> {
    let bytes = crypto::from_base64url(cursor)?;
    let (given, json) = bytes.split_at_checked(TAG)?;
    if !crypto::equal(given, &tag(key, binding, json)) {
        return None;
    }
    json::read_bytes(json).ok()
}

fn tag(key: &[u8], binding: Binding<'_>, json: &[u8]) -> [u8; TAG] {
    let full = crypto::mac(
        key,
        &[b"cursor", binding.user_id.as_bytes(), binding.resource.as_bytes(), binding.query.as_bytes(), json],
    );
    let mut short = [0; TAG];
    short.copy_from_slice(&full[..TAG]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Binding<'static> = Binding { user_id: "u1", resource: "reading", query: "sort=created_at" };

    fn position() -> Position {
        Position { sort: serde_json::json!(1_700_000_000_000_i64), id: "r1".to_owned() }
    }

    #[test]
    fn opens_where_it_was_sealed_and_nowhere_else() {
        let cursor = seal(b"key", HERE, &position());
        assert_eq!(open(b"key", HERE, &cursor), Some(position()));
        for elsewhere in [
            Binding { user_id: "u2", ..HERE },
            Binding { resource: "task", ..HERE },
            Binding { query: "sort=rating", ..HERE },
        ] {
            assert_eq!(open(b"key", elsewhere, &cursor), None);
        }
        assert_eq!(open(b"other", HERE, &cursor), None);
    }

    #[test]
    fn every_damaged_character_is_noticed() {
        let cursor = seal(b"key", HERE, &position());
        for at in 0..cursor.len() {
            let mut damaged = cursor.clone().into_bytes();
            damaged[at] = if damaged[at] == b'A' { b'B' } else { b'A' };
            let damaged = String::from_utf8(damaged).unwrap();
            assert_eq!(open(b"key", HERE, &damaged), None, "character {at}");
        }
        for text in ["", "A", "not base64!", &cursor[..cursor.len() - 1]] {
            assert_eq!(open(b"key", HERE, text), None);
        }
    }
}
