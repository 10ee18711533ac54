use super::*;

fn words(name: &str) -> Vec<String> {
    spell(name).unwrap_or_else(|why| panic!("{name}: {why:?}")).words
}

#[test]
fn plain_letters_stay() {
    let spelled = spell("Ada Vellocea").unwrap();
    assert_eq!(spelled.words, ["ADA", "VELLOCEA"]);
    assert!(spelled.replaced.is_empty());
}

#[test]
fn accents_and_ligatures_have_their_spelling() {
    for (name, expected) in [
        ("Zoë Çelik", "ZOE CELIK"),
        ("Nguyễn Thị Ánh", "NGUYEN THI ANH"),
        ("Łukasz Żółć", "LUKASZ ZOLC"),
        ("Björk Guðmundsdóttir", "BJORK GUDMUNDSDOTTIR"),
        ("Þórður", "THORDUR"),
        ("STRAẞE Strauß", "STRASSE STRAUSS"),
        ("Søren Kierkegård", "SOREN KIERKEGARD"),
        ("Œdipe Æsop", "OEDIPE AESOP"),
        ("İbrahim Işık", "IBRAHIM ISIK"),
        ("Đặng", "DANG"),
        ("Ａｄａ", "ADA"),
    ] {
        assert_eq!(words(name).join(" "), expected, "{name}");
    }
}

#[test]
fn composed_and_decomposed_are_the_same() {
    assert_eq!(spell("Zoe\u{308}"), spell("Zo\u{eb}"));
    assert_eq!(spell("\u{1112}\u{1161}\u{11ab}"), spell("한"));
    // A letter whose accented form does not exist as one character keeps its mark only in the report.
    let spelled = spell("M\u{328}").unwrap();
    assert_eq!(spelled.replaced, [("M\u{328}".to_owned(), "M".to_owned())]);
}

#[test]
fn other_alphabets_have_their_spelling() {
    for (name, expected) in [
        ("Παπαδοπούλου Ελένη", "PAPADOPOULOU ELENI"),
        ("Χρήστος Θεοδώρου", "CHRISTOS THEODOROU"),
        ("Щербаков Юрий", "SHCHERBAKOV IURII"),
        ("Соловьёв", "SOLOVEV"),
        ("Ђорђе Њего", "DORDE NJEGO"),
        ("Արամ Խաչատրյան", "ARAM KHACHATRYAN"),
        ("შოთა რუსთაველი", "SHOTA RUSTAVELI"),
        ("김연아", "GIMYEONA"),
        ("박지성", "BAKJISEONG"),
    ] {
        assert_eq!(words(name).join(" "), expected, "{name}");
    }
}

#[test]
fn a_sign_without_a_sound_is_reported_as_such() {
    let spelled = spell("Соловьёв").unwrap();
    assert!(spelled.replaced.contains(&("ь".to_owned(), String::new())));
    assert_eq!(spelled.replaced.iter().filter(|(from, _)| from == "о").count(), 1);
}

#[test]
fn punctuation_parts_or_joins() {
    assert_eq!(words("Jean-Luc O'Brien, Jr."), ["JEAN", "LUC", "OBRIEN", "JR"]);
    assert_eq!(words("J.R.R. Tolkien"), ["J", "R", "R", "TOLKIEN"]);
    assert_eq!(words("D’Arcy “Dee” (Lee)"), ["DARCY", "DEE", "LEE"]);
}

#[test]
fn what_has_no_spelling_is_refused_by_name() {
    for (name, letters) in [
        ("李小龍", vec!["李", "小", "龍"]),
        ("Ada 李 李", vec!["李"]),
        ("محمد", vec!["م", "ح", "د"]),
        ("X Æ A-12", vec!["1", "2"]),
        ("Ada 🙂", vec!["🙂"]),
        ("\u{301}Ada", vec!["\u{301}"]),
    ] {
        let expected = letters.into_iter().map(str::to_owned).collect();
        assert_eq!(spell(name), Err(Unspellable::Unknown(expected)), "{name}");
    }
}

#[test]
fn nothing_to_count_is_refused() {
    for name in ["", "  ", "-", "'", "ь"] {
        assert_eq!(spell(name), Err(Unspellable::Empty), "{name:?}");
    }
}

#[test]
fn every_accented_latin_letter_of_unicode_is_known() {
    // Latin-1 Supplement, Latin Extended-A and Latin Extended Additional, without signs.
    let ranges = [0xc0..=0xd6, 0xd8..=0xf6, 0xf8..=0x17f, 0x1e00..=0x1ef9];
    for code in ranges.into_iter().flatten() {
        let letter = char::from_u32(code).unwrap();
        // Two medieval letters and two halves of long s have no spelling of their own.
        if !matches!(letter, 'ẚ' | 'ẜ' | 'ẝ' | 'ẟ') {
            assert!(spell(&letter.to_string()).is_ok(), "{letter} U+{code:04X}");
        }
    }
}
