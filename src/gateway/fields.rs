//! `fields=`: an answer of which the caller wants a part (`light` in the contract).
//!
//! Names have commas between and dots before what is inside; lists are as their items. The names are checked against
//! the contract before anything is asked, and the part is cut out of the answer's text: nothing is parsed into a tree.

use crate::contract::input;
use crate::kernel::problem::{Place, Problem, Violation};

/// The longest list of names, in bytes.
const LONGEST: usize = 512;
/// How many names there may be.
const MOST: usize = 32;

/// The names that are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields(Vec<String>);

/// The names in a query, and the query without them; `None` where no names are given or the operation knows none.
///
/// # Errors
/// 422 for a name that the answer does not have, for too many, and for names that are given twice.
pub fn asked(known: &str, query: &str) -> Result<Option<(Fields, String)>, Problem> {
    let is_fields = |pair: &&str| pair.split('=').next() == Some("fields");
    let mut given = query.split('&').filter(is_fields);
    let Some(pair) = given.next().filter(|_| !known.is_empty()) else { return Ok(None) };
    if given.next().is_some() {
        return Err(refused("unique-items", "must be given once"));
    }
    let text = input::percent(pair.split_once('=').map_or("", |(_, text)| text), true)?;
    if text.len() > LONGEST {
        return Err(refused("max-length", "must have at most 512 characters"));
    }
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    if names.len() > MOST {
        return Err(refused("max-items", "must have at most 32 names"));
    }
    if let Some(unknown) = names.iter().find(|name| !is_known(known, name)) {
        let short: String = unknown.chars().take(64).collect();
        return Err(refused("unknown-field", &format!("`{short}` is no field of the answer")));
    }
    let rest: Vec<&str> = query.split('&').filter(|pair| !is_fields(pair)).collect();
    Ok(Some((Fields(names), rest.join("&"))))
}

fn refused(code: &'static str, message: &str) -> Problem {
    let (pointer, message) = ("/fields".to_owned(), message.to_owned());
    Problem::invalid(vec![Violation { place: Place::Query, pointer, code, message }])
}

/// Whether the contract's tree has that name.
fn is_known(tree: &str, name: &str) -> bool {
    let mut tree = Some(tree);
    for part in name.split('.') {
        tree = tree.filter(|_| !part.is_empty()).and_then(|tree| inside(tree, part));
    }
    tree.is_some()
}

/// What the tree has inside of a name: `a(b c*) d` is written by the compiler (`emit/light.rs`).
fn inside<'t>(tree: &'t str, name: &str) -> Option<&'t str> {
    if tree == "*" {
        return Some(tree);
    }
    let mut rest = tree;
    while !rest.is_empty() {
        let end = rest.find([' ', '(', '*']).unwrap_or(rest.len());
        let (found, after) = (rest.get(..end)?, rest.get(end..)?);
        let inner = match after.chars().next() {
            Some('*') => after.get(..1)?,
            Some('(') => after.get(1..closing(after)?)?,
            _ => "",
        };
        if found == name {
            return Some(inner);
        }
        // The brackets of what is inside, and the space behind.
        let skipped = if after.starts_with('(') { inner.len() + 2 } else { inner.len() };
        rest = after.get(skipped..)?.trim_start();
    }
    None
}

/// Where the bracket closes that the text begins with.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        depth == 0
    })
}

impl Fields {
    /// Those parts of a JSON text. A text that cannot be read stays whole.
    #[must_use]
    pub fn choose(&self, json: &str) -> String {
        let mut out = String::with_capacity(json.len() / 2);
        let mut reader = Reader { text: json, at: 0 };
        match self.value(&mut reader, "", &mut out) {
            Some(()) => out,
            None => json.to_owned(),
        }
    }

    /// Copies of a value what is wanted of it.
    fn value(&self, reader: &mut Reader<'_>, path: &str, out: &mut String) -> Option<()> {
        match reader.peek()? {
            b'{' => self.object(reader, path, out),
            b'[' => {
                out.push('[');
                reader.at += 1;
                let mut first = true;
                while reader.peek()? != b']' {
                    if !std::mem::take(&mut first) {
                        reader.take(b',')?;
                        out.push(',');
                    }
                    self.value(reader, path, out)?;
                }
                reader.at += 1;
                out.push(']');
                Some(())
            }
            _ => {
                out.push_str(reader.skip()?);
                Some(())
            }
        }
    }

    fn object(&self, reader: &mut Reader<'_>, path: &str, out: &mut String) -> Option<()> {
        reader.at += 1;
        out.push('{');
        let (mut first, mut empty) = (true, true);
        while reader.peek()? != b'}' {
            if !std::mem::take(&mut first) {
                reader.take(b',')?;
            }
            reader.peek()?;
            let key = reader.skip()?;
            reader.take(b':')?;
            let name = key.get(1..key.len().checked_sub(1)?)?;
            let path = if path.is_empty() { name.to_owned() } else { [path, ".", name].concat() };
            let whole = self.0.contains(&path);
            let part = !whole
                && self.0.iter().any(|wanted| {
                    wanted.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('.'))
                });
            if whole || part {
                if !std::mem::take(&mut empty) {
                    out.push(',');
                }
                out.push_str(key);
                out.push(':');
            }
            reader.peek()?;
            if part {
                self.value(reader, &path, out)?;
            } else {
                let value = reader.skip()?;
                if whole {
                    out.push_str(value);
                }
            }
        }
        reader.at += 1;
        out.push('}');
        Some(())
    }
}

/// A JSON text, and how far it was read.
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        self.at += rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        let found = self.peek()? == wanted;
        self.at += usize::from(found);
        found.then_some(())
    }

    /// The value that begins here, whole.
    fn skip(&mut self) -> Option<&'t str> {
        let (begin, mut depth, mut quoted, mut escaped) = (self.at, 0_usize, false, false);
        for byte in self.text.as_bytes().get(begin..)? {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => {
                    quoted = !quoted;
                    if !quoted && depth == 0 {
                        self.at += 1;
                        break;
                    }
                }
                _ if quoted => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' | b',' if depth == 0 => break,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        break;
                    }
                }
                byte if depth == 0 && (byte.is_ascii_whitespace() || *byte == b':') => break,
                _ => {}
            }
            self.at += 1;
        }
        self.text.get(begin..self.at).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "has_more items(engine id result* tags title(en de)) next_cursor";

    fn choose(names: &str, json: &str) -> String {
        asked(TREE, &format!("fields={names}")).unwrap().unwrap().0.choose(json)
    }

    #[test]
    fn what_is_named_is_left_and_lists_are_as_their_items() {
        let page = r#"{"items":[{"id":1,"engine":"tarot","result":{"a":[1,{"b":"}\"]"}],"c":2},"tags":["x,y"],"title":{"en":"E","de":"D"}},
            {"id" : 2, "engine":"iching","result": {"a":null},"tags":[],"title":{"en":"F","de":"G"}}],"has_more":true,"next_cursor":null}"#;
        for (names, expected) in [
            ("has_more", r#"{"has_more":true}"#),
            ("next_cursor,has_more", r#"{"has_more":true,"next_cursor":null}"#),
            ("items.id", r#"{"items":[{"id":1},{"id":2}]}"#),
            (
                "items.title.de,items.tags",
                r#"{"items":[{"tags":["x,y"],"title":{"de":"D"}},{"tags":[],"title":{"de":"G"}}]}"#,
            ),
            ("items.result.a.b", r#"{"items":[{"result":{"a":[1,{"b":"}\"]"}]}},{"result":{"a":null}}]}"#),
            ("items.result.zz", r#"{"items":[{"result":{}},{"result":{}}]}"#),
            ("items.id,items.id.x", "refused"),
        ] {
            if expected == "refused" {
                assert!(asked(TREE, &format!("fields={names}")).is_err(), "{names}");
                continue;
            }
            assert_eq!(choose(names, page), expected, "{names}");
        }
        assert_eq!(choose("items", r#"{"items":[ {"id": 1} ]}"#), r#"{"items":[ {"id": 1} ]}"#);
        assert_eq!(choose("items.id", "{\"items\":[{"), "{\"items\":[{");
    }

    #[test]
    fn unknown_names_are_refused_before_anything_is_asked() {
        for query in [
            "fields=",
            "fields",
            "fields=item",
            "fields=items.",
            "fields=.items",
            "fields=items..id",
            "fields=items.title.fr",
            "fields=has_more.x",
            "fields=items(id",
            "fields=*",
            "fields=id&fields=id",
            "fields=%zz",
        ] {
            assert!(asked(TREE, query).is_err(), "{query}");
        }
        assert!(asked(TREE, &format!("fields={}", vec!["items"; 33].join(","))).is_err());
        assert!(asked(TREE, &format!("fields={}", "x".repeat(513))).is_err());
        let (fields, rest) = asked(TREE, "limit=2&fields=items.id%2Chas_more&sort=a").unwrap().unwrap();
        assert_eq!(
            (fields, rest.as_str()),
            (Fields(vec!["items.id".into(), "has_more".into()]), "limit=2&sort=a")
        );
        assert_eq!(asked(TREE, "limit=2").unwrap(), None);
        assert_eq!(asked("", "fields=id").unwrap(), None, "the contract refuses it");
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::*;

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[ -~é\"\\\\{}\\[\\],:]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[abc]{1,2}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    /// The rule, on trees.
    fn model(value: &Value, path: &str, names: &[String]) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| model(item, path, names)).collect(),
            Value::Object(map) => {
                let mut out = Map::new();
                for (name, value) in map {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    if names.contains(&path) {
                        out.insert(name.clone(), value.clone());
                    } else if names.iter().any(|wanted| wanted.starts_with(&format!("{path}."))) {
                        out.insert(name.clone(), model(value, &path, names));
                    }
                }
                Value::Object(out)
            }
            other => other.clone(),
        }
    }

    proptest! {
        /// Cutting the text gives what cutting the tree gives, however the text is spaced.
        #[test]
        fn the_text_is_cut_as_the_tree_would_be(
            value in json(),
            names in prop::collection::vec("[abc]{1,2}(\\.[abc]{1,2}){0,3}", 1..6),
            pretty in any::<bool>(),
        ) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let chosen = Fields(names.clone()).choose(&text.unwrap());
            let read: Value = serde_json::from_str(&chosen).unwrap();
            prop_assert_eq!(read, model(&value, "", &names));
        }
    }
}
