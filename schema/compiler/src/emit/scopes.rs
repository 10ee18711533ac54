//! The part of `policy.rs` that says what scopes mean and who may hold them.

use std::fmt::Write as _;

use super::literal;
use crate::model::{HOLDERS, Scope};
use crate::names::camel;

/// Writes it.
pub fn emit(scopes: &[Scope]) -> String {
    let mut out = String::from(
        "impl Scope {\n    /// What it allows, in words for those who grant it.\n    #[must_use]\n    \
         pub fn meaning(self) -> &'static str {\n        match self {\n",
    );
    for scope in scopes {
        let _ = writeln!(out, "            Self::{} => {},", camel(&scope.name), literal(&scope.meaning));
    }
    out.push_str(
        "        }\n    }\n\n    /// Who may hold it.\n    #[must_use]\n    \
         pub fn holders(self) -> &'static [Holder] {\n        match self {\n",
    );
    for scope in scopes {
        let holders: Vec<String> =
            scope.holders.iter().map(|holder| format!("Holder::{}", camel(holder))).collect();
        let _ = writeln!(out, "            Self::{} => &[{}],", camel(&scope.name), holders.join(", "));
    }
    out.push_str(
        "        }\n    }\n}\n\nimpl Scopes {\n    /// All that such a holder may have.\n    #[must_use]\n    \
         pub const fn of_holder(holder: Holder) -> Self {\n        match holder {\n",
    );
    for holder in HOLDERS {
        let held: Vec<String> = scopes
            .iter()
            .filter(|scope| scope.holders.contains(&holder))
            .map(|scope| format!("Scope::{}", camel(&scope.name)))
            .collect();
        let _ = writeln!(
            out,
            "            Holder::{} => const {{ Self::of(&[{}]) }},",
            camel(holder),
            held.join(", ")
        );
    }
    out.push_str("        }\n    }\n}\n\n");
    out
}
