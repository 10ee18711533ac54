//! `problems.rs`: the enumeration of problem codes.

use std::fmt::Write as _;

use super::{doc, literal};
use crate::model::{Contract, ProblemCode};
use crate::names::camel;

/// Writes the file.
pub fn emit(contract: &Contract) -> String {
    let mut out = String::from(
        "/// The stable code of a problem document.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum Code {\n",
    );
    for problem in &contract.problems {
        let _ = writeln!(out, "{}    {},", doc("    ", &problem.meaning), camel(&problem.code));
    }
    out.push_str("}\n\nimpl Code {\n    /// All codes.\n    pub const ALL: &'static [Self] = &[\n");
    for problem in &contract.problems {
        let _ = writeln!(out, "        Self::{},", camel(&problem.code));
    }
    out.push_str("    ];\n");
    method(&mut out, contract, "The code as it is sent.", "as_str", "&'static str", |problem| {
        literal(&problem.code)
    });
    method(&mut out, contract, "The HTTP status.", "status", "u16", |problem| problem.status.to_string());
    method(&mut out, contract, "The title.", "title", "&'static str", |problem| literal(&problem.title));
    out.push_str("}\n");
    out
}

fn method(
    out: &mut String,
    contract: &Contract,
    words: &str,
    name: &str,
    returns: &str,
    value: impl Fn(&ProblemCode) -> String,
) {
    let _ = write!(
        out,
        "\n    /// {words}\n    #[must_use]\n    pub fn {name}(self) -> {returns} {{\n        match self {{\n"
    );
    for problem in &contract.problems {
        let _ = writeln!(out, "            Self::{} => {},", camel(&problem.code), value(problem));
    }
    out.push_str("        }\n    }\n");
}
