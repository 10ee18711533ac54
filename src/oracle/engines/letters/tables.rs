//! Spellings of single letters, by their lower-case form.

/// A letter and what it counts as.
type Table = &'static [(char, &'static str)];

/// Latin letters that do not decompose into a plain one and an accent. None is silent except the
/// modifier letters, which are listed as replaced by nothing.
#[rustfmt::skip]
const LATIN: Table = &[
    ('ª', "A"), ('º', "O"), ('ß', "SS"), ('æ', "AE"), ('ð', "D"), ('ø', "O"), ('þ', "TH"), ('đ', "D"),
    ('ħ', "H"), ('ı', "I"), ('ĳ', "IJ"), ('ĸ', "K"), ('ŀ', "L"), ('ł', "L"), ('ŉ', "N"), ('ŋ', "NG"),
    ('œ', "OE"), ('ŧ', "T"), ('ſ', "S"), ('ƀ', "B"), ('ƃ', "B"), ('ƈ', "C"), ('ƌ', "D"), ('ǝ', "E"),
    ('ə', "E"), ('ɛ', "E"), ('ƒ', "F"), ('ɠ', "G"), ('ɣ', "G"), ('ƕ', "HV"), ('ɩ', "I"), ('ɨ', "I"),
    ('ƙ', "K"), ('ƚ', "L"), ('ɲ', "N"), ('ƞ', "N"), ('ɔ', "O"), ('ɵ', "O"), ('ƥ', "P"), ('ʀ', "R"),
    ('ƭ', "T"), ('ʈ', "T"), ('ʉ', "U"), ('ʊ', "U"), ('ʋ', "V"), ('ƴ', "Y"), ('ƶ', "Z"), ('ʒ', "Z"),
    ('ȝ', "G"), ('ƿ', "W"), ('ɓ', "B"), ('ɖ', "D"), ('ɗ', "D"), ('ɇ', "E"), ('ǥ', "G"), ('ɉ', "J"),
    ('ɍ', "R"), ('ɏ', "Y"), ('ǆ', "DZ"), ('ǉ', "LJ"), ('ǌ', "NJ"), ('ǳ', "DZ"), ('ȡ', "D"), ('ȴ', "L"),
    ('ȵ', "N"), ('ȶ', "T"), ('ẞ', "SS"), ('ﬀ', "FF"), ('ﬁ', "FI"), ('ﬂ', "FL"), ('ﬃ', "FFI"), ('ﬄ', "FFL"),
    ('ﬅ', "ST"), ('ﬆ', "ST"), ('ʻ', ""), ('ʼ', ""), ('ʹ', ""), ('ʽ', ""), ('ʾ', ""), ('ʿ', ""),
];

/// ELOT 743, letter by letter.
#[rustfmt::skip]
const GREEK: Table = &[
    ('α', "A"), ('β', "V"), ('γ', "G"), ('δ', "D"), ('ε', "E"), ('ζ', "Z"), ('η', "I"), ('θ', "TH"),
    ('ι', "I"), ('κ', "K"), ('λ', "L"), ('μ', "M"), ('ν', "N"), ('ξ', "X"), ('ο', "O"), ('π', "P"),
    ('ρ', "R"), ('ς', "S"), ('σ', "S"), ('τ', "T"), ('υ', "Y"), ('φ', "F"), ('χ', "CH"), ('ψ', "PS"),
    ('ω', "O"),
];

/// ICAO 9303 part 3 (table of Cyrillic), and the letters of other Cyrillic alphabets by their nearest one.
#[rustfmt::skip]
const CYRILLIC: Table = &[
    ('а', "A"), ('б', "B"), ('в', "V"), ('г', "G"), ('д', "D"), ('е', "E"), ('ё', "E"), ('ж', "ZH"),
    ('з', "Z"), ('и', "I"), ('й', "I"), ('к', "K"), ('л', "L"), ('м', "M"), ('н', "N"), ('о', "O"),
    ('п', "P"), ('р', "R"), ('с', "S"), ('т', "T"), ('у', "U"), ('ф', "F"), ('х', "KH"), ('ц', "TS"),
    ('ч', "CH"), ('ш', "SH"), ('щ', "SHCH"), ('ъ', "IE"), ('ы', "Y"), ('ь', ""), ('э', "E"), ('ю', "IU"),
    ('я', "IA"), ('ѐ', "E"), ('ђ', "D"), ('ѓ', "G"), ('є', "IE"), ('ѕ', "DZ"), ('і', "I"), ('ї', "I"),
    ('ј', "J"), ('љ', "LJ"), ('њ', "NJ"), ('ћ', "C"), ('ќ', "K"), ('ѝ', "I"), ('ў', "U"), ('џ', "DZ"),
    ('ѣ', "IE"), ('ѫ', "U"), ('ѳ', "F"), ('ѵ', "Y"), ('ґ', "G"), ('ғ', "G"), ('җ', "ZH"), ('қ', "K"),
    ('ҝ', "G"), ('ң', "N"), ('ҥ', "N"), ('ү', "U"), ('ұ', "U"), ('ҳ', "H"), ('ҷ', "CH"), ('ҹ', "J"),
    ('һ', "H"), ('ӏ', ""), ('ә', "A"), ('ө', "O"), ('ҙ', "Z"), ('ҡ', "K"), ('ҫ', "S"), ('ҕ', "G"),
];

/// Armenian, and Georgian (national system of 2002), without marks.
#[rustfmt::skip]
const CAUCASIAN: Table = &[
    ('ա', "A"), ('բ', "B"), ('գ', "G"), ('դ', "D"), ('ե', "E"), ('զ', "Z"), ('է', "E"), ('ը', "Y"),
    ('թ', "T"), ('ժ', "ZH"), ('ի', "I"), ('լ', "L"), ('խ', "KH"), ('ծ', "TS"), ('կ', "K"), ('հ', "H"),
    ('ձ', "DZ"), ('ղ', "GH"), ('ճ', "CH"), ('մ', "M"), ('յ', "Y"), ('ն', "N"), ('շ', "SH"), ('ո', "O"),
    ('չ', "CH"), ('պ', "P"), ('ջ', "J"), ('ռ', "R"), ('ս', "S"), ('վ', "V"), ('տ', "T"), ('ր', "R"),
    ('ց', "TS"), ('ւ', "U"), ('փ', "P"), ('ք', "K"), ('օ', "O"), ('ֆ', "F"), ('և', "EV"),
    ('ა', "A"), ('ბ', "B"), ('გ', "G"), ('დ', "D"), ('ე', "E"), ('ვ', "V"), ('ზ', "Z"), ('თ', "T"),
    ('ი', "I"), ('კ', "K"), ('ლ', "L"), ('მ', "M"), ('ნ', "N"), ('ო', "O"), ('პ', "P"), ('ჟ', "ZH"),
    ('რ', "R"), ('ს', "S"), ('ტ', "T"), ('უ', "U"), ('ფ', "P"), ('ქ', "K"), ('ღ', "GH"), ('ყ', "Q"),
    ('შ', "SH"), ('ჩ', "CH"), ('ც', "TS"), ('ძ', "DZ"), ('წ', "TS"), ('ჭ', "CH"), ('ხ', "KH"), ('ჯ', "J"),
    ('ჰ', "H"),
];

/// The spelling of a lower-case letter, if one is stated.
pub fn plain(small: char) -> Option<String> {
    let latin = match small {
        'a'..='z' => Some(small),
        // Full-width letters of East Asian typing.
        '\u{ff41}'..='\u{ff5a}' => char::from_u32(u32::from(small) - 0xff41 + 0x61),
        _ => None,
    };
    if let Some(letter) = latin {
        return Some(letter.to_ascii_uppercase().to_string());
    }
    [LATIN, GREEK, CYRILLIC, CAUCASIAN]
        .into_iter()
        .flatten()
        .find(|(letter, _)| *letter == small)
        .map(|(_, spelling)| (*spelling).to_owned())
}
