//! Spellings of a name.

/// `list_readings`, `not-found` or `timeRange` as `ListReadings`, `NotFound`, `TimeRange`.
///
/// A leading minus becomes a trailing `Descending`; a leading digit gets a `V` in front.
#[must_use]
pub fn camel(name: &str) -> String {
    if let Some(rest) = name.strip_prefix('-') {
        return camel(rest) + "Descending";
    }
    let mut out = String::new();
    let mut upper = true;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() {
            upper = true;
        } else if upper {
            out.push(c.to_ascii_uppercase());
            upper = false;
        } else {
            out.push(c);
        }
    }
    if out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, 'V');
    }
    out
}

/// `TaskTemplate`, `timeRange` or `Idempotency-Key` as `task_template`, `time_range`, `idempotency_key`.
#[must_use]
pub fn snake(name: &str) -> String {
    let mut out = String::new();
    for (index, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() {
            if index > 0 && !out.ends_with('_') {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
        } else if c.is_ascii_alphanumeric() {
            out.push(c);
        } else {
            out.push('_');
        }
    }
    out
}

/// The snake-case spelling in capitals.
#[must_use]
pub fn screaming(name: &str) -> String {
    snake(name).to_ascii_uppercase()
}

/// A field's name in Rust, as a raw identifier where it is a keyword.
#[must_use]
pub fn field(name: &str) -> String {
    const KEYWORDS: [&str; 36] = [
        "abstract", "as", "async", "await", "box", "break", "const", "continue", "dyn", "else", "enum",
        "extern", "final", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut",
        "override", "pub", "ref", "return", "static", "struct", "trait", "type", "use", "where", "while",
        "yield",
    ];
    let name = snake(name);
    if KEYWORDS.contains(&name.as_str()) { format!("r#{name}") } else { name }
}

/// Whether a name is lower-case words joined by underscores, at least so many of them.
#[must_use]
pub fn is_snake(name: &str, words: usize) -> bool {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    name.split('_').count() >= words && name.split('_').all(word)
}

/// Whether a name begins with a capital and has only letters and digits.
#[must_use]
pub fn is_camel(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Whether a name is lower-case words joined by hyphens.
#[must_use]
pub fn is_kebab(name: &str) -> bool {
    !name.is_empty()
        && name.split('-').all(|word| {
            word.starts_with(|c: char| c.is_ascii_lowercase())
                && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_names() {
        assert_eq!(camel("list_readings"), "ListReadings");
        assert_eq!(camel("-created_at"), "CreatedAtDescending");
        assert_eq!(camel("timeRange"), "TimeRange");
        assert_eq!(camel("7d"), "V7d");
        assert_eq!(snake("timeRange"), "time_range");
        assert_eq!(snake("Idempotency-Key"), "idempotency_key");
        assert_eq!(screaming("TaskTemplate"), "TASK_TEMPLATE");
        assert_eq!(field("type"), "r#type");
        assert!(is_snake("list_readings", 2) && !is_snake("list", 2) && !is_snake("list__x", 2));
    }
}
