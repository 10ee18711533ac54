//! Static descriptors of what may come in and go out, filled by the contract compiler.

use crate::kernel::format::Format;

/// How a value must be handled wherever it travels: redaction, erasure, export, search, cache keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataClass {
    /// Says nothing about a person.
    Public,
    /// Belongs to a person: exported and erased with the account.
    Personal,
    /// A person's inner or protected life: never logged, never in a cache key in the clear.
    Sensitive,
    /// A credential: never logged, never stored in the clear, never sent twice.
    Secret,
}

/// What one value must be.
#[derive(Debug)]
pub struct Schema {
    /// The rule.
    pub kind: Kind,
    /// Whether `null` is accepted as well.
    pub nullable: bool,
}

/// The rule of a [`Schema`].
#[derive(Debug)]
pub enum Kind {
    /// A closed object.
    Object(&'static [Field]),
    /// An object with any keys and values of one schema.
    Map(&'static Schema),
    /// An object with any keys and any values.
    AnyObject,
    /// An array with any items.
    AnyArray {
        /// Most items.
        max: u32,
    },
    /// An array.
    Array {
        /// What each item must be.
        items: &'static Schema,
        /// Fewest items.
        min: u32,
        /// Most items.
        max: u32,
        /// Whether two equal items are refused.
        unique: bool,
    },
    /// A string; lengths count Unicode scalar values.
    Text {
        /// Fewest characters.
        min: u32,
        /// Most characters.
        max: u32,
        /// The named format, if any.
        format: Option<&'static Format>,
    },
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// A whole number (1.0 counts as one) in this inclusive range.
    Integer {
        /// Lowest value.
        min: i64,
        /// Highest value.
        max: i64,
    },
    /// A finite number.
    Number {
        /// Lowest value; negative infinity for none.
        min: f64,
        /// Highest value; infinity for none.
        max: f64,
        /// Whether `min` itself is refused.
        above: bool,
        /// Whether `max` itself is refused.
        below: bool,
    },
    /// A boolean; `Some` when only that one is accepted.
    Boolean(Option<bool>),
    /// `null` alone.
    Null,
    /// An object whose `property` names which of the variants it is.
    OneOf {
        /// The discriminating property.
        property: &'static str,
        /// Its values, and the closed object that each stands for (the property included).
        variants: &'static [(&'static str, &'static Schema)],
    },
    /// The same as a named type.
    Same(&'static Schema),
}

/// One property of an object, or one parameter.
#[derive(Debug)]
pub struct Field {
    /// Its name on the wire; header names in lower case.
    pub name: &'static str,
    /// What its value must be.
    pub schema: &'static Schema,
    /// Whether it must be there.
    pub required: bool,
    /// How its value must be handled.
    pub class: DataClass,
}

/// Everything that an operation takes.
#[derive(Debug)]
pub struct Input {
    /// Path parameters.
    pub path: &'static [Field],
    /// Query parameters.
    pub query: &'static [Field],
    /// Whether other query parameters are ignored and empty ones are as good as absent; they are refused otherwise.
    pub open_query: bool,
    /// Header parameters; other headers are not looked at.
    pub header: &'static [Field],
    /// The body.
    pub body: Body,
}

/// The body that an operation takes.
#[derive(Debug)]
pub enum Body {
    /// None.
    None,
    /// A JSON value, or a form with the fields of an object.
    One {
        /// What it must be.
        schema: &'static Schema,
        /// Whether it must be there.
        required: bool,
        /// Whether fields that are not declared are ignored, and empty ones as good as absent.
        open: bool,
    },
    /// A JSON value whose schema a path parameter chooses.
    By {
        /// The path parameter.
        parameter: &'static str,
        /// Its values and their schemas.
        of: &'static [(&'static str, &'static Schema)],
        /// Whether it must be there.
        required: bool,
    },
}

/// The largest magnitude of an integer on the wire: 2^53, above which readers of JSON lose digits.
pub const WHOLE: i64 = 9_007_199_254_740_992;
