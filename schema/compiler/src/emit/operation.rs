//! `operation.rs`: the enumeration of operations and the match of a path.

use std::fmt::Write as _;

use super::{doc, literal, literals};
use crate::model::{Contract, Operation};
use crate::names::camel;

/// Writes the file.
pub fn emit(contract: &Contract) -> String {
    let mut out = format!(
        "/// How deep the JSON of a body may nest.\npub const MAX_DEPTH: usize = {};\n\n\
         /// Everything that can be asked of this house.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum Operation {{\n",
        contract.depth
    );
    for operation in &contract.operations {
        let _ = writeln!(out, "{}    {},", doc("    ", &operation.summary), camel(&operation.id));
    }
    out.push_str("}\n\nimpl Operation {\n    /// All operations.\n    pub const ALL: &'static [Self] = &[\n");
    for operation in &contract.operations {
        let _ = writeln!(out, "        Self::{},", camel(&operation.id));
    }
    out.push_str(
        "    ];\n\n    /// Its name in the contract.\n    #[must_use]\n    \
         pub fn id(self) -> &'static str {\n        match self {\n",
    );
    for operation in &contract.operations {
        let _ = writeln!(out, "            Self::{} => {},", camel(&operation.id), literal(&operation.id));
    }
    out.push_str(
        "        }\n    }\n\n    /// The room that answers.\n    #[must_use]\n    \
         pub fn room(self) -> &'static str {\n        match self {\n",
    );
    let mut rooms: Vec<&str> = contract.operations.iter().map(|operation| operation.room.as_str()).collect();
    rooms.sort_unstable();
    rooms.dedup();
    for room in rooms {
        let of_room = contract.operations.iter().filter(|operation| operation.room == room);
        let names: Vec<String> = of_room.map(|operation| format!("Self::{}", camel(&operation.id))).collect();
        let _ = writeln!(out, "            {} => {},", names.join(" | "), literal(room));
    }
    out.push_str("        }\n    }\n}\n");
    out.push_str(&parameters_type(contract));
    out.push_str(&route(contract));
    out
}

fn parameters_type(contract: &Contract) -> String {
    let most =
        contract.operations.iter().map(|operation| operation.path_parameters.len()).max().unwrap_or(0).max(1);
    format!(
        r#"
/// The parameters of a path: name and raw segment, still percent-encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params<'p>([(&'static str, &'p str); {most}]);

impl<'p> Params<'p> {{
    /// The raw segment of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'p str> {{
        self.0.iter().find(|(known, _)| *known == name).map(|(_, segment)| *segment)
    }}
}}

/// What a method and a path lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route<'p> {{
    /// An operation and the parameters in the path.
    Found(Operation, Params<'p>),
    /// The path exists with these methods only; HEAD and OPTIONS are the gateway's business.
    WrongMethod(&'static [&'static str]),
    /// No such path.
    Unknown,
}}
"#
    )
}

fn route(contract: &Contract) -> String {
    let most =
        contract.operations.iter().map(|operation| operation.path_parameters.len()).max().unwrap_or(0).max(1);
    let mut paths: Vec<&str> = Vec::new();
    for operation in &contract.operations {
        if !paths.iter().any(|path| shape(path) == shape(&operation.path)) {
            paths.push(&operation.path);
        }
    }
    paths.sort_by_key(|path| shape(path));
    let mut out = String::from(
        "\n/// Finds the operation of a method and the segments of a path; literal segments win over parameters.\n\
         ///\n/// `/` has no segments; an empty segment leads nowhere.\n#[must_use]\n\
         pub fn route<'p>(method: &str, segments: &[&'p str]) -> Route<'p> {\n    \
         if segments.contains(&\"\") {\n        return Route::Unknown;\n    }\n    match *segments {\n",
    );
    for path in paths {
        let operations: Vec<&Operation> =
            contract.operations.iter().filter(|operation| shape(&operation.path) == shape(path)).collect();
        let names: Vec<&str> = segments(path).filter_map(parameter).collect();
        let pattern: Vec<String> = segments(path)
            .map(|segment| parameter(segment).map_or_else(|| literal(segment), crate::names::field))
            .collect();
        let mut fields: Vec<String> =
            names.iter().map(|name| format!("({}, {})", literal(name), crate::names::field(name))).collect();
        fields.resize(most, "(\"\", \"\")".to_owned());
        let _ = writeln!(out, "        [{}] => {{", pattern.join(", "));
        let _ = writeln!(out, "            let params = Params([{}]);", fields.join(", "));
        out.push_str("            match method {\n");
        for operation in &operations {
            let _ = writeln!(
                out,
                "                {} => Route::Found(Operation::{}, params),",
                literal(operation.method),
                camel(&operation.id)
            );
        }
        let methods = literals(operations.iter().map(|operation| operation.method));
        let _ =
            write!(out, "                _ => Route::WrongMethod({methods}),\n            }}\n        }}\n");
    }
    out.push_str("        _ => Route::Unknown,\n    }\n}\n");
    out
}

/// The segments of a path template.
pub fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').skip(1).filter(|segment| !segment.is_empty())
}

/// The name of a segment that is a parameter.
pub fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// A template as what decides about routes: literals before parameters, names of parameters left out.
fn shape(path: &str) -> Vec<(bool, &str)> {
    segments(path).map(|segment| parameter(segment).map_or((false, segment), |_| (true, ""))).collect()
}
