//! A contract after reading: what lint judges and emit writes.

mod operation;
mod schema;

pub use operation::{
    Auth, Body, BodyForm, Budget, Cache, Carries, Deprecated, ETag, Example, IfMatch, Kept, Operation,
    Response, Version, VersionState,
};
pub use schema::{
    Column, Filter, Frames, Header, Kind, Parameter, Property, Resource, Schema, Sort, TypeDef,
};

pub use crate::contract::schema::DataClass;
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
    /// Security schemes.
    pub security: Vec<SecurityScheme>,
    /// Scopes.
    pub scopes: Vec<Scope>,
    /// Cookies and what they are for.
    pub cookies: Vec<(String, String)>,
    /// Rate classes.
    pub rate_classes: Vec<RateClass>,
    /// Nouns of events and what they are about.
    pub events: Vec<(String, String)>,
    /// Versions of the interface.
    pub versions: Vec<Version>,
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

/// Operations whose calls are counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateClass {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub meaning: String,
    /// What a minute, an hour and a day admit of it, where it has a quota of its own.
    pub quota: Option<[u32; 3]>,
}

impl Contract {
    /// The scope of that name.
    #[must_use]
    pub fn scope(&self, name: &str) -> Option<&Scope> {
        self.scopes.iter().find(|scope| scope.name == name)
    }

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

/// The kinds of credential that may hold a scope; `contract::scopes::Holder` has the same.
pub const HOLDERS: [&str; 5] = ["session", "key", "client", "support", "admin"];

/// What the holder of a credential may do.
#[derive(Debug)]
pub struct Scope {
    /// Where it stands.
    pub at: At,
    /// Its name.
    pub name: String,
    /// What it allows.
    pub meaning: String,
    /// Who may hold it, of [`HOLDERS`].
    pub holders: Vec<&'static str>,
}

/// A way to show a credential.
#[derive(Debug)]
pub struct SecurityScheme {
    /// Its name.
    pub name: String,
    /// What shows itself so: `session`, `key`, `admin_key` or `cookie`.
    pub credential: String,
    /// How it goes into the document.
    pub node: Node,
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
