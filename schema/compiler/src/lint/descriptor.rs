//! The run-time descriptors of a contract, so that the run-time validator can judge examples and defaults.
//!
//! They are leaked: the compiler runs once and ends.

use std::collections::BTreeMap;

use crate::contract::schema::{self as target, Field};
use crate::model::{Contract, DataClass, Kind, Property, Schema};

/// Makes descriptors, each named type once.
pub struct Descriptors<'a> {
    contract: &'a Contract,
    named: BTreeMap<&'a str, &'static target::Schema>,
    open: Vec<&'a str>,
}

impl<'a> Descriptors<'a> {
    /// For a contract.
    pub fn new(contract: &'a Contract) -> Self {
        Self { contract, named: BTreeMap::new(), open: Vec::new() }
    }

    /// The descriptor of a schema.
    pub fn schema(&mut self, schema: &'a Schema) -> &'static target::Schema {
        let kind = self.kind(schema);
        Box::leak(Box::new(target::Schema { kind, nullable: schema.nullable }))
    }

    /// The descriptor of a named type; a type that contains itself is any object from its second level on.
    pub fn named(&mut self, name: &'a str) -> &'static target::Schema {
        if let Some(done) = self.named.get(name) {
            return done;
        }
        let Some(def) = self.contract.type_def(name).filter(|_| !self.open.contains(&name)) else {
            return &target::Schema { kind: target::Kind::AnyObject, nullable: false };
        };
        self.open.push(name);
        let made = self.schema(&def.schema);
        self.open.pop();
        self.named.insert(name, made);
        made
    }

    fn fields(&mut self, properties: &'a [Property], patch: bool) -> &'static [Field] {
        let fields: Vec<Field> = properties
            .iter()
            .map(|property| Field {
                name: leak(&property.name),
                schema: self.schema(&property.schema),
                required: property.required && !patch,
                class: DataClass::Public,
            })
            .collect();
        Vec::leak(fields)
    }

    fn kind(&mut self, schema: &'a Schema) -> target::Kind {
        use target::Kind as To;
        let whole = target::WHOLE;
        match &schema.kind {
            Kind::Object { properties, patch } => To::Object(self.fields(properties, *patch)),
            Kind::Map(values) => To::Map(self.schema(values)),
            Kind::RawObject => To::AnyObject,
            Kind::RawArray { max } => To::AnyArray { max: max.unwrap_or(u32::MAX) },
            Kind::Array { items, min, max, unique } => To::Array {
                items: self.schema(items),
                min: *min,
                max: max.unwrap_or(u32::MAX),
                unique: *unique,
            },
            Kind::Text { min, max, format } => {
                To::Text { min: *min, max: max.unwrap_or(u32::MAX), format: *format }
            }
            Kind::Choice { values, .. } => {
                To::Choice(Vec::leak(values.iter().map(|value| leak(value)).collect::<Vec<_>>()))
            }
            Kind::Integer { min, max } => {
                To::Integer { min: min.unwrap_or(-whole), max: max.unwrap_or(whole) }
            }
            Kind::Number { min, max } => {
                let (least, above) = min.unwrap_or((f64::NEG_INFINITY, false));
                let (most, below) = max.unwrap_or((f64::INFINITY, false));
                To::Number { min: least, max: most, above, below }
            }
            Kind::Boolean(only) => To::Boolean(*only),
            Kind::Null => To::Null,
            Kind::OneOf { property, mapping } => {
                let variants: Vec<(&'static str, &'static target::Schema)> =
                    mapping.iter().map(|(value, name, _)| (leak(value), self.named(name))).collect();
                To::OneOf { property: leak(property), variants: Vec::leak(variants) }
            }
            Kind::Ref(name) => To::Same(self.named(name)),
        }
    }
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.into())
}
