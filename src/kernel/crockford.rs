//! Codes that people read and type: Crockford's base32, digits and letters without those that are taken for another one.

const ALPHABET: [u8; 32] = *b"0123456789abcdefghjkmnpqrstvwxyz";

/// A letter for each byte, by its lower five bits, in groups of four with dashes between.
#[must_use]
pub fn write(random: &[u8]) -> String {
    let letter = |byte: &u8| char::from(ALPHABET.get(usize::from(byte & 31)).copied().unwrap_or(b'0'));
    let mut text = String::with_capacity(random.len() * 5 / 4);
    for group in random.chunks(4) {
        if !text.is_empty() {
            text.push('-');
        }
        text.extend(group.iter().map(letter));
    }
    text
}

/// The letters of a code without its dashes; `None` if it has not so many. Case, spaces and dashes do not matter, and
/// letters that look like digits are read as those.
#[must_use]
pub fn read(text: &str, letters: usize) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(letters);
    for c in text.chars().filter(|c| !matches!(c, ' ' | '-')) {
        let c = match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        };
        plain.push(u8::try_from(c).ok().filter(|byte| ALPHABET.contains(byte))?);
    }
    (plain.len() == letters).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = write(&[31, 32, 1, 255, 10, 11, 12, 13]);
        assert_eq!(code, "z01z-abcd");
        let plain = read(&code, 8).unwrap();
        assert_eq!(plain, b"z01zabcd");
        for typed in ["Z01ZABCD", "zOlz abcd", " z0I z-ab cd", "--z01zabcd"] {
            assert_eq!(read(typed, 8).as_ref(), Some(&plain), "{typed}");
        }
        for other in ["", "z01zabc", "z01zabcdd", "z01zabcu", "z01zabcü", "z01z_bcd"] {
            assert_eq!(read(other, 8), None, "{other}");
        }
    }
}
