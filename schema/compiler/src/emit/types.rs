//! `types.rs`: input and output types.

use std::fmt::Write as _;

use super::readers::Read;
use super::rust_type::{Spelling, discriminator, is_item};
use super::{doc, literal};
use crate::model::{Contract, DataClass, Kind, Property, Resource, Schema, TypeDef};
use crate::names::{camel, field, snake};
use crate::node::Node;

/// Writes the file.
pub fn emit(contract: &Contract) -> String {
    let spelling = Spelling::new(contract);
    let mut file = File { contract, spelling: &spelling, out: String::new(), defaults: String::new() };
    file.out.push_str("use serde::{Deserialize, Serialize};\n");
    for def in &contract.types {
        if is_item(&def.schema.kind) {
            file.item(&def.name, &def.name, &def.schema, Some(def));
        }
    }
    for inline in &spelling.inline {
        file.item(&inline.name, owner(contract, inline.schema), inline.schema, None);
    }
    for operation in &contract.operations {
        file.input(operation);
    }
    if !file.defaults.is_empty() {
        let defaults = std::mem::take(&mut file.defaults);
        let _ = write!(file.out, "\n/// Values of fields that were left out.\nmod defaults {{{defaults}}}\n");
    }
    file.out
}

/// The named type whose schema holds this one.
fn owner<'a>(contract: &'a Contract, schema: &Schema) -> &'a str {
    let inside = |def: &&TypeDef| {
        def.schema.at.file == schema.at.file
            && schema.at.pointer.starts_with(&format!("{}/", def.schema.at.pointer))
    };
    contract.types.iter().find(inside).map_or("", |def| def.name.as_str())
}

pub struct File<'a> {
    pub contract: &'a Contract,
    pub spelling: &'a Spelling<'a>,
    pub out: String,
    pub defaults: String,
}

impl<'a> File<'a> {
    fn item(&mut self, name: &str, owner: &'a str, schema: &'a Schema, def: Option<&'a TypeDef>) {
        let words = schema.description.as_deref().or(schema.title.as_deref());
        let words = words.map_or_else(|| format!("See the field of `{owner}` that holds it."), str::to_owned);
        match &schema.kind {
            Kind::Object { properties, patch } => {
                self.object(name, owner, schema, &words, properties, *patch, def)
            }
            Kind::Choice { values, .. } => {
                self.choice(name, &words, values);
                // Of those that are only stored or answered as well: a filter may compare with them.
                self.choice_reader(name);
            }
            Kind::OneOf { property, mapping } => {
                let mapping = mapping.iter().map(|(value, target, _)| (value.as_str(), target.as_str()));
                let values = mapping.clone().map(|(value, _)| value);
                let equal = if self.spelling.has_raw(schema, owner) { "" } else { ", PartialEq" };
                let _ = write!(
                    self.out,
                    "\n{}#[derive(Debug, Clone{equal}, Serialize, Deserialize)]\n#[serde(tag = {})]\npub enum {name} {{\n",
                    doc("", &words),
                    literal(property)
                );
                for (value, target) in mapping {
                    let _ = write!(
                        self.out,
                        "    /// `{value}`.\n    #[serde(rename = {})]\n    {}({target}),\n",
                        literal(value),
                        camel(value)
                    );
                }
                self.out.push_str("}\n");
                if self.is_read(owner) {
                    self.variant_reader(name, property, values);
                }
            }
            _ => {}
        }
    }

    /// Whether what stands in that named type, or in a parameter, may come in.
    fn is_read(&self, owner: &str) -> bool {
        owner.is_empty() || self.spelling.inputs.contains(&owner)
    }

    #[allow(clippy::too_many_arguments)]
    fn object(
        &mut self,
        name: &str,
        owner: &'a str,
        schema: &'a Schema,
        words: &str,
        properties: &'a [Property],
        patch: bool,
        def: Option<&'a TypeDef>,
    ) {
        let tag = discriminator(self.contract, name);
        let properties: Vec<&Property> =
            properties.iter().filter(|property| Some(property.name.as_str()) != tag).collect();
        let careful: Vec<&str> = properties
            .iter()
            .filter(|property| self.contract.class_of(&property.schema) >= Some(DataClass::Sensitive))
            .map(|property| property.name.as_str())
            .collect();
        let mut derives = Vec::new();
        if careful.is_empty() {
            derives.push("Debug");
        }
        derives.push("Clone");
        if !self.spelling.has_raw(schema, owner) {
            derives.push("PartialEq");
        }
        if patch {
            derives.push("Default");
        }
        derives.extend(["Serialize", "Deserialize"]);
        let _ = write!(self.out, "\n{}#[derive({})]\n", doc("", words), derives.join(", "));
        if self.spelling.inputs.contains(&owner) && def.is_none_or(|def| !def.row) {
            self.out.push_str("#[serde(deny_unknown_fields)]\n");
        }
        let _ = writeln!(self.out, "pub struct {name} {{");
        let mut read: Vec<Read<'_>> = Vec::new();
        for property in &properties {
            read.push((&property.name, self.property(name, owner, property, patch, def)));
        }
        self.out.push_str("}\n");
        if self.is_read(owner) {
            self.struct_reader(name, &read);
        }
        if !careful.is_empty() {
            let fields = properties.iter().map(|property| property.name.as_str());
            self.debug(name, fields, &careful);
        }
    }

    /// Writes a field, and gives the function that gives its default.
    fn property(
        &mut self,
        name: &str,
        owner: &'a str,
        property: &Property,
        patch: bool,
        def: Option<&TypeDef>,
    ) -> Option<String> {
        let schema = &property.schema;
        let mut default_path = None;
        let words = self.words(schema);
        let mut serde = Vec::new();
        let rust = snake(&property.name);
        if rust != property.name {
            serde.push(format!("rename = {}", literal(&property.name)));
        }
        let bare = self.spelling.bare(schema, owner);
        let optional = !patch && !property.required && schema.default.is_none();
        let ty = if patch {
            serde.push("default".to_owned());
            if schema.nullable {
                serde.push("skip_serializing_if = \"crate::kernel::patch::Patch::is_absent\"".to_owned());
                format!("crate::kernel::patch::Patch<{bare}>")
            } else {
                serde.push("skip_serializing_if = \"Option::is_none\"".to_owned());
                format!("Option<{bare}>")
            }
        } else if optional {
            serde.push("default".to_owned());
            serde.push("skip_serializing_if = \"Option::is_none\"".to_owned());
            format!("Option<{bare}>")
        } else {
            if let Some(default) = &schema.default {
                let path = self.default_value(
                    name,
                    &property.name,
                    &self.spelling.of(schema, owner),
                    schema,
                    default,
                );
                serde.push(format!("default = {}", literal(&path)));
                default_path = Some(path);
            }
            self.spelling.of(schema, owner)
        };
        if let Some(def) = def.filter(|def| def.row && !patch) {
            serde.extend(row_reader(
                &property.name,
                schema,
                ty.starts_with("Option<"),
                def.resource.as_ref(),
            ));
        }
        let _ = write!(self.out, "{}", doc("    ", &words));
        if !serde.is_empty() {
            let _ = writeln!(self.out, "    #[serde({})]", serde.join(", "));
        }
        let _ = writeln!(self.out, "    pub {}: {ty},", field(&property.name));
        default_path
    }

    pub fn words(&self, schema: &Schema) -> String {
        let own = schema.description.as_deref().or(schema.title.as_deref());
        own.or(self.contract.target(schema).description.as_deref()).unwrap_or("As its name says.").to_owned()
    }

    /// Emits a function that gives a default and returns its path.
    pub fn default_value(
        &mut self,
        owner: &str,
        name: &str,
        ty: &str,
        schema: &Schema,
        default: &Node,
    ) -> String {
        let function = format!("{}_{}", snake(owner), snake(name));
        let text = super::json::compact(default);
        let target = self.contract.target(schema);
        let (ty, value) = match (default, &target.kind) {
            (Node::Bool(flag), _) => (ty.to_owned(), flag.to_string()),
            (Node::Int(number), Kind::Number { .. }) => (ty.to_owned(), format!("{number}.0")),
            (Node::Int(number), _) => (ty.to_owned(), number.to_string()),
            (Node::Float(number), _) => (ty.to_owned(), format!("{number:?}")),
            (Node::Text(text), Kind::Choice { .. }) => {
                (format!("super::{ty}"), format!("super::{ty}::{}", camel(text)))
            }
            (Node::Text(text), Kind::Text { .. }) if ty == "String" => {
                (ty.to_owned(), format!("{}.to_owned()", literal(text)))
            }
            (Node::List(items), Kind::Array { .. }) if items.is_empty() => (
                ty.replace("Vec<", "Vec<super::").replace("super::String", "String"),
                "Vec::new()".to_owned(),
            ),
            // The lint refuses other defaults; this line would not compile.
            _ => (ty.to_owned(), format!("compile_error!({})", literal(&text))),
        };
        let value = if schema.nullable { format!("Some({value})") } else { value };
        let _ =
            write!(self.defaults, "\n    pub(super) fn {function}() -> {ty} {{\n        {value}\n    }}\n");
        format!("defaults::{function}")
    }

    fn choice(&mut self, name: &str, words: &str, values: &[String]) {
        let _ = write!(
            self.out,
            "\n{}#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]\n\
             pub enum {name} {{\n",
            doc("", words)
        );
        for value in values {
            let _ = write!(
                self.out,
                "    /// `{value}`.\n    #[serde(rename = {})]\n    {},\n",
                literal(value),
                camel(value)
            );
        }
        let all: Vec<String> = values.iter().map(|value| format!("Self::{}", camel(value))).collect();
        let _ = write!(
            self.out,
            "}}\n\nimpl {name} {{\n    /// All of them.\n    pub const ALL: &'static [Self] = &[{}];\n\n    \
             /// The word on the wire.\n    #[must_use]\n    pub fn as_str(self) -> &'static str {{\n        \
             match self {{\n",
            all.join(", ")
        );
        for value in values {
            let _ = writeln!(self.out, "            Self::{} => {},", camel(value), literal(value));
        }
        let _ = write!(
            self.out,
            "        }}\n    }}\n\n    /// The one of that word.\n    #[must_use]\n    \
             pub fn parse(word: &str) -> Option<Self> {{\n        \
             Self::ALL.iter().copied().find(|known| known.as_str() == word)\n    }}\n}}\n\n\
             impl From<{name}> for crate::ports::Value {{\n    fn from(value: {name}) -> Self {{\n        \
             Self::Text(value.as_str().to_owned())\n    }}\n}}\n"
        );
    }

    /// A `Debug` that leaves out what must not reach a log.
    fn debug<'n>(&mut self, name: &str, fields: impl Iterator<Item = &'n str>, careful: &[&str]) {
        let _ = write!(
            self.out,
            "\nimpl std::fmt::Debug for {name} {{\n    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> \
             std::fmt::Result {{\n        f.debug_struct({})\n",
            literal(name)
        );
        for member in fields {
            let value = if careful.contains(&member) {
                "\"..\"".to_owned()
            } else {
                format!("self.{}", field(member))
            };
            let _ = writeln!(self.out, "            .field({}, &{value})", literal(&snake(member)));
        }
        self.out.push_str("            .finish()\n    }\n}\n");
    }
}

/// How a field is read so that a row of the database reads like the wire.
fn row_reader(name: &str, schema: &Schema, optional: bool, resource: Option<&Resource>) -> Option<String> {
    let kind = match resource {
        Some(resource) => resource.columns.iter().find(|column| column.name == name)?.kind,
        None => match schema.kind {
            Kind::Boolean(_) => "Bool",
            Kind::RawObject
            | Kind::RawArray { .. }
            | Kind::Array { .. }
            | Kind::Map(_)
            | Kind::Object { .. }
            | Kind::OneOf { .. } => "Json",
            _ => return None,
        },
    };
    let raw = matches!(schema.kind, Kind::RawObject | Kind::RawArray { .. });
    let reader = match (kind, optional || schema.nullable) {
        ("Bool", false) => "crate::kernel::row::flag",
        ("Bool", true) => "crate::contract::stored::optional_flag",
        ("Json", false) if raw => "crate::kernel::row::json",
        ("Json", _) => "crate::contract::stored::nested",
        _ => return None,
    };
    Some(format!("deserialize_with = {}", literal(reader)))
}
