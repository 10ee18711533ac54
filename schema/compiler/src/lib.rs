//! Compiles the contract in `schema/` into Rust source and an OpenAPI 3.1 document.
//!
//! Four stages, each a module: [`load`] reads YAML, [`resolve`] turns it into the [`model`] and refuses
//! what is not in the language, [`lint`] holds the model to the rules of the house, [`emit`] writes text.
//! Every stage reports all that it finds. The language is described in `README.md` beside this crate.

use std::fmt;
use std::path::Path;

pub mod alerts;
pub mod emit;
pub mod lint;
pub mod load;
pub mod model;
pub mod names;
pub mod node;
pub mod resolve;

// The run-time validator itself: an example that passes here passes there.
#[allow(dead_code, unused_imports)]
#[path = "../../../src/kernel"]
pub(crate) mod kernel {
    pub mod format;
}
#[allow(dead_code, unused_imports)]
#[path = "../../../src/contract"]
pub(crate) mod contract {
    pub mod check;
    pub mod oauth;
    pub mod schema;
}

/// One thing that is wrong with a contract.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file, relative to the contract's folder.
    pub file: String,
    /// Where in the file, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong, in one sentence.
    pub reason: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}: {}", self.file, self.pointer, self.reason)
    }
}

/// What a contract compiles to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outputs {
    /// File name and text of each generated Rust file, in a fixed order.
    pub rust: Vec<(&'static str, String)>,
    /// The OpenAPI 3.1 document as indented JSON.
    pub openapi: String,
    /// The rules of alerts as Prometheus reads them.
    pub prometheus: String,
}

/// Compiles the contract in a folder.
///
/// # Errors
/// Everything that is wrong with it, ordered by file and pointer.
pub fn compile(dir: &Path) -> Result<Outputs, Vec<Diagnostic>> {
    compile_sources(&load::load(dir)?)
}

/// Compiles a contract whose files were read before.
///
/// # Errors
/// Everything that is wrong with it, ordered by file and pointer.
pub fn compile_sources(sources: &load::Sources) -> Result<Outputs, Vec<Diagnostic>> {
    let mut report = Report::default();
    let contract = resolve::resolve(sources, &mut report);
    lint::lint(&contract, &mut report);
    let alerts = alerts::compile(sources, &mut report);
    report.finish()?;
    Ok(emit::emit(&contract, alerts))
}

/// Collects diagnostics.
#[derive(Debug, Default)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Notes that something is wrong at a place.
    pub fn add(&mut self, at: &node::At, reason: impl Into<String>) {
        self.diagnostics.push(Diagnostic {
            file: at.file.to_string(),
            pointer: at.pointer.clone(),
            reason: reason.into(),
        });
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// How much was found so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.diagnostics.len()
    }

    /// # Errors
    /// All diagnostics in order, if there are any.
    pub fn finish(mut self) -> Result<(), Vec<Diagnostic>> {
        self.diagnostics.sort();
        self.diagnostics.dedup();
        if self.diagnostics.is_empty() { Ok(()) } else { Err(self.diagnostics) }
    }
}
