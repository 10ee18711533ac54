//! `dispatch.rs`: from an operation to its handler. A missing handler does not compile.

use std::fmt::Write as _;

use super::literal;
use crate::model::{Carries, Contract, ETag, Operation};
use crate::names::{camel, field, screaming};

/// Writes the file.
pub fn emit(contract: &Contract) -> String {
    let mut out = String::from(
        "use std::pin::Pin;\n\nuse super::input::{RawInput, decode};\nuse super::{Operation, checks, types};\n\
         use crate::context::Context;\nuse crate::gateway::answer::Answer;\n\
         use crate::kernel::problem::Problem;\n\n\
         /// Decodes and checks the input, asks the operation's handler and encodes what it gives.\n\
         ///\n\
         /// Boxed by operation: one future for all would be as large as the largest, and its code a tenth larger.\n\
         pub fn dispatch<'a, 'b: 'a>(\n    operation: Operation,\n    cx: &'a Context<'b>,\n    raw: RawInput<'a>,\n\
         ) -> Pin<Box<dyn Future<Output = Result<Answer, Problem>> + 'a>> {\n    match operation {\n",
    );
    for operation in &contract.operations {
        out.push_str(&arm(operation));
    }
    out.push_str("    }\n}\n");
    out
}

fn arm(operation: &Operation) -> String {
    let mut out = format!(
        "        Operation::{name} => Box::pin(async move {{\n            \
         let input = decode::<types::{name}Input>(&raw, &checks::{check}_INPUT)?;\n",
        name = camel(&operation.id),
        check = screaming(&operation.id),
    );
    let call = format!("crate::{}::operations::{}(cx, input).await?", operation.room, operation.id);
    let _ = match &operation.success.carries {
        Carries::Nothing => write!(out, "            {call};\n            Answer::empty(operation)\n"),
        Carries::Html if operation.redirect.is_some() => {
            write!(
                out,
                "            let output = {call};\n            Answer::page_or_redirect(operation, output)\n"
            )
        }
        Carries::Html => {
            write!(out, "            let output = {call};\n            Answer::html(operation, output)\n")
        }
        Carries::Redirect => {
            write!(
                out,
                "            let output = {call};\n            Answer::redirect(operation, &output)\n"
            )
        }
        Carries::Upgrade => {
            write!(out, "            let output = {call};\n            Answer::upgrade(operation, output)\n")
        }
        Carries::Stream => {
            write!(out, "            let output = {call};\n            Answer::stream(operation, output)\n")
        }
        Carries::Text(media) => {
            let media = literal(media);
            write!(
                out,
                "            let output = {call};\n            Ok(Answer::text(operation, output, {media}))\n"
            )
        }
        Carries::Page(_) => {
            write!(out, "            let output = {call};\n            Answer::page(operation, &output)\n")
        }
        Carries::One(name) => {
            let version = if operation.cache.etag == ETag::Version { "Some(output.version)" } else { "None" };
            let location =
                operation.location.as_ref().map_or_else(|| "None".to_owned(), |path| location(path));
            write!(
                out,
                "            let output: types::{name} = {call};\n            \
                 Answer::json(operation, &output, {version}, {location})\n"
            )
        }
    };
    out.push_str("        }),\n");
    out
}

/// An expression that fills a template from the output's fields.
fn location(template: &str) -> String {
    let mut text = String::new();
    let mut arguments = String::new();
    for segment in template.split('/').skip(1) {
        text.push('/');
        match super::operation::parameter(segment) {
            Some(name) => {
                text.push_str("{}");
                let _ = write!(arguments, ", output.{}", field(name));
            }
            None => text.push_str(segment),
        }
    }
    if arguments.is_empty() {
        format!("Some({}.to_owned())", literal(template))
    } else {
        format!("Some(format!({}{arguments}))", literal(&text))
    }
}
