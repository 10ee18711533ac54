//! What is wrong with a wrangler.toml, environment by environment.

use std::collections::BTreeSet;
use std::fmt;

use toml::{Table, Value};

use crate::reading::{Values, is_secret, known, mistakes, stand_in, with_secrets};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It has to be mended.
    Error,
    /// It has to be replaced before somebody deploys there.
    Placeholder,
    /// Somebody should look at it.
    Warning,
}

/// One thing that is wrong.
#[derive(Debug)]
pub struct Finding {
    /// How bad it is.
    pub weight: Weight,
    /// Of which environment.
    pub environment: String,
    /// In words; a value is never repeated.
    pub words: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.environment, self.words)
    }
}

/// A deployment that is about to be made.
pub struct Deployment {
    /// Of which environment.
    pub environment: String,
    /// The names of the secrets that are set there.
    pub secrets: Vec<String>,
}

/// The environments that there have to be; the first is the top level.
const ENVIRONMENTS: [&str; 3] = ["development", "staging", "production"];

/// Examines a wrangler.toml; with a deployment, that environment against the secrets that it really has.
pub fn examine(text: &str, deployment: Option<&Deployment>) -> Vec<Finding> {
    let file: Table = text.parse().unwrap_or_else(|error| panic!("wrangler.toml cannot be read: {error}"));
    let sections = file.get("env").and_then(Value::as_table).cloned().unwrap_or_default();
    let mut names: Vec<&str> = ENVIRONMENTS.to_vec();
    names.extend(sections.keys().map(String::as_str).filter(|name| !ENVIRONMENTS.contains(name)));
    let mut findings = Vec::new();
    for name in names {
        if deployment.is_some_and(|deployment| deployment.environment != name) {
            continue;
        }
        let section =
            if name == "development" { Some(&file) } else { sections.get(name).and_then(Value::as_table) };
        let mut found =
            |weight, words| findings.push(Finding { weight, environment: name.to_owned(), words });
        let Some(section) = section else {
            found(Weight::Error, "there is no such section".to_owned());
            continue;
        };
        variables(name, section, deployment, &mut found);
        platform(&file, section, &mut found);
        placeholders(name, section, &mut found);
    }
    findings
}

fn variables(
    name: &str,
    section: &Table,
    deployment: Option<&Deployment>,
    found: &mut dyn FnMut(Weight, String),
) {
    let known = known();
    let mut values = Values::new();
    for (variable, value) in section.get("vars").and_then(Value::as_table).into_iter().flatten() {
        match value.as_str() {
            _ if is_secret(variable) => {
                found(
                    Weight::Error,
                    format!("{variable} is a secret and stands in [vars]: `wrangler secret put {variable}`"),
                );
            }
            _ if !known.contains(variable) => found(Weight::Error, format!("{variable} is read by nothing")),
            None => found(Weight::Error, format!("{variable} must be a text in quotes")),
            Some(text) => {
                values.insert(variable.clone(), text.to_owned());
            }
        }
    }
    if values.get("ENVIRONMENT").map(String::as_str) != Some(name) {
        found(Weight::Error, format!("ENVIRONMENT must be {name}"));
        values.insert("ENVIRONMENT".to_owned(), name.to_owned());
    }
    let values = match deployment {
        // Which secrets will be set is not known here: all that are wanted.
        None => with_secrets(values),
        Some(deployment) => {
            for secret in deployment.secrets.iter().filter(|secret| !known.contains(*secret)) {
                found(
                    Weight::Warning,
                    format!("the secret {secret} is read by nothing: `wrangler secret delete {secret}`"),
                );
            }
            let secrets = deployment.secrets.iter().filter(|secret| is_secret(secret));
            values.into_iter().chain(secrets.map(|secret| (secret.clone(), stand_in(secret)))).collect()
        }
    };
    for mistake in mistakes(&values) {
        found(Weight::Error, mistake);
    }
}

/// Bindings and clocks, which are not inherited: every environment has to have those of development.
fn platform(file: &Table, section: &Table, found: &mut dyn FnMut(Weight, String)) {
    let (wanted, there) = (bindings(file), bindings(section));
    for binding in wanted.symmetric_difference(&there) {
        let has = if wanted.contains(binding) { "is missing" } else { "is not in development" };
        found(Weight::Error, format!("the binding {binding} {has}"));
    }
    let crons = |table: &Table| table.get("triggers").and_then(|triggers| triggers.get("crons")).cloned();
    if crons(file) != crons(section) {
        found(Weight::Error, "the crons differ from those of development".to_owned());
    }
    let made: Vec<&str> = array(file, "migrations")
        .filter_map(|step| step.get("new_sqlite_classes")?.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let bound = section.get("durable_objects").and_then(Value::as_table);
    for class in bound
        .into_iter()
        .flat_map(|objects| array(objects, "bindings"))
        .filter_map(|one| one.get("class_name")?.as_str())
    {
        if !made.contains(&class) {
            found(Weight::Error, format!("no [[migrations]] makes the class {class}"));
        }
    }
}

fn array<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = &'a Value> {
    table.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// Every binding of a section by its kind, name and class.
fn bindings(section: &Table) -> BTreeSet<String> {
    fn walk(kind: &str, value: &Value, found: &mut BTreeSet<String>) {
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        match value {
            Value::Array(all) => all.iter().for_each(|one| walk(kind, one, found)),
            Value::Table(_) if text("class_name").is_some() => {
                found.insert(format!(
                    "{kind} {} {}",
                    text("name").unwrap_or("?"),
                    text("class_name").unwrap_or("?")
                ));
            }
            Value::Table(_) if text("binding").is_some() => {
                found.insert(format!("{kind} {}", text("binding").unwrap_or("?")));
            }
            Value::Table(table) => table.values().for_each(|one| walk(kind, one, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    // These are of the whole file.
    for (kind, value) in
        section.iter().filter(|(kind, _)| !["env", "assets", "migrations", "vars"].contains(&kind.as_str()))
    {
        walk(kind, value, &mut found);
    }
    found
}

fn placeholders(name: &str, section: &Table, found: &mut dyn FnMut(Weight, String)) {
    if name == "development" {
        return;
    }
    let mut placeholder = |words: String| found(Weight::Placeholder, words);
    for (kind, key) in [("d1_databases", "database_id"), ("kv_namespaces", "id")] {
        for store in array(section, kind) {
            let id = store.get(key).and_then(Value::as_str).unwrap_or_default();
            if id.is_empty() || id.bytes().filter(|byte| *byte == b'0').count() >= 24 {
                placeholder(format!("{key} in {kind} is a placeholder"));
            }
        }
    }
    for (variable, value) in section.get("vars").and_then(Value::as_table).into_iter().flatten() {
        if value.as_str().is_some_and(|text| text.contains("example.com")) {
            placeholder(format!("{variable} is still the example"));
        }
    }
    let unreachable = section.get("workers_dev").and_then(Value::as_bool) == Some(false);
    if unreachable && !["route", "routes"].iter().any(|key| section.contains_key(*key)) {
        placeholder("there is neither a route nor a workers.dev address".to_owned());
    }
}
