//! The emitted files of the fixture contract, byte for byte. `UPDATE_GOLDEN=1` rewrites them.

use std::fs;
use std::path::{Path, PathBuf};

use witness_contract::{Outputs, compile};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn outputs() -> Outputs {
    compile(&folder("good")).unwrap_or_else(|diagnostics| {
        panic!("{}", diagnostics.iter().map(|d| format!("{d}\n")).collect::<String>())
    })
}

fn files(outputs: &Outputs) -> Vec<(&'static str, &str)> {
    let rust = outputs.rust.iter().map(|(name, text)| (*name, text.as_str()));
    let texts =
        [("openapi.json", outputs.openapi.as_str()), ("prometheus.yaml", outputs.prometheus.as_str())];
    rust.chain(texts).collect()
}

#[test]
fn the_emitted_files_are_as_kept() {
    let outputs = outputs();
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    for (name, text) in files(&outputs) {
        let path = folder("golden").join(name);
        if update {
            fs::write(&path, text).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        let difference = kept.lines().zip(text.lines()).position(|(kept, emitted)| kept != emitted);
        assert!(
            kept == text,
            "{name} differs from tests/golden/{name} (first at line {:?}); look, then UPDATE_GOLDEN=1",
            difference.map(|line| line + 1)
        );
    }
}

#[test]
fn emission_is_deterministic() {
    assert_eq!(outputs(), outputs());
}

#[test]
fn every_kept_file_is_still_emitted() {
    let outputs = outputs();
    let emitted: Vec<&str> = files(&outputs).iter().map(|(name, _)| *name).collect();
    for entry in fs::read_dir(folder("golden")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(emitted.contains(&name.as_str()), "tests/golden/{name} is emitted no more");
    }
}
