//! The schema as a deployment gets it: `migrations/*.sql` in order, and `migrations/down/*.sql` back.

use std::fs;
use std::path::{Path, PathBuf};

use crate::host::Sqlite;

/// A database in memory with every migration of that folder applied.
pub fn migrated(folder: &Path) -> Result<Sqlite, String> {
    let database = Sqlite::memory().map_err(|error| error.cause)?;
    up(&database, folder)?;
    Ok(database)
}

/// Applies `*.sql` of that folder (not of folders in it) by name, each file in one transaction.
/// Returns the names that ran; an error names the file, and nothing of that file stays.
pub fn up(database: &Sqlite, folder: &Path) -> Result<Vec<String>, String> {
    files(folder)?.iter().map(|path| apply(database, path)).collect()
}

/// Takes the migrations back: `down/*.sql` of that folder, last name first.
pub fn down(database: &Sqlite, folder: &Path) -> Result<Vec<String>, String> {
    files(&folder.join("down"))?.iter().rev().map(|path| apply(database, path)).collect()
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_file() && path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    files.sort();
    Ok(files)
}

fn apply(database: &Sqlite, path: &Path) -> Result<String, String> {
    let told = |cause: String| format!("{}: {cause}", path.display());
    let sql = fs::read_to_string(path).map_err(|error| told(error.to_string()))?;
    database.script(&sql).map_err(|error| told(error.cause))?;
    Ok(path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default())
}
