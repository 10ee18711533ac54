//! Compiles the contract in `schema/` into `OUT_DIR`, `public/openapi.json` and
//! `docs/prometheus-rules.yaml`, the texts of `texts/` into `OUT_DIR` and
//! `public/texts/en.txt`, and the statements of the rooms into `OUT_DIR`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

#[path = "build_sql.rs"]
mod sql;
#[path = "build_texts.rs"]
mod texts;

/// Where the texts are served from.
const BOOK: &str = "public/texts/en.txt";

fn main() -> ExitCode {
    println!("cargo:rerun-if-changed=schema");
    println!("cargo:rerun-if-changed=texts");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build_sql.rs");
    println!("cargo:rerun-if-changed=build_texts.rs");
    println!("cargo:rerun-if-changed=build_texts");
    println!("cargo:rerun-if-changed={BOOK}");
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(errors) => {
            for error in &errors {
                println!("cargo::error={error}");
                eprintln!("error: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), Vec<String>> {
    let root = folder("CARGO_MANIFEST_DIR")?;
    let out = folder("OUT_DIR")?;
    let outputs = witness_contract::compile(&root.join("schema"))
        .map_err(|diagnostics| diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    for (name, text) in &outputs.rust {
        write(&out.join(name), text)?;
    }
    write(&root.join("public/openapi.json"), &outputs.openapi)?;
    write(&root.join("docs/prometheus-rules.yaml"), &outputs.prometheus)?;
    sql::compile(&root.join("src"), &out)?;
    let texts = texts::compile(&root.join("texts"))?;
    write(&out.join("texts.rs"), &texts.tables)?;
    write(&root.join(BOOK), &texts.book)?;
    age(&root.join(BOOK), &root.join("build.rs")).map_err(|error| vec![format!("{BOOK}: {error}")])
}

fn folder(variable: &str) -> Result<PathBuf, Vec<String>> {
    env::var_os(variable).map(PathBuf::from).ok_or_else(|| vec![format!("{variable} is not set")])
}

/// Writes a file only when that changes it, so that nothing is rebuilt for nothing.
fn write(path: &Path, text: &str) -> Result<(), Vec<String>> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text));
    written.map_err(|error: io::Error| vec![format!("{}: {error}", path.display())])
}

/// Makes a file as old as another one: cargo takes what is younger than a run of this program for changed after it.
fn age(file: &Path, like: &Path) -> io::Result<()> {
    let modified = fs::metadata(like)?.modified()?;
    fs::File::options().write(true).open(file)?.set_modified(modified)
}
