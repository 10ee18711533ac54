use super::*;
use crate::oracle::engines::book::built as book;
use crate::oracle::engines::texts;

fn ask(seed: &str, method: &str) -> IchingResult {
    let input: IchingInput =
        serde_json::from_value(serde_json::json!({"seed": seed, "method": method})).unwrap();
    calculate(&settle(&input, "fresh").unwrap(), book()).unwrap()
}

fn values(result: &IchingResult) -> Vec<i64> {
    result.lines.iter().map(|line| line.value).collect()
}

#[test]
fn known_casts() {
    // From a page of Python written from the description of the generator.
    for (seed, coins, yarrow) in [
        ("witness", [8, 7, 7, 7, 7, 7], [9, 7, 8, 8, 8, 8]),
        ("5f1c0a9e3b7d4c2f", [7, 8, 7, 7, 6, 7], [8, 8, 8, 8, 8, 8]),
        ("Ünïcode ✓", [8, 8, 8, 8, 8, 9], [7, 9, 8, 7, 8, 9]),
    ] {
        assert_eq!(values(&ask(seed, "coins")), coins, "{seed}");
        assert_eq!(values(&ask(seed, "yarrow")), yarrow, "{seed}");
    }
}

#[test]
fn a_cast_is_read_into_its_hexagrams() {
    // Looked up by hand: lake below earth is 19; its first line changing makes water below earth, 7; inside
    // lie thunder below earth, 24.
    let result = ask("witness", "yarrow");
    assert_eq!((result.primary.number, result.nuclear.number), (19, 24));
    assert_eq!(result.relating.as_ref().map(|hexagram| hexagram.number), Some(7));
    assert_eq!(result.changing_lines, [1]);
    assert_eq!((result.primary.symbol.as_str(), result.primary.lines.as_str()), ("\u{4dd2}", "110000"));
    assert_eq!((result.primary.lower.key.as_str(), result.primary.upper.key.as_str()), ("lake", "earth"));
    assert_eq!(result.lines[0].text, book().of(texts::HEXAGRAMS[18].lines[0]));
    assert_eq!((result.lines[0].kind, result.lines[0].changing), (IchingLineKind::OldYang, true));
    assert!(result.title.starts_with("19. ") && result.title.contains(", becoming 7. "));
    // Fire doubled is 30; its fifth line changing makes fire below heaven, 13.
    let result = ask("5f1c0a9e3b7d4c2f", "coins");
    assert_eq!((result.primary.number, result.relating.map(|hexagram| hexagram.number)), (30, Some(13)));
}

#[test]
fn without_a_changing_line_nothing_follows() {
    let result = ask("witness", "coins");
    assert_eq!(result.primary.number, 44);
    assert!(result.relating.is_none() && result.changing_lines.is_empty());
    assert!(result.summary.contains("No line changes."));
}

#[test]
fn defaults_are_coins_and_the_fresh_seed() {
    let input: IchingInput = serde_json::from_str("{}").unwrap();
    let result = calculate(&settle(&input, "fresh").unwrap(), book()).unwrap();
    assert_eq!((result.method, result.seed.as_str()), (IchingMethod::Coins, "fresh"));
}

#[test]
fn each_outcome_of_the_dice_has_its_exact_share() {
    // Yarrow: 6, 7, 8 and 9 take 1, 5, 7 and 3 of sixteen equally likely numbers. Coins: 1, 3, 3 and 1 of eight.
    for (method, per, shares) in
        [(IchingMethod::Yarrow, 16.0, [1.0, 5.0, 7.0, 3.0]), (IchingMethod::Coins, 8.0, [1.0, 3.0, 3.0, 1.0])]
    {
        let rounds = 64_000_u32;
        let mut counts = [0_u32; 4];
        let mut draw = Draw::new("odds", method.as_str());
        for _ in 0..rounds {
            counts[usize::try_from(cast(method, &mut draw) - 6).unwrap()] += 1;
        }
        let chi: f64 = counts
            .iter()
            .zip(shares)
            .map(|(count, share)| {
                let expected = f64::from(rounds) * share / per;
                (f64::from(*count) - expected).powi(2) / expected
            })
            .sum();
        // Three degrees of freedom: 30.7 is exceeded by chance once in a million tables.
        assert!(chi < 30.7, "{method:?} {counts:?} {chi}");
    }
}

#[test]
fn all_hexagrams_come_up() {
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..2000 {
        let result = ask(&seed.to_string(), "coins");
        seen.insert(result.primary.number);
        let turned = result.relating.as_ref().map_or(result.primary.lines.clone(), |to| to.lines.clone());
        let differing: Vec<i64> = result
            .primary
            .lines
            .chars()
            .zip(turned.chars())
            .zip(1..)
            .filter(|((one, other), _)| one != other)
            .map(|(_, position)| position)
            .collect();
        assert_eq!(differing, result.changing_lines);
        assert!(result.title.chars().count() <= 200 && result.summary.chars().count() <= 1000);
    }
    assert_eq!(seen.len(), 64);
}

#[test]
fn each_of_the_six_lines_has_the_odds_of_its_method() {
    for (method, per, shares) in
        [(IchingMethod::Yarrow, 16.0, [1.0, 5.0, 7.0, 3.0]), (IchingMethod::Coins, 8.0, [1.0, 3.0, 3.0, 1.0])]
    {
        let rounds = 8000_u32;
        let mut counts = [[0_u32; 4]; 6];
        for seed in 0..rounds {
            let mut draw = Draw::new(DOMAIN, &format!("line {seed}"));
            for line in &mut counts {
                line[usize::try_from(cast(method, &mut draw) - 6).unwrap()] += 1;
            }
        }
        for (line, counts) in counts.iter().enumerate() {
            let outcomes = counts.iter().zip(shares).map(|(count, share)| (f64::from(*count), share));
            let expected = |share: f64| f64::from(rounds) * share / per;
            let chi: f64 =
                outcomes.map(|(count, share)| (count - expected(share)).powi(2) / expected(share)).sum();
            // Three degrees of freedom, as above.
            assert!(chi < 30.7, "{method:?} line {line}: {counts:?} {chi}");
        }
    }
}
