//! The walls of the house: who may name whom.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, lowest first; a room may name itself and those below it.
const ROOMS: &[&str] =
    &["identity", "oracle", "sync", "work", "day", "play", "council", "automation", "insight", "ops"];

/// Crates of the platform, which only the edge may name.
const PLATFORM: &[&str] = &["worker", "js_sys", "wasm_bindgen", "web_sys", "console_error_panic_hook"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every source file with the part of the house it belongs to, and its lines without comments.
fn house() -> Vec<(String, String, Vec<String>)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    files
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
            let part = name.split(['/', '.']).next().unwrap().to_owned();
            let lines = fs::read_to_string(&path).unwrap();
            let lines = lines.lines().filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned);
            (name, part, lines.collect())
        })
        .collect()
}

/// Whether the line names that module of the crate.
fn names(line: &str, module: &str) -> bool {
    line.match_indices(&format!("crate::{module}")).any(|(at, found)| {
        !line[at + found.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '_')
    })
}

#[test]
fn a_room_names_itself_and_lower_rooms_alone() {
    for (file, part, lines) in house() {
        let Some(height) = ROOMS.iter().position(|room| *room == part) else { continue };
        for line in &lines {
            for higher in &ROOMS[height + 1..] {
                assert!(!names(line, higher), "{file} looks up into {higher}: {line}");
            }
            for outside in ["gateway", "edge", "host"] {
                assert!(!names(line, outside), "{file} looks out into {outside}: {line}");
            }
        }
    }
}

#[test]
fn the_kernel_and_the_resource_layer_know_no_room() {
    for (file, part, lines) in house() {
        if !["kernel", "resource", "ports"].contains(&part.as_str()) {
            continue;
        }
        for line in &lines {
            for room in ROOMS.iter().chain(&["gateway", "edge", "host"]) {
                assert!(!names(line, room), "{file} knows {room}: {line}");
            }
        }
    }
}

#[test]
fn the_platform_is_named_at_the_edge_alone() {
    for (file, part, lines) in house() {
        if part == "edge" {
            continue;
        }
        for line in &lines {
            for platform in PLATFORM {
                let named =
                    line.contains(&format!("use {platform}::")) || line.contains(&format!(" {platform}::"));
                assert!(!named, "{file} names {platform}: {line}");
            }
        }
    }
}

#[test]
fn operations_speak_neither_http_nor_sql() {
    for (file, _, lines) in house() {
        let operations = file.ends_with("/operations.rs") || file.contains("/operations/");
        if !operations || file.starts_with("resource") {
            continue;
        }
        for line in &lines {
            for word in
                ["SELECT ", "INSERT ", "UPDATE ", "DELETE FROM", "Headers", ".status =", "serde_json::json!"]
            {
                assert!(!line.contains(word) || line.contains("SELECT 1"), "{file} speaks {word}: {line}");
            }
        }
    }
}

#[test]
fn no_file_outgrows_one_purpose() {
    for (file, _, lines) in house() {
        assert!(lines.len() <= 400, "{file} has {} lines", lines.len());
    }
}
