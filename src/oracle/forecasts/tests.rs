use proptest::prelude::*;

use super::*;
use crate::oracle::engines::book::built as book;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn person(number: u8) -> Person {
    let user_id = Id::new(crate::kernel::time::Timestamp::EPOCH, [number; 10]);
    Person { user_id, birth_date: date("1990-04-12") }
}

#[test]
fn a_day_is_the_same_however_often_it_is_asked_and_another_for_others() {
    let ada = day(&person(1), date("2026-03-01"), book()).unwrap();
    assert_eq!(ada, day(&person(1), date("2026-03-01"), book()).unwrap());
    let seeds: Vec<String> = (1..=20)
        .map(|number| day(&person(number), date("2026-03-01"), book()).unwrap().forecast.card.seed)
        .chain([day(&person(1), date("2026-03-02"), book()).unwrap().forecast.card.seed])
        .collect();
    let different: std::collections::HashSet<&String> = seeds.iter().collect();
    assert_eq!(different.len(), 21);
}

#[test]
fn a_day_agrees_with_the_engines() {
    let told = day(&person(1), date("2026-03-01"), book()).unwrap();
    let rhythm = cycles(date("1990-04-12"), date("2026-03-01"), 1).unwrap();
    let mean = rhythm.cycles.iter().map(|cycle| cycle.value).sum::<f64>() / 3.0;
    assert!((told.forecast.energy as f64 - (50.0 + mean / 2.0)).abs() <= 0.5);
    // 4 + 12 -> 3, year 2026 -> 1: personal year 8; month 3 -> 11 -> 2; day 1 -> 3.
    let numbers = [&told.forecast.personal_year, &told.forecast.personal_month, &told.forecast.personal_day];
    assert_eq!(numbers.map(|number| number.number), [8, 2, 3]);
    assert!(numbers.iter().all(|number| !number.text.is_empty()));
    let seed = Some(told.forecast.card.seed.clone());
    let input = TarotInput { question: None, spread: TarotSpread::SingleCard, reversed: true, seed };
    let drawn = tarot::calculate(&tarot::settle(&input, "").unwrap(), book()).unwrap();
    assert_eq!(
        (&drawn.cards[0].card, drawn.cards[0].reversed),
        (&told.forecast.card.card, told.forecast.card.reversed)
    );
    assert!(told.title.starts_with("Sunday, 1 March: energy "), "{}", told.title);
}

#[test]
fn energy_spans_its_whole_range() {
    assert_eq!(energy([-100.0; 3]), 0);
    assert_eq!(energy([100.0; 3]), 100);
    assert_eq!(energy([0.0; 3]), 50);
    assert_eq!(energy([100.0, -100.0, 50.0]), 58);
}

#[test]
fn a_week_is_seven_days_that_agree_with_their_forecasts() {
    let (monday, sunday) = monday_and_sunday(date("2026-03-01"));
    assert_eq!((monday, sunday), (date("2026-02-23"), date("2026-03-01")));
    assert_eq!(monday_and_sunday(monday), (monday, sunday));
    let week = week(&person(1), monday, book()).unwrap().forecast;
    assert_eq!(week.days.len(), 7);
    for short in &week.days {
        let long = day(&person(1), short.date, book()).unwrap().forecast;
        assert_eq!(
            (short.energy, short.personal_day),
            (long.energy, long.personal_day.number),
            "{}",
            short.date
        );
        assert_eq!(short.critical, long.critical, "{}", short.date);
    }
    let energy = |date| week.days.iter().find(|day| day.date == date).unwrap().energy;
    assert!(
        week.days.iter().all(|day| (energy(week.quiet_day)..=energy(week.best_day)).contains(&day.energy))
    );
}

#[test]
fn the_week_of_the_birth_begins_with_it_and_an_earlier_one_is_refused() {
    let (monday, _) = monday_and_sunday(date("1990-04-12"));
    let born = week(&person(1), monday, book()).unwrap().forecast;
    assert_eq!((born.days[0].date, born.days.len()), (date("1990-04-12"), 4));
    assert!(matches!(week(&person(1), date("1990-04-02"), book()), Err(EngineProblem::Refused(_))));
    assert!(matches!(day(&person(1), date("1990-04-11"), book()), Err(EngineProblem::Refused(_))));
}

#[test]
fn what_is_kept_belongs_to_a_person_and_a_time() {
    let all: std::collections::HashSet<String> = [(1, "2026-03-02"), (2, "2026-03-02"), (1, "2026-03-09")]
        .into_iter()
        .flat_map(|(number, from)| {
            [ForecastKind::Daily, ForecastKind::Weekly]
                .map(|kind| Asked::new(kind, &person(number), date(from), clock(from, 0)).hash)
        })
        .collect();
    assert_eq!(all.len(), 6);
    let asked = Asked::new(ForecastKind::Daily, &person(1), date("2026-03-02"), clock("2026-03-02", 0));
    assert_eq!(asked.tags(), ["date:2026-03-02"]);
    assert!(!asked.input.contains(&person(1).user_id.to_string()));
    let later = Asked::new(ForecastKind::Daily, &person(1), date("2026-03-02"), clock("2026-03-05", 7));
    assert_eq!(asked.hash, later.hash, "whenever it is asked");
}

fn clock(day: &str, hour: u32) -> NaiveDateTime {
    date(day).and_hms_opt(hour, 0, 0).unwrap()
}

/// Hours for which a forecast from that day on is fresh, and for how many more it is answered.
fn hours(kind: ForecastKind, from: &str, (day, hour): (&str, u32)) -> (u32, u32) {
    let Life { fresh, renew, stale } =
        Asked::new(kind, &person(1), date(from), clock(day, hour)).question(&[]).life;
    assert_eq!((fresh % 3_600, renew % 3_600, stale), (0, 0, renew));
    (fresh / 3_600, renew / 3_600)
}

#[test]
fn a_day_is_fresh_for_six_hours_of_it_and_answered_until_it_is_over() {
    let day = |at| hours(ForecastKind::Daily, "2026-03-04", at);
    assert_eq!(day(("2026-03-04", 0)), (6, 18));
    assert_eq!(day(("2026-03-04", 9)), (6, 9));
    assert_eq!(day(("2026-03-04", 18)), (6, 0));
    assert_eq!(day(("2026-03-04", 23)), (6, 0));
    assert_eq!(day(("2026-03-03", 22)), (8, 18), "made ahead, it is fresh for six hours of its day");
    assert_eq!(day(("2026-03-02", 0)), (54, 18));
    assert_eq!(day(("2026-03-01", 23)), (6, 0), "too far ahead to be kept for its day");
    assert_eq!(day(("2026-03-05", 1)), (6, 0), "a day that is over");
}

#[test]
fn a_week_is_fresh_for_a_day_of_it_and_answered_until_it_is_over() {
    let week = |at| hours(ForecastKind::Weekly, "2026-03-02", at);
    assert_eq!(week(("2026-03-02", 0)), (24, 144));
    assert_eq!(week(("2026-03-06", 12)), (24, 36));
    assert_eq!(week(("2026-03-01", 22)), (26, 144));
    assert_eq!(week(("2026-03-08", 12)), (24, 0));
}

proptest! {
    /// Made during its time, or shortly before, a forecast is never believed after it by more than it is fresh.
    #[test]
    fn no_forecast_outlives_its_time_and_its_freshness(before in -400_000_i64..200_000, weekly: bool) {
        let (kind, span, fresh) = match weekly {
            false => (ForecastKind::Daily, 86_400, 6 * 3_600),
            true => (ForecastKind::Weekly, 7 * 86_400, 86_400),
        };
        let now = clock("2026-03-02", 0) - chrono::TimeDelta::seconds(before);
        let asked = Asked::new(kind, &person(1), date("2026-03-02"), now);
        let life = asked.question(&[]).life;
        let ends = before + span;
        prop_assert!(i64::from(life.fresh) >= fresh);
        prop_assert!(i64::from(life.fresh + life.renew) <= ends.max(fresh));
    }
}
