//! The search: which statement finds the records that an administrator asks for.

use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::{Statement, Value};
use crate::statements;

/// What the records must be like. Everything that is given narrows.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// The request.
    pub request: Option<Id>,
    /// The id of what it was done to.
    pub subject: Option<String>,
    /// The account whose values it holds.
    pub user: Option<Id>,
    /// Who did it.
    pub actor: Option<String>,
    /// What was done.
    pub kind: Option<String>,
    /// `done` or `refused`.
    pub outcome: Option<&'static str>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

impl Filters {
    /// Columns that have to equal something, the most telling first, each with its index.
    fn equal(&self) -> impl Iterator<Item = (&'static str, Option<&'static str>, Value)> {
        let text = |text: &Option<String>| text.as_deref().map(Value::from);
        [
            ("request_id", Some("request"), self.request.map(Value::from)),
            ("subject_id", Some("subject"), text(&self.subject)),
            ("user_id", Some("user"), self.user.map(Value::from)),
            ("actor", Some("actor"), text(&self.actor)),
            ("kind", Some("kind"), text(&self.kind)),
            ("outcome", None, self.outcome.map(Value::from)),
        ]
        .into_iter()
        .filter_map(|(column, index, value)| Some((column, index, value?)))
    }

    /// The filters as a text that is the same for the same filters, for cursors.
    #[must_use]
    pub fn canonical(&self) -> String {
        format!("{:?}", (self.equal().collect::<Vec<_>>(), self.from, self.to))
    }
}

/// Records, newest first, after the one that `after` names: its moment and id. One statement on one index, whose
/// order is the order of the list; the key that opens a record comes with it.
#[must_use]
pub fn statement(filters: &Filters, after: Option<(i64, &str)>, limit: i64) -> Statement {
    let index = filters.equal().find_map(|(_, index, _)| index).unwrap_or("at");
    let mut text = format!(
        "SELECT r.seq, r.id, r.at, r.kind, r.outcome, r.actor, r.subject_type, r.subject_id, r.user_id, r.source, \
         r.request_id, r.personal, k.wrapped FROM audit_records AS r INDEXED BY audit_records_by_{index} \
         LEFT JOIN user_keys AS k \
         ON k.user_id = coalesce(r.user_id, 'house:' || strftime('%Y-%m', r.at / 1000, 'unixepoch')) WHERE TRUE"
    );
    let mut params = Vec::new();
    for (column, _, value) in filters.equal() {
        text.push_str(&format!(" AND r.{column} = ?"));
        params.push(value);
    }
    for (comparison, moment) in [("r.at >= ?", filters.from), ("r.at < ?", filters.to)] {
        if let Some(moment) = moment {
            text.push_str(&format!(" AND {comparison}"));
            params.push(moment.into());
        }
    }
    if let Some((at, id)) = after {
        text.push_str(" AND (r.at, r.id) < (?, ?)");
        params.extend([at.into(), id.into()]);
    }
    text.push_str(" ORDER BY r.at DESC, r.id DESC LIMIT ?");
    params.push(limit.into());
    Statement { sql: text.into(), params, query: const { statements::find("ops/audit_search") } }
}
