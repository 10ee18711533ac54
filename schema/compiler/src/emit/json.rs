//! JSON with two spaces of indentation, keys in the order of the tree.

use crate::node::Node;

/// The text of a tree, with a newline at its end.
#[must_use]
pub fn write(node: &Node) -> String {
    let mut out = String::new();
    value(node, 0, &mut out);
    out.push('\n');
    out
}

/// The text of a tree on one line.
#[must_use]
pub fn compact(node: &Node) -> String {
    match node {
        Node::List(items) => format!("[{}]", items.iter().map(compact).collect::<Vec<_>>().join(",")),
        Node::Map(entries) => {
            let members: Vec<String> =
                entries.iter().map(|(key, value)| format!("{}:{}", string(key), compact(value))).collect();
            format!("{{{}}}", members.join(","))
        }
        scalar => {
            let mut out = String::new();
            value(scalar, 0, &mut out);
            out
        }
    }
}

fn value(node: &Node, depth: usize, out: &mut String) {
    match node {
        Node::Null => out.push_str("null"),
        Node::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Node::Int(number) => out.push_str(&number.to_string()),
        Node::Float(number) => out.push_str(&serde_json::Value::from(*number).to_string()),
        Node::Text(text) => out.push_str(&string(text)),
        Node::List(items) if items.is_empty() => out.push_str("[]"),
        Node::Map(entries) if entries.is_empty() => out.push_str("{}"),
        Node::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                line(index, depth + 1, out);
                value(item, depth + 1, out);
            }
            close(depth, ']', out);
        }
        Node::Map(entries) => {
            out.push('{');
            for (index, (key, member)) in entries.iter().enumerate() {
                line(index, depth + 1, out);
                out.push_str(&string(key));
                out.push_str(": ");
                value(member, depth + 1, out);
            }
            close(depth, '}', out);
        }
    }
}

fn line(index: usize, depth: usize, out: &mut String) {
    out.push_str(if index == 0 { "\n" } else { ",\n" });
    out.push_str(&"  ".repeat(depth));
}

fn close(depth: usize, bracket: char, out: &mut String) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(bracket);
}

fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
