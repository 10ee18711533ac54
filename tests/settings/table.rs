//! The README's table of variables, held against the code: every claim is tried.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use witness::config::Config;
use witness::config::mail::Mail;

use crate::reading::{Values, bytes, ed25519, is_secret, mistakes, read, stand_in};

/// One row.
#[derive(Debug)]
pub struct Row {
    /// The variable.
    pub name: String,
    values: String,
    default: String,
    required: String,
    place: String,
}

/// The rows of the table whose head begins with "| variable | meaning | values |".
pub fn rows(page: &str) -> Vec<Row> {
    let table =
        page.split("| variable | meaning | values |").nth(1).expect("README.md has no table of variables");
    let lines = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [_, name, _, values, default, required, place, _] = cells[..] else { panic!("{line}") };
            let text = str::to_owned;
            Row {
                name: name.replace('`', ""),
                values: text(values),
                default: text(default),
                required: text(required),
                place: text(place),
            }
        })
        .collect()
}

/// What stands in backquotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

impl Row {
    /// A whole number's bounds.
    fn range(&self) -> Option<(u64, u64)> {
        let numbers = self.values.split(';').next()?.replace(',', "");
        let (low, high) = numbers.split_once(" to ")?;
        Some((low.parse().ok()?, high.parse().ok()?))
    }

    /// The variable that bounds this one, as in "1 to 9; at most `OTHER`".
    fn bound(&self) -> Option<&str> {
        let (_, rest) = self.values.split_once("; at ")?;
        quoted(rest).first().copied()
    }

    fn in_development_alone(&self) -> bool {
        self.values.ends_with("; in development alone")
    }

    /// A value that is taken in every environment where the variable may stand.
    fn good(&self) -> String {
        if self.values.starts_with("one of ") {
            return quoted(&self.values).last().unwrap().to_string();
        }
        if let Some((low, _)) = self.range() {
            return quoted(&self.default).first().map_or(low.to_string(), |usual| (*usual).to_owned());
        }
        if is_secret(&self.name) {
            return stand_in(&self.name);
        }
        self.examples().0
    }

    /// A value that is taken, and those that are not.
    fn examples(&self) -> (String, Vec<String>) {
        let (good, bad): (&str, &[&str]) = match self.values.split(';').next().unwrap() {
            "32 random bytes" => {
                return (bytes(77), vec!["short".to_owned(), witness::kernel::crypto::base64url(&[7; 31])]);
            }
            "Ed25519 key" => return (ed25519(77), vec![bytes(77), "no key".to_owned()]),
            "Ed25519 public key" => return (bytes(77), vec![ed25519(77)]),
            "Ed25519 public keys" => return ([bytes(77), bytes(78)].join(","), vec![ed25519(77)]),
            "origin" => (
                "https://api.example.com",
                &["http://api.example.com", "https://api.example.com/path", "api.example.com"],
            ),
            "origins" => {
                ("https://a.example.com, https://b.example.com", &["*", "https://a.example.com/path"])
            }
            "addresses" => (
                "https://app.example.com/in, com.example.app:/in",
                &["http://app.example.com", "https://a.example.com/#x"],
            ),
            "https address" => {
                ("https://engine.example.com/v1", &["http://engine.example.com", "https://a@b.example.com"])
            }
            "issuer" => ("https://id.example.com", &["id.example.com", "https://id.example.com/"]),
            "32 visible characters" => {
                return ("x".repeat(32), vec!["x".repeat(31), "an inner space ".repeat(3)]);
            }
            "visible characters" => ("re_key", &["two words"]),
            "mail addresses" => ("a@example.com, b@example.com", &["nobody", "a@example.com, b"]),
            "sender" => ("Witness <hello@example.com>", &["nobody"]),
            "headers" => ("authorization=Basic%20eA", &["authorization", "a b=c", "a=%0a"]),
            "share" => ("0.5", &["-0.1", "1.5", "half"]),
            "engines" => ("tarot, biorhythm", &["palmistry"]),
            "versions" => ("v1", &["v0", "1", "v1 v1"]),
            "tenant" => ("organizations", &["a/b"]),
            "key of a .p8 file" => return (ed25519(77), vec!["AAAA".to_owned()]),
            "moment" | "text" => ("2026-03-01T07:00:00Z", &[]),
            other => panic!("{}: no kind of value is called {other:?}", self.name),
        };
        (good.to_owned(), bad.iter().map(|&one| one.to_owned()).collect())
    }

    fn bad(&self) -> Vec<String> {
        if self.values.starts_with("one of ") {
            return vec!["nonsense".to_owned()];
        }
        if let Some((low, high)) = self.range() {
            return vec![(low - 1).to_string(), (high + 1).to_string(), "1.5".to_owned(), "many".to_owned()];
        }
        self.examples().1
    }
}

/// Everything set to something good.
fn everything(rows: &[Row], environment: &str) -> Values {
    let fitting = rows.iter().filter(|row| environment == "development" || !row.in_development_alone());
    let mut values: Values = fitting.map(|row| (row.name.clone(), row.good())).collect();
    values.insert("ENVIRONMENT".to_owned(), environment.to_owned());
    values
}

fn set(values: &Values, name: &str, value: &str) -> Values {
    let mut values = values.clone();
    values.insert(name.to_owned(), value.to_owned());
    values
}

/// Sets a variable, and the one that bounds it to the same.
fn tried(row: &Row, values: &Values, value: &str) -> Values {
    let values = set(values, &row.name, value);
    row.bound().map_or_else(|| values.clone(), |other| set(&values, other, value))
}

/// Without a variable and those that are there for its sake.
fn without(values: &Values, rows: &[Row], name: &str) -> Values {
    let mut values = values.clone();
    if values.remove(name).is_none() {
        return values;
    }
    let needs = |row: &&Row| {
        let with = quoted(&row.required);
        with.first().is_some_and(|first| first.split('=').next() == Some(name))
    };
    for row in rows.iter().filter(needs) {
        values = without(&values, rows, &row.name);
    }
    values
}

/// All that a reading came to, also what `Debug` hides.
fn print(values: &Values) -> String {
    let config: Config = read(values).0.unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let mail = match &config.mail {
        Mail::Local => String::new(),
        Mail::Resend(resend) => resend.url.clone(),
    };
    let engine = config.engine.as_ref().map(|engine| (engine.deadline, engine.engines.clone()));
    format!("{config:?} {mail} {engine:?}")
}

fn names(mistakes: &[String], name: &str) -> bool {
    let whole = |word: &str| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()) == name;
    mistakes.iter().any(|mistake| mistake.split([' ', ',']).any(whole))
}

/// Tries every claim of every row.
pub fn holds(rows: &[Row]) {
    let worlds = ["development", "staging", "production"].map(|name| (name, everything(rows, name)));
    for (name, world) in &worlds {
        assert_eq!(mistakes(world), Vec::<String>::new(), "{name}");
    }
    for row in rows {
        let name = &row.name;
        assert_eq!(is_secret(name), row.place == "secret", "{name}: is it a secret?");
        assert!(["secret", "`[vars]`", "tests"].contains(&row.place.as_str()), "{name}: {}", row.place);
        for (environment, world) in &worlds {
            values_are_taken_and_refused(row, environment, world);
            it_is_required_where_it_says(row, rows, environment, world);
        }
        let [(_, development), ..] = &worlds;
        if let [default] = quoted(&row.default)[..]
            && !row.default.contains(' ')
        {
            let absent = without(development, &[], name);
            assert_eq!(
                print(&absent),
                print(&set(development, name, default)),
                "{name}: {default} is not the default"
            );
            if let Some((low, high)) = row.range() {
                let other = if default.parse() == Ok(low) { high } else { low }.to_string();
                let changed = tried(row, development, &other);
                assert_ne!(print(&absent), print(&changed), "{name} changes nothing");
            }
        }
    }
}

fn values_are_taken_and_refused(row: &Row, environment: &str, world: &Values) {
    let (name, developing) = (&row.name, environment == "development");
    let with = |value: &str| mistakes(&tried(row, world, value));
    if row.in_development_alone() && !developing {
        assert!(names(&with(&row.good()), name), "{name} is taken in {environment}");
        return;
    }
    // Where one may not be the same as another, or is bound to a world, the whole world was good already.
    if let Some((low, high)) = row.range() {
        assert!(!names(&with(&low.to_string()), name), "{name}={low}");
        let high_is_good = !row.values.contains("above") || developing;
        assert_eq!(names(&with(&high.to_string()), name), !high_is_good, "{name}={high} in {environment}");
    }
    if row.values.starts_with("one of ") && name != "ENVIRONMENT" {
        for value in quoted(&row.values) {
            assert!(!names(&with(value), name), "{name}={value}");
        }
    }
    // On one's own machine plain HTTP will do.
    for value in row.bad().iter().filter(|value| !developing || !value.starts_with("http:")) {
        assert!(names(&with(value), name), "{name}={value} is taken in {environment}");
    }
}

fn it_is_required_where_it_says(row: &Row, rows: &[Row], environment: &str, world: &Values) {
    let (name, developing) = (&row.name, environment == "development");
    if !world.contains_key(name) {
        return;
    }
    // Alone: what is there for its sake stays, except where nothing wants it.
    let missed = names(&mistakes(&without(world, &[], name)), name);
    let gone = mistakes(&without(world, rows, name));
    match row.required.as_str() {
        "always" => assert!(missed, "{name} is not missed in {environment}"),
        "staging, production" => assert_eq!(missed, !developing, "{name} in {environment}"),
        "–" if name == "ENVIRONMENT" => {}
        "–" => assert!(gone.is_empty(), "{name} is missed in {environment}: {gone:?}"),
        text => {
            let outside = text.ends_with("outside development");
            assert_eq!(missed, !(outside && developing), "{name} is {text}, in {environment}");
            let [with, ..] = quoted(text)[..] else { panic!("{name}: {text}") };
            let causes = world.keys().filter(|key| match with.strip_prefix('…') {
                Some(end) => key.ends_with(end),
                None => Some(key.as_str()) == with.split('=').next(),
            });
            let causes: Vec<String> = causes.cloned().collect();
            assert!(!causes.is_empty(), "{name}: {text}");
            let mut rest = without(world, &[], name);
            for cause in causes {
                rest = without(&rest, rows, &cause);
            }
            assert!(!names(&mistakes(&rest), name), "{name} is missed without {with}: {:?}", mistakes(&rest));
        }
    }
}

/// Every name that stands in the code that reads settings is read, or is the beginning or end of one.
pub fn no_name_in_the_code_is_left_out(known: &BTreeSet<String>) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<_> =
        fs::read_dir(source.join("config")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.push(source.join("config.rs"));
    let mut found = 0;
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for name in code.split(['"', '{', '}']).filter(|part| {
            part.len() > 3
                && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
                && part.bytes().any(|b| b != b'_')
        }) {
            found += 1;
            let part = |one: &String| one.starts_with(name) || one.ends_with(name);
            assert!(known.iter().any(part), "{name} in {} is not read", file.display());
        }
    }
    assert!(found > 40, "{found} names were found");
}
