//! How much of an answer a text takes once it is JSON.

/// Bytes of the text within a JSON string.
#[must_use]
pub fn json_bytes(text: &str) -> usize {
    text.chars().map(of_char).sum()
}

/// As much of the beginning as takes so many bytes of JSON.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    let mut left = most;
    text.chars()
        .take_while(|char| {
            let bytes = of_char(*char);
            let fits = bytes <= left;
            left = left.saturating_sub(bytes);
            fits
        })
        .collect()
}

fn of_char(char: char) -> usize {
    match char {
        '"' | '\\' | '\n' | '\r' | '\t' | '\x08' | '\x0c' => 2,
        '\0'..='\x1f' => 6,
        _ => char.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_cut_fits_and_is_no_shorter_than_it_must_be(text in ".{0,60}|(\\PC|\"|\n|\x01){0,60}", most in 0usize..80) {
            let kept = cut(&text, most);
            prop_assert!(text.starts_with(&kept) && json_bytes(&kept) <= most);
            prop_assert_eq!(serde_json::to_string(&kept).unwrap().len(), json_bytes(&kept) + 2);
            if let Some(next) = text[kept.len()..].chars().next() {
                prop_assert!(json_bytes(&kept) + of_char(next) > most);
            }
        }
    }
}
