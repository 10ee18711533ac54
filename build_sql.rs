//! Writes the statements of `src/<room>/sql/` into `OUT_DIR/sql/<room>/` as they are sent: without comments and
//! layout, which are for readers of the source and not for the module and the way to the database.

use std::fs;
use std::path::Path;

use super::write;

/// Compiles the statements of all rooms; `sql!` in `src/lib.rs` names them.
pub fn compile(src: &Path, out: &Path) -> Result<(), Vec<String>> {
    let mut names = Vec::new();
    for room in folder(src)? {
        let from = room.join("sql");
        let Some(name) = room.file_name().filter(|_| from.is_dir()) else { continue };
        println!("cargo:rerun-if-changed={}", from.display());
        for path in folder(&from)? {
            let text =
                fs::read_to_string(&path).map_err(|error| vec![format!("{}: {error}", path.display())])?;
            let file = path.file_name().unwrap_or_default();
            write(&out.join("sql").join(name).join(file), &bare(&text))?;
            let stem = path.file_stem().unwrap_or_default();
            names.push(format!("{}/{}", name.display(), stem.display()));
        }
    }
    names.sort();
    let list = format!(
        "/// The statements of the rooms' folders.\nconst FILES: [&str; {}] = {names:?};\n",
        names.len()
    );
    write(&out.join("sql/names.rs"), &list)
}

fn folder(path: &Path) -> Result<Vec<std::path::PathBuf>, Vec<String>> {
    let entries = fs::read_dir(path).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()
    });
    entries.map_err(|error| vec![format!("{}: {error}", path.display())])
}

/// The statement without comments, with one space for each run of white space; what stands in quotes stays.
fn bare(text: &str) -> String {
    let mut bare = String::new();
    let (mut quoted, mut rest) = (false, text);
    while let Some(next) = rest.chars().next() {
        if !quoted && rest.starts_with("--") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
            continue;
        }
        rest = &rest[next.len_utf8()..];
        if next == '\'' {
            quoted = !quoted;
        }
        if quoted || !next.is_whitespace() {
            bare.push(next);
        } else if !bare.is_empty() && !bare.ends_with(' ') {
            bare.push(' ');
        }
    }
    bare.truncate(bare.trim_end().len());
    bare
}
