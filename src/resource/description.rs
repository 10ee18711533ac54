//! What the contract says of a resource, as static data.

use crate::contract::schema::DataClass;

/// How a column is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// TEXT.
    Text,
    /// INTEGER.
    Integer,
    /// REAL.
    Real,
    /// INTEGER 0 or 1.
    Bool,
    /// INTEGER, milliseconds since 1970 in UTC.
    Timestamp,
    /// TEXT holding JSON.
    Json,
}

/// One column that the wire shows.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name, the same in the table and on the wire.
    pub name: &'static str,
    /// How it is stored.
    pub kind: ColumnKind,
    /// How careful one has to be with it.
    pub class: DataClass,
}

/// How a filter compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterOp {
    /// Equal.
    Eq,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Holds the text, without regard to ASCII case.
    Contains,
}

/// One filter of a list.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// The query parameter.
    pub name: &'static str,
    /// The column it compares.
    pub column: &'static str,
    /// How.
    pub op: FilterOp,
    /// The column's kind.
    pub kind: ColumnKind,
}

/// One order of a list; ties are broken by id in the same direction.
#[derive(Debug, Clone, Copy)]
pub struct Sort {
    /// The value of the query parameter `sort`, which a leading `-` turns round.
    pub name: &'static str,
    /// The column.
    pub column: &'static str,
    /// The column's kind.
    pub kind: ColumnKind,
    /// Whether its natural direction is downward.
    pub descending: bool,
}

/// A noun with a table.
#[derive(Debug, Clone, Copy)]
pub struct Resource {
    /// The noun, in snake case.
    pub name: &'static str,
    /// Its table.
    pub table: &'static str,
    /// The column that holds the owner's id.
    pub owner: &'static str,
    /// The columns that the wire shows, in the order of the contract.
    pub columns: &'static [Column],
    /// Its filters.
    pub filters: &'static [Filter],
    /// Its orders.
    pub sorts: &'static [Sort],
    /// The index of the order that holds when none is asked for.
    pub default_sort: usize,
    /// The columns that full-text search covers.
    pub search: &'static [&'static str],
    /// Whether deleting sets `deleted_at` instead of removing the row.
    pub soft_delete: bool,
    /// Whether a change leaves an audit record beside its event.
    pub audited: bool,
}

impl Resource {
    /// Whether an owner has many rows with ids of their own, rather than exactly one.
    #[must_use]
    pub fn has_id(&self) -> bool {
        self.columns.iter().any(|column| column.name == "id")
    }
}
