//! CommonMark of bounded length in which everything that is put in stays text.

use super::room::json_bytes;

/// Bytes of JSON that a detail takes at most.
const MOST: usize = 4_000;

/// A text that is being written. Blocks that have no room any more are left out whole.
#[derive(Debug, Default)]
pub struct Markdown {
    text: String,
    bytes: usize,
    full: bool,
}

impl Markdown {
    /// A heading of that level.
    pub fn heading(&mut self, level: usize, text: &str) -> &mut Self {
        let marks = "######".get(..level).unwrap_or("######");
        self.block([marks, " "].concat(), text)
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: &str) -> &mut Self {
        self.block(String::new(), text)
    }

    /// A line of a list.
    pub fn item(&mut self, text: &str) -> &mut Self {
        self.block("- ".to_owned(), text)
    }

    /// What somebody said.
    pub fn quote(&mut self, text: &str) -> &mut Self {
        self.block("> ".to_owned(), text)
    }

    /// The text.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }

    fn block(&mut self, mut block: String, text: &str) -> &mut Self {
        escape(text, &mut block);
        let gap = if self.text.is_empty() { "" } else { "\n\n" };
        let bytes = self.bytes + json_bytes(gap) + json_bytes(&block);
        self.full |= bytes > MOST;
        if !self.full {
            self.bytes = bytes;
            self.text.push_str(gap);
            self.text.push_str(&block);
        }
        self
    }
}

/// Writes a text so that nothing in it means anything (CommonMark 0.31, section 2.4): punctuation is escaped, line
/// breaks and control characters become spaces.
fn escape(text: &str, out: &mut String) {
    for (index, char) in text.chars().enumerate() {
        match char {
            // What begins a block does so at the start of a line, or after a number there.
            '#' | '+' | '-' | '=' | '.' | ')' if index > 9 => out.push(char),
            '.' | ')' | '-' | '+' | '#' | '=' | '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<'
            | '>' | '!' | '|' | '~' | '&' => {
                out.push('\\');
                out.push(char);
            }
            _ if char.is_control() => out.push(' '),
            _ => out.push(char),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        escape(text, &mut out);
        out
    }

    #[test]
    fn what_is_put_in_stays_text() {
        assert_eq!(escaped("# no\nheading"), "\\# no heading");
        assert_eq!(escaped("1. no list, 3.5 %"), "1\\. no list, 3.5 %");
        assert_eq!(
            escaped("![x](javascript:y) <b>&amp;"),
            "\\!\\[x\\]\\(javascript:y) \\<b\\>\\&amp;".replace("\\(", "(")
        );
    }

    #[test]
    fn what_has_no_room_is_left_out_whole_with_all_that_follows() {
        let mut markdown = Markdown::default();
        markdown.paragraph("first").paragraph(&"*".repeat(MOST)).paragraph("last");
        assert_eq!(markdown.finish(), "first");
    }
}
