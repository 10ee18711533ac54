//! Types, what their values must be, and how they are stored.

use super::DataClass;
use crate::kernel::format::Format;
use crate::node::{At, Node};

/// A named type.
#[derive(Debug)]
pub struct TypeDef {
    /// Its name in camel case.
    pub name: String,
    /// What it is.
    pub schema: Schema,
    /// How it is stored, if it is an owned resource.
    pub resource: Option<Resource>,
    /// Whether it is read from database rows.
    pub row: bool,
    /// Whether a body of it may have further fields, which are ignored.
    pub open: bool,
    /// Whether it may carry secrets outward.
    pub issues_secrets: bool,
    /// Whether it is there for the house's own code and for readers, though no operation names it.
    pub standalone: bool,
    /// Which way it goes, if it is the frames of a socket.
    pub frames: Option<Frames>,
}

/// The way of frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frames {
    /// In: they are checked like bodies.
    Up,
    /// Out.
    Down,
}

/// What a value must be.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Where it stands.
    pub at: At,
    /// The rule.
    pub kind: Kind,
    /// Whether null is accepted too.
    pub nullable: bool,
    /// Title.
    pub title: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Value when absent.
    pub default: Option<Node>,
    /// Examples.
    pub examples: Vec<Node>,
    /// Data class.
    pub class: Option<DataClass>,
    /// Whether only the server sets it.
    pub read_only: bool,
}

/// The rule of a schema.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A closed object; `patch` makes every property optional.
    Object {
        /// Its properties.
        properties: Vec<Property>,
        /// Whether it is a merge patch.
        patch: bool,
    },
    /// An object with values of one schema.
    Map(Box<Schema>),
    /// Any object.
    RawObject,
    /// Any array.
    RawArray {
        /// Most items.
        max: Option<u32>,
    },
    /// An array.
    Array {
        /// Its items.
        items: Box<Schema>,
        /// Fewest.
        min: u32,
        /// Most.
        max: Option<u32>,
        /// No two equal.
        unique: bool,
    },
    /// A string.
    Text {
        /// Fewest characters.
        min: u32,
        /// Most characters.
        max: Option<u32>,
        /// Format.
        format: Option<&'static Format>,
    },
    /// One of these strings.
    Choice {
        /// The strings.
        values: Vec<String>,
        /// Whether it was written as `const`.
        constant: bool,
    },
    /// A whole number.
    Integer {
        /// Lowest.
        min: Option<i64>,
        /// Highest.
        max: Option<i64>,
    },
    /// A number.
    Number {
        /// Lowest, and whether it is itself refused.
        min: Option<(f64, bool)>,
        /// Highest, and whether it is itself refused.
        max: Option<(f64, bool)>,
    },
    /// A boolean, or one of the two.
    Boolean(Option<bool>),
    /// Null.
    Null,
    /// One of several named objects.
    OneOf {
        /// The discriminating property.
        property: String,
        /// Value, type name and place of each.
        mapping: Vec<(String, String, At)>,
    },
    /// A named type.
    Ref(String),
}

/// A property of an object.
#[derive(Debug, Clone)]
pub struct Property {
    /// Its name on the wire.
    pub name: String,
    /// What it is.
    pub schema: Schema,
    /// Whether it must be there.
    pub required: bool,
}

/// A parameter of an operation.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: String,
    /// What it is.
    pub schema: Schema,
    /// Whether it must be there.
    pub required: bool,
    /// Whether the Rust field is an `Option` of the bare type even where a default is documented.
    pub bare: bool,
}

/// A shared response header.
#[derive(Debug)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// What it says.
    pub description: String,
    /// What its value is.
    pub schema: Schema,
}

/// How a resource is stored.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Where it stands.
    pub at: At,
    /// Table.
    pub table: String,
    /// Column of the owner.
    pub owner: String,
    /// Columns and their kinds.
    pub columns: Vec<Column>,
    /// Filters.
    pub filters: Vec<Filter>,
    /// Orders.
    pub sorts: Vec<Sort>,
    /// Index of the order that holds when none is asked for.
    pub default_sort: usize,
    /// Columns of full-text search.
    pub search: Vec<String>,
    /// Whether deleting keeps the row.
    pub soft_delete: bool,
    /// Whether a change leaves an audit record beside its event.
    pub audited: bool,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Variant of `ColumnKind`.
    pub kind: &'static str,
}

/// A filter.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Query parameter.
    pub name: String,
    /// Column.
    pub field: String,
    /// Variant of `FilterOp`.
    pub op: &'static str,
}

/// An order.
#[derive(Debug, Clone)]
pub struct Sort {
    /// Name.
    pub name: String,
    /// Column.
    pub field: String,
    /// Whether downward.
    pub descending: bool,
}
