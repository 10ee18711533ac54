//! How schemas are spelled as Rust types.

use std::collections::BTreeMap;

use crate::model::{BodyForm, Carries, Contract, Frames, Kind, Operation, Parameter, Schema};
use crate::names::camel;
use crate::node::At;

/// A type that was written in place and has to be emitted under a name of its own.
pub struct Inline<'a> {
    /// The name it gets.
    pub name: String,
    /// The schema.
    pub schema: &'a Schema,
}

/// What is known about all types together.
pub struct Spelling<'a> {
    contract: &'a Contract,
    names: BTreeMap<At, String>,
    /// Types written in place, in order.
    pub inline: Vec<Inline<'a>>,
    /// Names of the types that inputs reach.
    pub inputs: Vec<&'a str>,
    /// Names of the types that outputs reach.
    pub outputs: Vec<&'a str>,
    /// Names of the types that variants of a oneOf reach.
    pub variants: Vec<&'a str>,
}

impl<'a> Spelling<'a> {
    /// Looks through a contract.
    pub fn new(contract: &'a Contract) -> Self {
        let mut this = Self {
            contract,
            names: BTreeMap::new(),
            inline: Vec::new(),
            inputs: reached_by_inputs(contract),
            outputs: reached_by_outputs(contract),
            variants: Vec::new(),
        };
        for def in &contract.types {
            match (&def.schema.kind, discriminator(contract, &def.name)) {
                (Kind::Choice { .. }, _) => {}
                // The enum around a variant says which one it is; the property needs no type of its own.
                (Kind::Object { properties, .. }, Some(tag)) => {
                    for property in properties.iter().filter(|property| property.name != tag) {
                        this.place(&property.schema, format!("{}{}", def.name, camel(&property.name)));
                    }
                }
                (kind, None | Some(_)) => this.inside(kind, &def.name),
            }
            if let Kind::OneOf { .. } = def.schema.kind {
                contract.walk(&def.schema, &mut this.variants, &mut |_| {});
            }
        }
        for parameter in &contract.parameters {
            this.place(&parameter.schema, format!("{}Parameter", camel(&parameter.name)));
        }
        for operation in &contract.operations {
            for parameter in
                operation.path_parameters.iter().chain(&operation.query).chain(&operation.headers)
            {
                if !is_plain_choice(parameter) {
                    this.place(&parameter.schema, camel(&operation.id) + &camel(&parameter.name));
                }
            }
        }
        this
    }

    fn place(&mut self, schema: &'a Schema, name: String) {
        match &schema.kind {
            Kind::Choice { .. } | Kind::Object { .. } | Kind::OneOf { .. } => {
                if !self.names.contains_key(&schema.at) {
                    self.names.insert(schema.at.clone(), name.clone());
                    self.inline.push(Inline { name: name.clone(), schema });
                    self.inside(&schema.kind, &name);
                }
            }
            kind => self.inside(kind, &name),
        }
    }

    fn inside(&mut self, kind: &'a Kind, name: &str) {
        match kind {
            Kind::Object { properties, .. } => {
                for property in properties {
                    self.place(&property.schema, format!("{name}{}", camel(&property.name)));
                }
            }
            Kind::Array { items, .. } => self.place(items, format!("{name}Item")),
            Kind::Map(values) => self.place(values, format!("{name}Value")),
            _ => {}
        }
    }

    /// Whether a named type is held as text that is passed through unread.
    pub fn keeps_raw(&self, owner: &str) -> bool {
        self.outputs.contains(&owner) && !self.inputs.contains(&owner) && !self.variants.contains(&owner)
    }

    /// The Rust type of a schema, without the `Option` of an absent value.
    ///
    /// `owner` is the named type that it stands in; `types` is the path to the generated types.
    pub fn of(&self, schema: &Schema, owner: &str) -> String {
        let inner = self.bare(schema, owner);
        if schema.nullable { format!("Option<{inner}>") } else { inner }
    }

    /// The Rust type of a schema that is not null.
    pub fn bare(&self, schema: &Schema, owner: &str) -> String {
        match &schema.kind {
            Kind::Object { .. } | Kind::Choice { .. } | Kind::OneOf { .. } => {
                self.names.get(&schema.at).cloned().unwrap_or_else(|| "String".to_owned())
            }
            Kind::Map(values) => {
                format!("crate::kernel::map::Map<String, {}>", self.of(values, owner))
            }
            Kind::RawObject | Kind::RawArray { .. } if self.keeps_raw(owner) => {
                "Box<serde_json::value::RawValue>".to_owned()
            }
            Kind::RawObject | Kind::RawArray { .. } => "serde_json::Value".to_owned(),
            Kind::Array { items, .. } => format!("Vec<{}>", self.of(items, owner)),
            Kind::Text { format: Some(format), .. } => match format.name {
                "date-time" => "crate::kernel::time::Timestamp",
                "date" => "chrono::NaiveDate",
                "uuid" => "crate::kernel::id::Id",
                _ => "String",
            }
            .to_owned(),
            Kind::Text { .. } => "String".to_owned(),
            Kind::Integer { .. } => "i64".to_owned(),
            Kind::Number { .. } => "f64".to_owned(),
            Kind::Boolean(_) => "bool".to_owned(),
            Kind::Null => "()".to_owned(),
            Kind::Ref(name) => self.named(name),
        }
    }

    /// The Rust name of a named type: its own when it is a struct or an enum, else what it stands for.
    fn named(&self, name: &str) -> String {
        match self.contract.type_def(name).map(|def| &def.schema) {
            Some(schema) if !is_item(&schema.kind) => self.bare(schema, name),
            _ => name.to_owned(),
        }
    }

    /// Whether the Rust type holds text that is passed through unread, which cannot be compared.
    pub fn has_raw(&self, schema: &'a Schema, owner: &'a str) -> bool {
        let mut found = false;
        let mut seen = vec![owner];
        self.contract.walk(schema, &mut seen, &mut |inner| {
            found |= matches!(inner.kind, Kind::RawObject | Kind::RawArray { .. });
        });
        found && seen.iter().any(|name| self.keeps_raw(name))
    }
}

/// The property that a variant of a oneOf leaves to the enum around it.
pub fn discriminator<'a>(contract: &'a Contract, variant: &str) -> Option<&'a str> {
    contract.types.iter().find_map(|def| match &def.schema.kind {
        Kind::OneOf { property, mapping } if mapping.iter().any(|(_, name, _)| name == variant) => {
            Some(property.as_str())
        }
        _ => None,
    })
}

/// Whether a named type becomes an item of its own.
pub fn is_item(kind: &Kind) -> bool {
    matches!(kind, Kind::Object { .. } | Kind::Choice { .. } | Kind::OneOf { .. })
}

/// Whether a parameter with a closed list of values is kept as text (the order of a list).
pub fn is_plain_choice(parameter: &Parameter) -> bool {
    parameter.bare && parameter.name == "sort" && matches!(parameter.schema.kind, Kind::Choice { .. })
}

fn reached_by_inputs(contract: &Contract) -> Vec<&str> {
    let mut seen = Vec::new();
    for operation in &contract.operations {
        for parameter in operation.path_parameters.iter().chain(&operation.query).chain(&operation.headers) {
            contract.walk(&parameter.schema, &mut seen, &mut |_| {});
        }
        for name in body_types(operation) {
            reach(contract, name, &mut seen);
        }
    }
    for def in contract.types.iter().filter(|def| def.frames == Some(Frames::Up)) {
        reach(contract, &def.name, &mut seen);
    }
    seen
}

fn reached_by_outputs(contract: &Contract) -> Vec<&str> {
    let mut seen = Vec::new();
    for operation in &contract.operations {
        if let Carries::One(name) | Carries::Page(name) = &operation.success.carries {
            reach(contract, name, &mut seen);
        }
    }
    for def in contract.types.iter().filter(|def| def.standalone) {
        reach(contract, &def.name, &mut seen);
    }
    seen
}

fn reach<'a>(contract: &'a Contract, name: &'a str, seen: &mut Vec<&'a str>) {
    if !seen.contains(&name) {
        seen.push(name);
        if let Some(def) = contract.type_def(name) {
            contract.walk(&def.schema, seen, &mut |_| {});
        }
    }
}

/// The named types that an operation takes as its body.
pub fn body_types(operation: &Operation) -> Vec<&str> {
    match operation.body.as_ref().map(|body| &body.form) {
        None => Vec::new(),
        Some(BodyForm::Type(name) | BodyForm::MergePatch(name)) => vec![name],
        Some(BodyForm::By { of, .. }) => of.iter().map(|(_, name, _)| name.as_str()).collect(),
    }
}
