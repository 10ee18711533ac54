//! Contracts that break one rule each: the good one with a change, and what is said about it.
//!
//! A change is a YAML map laid over the file: maps are merged, `null` removes, anything else replaces.

mod alerts;
mod bodies;
mod browsers;
mod operations;
mod schemas;
mod scopes;

use std::path::Path;

use witness_contract::load::{Sources, load};
use witness_contract::node::Node;
use witness_contract::{Diagnostic, compile_sources};

const SHELF: &str = "paths/shelf.yaml";
const BOOK: &str = "types/book.yaml";
const LOANS: &str = "paths/shelf/loans.yaml";
const VISITS: &str = "paths/shelf/visits.yaml";
const VISIT: &str = "types/shelf/visit.yaml";
const LOAN: &str = "types/shelf/loan.yaml";
const FRAMES: &str = "frames.yaml";
const OPENAPI: &str = "openapi.yaml";

/// File, change, pointer of the diagnostic, part of its reason.
type Case = (&'static str, &'static str, &'static str, &'static str);

fn good() -> Sources {
    load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/good")).unwrap()
}

fn read(text: &str) -> Node {
    let mut sources = Sources::default();
    sources.add("change", text).unwrap();
    sources.file_mut("change").unwrap().clone()
}

fn lay_over(base: &mut Node, change: Node) {
    match (base, change) {
        (Node::Map(entries), Node::Map(changes)) => {
            for (key, change) in changes {
                let position = entries.iter().position(|(known, _)| *known == key);
                match (position, change) {
                    (Some(at), Node::Null) => drop(entries.remove(at)),
                    (Some(at), change) => lay_over(&mut entries[at].1, change),
                    (None, change) => entries.push((key, change)),
                }
            }
        }
        (base, change) => *base = change,
    }
}

fn diagnostics(file: &str, change: &str) -> Vec<Diagnostic> {
    let mut sources = good();
    lay_over(sources.file_mut(file).unwrap(), read(change));
    compile_sources(&sources).err().unwrap_or_default()
}

/// `change` breaks one rule, which is reported at `file#pointer` and nowhere else.
fn refused(cases: &[Case]) {
    for (file, change, pointer, reason) in cases {
        let (at, file) = file.split_once('>').map_or((*file, *file), |(file, at)| (at, file));
        let found = diagnostics(file, change);
        let expected =
            found.iter().any(|d| d.file == at && d.pointer == *pointer && d.reason.contains(reason));
        let list: String = found.iter().map(|d| format!("  {d}\n")).collect();
        assert!(expected, "{change}\nwanted {at}#{pointer}: {reason}\ngot\n{list}");
        assert_eq!(found.len(), 1, "{change}\ngot\n{list}");
    }
}

#[test]
fn the_good_one_is_good() {
    assert_eq!(compile_sources(&good()).err(), None);
}

#[test]
fn files_are_readable_and_keys_given_once() {
    let mut sources = Sources::default();
    let error = sources.add(BOOK, "A: {x: 1, x: 2}").unwrap_err();
    assert_eq!((error.file.as_str(), error.pointer.as_str()), (BOOK, ""));
    assert!(error.reason.contains("duplicate") || error.reason.contains("twice"), "{}", error.reason);
    assert!(sources.add(BOOK, "A: [").unwrap_err().reason.contains("not readable as YAML"));
    let deep = std::env::temp_dir().join(format!("contract-{}", std::process::id()));
    std::fs::create_dir_all(deep.join("types/shelf/upper")).unwrap();
    let found = load(&deep).unwrap_err();
    std::fs::remove_dir_all(&deep).unwrap();
    assert!(found.iter().any(|d| d.file == "types/shelf/upper" && d.reason.contains("no folders in it")));
    let missing = load(Path::new("/nonexistent-contract")).unwrap_err();
    assert!(missing.iter().any(|d| d.file == "openapi.yaml" && d.reason.contains("cannot be read")));
}

#[test]
fn all_diagnostics_come_at_once_in_order() {
    let found = diagnostics(SHELF, "/health: {get: {auth: null, colour: red, rate: {class: fast}}}");
    let pointers: Vec<&str> = found.iter().map(|d| d.pointer.as_str()).collect();
    assert_eq!(pointers, ["/~1health/get", "/~1health/get/colour", "/~1health/get/rate/class"]);
}
