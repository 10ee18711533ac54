//! Ordered trees as they stand in YAML, and cursors that know where in which file they point.

use std::fmt;
use std::rc::Rc;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::Report;

/// A YAML (or JSON) value whose maps keep their order.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map with string keys.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value of a key, if this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value of a key for writing.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        match self {
            Self::Map(entries) => entries.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The same value for the validator.
    #[must_use]
    pub fn to_value(&self) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::from(*flag),
            Self::Int(number) => Value::from(*number),
            Self::Float(number) => Value::from(*number),
            Self::Text(text) => Value::from(text.as_str()),
            Self::List(items) => items.iter().map(Self::to_value).collect(),
            Self::Map(entries) => {
                Value::Object(entries.iter().map(|(key, value)| (key.clone(), value.to_value())).collect())
            }
        }
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Node {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Node {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Node, E> {
        Ok(Node::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Node, E> {
        i64::try_from(number).map(Node::Int).map_err(|_| E::custom("number out of range"))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut map: Vec<(String, Node)> = Vec::new();
        while let Some(key) = entries.next_key::<Node>()? {
            let key = match key {
                Node::Text(text) => text,
                Node::Int(number) => number.to_string(),
                _ => return Err(A::Error::custom("a key must be a string or a whole number")),
            };
            if map.iter().any(|(name, _)| *name == key) {
                return Err(A::Error::custom(format!("the key {key:?} is given twice")));
            }
            map.push((key, entries.next_value()?));
        }
        Ok(Node::Map(map))
    }
}

/// A place in a file of the contract.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// The file, relative to the contract's folder.
    pub file: Rc<str>,
    /// The JSON pointer in it.
    pub pointer: String,
}

impl At {
    /// The place of a member of what is here.
    #[must_use]
    pub fn child(&self, segment: impl fmt::Display) -> Self {
        let mut pointer = self.pointer.clone();
        crate::contract::check::push_segment(&mut pointer, &segment.to_string());
        Self { file: Rc::clone(&self.file), pointer }
    }
}

/// A node and its place.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    /// Where it stands.
    pub at: At,
    /// The node.
    pub node: &'a Node,
}

impl<'a> Cursor<'a> {
    /// The member of a map, unless absent.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Cursor<'a>> {
        self.node.get(key).map(|node| Cursor { at: self.at.child(key), node })
    }

    /// The members of a map; anything else is reported and has none.
    pub fn entries(&self, report: &mut Report) -> Vec<(&'a str, Cursor<'a>)> {
        match self.node {
            Node::Map(entries) => entries
                .iter()
                .map(|(key, node)| (key.as_str(), Cursor { at: self.at.child(key), node }))
                .collect(),
            _ => {
                report.add(&self.at, "must be a map");
                Vec::new()
            }
        }
    }

    /// The items of a list; anything else is reported and has none.
    pub fn items(&self, report: &mut Report) -> Vec<Cursor<'a>> {
        match self.node {
            Node::List(items) => items
                .iter()
                .enumerate()
                .map(|(index, node)| Cursor { at: self.at.child(index), node })
                .collect(),
            _ => {
                report.add(&self.at, "must be a list");
                Vec::new()
            }
        }
    }

    /// Reports every member of a map that is not one of these keywords.
    pub fn only(&self, keywords: &[&str], report: &mut Report) {
        for (key, member) in self.entries(report) {
            if !keywords.contains(&key) {
                report.add(&member.at, format!("unknown keyword `{key}`"));
            }
        }
    }

    /// A string that is not empty.
    pub fn text(&self, report: &mut Report) -> Option<&'a str> {
        match self.node {
            Node::Text(text) if !text.trim().is_empty() => Some(text.trim()),
            _ => {
                report.add(&self.at, "must be a string that is not empty");
                None
            }
        }
    }

    /// A whole number of at least zero.
    pub fn count(&self, report: &mut Report) -> Option<u32> {
        match self.node {
            Node::Int(number) => u32::try_from(*number).ok(),
            _ => None,
        }
        .or_else(|| {
            report.add(&self.at, "must be a whole number of at least 0");
            None
        })
    }

    /// A boolean.
    pub fn flag(&self, report: &mut Report) -> Option<bool> {
        match self.node {
            Node::Bool(flag) => Some(*flag),
            _ => {
                report.add(&self.at, "must be true or false");
                None
            }
        }
    }

    /// A list of strings.
    pub fn texts(&self, report: &mut Report) -> Vec<String> {
        let items = self.items(report);
        items.iter().filter_map(|item| item.text(report).map(str::to_owned)).collect()
    }

    /// The string under a key; its absence is reported with the keyword's name.
    pub fn need_text(&self, key: &str, report: &mut Report) -> Option<&'a str> {
        self.need(key, report)?.text(report)
    }

    /// The member under a key; its absence is reported with the keyword's name.
    pub fn need(&self, key: &str, report: &mut Report) -> Option<Cursor<'a>> {
        let member = self.get(key);
        if member.is_none() {
            report.add(&self.at, format!("`{key}` is missing"));
        }
        member
    }

    /// The string under a key, if given.
    pub fn maybe_text(&self, key: &str, report: &mut Report) -> Option<String> {
        self.get(key)?.text(report).map(str::to_owned)
    }

    /// The boolean under a key, false unless given.
    pub fn maybe_flag(&self, key: &str, report: &mut Report) -> bool {
        self.get(key).and_then(|flag| flag.flag(report)).unwrap_or(false)
    }
}
