//! First stage: the files of a contract as trees.

use std::fs;
use std::path::Path;
use std::rc::Rc;

use crate::Diagnostic;
use crate::node::{At, Cursor, Node};

/// The files of a contract, by their path in its folder, in order.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<(Rc<str>, Node)>,
}

impl Sources {
    /// Adds a file's text.
    ///
    /// # Errors
    /// When it is not YAML, or gives a key twice.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), Diagnostic> {
        let node = serde_saphyr::from_str(text).map_err(|error| Diagnostic {
            file: file.to_owned(),
            pointer: String::new(),
            reason: format!("not readable as YAML: {}", error.to_string().trim()),
        })?;
        self.files.push((file.into(), node));
        Ok(())
    }

    /// The file of that name.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<Cursor<'_>> {
        self.files.iter().find(|(file, _)| **file == *name).map(cursor)
    }

    /// The files in a folder and in the folders in it, with their paths without that folder and ending.
    pub fn folder<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, Cursor<'a>)> {
        self.files.iter().filter_map(move |file| {
            let name = file.0.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".yaml")?;
            Some((name, cursor(file)))
        })
    }

    /// The tree of a file for changing it; for tests.
    pub fn file_mut(&mut self, name: &str) -> Option<&mut Node> {
        self.files.iter_mut().find(|(file, _)| **file == *name).map(|(_, node)| node)
    }
}

fn cursor((file, node): &(Rc<str>, Node)) -> Cursor<'_> {
    Cursor { at: At { file: Rc::clone(file), pointer: String::new() }, node }
}

/// Reads `openapi.yaml`, `problems.yaml`, `frames.yaml` and `alerts.yaml` if there is one, and of `types` and `paths` each `<room>.yaml` and `<room>/<subject>.yaml`.
///
/// # Errors
/// For each file that cannot be read.
pub fn load(dir: &Path) -> Result<Sources, Vec<Diagnostic>> {
    let mut names = vec!["openapi.yaml".to_owned(), "problems.yaml".to_owned()];
    for optional in ["frames.yaml", "alerts.yaml"] {
        if dir.join(optional).exists() {
            names.push(optional.to_owned());
        }
    }
    let mut errors = Vec::new();
    for folder in ["types", "paths"] {
        let mut files = Vec::new();
        list(dir, folder, 2, &mut files, &mut errors);
        files.sort();
        names.extend(files);
    }
    let mut sources = Sources::default();
    for name in names {
        match fs::read_to_string(dir.join(&name)) {
            Ok(text) => errors.extend(sources.add(&name, &text).err()),
            Err(error) => errors.push(unreadable(&name, &error)),
        }
    }
    if errors.is_empty() { Ok(sources) } else { Err(errors) }
}

/// The files of a folder and, as deep as the language goes, of the folders in it.
fn list(dir: &Path, folder: &str, depth: u8, files: &mut Vec<String>, errors: &mut Vec<Diagnostic>) {
    let entries = match fs::read_dir(dir.join(folder)) {
        Ok(entries) => entries,
        Err(error) => return errors.push(unreadable(folder, &error)),
    };
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = format!("{folder}/{name}");
        if name.ends_with(".yaml") {
            files.push(path);
        } else if entry.path().is_dir() {
            match depth {
                1 => errors.push(Diagnostic {
                    file: path,
                    pointer: String::new(),
                    reason: "a room's folder has no folders in it".to_owned(),
                }),
                _ => list(dir, &path, depth - 1, files, errors),
            }
        }
    }
}

fn unreadable(file: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic { file: file.to_owned(), pointer: String::new(), reason: format!("cannot be read: {error}") }
}
