use super::*;
use crate::contract::types::NumerologyNumber;
use crate::oracle::engines::Refusal;
use crate::oracle::engines::book::built as book;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn input(name: &str, birth: &str) -> NumerologyInput {
    serde_json::from_value(serde_json::json!({"full_name": name, "birth_date": birth})).unwrap()
}

fn ask(name: &str, birth: &str, on: &str, system: NumerologySystem) -> NumerologyResult {
    let input = NumerologyInput { system, ..input(name, birth) };
    calculate(&settle(&input, date(on)).unwrap(), book()).unwrap()
}

/// What another implementation (a page of Python written from the rules alone) finds.
struct Truth {
    who: (&'static str, &'static str, &'static str, NumerologySystem),
    /// Number and compound of life path, expression, soul urge, personality.
    names: [(i64, i64); 4],
    maturity: i64,
    personal: [i64; 3],
    pinnacles: [i64; 4],
    challenges: [i64; 4],
    first_ends: i64,
    lessons: &'static [i64],
    debts: &'static [(i64, Key)],
    bridges: [i64; 2],
}

const PYTHAGOREAN: NumerologySystem = NumerologySystem::Pythagorean;
const CHALDEAN: NumerologySystem = NumerologySystem::Chaldean;

const TRUTHS: &[Truth] = &[
    Truth {
        who: ("Ada Vellocea", "1815-12-10", "2026-03-01", PYTHAGOREAN),
        names: [(1, 10), (9, 9), (1, 10), (8, 8)],
        maturity: 1,
        personal: [5, 8, 9],
        pinnacles: [4, 7, 11, 9],
        challenges: [2, 5, 3, 3],
        first_ends: 35,
        lessons: &[2, 7, 8, 9],
        debts: &[],
        bridges: [8, 7],
    },
    Truth {
        who: ("Zoë Marguerite Lindqvist", "1988-11-29", "2026-03-01", PYTHAGOREAN),
        names: [(3, 30), (1, 19), (7, 25), (3, 21)],
        maturity: 4,
        personal: [5, 8, 9],
        pinnacles: [4, 1, 5, 1],
        challenges: [0, 6, 6, 6],
        first_ends: 33,
        lessons: &[],
        debts: &[(19, Key::Expression)],
        bridges: [2, 4],
    },
    Truth {
        who: ("Mary Lynn Young", "1975-02-13", "2026-03-01", CHALDEAN),
        names: [(1, 28), (8, 35), (7, 7), (1, 19)],
        maturity: 9,
        personal: [7, 1, 2],
        pinnacles: [6, 8, 5, 6],
        challenges: [2, 0, 2, 2],
        first_ends: 35,
        lessons: &[8],
        debts: &[(13, Key::Birthday), (19, Key::Personality)],
        bridges: [7, 6],
    },
    Truth {
        // Often worked out in print: life path 25/7, expression 44/8.
        who: ("John Fitzgerald Kennedy", "1917-05-29", "1961-01-20", PYTHAGOREAN),
        names: [(7, 25), (8, 44), (2, 20), (6, 15)],
        maturity: 6,
        personal: [6, 7, 9],
        pinnacles: [7, 11, 9, 5],
        challenges: [3, 7, 4, 4],
        first_ends: 29,
        lessons: &[],
        debts: &[],
        bridges: [1, 4],
    },
    Truth {
        who: ("John Fitzgerald Kennedy", "1917-05-29", "1961-01-20", CHALDEAN),
        names: [(7, 25), (11, 29), (7, 25), (22, 22)],
        maturity: 9,
        personal: [6, 7, 9],
        pinnacles: [7, 11, 9, 5],
        challenges: [3, 7, 4, 4],
        first_ends: 29,
        lessons: &[6],
        debts: &[],
        bridges: [5, 3],
    },
    Truth {
        who: ("Zoe Marguerite Lindqvist", "1988-11-29", "2026-03-01", CHALDEAN),
        names: [(3, 30), (8, 35), (5, 14), (3, 21)],
        maturity: 11,
        personal: [5, 8, 9],
        pinnacles: [4, 1, 5, 1],
        challenges: [0, 6, 6, 6],
        first_ends: 33,
        lessons: &[8],
        debts: &[(14, Key::SoulUrge)],
        bridges: [5, 2],
    },
];

#[test]
fn agrees_with_another_implementation() {
    for truth in TRUTHS {
        let (name, birth, on, system) = truth.who;
        let result = ask(name, birth, on, system);
        let of = |n: &NumerologyNumber| (n.number, n.compound);
        let found = [
            of(&result.life_path),
            of(&result.expression),
            of(result.soul_urge.as_ref().unwrap()),
            of(result.personality.as_ref().unwrap()),
        ];
        assert_eq!(found, truth.names, "{name}");
        assert_eq!(result.maturity.number, truth.maturity, "{name}");
        let personal =
            [&result.personal_year, &result.personal_month, &result.personal_day].map(|n| n.number);
        assert_eq!(personal, truth.personal, "{name}");
        let numbers = |periods: &[crate::contract::types::NumerologyPeriod]| {
            periods.iter().map(|p| p.number).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&result.pinnacles), truth.pinnacles, "{name}");
        assert_eq!(numbers(&result.challenges), truth.challenges, "{name}");
        assert_eq!(result.pinnacles[0].to_age, Some(truth.first_ends), "{name}");
        assert_eq!(
            result.karmic_lessons.iter().map(|l| l.number).collect::<Vec<_>>(),
            truth.lessons,
            "{name}"
        );
        let debts: Vec<(i64, Key)> =
            result.karmic_debts.iter().flat_map(|d| d.found_in.iter().map(|key| (d.number, *key))).collect();
        assert_eq!(debts, truth.debts, "{name}");
        assert_eq!(result.bridges.iter().map(|b| b.number).collect::<Vec<_>>(), truth.bridges, "{name}");
    }
}

#[test]
fn the_working_is_what_one_writes_by_hand() {
    let result = ask("Ada Vellocea", "1988-11-29", "2026-03-01", PYTHAGOREAN);
    assert_eq!(result.life_path.working, "month 11 + day 29 -> 11 + year 1988 -> 26 -> 8 = 30 -> 3");
    assert_eq!(result.expression.working, "ADA 6 + VELLOCEA 30 -> 3 = 9");
    assert_eq!(result.soul_urge.unwrap().working, "AA 2 + EOEA 17 -> 8 = 10 -> 1");
    assert_eq!(result.personality.unwrap().working, "D 4 + VLLC 13 -> 4 = 8");
    assert_eq!(result.maturity.working, "life path 3 + expression 9 = 12 -> 3");
    assert_eq!(result.birthday.working, "day 29 -> 11");
    assert_eq!(result.personal_year.working, "month 11 -> 2 + day 29 -> 11 -> 2 + year 2026 -> 10 -> 1 = 5");
    assert_eq!(result.personal_month.working, "personal year 5 + month 3 = 8");
    assert_eq!(result.challenges[0].working, "month 2 and day 2 are 0 apart");
}

#[test]
fn masters_are_kept() {
    // November 11, day 22 and 1993 -> 22 are all kept: 55.
    assert_eq!(ask("A", "1993-11-22", "2026-03-01", PYTHAGOREAN).life_path.compound, 55);
    // 4 + 9 + 9 = 22.
    let master = ask("A", "1989-04-09", "2026-03-01", PYTHAGOREAN).life_path;
    assert_eq!((master.number, master.master), (22, true));
    // The ages go by the single digit: 36 - 4.
    assert_eq!(ask("A", "1989-04-09", "2026-03-01", PYTHAGOREAN).pinnacles[0].to_age, Some(32));
}

#[test]
fn one_period_of_four_is_current() {
    for (on, position) in [
        ("1989-04-09", 1),
        ("2022-04-08", 1),
        ("2022-04-09", 2),
        ("2031-04-09", 3),
        ("2040-04-09", 4),
        ("2099-01-01", 4),
    ] {
        let result = ask("A", "1989-04-09", on, PYTHAGOREAN);
        for periods in [&result.pinnacles, &result.challenges] {
            let current: Vec<i64> = periods.iter().filter(|p| p.current).map(|p| p.position).collect();
            assert_eq!(current, [position], "{on}");
        }
    }
}

#[test]
fn names_without_vowels_or_consonants_still_have_an_expression() {
    let result = ask("Ng", "1989-04-09", "2026-03-01", PYTHAGOREAN);
    assert!(result.soul_urge.is_none() && result.personality.is_some());
    assert_eq!(result.bridges.len(), 1);
    let result = ask("Io", "1989-04-09", "2026-03-01", PYTHAGOREAN);
    assert!(result.soul_urge.is_some() && result.personality.is_none());
}

#[test]
fn a_preferred_name_adds_the_minor_numbers() {
    let mut asked = input("Zoë Marguerite Lindqvist", "1988-11-29");
    assert!(
        calculate(&settle(&asked, date("2026-03-01")).unwrap(), book()).unwrap().minor_expression.is_none()
    );
    asked.preferred_name = Some(" Zoë ".to_owned());
    let result = calculate(&settle(&asked, date("2026-03-01")).unwrap(), book()).unwrap();
    // Z 8 + O 6 + E 5 = 19 -> 1; vowels 11; Z 8.
    let minor = result.minor_expression.unwrap();
    assert_eq!((minor.number, minor.compound), (1, 1));
    assert_eq!(minor.working, "ZOE 19 -> 10 -> 1 = 1");
    assert_eq!((result.minor_soul_urge.unwrap().number, result.minor_personality.unwrap().number), (11, 8));
    let name = result.preferred_name.unwrap();
    assert_eq!((name.written.as_str(), name.total), ("Zoë", 19));
    assert_eq!((name.replaced[0].from.as_str(), name.replaced[0].to.as_str()), ("ë", "E"));
    asked.preferred_name = Some("  ".to_owned());
    assert!(
        calculate(&settle(&asked, date("2026-03-01")).unwrap(), book()).unwrap().preferred_name.is_none()
    );
}

#[test]
fn another_year_keeps_month_and_day() {
    let mut asked = input("Ada", "1988-11-29");
    asked.current_year = Some(2030);
    assert_eq!(settle(&asked, date("2026-03-01")).unwrap().as_of, date("2030-03-01"));
    assert_eq!(settle(&asked, date("2028-02-29")).unwrap().as_of, date("2030-02-28"));
    asked.current_year = Some(2032);
    assert_eq!(settle(&asked, date("2028-02-29")).unwrap().as_of, date("2032-02-29"));
    asked.current_year = Some(1988);
    assert!(settle(&asked, date("2026-03-01")).is_ok(), "the year of birth itself has a personal year");
}

#[test]
fn all_refusals_are_reported_at_once() {
    let mut asked = input("Ada 李", "1988-11-29");
    asked.current_year = Some(1987);
    asked.preferred_name = Some("?".to_owned());
    let EngineProblem::Refused(refusals) = settle(&asked, date("2026-03-01")).unwrap_err() else {
        panic!("not refused")
    };
    let found: Vec<(&str, &str)> =
        refusals.iter().map(|Refusal { pointer, code, .. }| (*pointer, *code)).collect();
    assert_eq!(
        found,
        [
            ("/current_year", "before-birth"),
            ("/full_name", "unspellable"),
            ("/preferred_name", "unspellable")
        ]
    );
}

#[test]
fn a_birth_in_a_later_year_is_refused() {
    let EngineProblem::Refused(refusals) =
        settle(&input("Ada", "2030-01-01"), date("2026-03-01")).unwrap_err()
    else {
        panic!("not refused")
    };
    assert_eq!(refusals[0].pointer, "/birth_date");
}

#[test]
fn every_date_of_birth_finds_a_text_for_every_number() {
    for offset in (0..40_000).step_by(7) {
        let birth = date("1900-01-01") + chrono::Days::new(offset);
        let result = ask("Maria Öberg", &birth.to_string(), "2026-03-01", PYTHAGOREAN);
        let numbers = [
            &result.life_path,
            &result.birthday,
            &result.maturity,
            &result.personal_year,
            &result.personal_month,
            &result.personal_day,
        ];
        assert!(numbers.iter().all(|n| !n.text.is_empty()), "{birth}");
        assert!(result.pinnacles.iter().chain(&result.challenges).all(|p| !p.text.is_empty()), "{birth}");
        assert!(result.bridges.iter().all(|b| !b.text.is_empty()), "{birth}");
        assert!(result.karmic_debts.iter().all(|d| !d.text.is_empty()), "{birth}");
    }
}
