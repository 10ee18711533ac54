//! The part of `types.rs` that says what each operation takes.

use std::fmt::Write as _;

use super::rust_type::is_plain_choice;
use super::types::File;
use super::{doc, literal};
use crate::model::{BodyForm, Operation, Parameter, Resource};
use crate::names::{camel, field, snake};

impl<'a> File<'a> {
    /// Writes the input of an operation.
    pub fn input(&mut self, operation: &'a Operation) {
        let name = format!("{}Input", camel(&operation.id));
        let body = operation.body.as_ref().map(|body| {
            let ty = match &body.form {
                BodyForm::Type(name) | BodyForm::MergePatch(name) => name.clone(),
                BodyForm::By { of, .. } => {
                    let ty = format!("{}Body", camel(&operation.id));
                    self.body_choice(
                        &ty,
                        &operation.id,
                        of.iter().map(|(value, name, _)| (value.as_str(), name.as_str())),
                    );
                    ty
                }
            };
            if body.required { ty } else { format!("Option<{ty}>") }
        });
        let parts: Vec<(&str, &'a [Parameter])> = [
            ("path", &operation.path_parameters),
            ("query", &operation.query),
            ("header", &operation.headers),
        ]
        .into_iter()
        .filter(|(_, parameters)| !parameters.is_empty())
        .map(|(part, parameters)| (part, parameters.as_slice()))
        .collect();
        for (part, parameters) in &parts {
            self.part(operation, part, parameters);
        }
        let _ = write!(
            self.out,
            "\n/// What `{}` takes.\n#[derive(Debug, Clone, Deserialize)]\n#[serde(deny_unknown_fields)]\n\
             pub struct {name} {{\n",
            operation.id
        );
        for (part, _) in &parts {
            let ty = camel(&operation.id) + &camel(part);
            let _ = write!(self.out, "    /// From the {part}.\n    pub {part}: {ty},\n");
        }
        if let Some(ty) = body {
            let _ = write!(self.out, "    /// The body.\n    pub body: {ty},\n");
        }
        self.out.push_str("}\n");
        if let Some(resource) =
            operation.query_of.as_ref().and_then(|name| self.contract.type_def(name)?.resource.as_ref())
        {
            self.filter_values(&name, operation, resource);
        }
    }

    fn part(&mut self, operation: &Operation, part: &str, parameters: &[Parameter]) {
        let name = camel(&operation.id) + &camel(part);
        let _ = write!(
            self.out,
            "\n/// What `{}` takes from the {part}.\n#[derive(Debug, Clone, Deserialize)]\n\
             #[serde(deny_unknown_fields)]\npub struct {name} {{\n",
            operation.id
        );
        for parameter in parameters {
            self.parameter(&name, part, parameter);
        }
        self.out.push_str("}\n");
    }

    fn parameter(&mut self, input: &str, part: &str, parameter: &Parameter) {
        let schema = &parameter.schema;
        let mut serde = Vec::new();
        let rust = snake(&parameter.name);
        let wire =
            if part == "header" { parameter.name.to_ascii_lowercase() } else { parameter.name.clone() };
        if rust != wire {
            serde.push(format!("rename = {}", literal(&wire)));
        }
        let ty =
            if is_plain_choice(parameter) { "String".to_owned() } else { self.spelling.bare(schema, "") };
        let ty = match &schema.default {
            Some(default) if !parameter.bare => {
                let path = self.default_value(input, &parameter.name, &ty, schema, default);
                serde.push(format!("default = {}", literal(&path)));
                ty
            }
            _ if parameter.required => ty,
            _ => format!("Option<{ty}>"),
        };
        let _ = write!(self.out, "{}", doc("    ", &self.words(schema)));
        if !serde.is_empty() {
            let _ = writeln!(self.out, "    #[serde({})]", serde.join(", "));
        }
        let _ = writeln!(self.out, "    pub {}: {ty},", field(&parameter.name));
    }

    fn body_choice<'n>(&mut self, name: &str, operation: &str, of: impl Iterator<Item = (&'n str, &'n str)>) {
        let _ = write!(
            self.out,
            "\n/// The body of `{operation}`, by what the path says.\n#[derive(Debug, Clone, Deserialize)]\npub enum {name} {{\n"
        );
        for (value, target) in of {
            let _ = write!(
                self.out,
                "    /// For `{value}`.\n    #[serde(rename = {})]\n    {}({target}),\n",
                literal(value),
                camel(value)
            );
        }
        self.out.push_str("}\n");
    }

    fn filter_values(&mut self, name: &str, operation: &Operation, resource: &Resource) {
        let _ = write!(
            self.out,
            "\nimpl {name} {{\n    /// The filters that were given, by name, with what they compare.\n    #[must_use]\n    \
             pub fn filter_values(&self) -> Vec<(&'static str, crate::ports::Value)> {{\n        \
             let mut values = Vec::new();\n"
        );
        for filter in &resource.filters {
            let Some(parameter) = operation.query.iter().find(|parameter| parameter.name == filter.name)
            else {
                continue;
            };
            let value = match self.spelling.bare(&parameter.schema, "").as_str() {
                "bool" | "i64" | "f64" | "crate::kernel::time::Timestamp" => "(*value).into()",
                "String" => "value.clone().into()",
                "crate::kernel::id::Id" | "chrono::NaiveDate" => "value.to_string().into()",
                _ => "value.as_str().into()",
            };
            let _ = write!(
                self.out,
                "        if let Some(value) = &self.query.{} {{\n            values.push(({}, {value}));\n        }}\n",
                field(&filter.name),
                literal(&filter.name)
            );
        }
        self.out.push_str("        values\n    }\n}\n");
    }
}
