//! A contract after reading: what lint judges and emit writes.

pub use crate::contract::schema::DataClass;
use crate::kernel::format::Format;
use crate::node::{At, Node};

/// A whole contract.
#[derive(Debug, Default)]
pub struct Contract {
    /// Title.
    pub title: String,
    /// Version of the interface.
    pub version: String,
    /// Description of the whole.
    pub description: String,
    /// SPDX expression.
    pub license: String,
    /// URL and description of each server.
    pub servers: Vec<(String, String)>,
    /// Name and description of each tag; a tag is a room.
    pub tags: Vec<(String, String)>,
    /// Security schemes as they go into the document.
    pub security: Vec<(String, Node)>,
    /// Scopes and what they allow.
    pub scopes: Vec<(String, String)>,
    /// Rate classes and what they are for.
    pub rate_classes: Vec<(String, String)>,
    /// How deep a body may nest.
    pub depth: u32,
    /// Most characters that any string may have.
    pub string_bytes: u32,
    /// Shared parameters.
    pub parameters: Vec<Parameter>,
    /// Shared response headers.
    pub headers: Vec<Header>,
    /// Response headers that every answer has.
    pub response_headers: Vec<String>,
    /// Operations that may exceed the I/O limits, with the reason.
    pub exceptions: Vec<(String, At)>,
    /// Problem codes.
    pub problems: Vec<ProblemCode>,
    /// Named types.
    pub types: Vec<TypeDef>,
    /// Operations, by path and method.
    pub operations: Vec<Operation>,
}

impl Contract {
    /// The named type.
    #[must_use]
    pub fn type_def(&self, name: &str) -> Option<&TypeDef> {
        self.types.iter().find(|def| def.name == name)
    }

    /// A schema with references followed.
    #[must_use]
    pub fn target<'a>(&'a self, schema: &'a Schema) -> &'a Schema {
        let mut schema = schema;
        for _ in 0..=self.types.len() {
            match &schema.kind {
                Kind::Ref(name) => match self.type_def(name) {
                    Some(def) => schema = &def.schema,
                    None => break,
                },
                _ => break,
            }
        }
        schema
    }

    /// The data class of a scalar or of the scalars in an array, own or inherited.
    #[must_use]
    pub fn class_of(&self, schema: &Schema) -> Option<DataClass> {
        schema.class.or_else(|| match &schema.kind {
            Kind::Ref(name) => self.type_def(name).and_then(|def| self.class_of(&def.schema)),
            Kind::Array { items, .. } => self.class_of(items),
            Kind::Map(values) => self.class_of(values),
            _ => None,
        })
    }

    /// The strictest data class of anything inside.
    #[must_use]
    pub fn strictest_class(&self, schema: &Schema) -> DataClass {
        let mut worst = DataClass::Public;
        self.walk(schema, &mut Vec::new(), &mut |schema| {
            if let Some(class) = schema.class {
                worst = worst.max(class);
            }
        });
        worst
    }

    /// Visits a schema and everything inside it, each named type once.
    pub fn walk<'a>(
        &'a self,
        schema: &'a Schema,
        seen: &mut Vec<&'a str>,
        visit: &mut dyn FnMut(&'a Schema),
    ) {
        visit(schema);
        match &schema.kind {
            Kind::Ref(name) if !seen.contains(&name.as_str()) => {
                seen.push(name);
                if let Some(def) = self.type_def(name) {
                    self.walk(&def.schema, seen, visit);
                }
            }
            Kind::Object { properties, .. } => {
                for property in properties {
                    self.walk(&property.schema, seen, visit);
                }
            }
            Kind::Map(inner) | Kind::Array { items: inner, .. } => self.walk(inner, seen, visit),
            Kind::OneOf { mapping, .. } => {
                for (_, name, _) in mapping {
                    if !seen.contains(&name.as_str()) {
                        seen.push(name);
                        if let Some(def) = self.type_def(name) {
                            self.walk(&def.schema, seen, visit);
                        }
                    }
                }
            }
            _ => {}
        }
    }
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

/// One entry of `problems.yaml`.
#[derive(Debug)]
pub struct ProblemCode {
    /// The stable code, kebab case.
    pub code: String,
    /// HTTP status.
    pub status: u16,
    /// Title.
    pub title: String,
    /// What it means to the caller.
    pub meaning: String,
}

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
    /// Whether it may carry secrets outward.
    pub issues_secrets: bool,
    /// Whether it is there for the house's own code and for readers, though no operation names it.
    pub standalone: bool,
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

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Anyone.
    Public,
    /// A user.
    User,
    /// An administrator.
    Admin,
}

/// Where an entity tag comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ETag {
    /// There is none.
    None,
    /// The version field.
    Version,
    /// The bytes.
    Content,
}

/// Caching of an answer.
#[derive(Debug, Clone)]
pub struct Cache {
    /// `none`, `private` or `public`.
    pub scope: String,
    /// Seconds fresh.
    pub max_age: u32,
    /// Seconds usable stale.
    pub stale: u32,
    /// Entity tag.
    pub etag: ETag,
}

/// Whether If-Match is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMatch {
    /// No.
    None,
    /// When sent.
    Optional,
    /// It must be sent.
    Required,
}

/// The I/O budget.
#[derive(Debug, Clone, Copy, Default)]
pub struct Budget {
    /// Database.
    pub d1: u32,
    /// Cache.
    pub kv: u32,
    /// Objects.
    pub object: u32,
    /// Outside.
    pub upstream: u32,
}

impl Budget {
    /// All calls together.
    #[must_use]
    pub fn total(self) -> u32 {
        self.d1 + self.kv + self.object + self.upstream
    }
}

/// A request body.
#[derive(Debug, Clone)]
pub struct Body {
    /// Where it stands.
    pub at: At,
    /// What it is.
    pub form: BodyForm,
    /// Whether it must be there.
    pub required: bool,
}

/// The kinds of body.
#[derive(Debug, Clone)]
pub enum BodyForm {
    /// One type.
    Type(String),
    /// A merge patch.
    MergePatch(String),
    /// The type depends on a path parameter.
    By {
        /// The path parameter.
        parameter: String,
        /// Value, type and place of each.
        of: Vec<(String, String, At)>,
    },
}

/// What an answer carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carries {
    /// Nothing.
    Nothing,
    /// One value of a named type.
    One(String),
    /// A page of a named type.
    Page(String),
}

/// A response.
#[derive(Debug, Clone)]
pub struct Response {
    /// Where it stands.
    pub at: At,
    /// The status.
    pub status: u16,
    /// When it is given.
    pub description: String,
    /// What it carries.
    pub carries: Carries,
    /// Names of further headers.
    pub headers: Vec<String>,
}

/// An example of a call.
#[derive(Debug, Clone)]
pub struct Example {
    /// Where it stands.
    pub at: At,
    /// Its name.
    pub name: String,
    /// What it shows.
    pub summary: String,
    /// Path parameters.
    pub path: Vec<(String, Node)>,
    /// Query parameters.
    pub query: Vec<(String, Node)>,
    /// Headers.
    pub headers: Vec<(String, Node)>,
    /// Body.
    pub body: Option<Node>,
    /// The answer's status.
    pub status: u16,
    /// The answer's body.
    pub response: Option<Node>,
}

/// An operation on its way out.
#[derive(Debug, Clone)]
pub struct Deprecated {
    /// Since when.
    pub since: String,
    /// Until when.
    pub sunset: String,
    /// Where to read more.
    pub link: Option<String>,
}

/// An operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Where it stands.
    pub at: At,
    /// The room that answers.
    pub room: String,
    /// The path template.
    pub path: String,
    /// The method in capitals.
    pub method: &'static str,
    /// Its name, `<verb>_<noun>`.
    pub id: String,
    /// One line.
    pub summary: String,
    /// More.
    pub description: String,
    /// Who may call.
    pub auth: Auth,
    /// Scopes that are needed.
    pub scopes: Vec<String>,
    /// Rate class.
    pub rate_class: String,
    /// Rate cost.
    pub rate_cost: u32,
    /// Caching.
    pub cache: Cache,
    /// Most bytes of body.
    pub body_limit: Option<u32>,
    /// Whether Idempotency-Key is honoured.
    pub idempotency: bool,
    /// Whether If-Match is.
    pub if_match: IfMatch,
    /// I/O budget.
    pub budget: Budget,
    /// Path parameters.
    pub path_parameters: Vec<Parameter>,
    /// Query parameters, those of `query_of` included.
    pub query: Vec<Parameter>,
    /// The resource whose filters are query parameters.
    pub query_of: Option<String>,
    /// Header parameters.
    pub headers: Vec<Parameter>,
    /// Body.
    pub body: Option<Body>,
    /// The answer of success.
    pub success: Response,
    /// All problem codes, the implied ones included.
    pub problems: Vec<String>,
    /// Examples.
    pub examples: Vec<Example>,
    /// On its way out.
    pub deprecated: Option<Deprecated>,
    /// Template of the Location header.
    pub location: Option<String>,
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
