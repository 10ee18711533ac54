//! The part of `types.rs` that says what each operation takes.

use std::fmt::Write as _;

use super::readers::Read;
use super::rust_type::is_plain_choice;
use super::types::File;
use super::{doc, literal};
use crate::model::{BodyForm, Operation, Parameter, Resource};
use crate::names::{camel, field};

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
            "\n/// What `{}` takes.\n#[derive(Debug, Clone)]\npub struct {name} {{\n",
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
        let body = operation.body.as_ref().map(|_| "body");
        let fields: Vec<Read<'_>> =
            parts.iter().map(|(part, _)| *part).chain(body).map(|name| (name, None)).collect();
        self.struct_reader(&name, &fields);
        if let Some(resource) =
            operation.query_of.as_ref().and_then(|name| self.contract.type_def(name)?.resource.as_ref())
            && !resource.filters.is_empty()
        {
            self.filter_values(&name, operation, resource);
        }
    }

    fn part(&mut self, operation: &Operation, part: &str, parameters: &[Parameter]) {
        let name = camel(&operation.id) + &camel(part);
        let _ = write!(
            self.out,
            "\n/// What `{}` takes from the {part}.\n#[derive(Debug, Clone)]\npub struct {name} {{\n",
            operation.id
        );
        let mut read: Vec<Read<'_>> = Vec::new();
        let wire: Vec<String> = parameters.iter().map(|parameter| wire_name(part, parameter)).collect();
        for (parameter, wire) in parameters.iter().zip(&wire) {
            read.push((wire, self.parameter(&name, parameter, wire)));
        }
        self.out.push_str("}\n");
        self.struct_reader(&name, &read);
    }

    /// Writes a field, named as the parameter is gathered, and gives the function that gives its default.
    fn parameter(&mut self, input: &str, parameter: &Parameter, wire: &str) -> Option<String> {
        let schema = &parameter.schema;
        let mut default = None;
        let ty =
            if is_plain_choice(parameter) { "String".to_owned() } else { self.spelling.bare(schema, "") };
        let ty = match &schema.default {
            Some(value) if !parameter.bare => {
                default = Some(self.default_value(input, &parameter.name, &ty, schema, value));
                ty
            }
            _ if parameter.required => ty,
            _ => format!("Option<{ty}>"),
        };
        let _ = write!(self.out, "{}", doc("    ", &self.words(schema)));
        let _ = writeln!(self.out, "    pub {}: {ty},", field(wire));
        default
    }

    fn body_choice<'n>(
        &mut self,
        name: &str,
        operation: &str,
        of: impl Iterator<Item = (&'n str, &'n str)> + Clone,
    ) {
        let _ = write!(
            self.out,
            "\n/// The body of `{operation}`, by what the path says.\n#[derive(Debug, Clone)]\npub enum {name} {{\n"
        );
        for (value, target) in of.clone() {
            let _ = write!(self.out, "    /// For `{value}`.\n    {}({target}),\n", camel(value));
        }
        self.out.push_str("}\n");
        self.chosen_reader(name, of.map(|(value, _)| value));
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

/// A parameter's name as it is gathered.
fn wire_name(part: &str, parameter: &Parameter) -> String {
    if part == "header" { parameter.name.to_ascii_lowercase() } else { parameter.name.clone() }
}
