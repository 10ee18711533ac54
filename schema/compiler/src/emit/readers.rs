//! The part of `types.rs` that makes input types from checked values.

use std::fmt::Write as _;

use super::literal;
use super::types::File;
use crate::names::{camel, field};

/// A field: its name on the wire, and the function that gives its default.
pub type Read<'n> = (&'n str, Option<String>);

impl File<'_> {
    fn reader(&mut self, name: &str, body: &str) {
        let _ = write!(
            self.out,
            "\nimpl super::read::FromValue for {name} {{\n    \
             fn from_value(value: serde_json::Value) -> Option<Self> {{\n{body}    }}\n}}\n"
        );
    }

    /// Writes the reader of a struct.
    pub fn struct_reader(&mut self, name: &str, fields: &[Read<'_>]) {
        let (binding, open) = if fields.is_empty() { ("", "Self {") } else { ("mut ", "Self {\n") };
        let mut body = if fields.is_empty() {
            "        super::read::Fields::of(value)?;\n".to_owned()
        } else {
            format!("        let {binding}fields = super::read::Fields::of(value)?;\n")
        };
        let _ = write!(body, "        Some({open}");
        for (wire, default) in fields {
            let call = match default {
                None => format!("read({})", literal(wire)),
                Some(path) => format!("read_or({}, {path})", literal(wire)),
            };
            let _ = writeln!(body, "            {}: fields.{call}?,", field(wire));
        }
        body.push_str(if fields.is_empty() { "})\n" } else { "        })\n" });
        self.reader(name, &body);
    }

    /// Writes the reader of a closed list of words.
    pub fn choice_reader(&mut self, name: &str) {
        self.reader(name, "        Self::parse(value.as_str()?)\n");
    }

    /// Writes the reader of an object whose property says which of several it is.
    pub fn variant_reader<'n>(&mut self, name: &str, property: &str, values: impl Iterator<Item = &'n str>) {
        let mut body = format!(
            "        let fields = super::read::Fields::of(value)?;\n        match fields.text({})? {{\n",
            literal(property)
        );
        for value in values {
            let variant = camel(value);
            let _ = writeln!(
                body,
                "            {} => super::read::FromValue::from_value(fields.whole()).map(Self::{variant}),",
                literal(value)
            );
        }
        body.push_str("            _ => None,\n        }\n");
        self.reader(name, &body);
    }

    /// Writes the reader of a body that stands under the word that chose it.
    pub fn chosen_reader<'n>(&mut self, name: &str, values: impl Iterator<Item = &'n str>) {
        let mut body =
            "        let (chosen, value) = super::read::Fields::of(value)?.only()?;\n        match &*chosen {\n"
                .to_owned();
        for value in values {
            let variant = camel(value);
            let _ = writeln!(
                body,
                "            {} => super::read::FromValue::from_value(value).map(Self::{variant}),",
                literal(value)
            );
        }
        body.push_str("            _ => None,\n        }\n");
        self.reader(name, &body);
    }
}
