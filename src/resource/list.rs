//! Lists: filter, order and page, as pure statements.

use serde::Serialize;

use super::description::{ColumnKind, Filter, FilterOp, Resource, Sort};
use super::sql;
use crate::kernel::page::{self, Binding, Page, Position};
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::ports::{Statement, Value};
use crate::statements::{self, Kind};

/// How many rows a page has when the caller does not say.
pub const DEFAULT_LIMIT: i64 = 20;

/// What a caller asks of a list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListRequest {
    /// 1 to 100 rows.
    pub limit: Option<i64>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// The name of an order; a leading `-` means downward.
    pub sort: Option<String>,
    /// Filters by name, with their values.
    pub filters: Vec<(&'static str, Value)>,
}

/// A list that is ready to run, and what is needed to turn its rows into a page.
#[derive(Debug)]
pub struct Plan {
    /// Asks for one row more than the page holds.
    pub statement: Statement,
    limit: usize,
    sort: Sort,
    query: String,
}

/// Decides the statement for one page.
pub fn plan(resource: &Resource, owner: &str, key: &[u8], request: &ListRequest) -> Result<Plan, Problem> {
    let (sort, descending) = order(resource, request.sort.as_deref())?;
    let limit = request.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, 100);
    let query = canonical(sort, descending, &request.filters);
    let position = match &request.cursor {
        None => None,
        Some(cursor) => {
            let binding = Binding { user_id: owner, resource: resource.name, query: &query };
            Some(page::open(key, binding, cursor).ok_or_else(|| Problem::new(Code::CursorInvalid))?)
        }
    };
    let filters = filters(resource, &request.filters)?;
    let mut statement = Statement::new(text(resource, sort, descending, &filters, position.is_some()))
        .named(statements::of(resource, Kind::List));
    statement.params.push(owner.into());
    statement.params.extend(request.filters.iter().map(|(_, value)| value.clone()));
    if let Some(Position { sort, id }) = position {
        statement.params.push(bound(sort)?);
        statement.params.push(Value::Text(id));
    }
    statement.params.push(Value::Integer(limit + 1));
    Ok(Plan { statement, limit: usize::try_from(limit).unwrap_or(1), sort: *sort, query })
}

/// The text of a list's statement: owner, filters in the order given, position, limit.
///
/// It names the index of its order, `<table>_by_<column>`, because the planner would sometimes rather follow a
/// filter's index and sort all that it finds: a page must cost the same however many rows there are.
#[must_use]
pub fn text(
    resource: &Resource,
    sort: &Sort,
    descending: bool,
    filters: &[&Filter],
    after_position: bool,
) -> String {
    let mut text = format!(
        "SELECT {} FROM {table} INDEXED BY {table}_by_{} WHERE {}",
        sql::columns(resource),
        sort.column,
        sql::owned(resource),
        table = resource.table,
    );
    for filter in filters {
        text.push_str(" AND ");
        match filter.op {
            FilterOp::Eq => text.push_str(&format!("{} = ?", filter.column)),
            FilterOp::Gte => text.push_str(&format!("{} >= ?", filter.column)),
            FilterOp::Lt => text.push_str(&format!("{} < ?", filter.column)),
            FilterOp::Contains => text.push_str(&format!("instr(lower({}), lower(?)) > 0", filter.column)),
        }
    }
    let (column, direction, beyond) =
        (sort.column, if descending { "DESC" } else { "ASC" }, if descending { '<' } else { '>' });
    if after_position {
        text.push_str(&format!(" AND ({column}, id) {beyond} (?, ?)"));
    }
    text.push_str(&format!(" ORDER BY {column} {direction}, id {direction} LIMIT ?"));
    text
}

impl Plan {
    /// Makes the page from the rows, of which there is one too many when more follow.
    pub fn page<T: Serialize>(
        &self,
        resource: &Resource,
        owner: &str,
        key: &[u8],
        mut rows: Vec<T>,
    ) -> Result<Page<T>, Problem> {
        let has_more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next_cursor = match rows.last().filter(|_| has_more) {
            None => None,
            Some(last) => {
                let binding = Binding { user_id: owner, resource: resource.name, query: &self.query };
                Some(page::seal(key, binding, &self.position(last)?))
            }
        };
        Ok(Page { items: rows, has_more, next_cursor })
    }

    /// Where a row stands in this order, with the sort value as the database holds it.
    fn position<T: Serialize>(&self, row: &T) -> Result<Position, Problem> {
        let row = serde_json::to_value(row)?;
        let sort = match (row.get(self.sort.column), self.sort.kind) {
            (Some(serde_json::Value::String(text)), ColumnKind::Timestamp) => {
                Timestamp::parse(text).map(|at| at.millis().into())
            }
            (Some(serde_json::Value::Bool(flag)), _) => Some(i32::from(*flag).into()),
            (value, _) => value.cloned(),
        };
        match (sort, row.get("id").and_then(serde_json::Value::as_str)) {
            (Some(sort), Some(id)) => Ok(Position { sort, id: id.to_owned() }),
            _ => Err(Problem::internal(format!("a row without {} or id", self.sort.column))),
        }
    }
}

fn order<'r>(resource: &'r Resource, name: Option<&str>) -> Result<(&'r Sort, bool), Problem> {
    let unknown = || Problem::internal(format!("{} has no such order", resource.name));
    match name {
        None => {
            resource.sorts.get(resource.default_sort).map(|sort| (sort, sort.descending)).ok_or_else(unknown)
        }
        Some(name) => {
            let (plain, descending) = name.strip_prefix('-').map_or((name, false), |plain| (plain, true));
            resource
                .sorts
                .iter()
                .find(|sort| sort.name == plain)
                .map(|sort| (sort, descending))
                .ok_or_else(unknown)
        }
    }
}

fn filters<'r>(resource: &'r Resource, values: &[(&'static str, Value)]) -> Result<Vec<&'r Filter>, Problem> {
    values
        .iter()
        .map(|(name, _)| {
            resource
                .filters
                .iter()
                .find(|filter| filter.name == *name)
                .ok_or_else(|| Problem::internal(format!("{} has no filter {name}", resource.name)))
        })
        .collect()
}

fn canonical(sort: &Sort, descending: bool, filters: &[(&'static str, Value)]) -> String {
    let mut filters: Vec<String> = filters.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    filters.sort();
    format!("{}{};{}", if descending { "-" } else { "" }, sort.name, filters.join(";"))
}

fn bound(value: serde_json::Value) -> Result<Value, Problem> {
    match value {
        serde_json::Value::String(text) => Ok(Value::Text(text)),
        serde_json::Value::Number(number) => {
            number.as_f64().map(Value::Real).ok_or_else(|| Problem::new(Code::CursorInvalid))
        }
        _ => Err(Problem::new(Code::CursorInvalid)),
    }
}
