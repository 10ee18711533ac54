use super::*;

/// Berlin-like: +01:00, put forward at 1990-03-25T01:00Z, back at 1990-09-30T01:00Z; a second zone leaves out a day.
struct Two;

impl Zones for Two {
    fn offset(&self, zone: &str, at: Timestamp) -> Result<i32, ZoneError> {
        match zone {
            "Test/Summer" => {
                let summer = (638_326_800..654_656_400).contains(&at.seconds());
                Ok(if summer { 7200 } else { 3600 })
            }
            // 1990-06-10 is left out.
            "Test/Leap" => Ok(if at.seconds() < 645_019_200 { -43_200 } else { 43_200 }),
            "Test/Mean" => Ok(1172),
            _ => Err(ZoneError::Unknown),
        }
    }
}

static READER: Metadata = Metadata {
    name: "reader",
    title: "Reader",
    version: "1.0.0",
    description: "",
    drawn: false,
    needs: &[],
    cache_seconds: 60,
};

fn settled(input: &str) -> Result<Settled, EngineProblem> {
    let today = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
    let input = serde_json::from_str(input).unwrap();
    settle(&input, &READER, &Settling { today, fresh_seed: "", zones: &Two })
}

/// Pointer, code and message of the only reason.
fn refused(input: &str) -> (&'static str, &'static str, String) {
    match settled(input) {
        Err(EngineProblem::Refused(reasons)) => {
            let [reason] = reasons.as_slice() else { panic!("{reasons:?}") };
            (reason.pointer, reason.code, reason.message.clone())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_known_time_is_one_moment_and_the_canonical_input_says_which() {
    let born = settled(r#"{"birth_date":"1990-04-12","birth_time":"07:45","time_zone":"Test/Summer","latitude":-0.0,"longitude":13.4,"occurrence":"later"}"#).unwrap();
    assert_eq!(
        serde_json::to_string(&born).unwrap(),
        r#"{"birth_date":"1990-04-12","birth_time":"07:45:00","engine":"reader","engine_version":"1.0.0","ephemeris":"sky 1.0.0","latitude":0.0,"longitude":13.4,"offset_seconds":7200,"time_zone":"Test/Summer","utc":"1990-04-12T05:45:00.000Z"}"#
    );
    let at = Timestamp::parse("1990-04-12T05:45:00Z").unwrap();
    assert_eq!(born.span(&READER), Ok((at, at)));
    let longer = r#"{"birth_date":"1990-04-12","birth_time":"07:45:00","time_zone":"Test/Summer","latitude":0,"longitude":13.4}"#;
    assert_eq!(settled(longer).unwrap(), born, "another spelling of it");
}

#[test]
fn without_a_time_the_local_day_counts() {
    let born = settled(r#"{"birth_date":"1990-03-25","time_zone":"Test/Summer"}"#).unwrap();
    assert_eq!(
        serde_json::to_string(&born).unwrap(),
        r#"{"birth_date":"1990-03-25","engine":"reader","engine_version":"1.0.0","ephemeris":"sky 1.0.0","time_zone":"Test/Summer","utc_from":"1990-03-24T23:00:00.000Z","utc_to":"1990-03-25T21:59:59.999Z"}"#
    );
    let (from, to) = born.span(&READER).unwrap();
    assert_eq!(to.millis() - from.millis() + 1, 23 * 3_600_000);
}

#[test]
fn without_a_zone_too_the_day_counts_as_anywhere() {
    let born = settled(r#"{"birth_date":"1990-04-12"}"#).unwrap();
    let span = [born.utc_from, born.utc_to].map(|at| at.unwrap().to_string());
    assert_eq!(span, ["1990-04-11T10:00:00.000Z", "1990-04-13T11:59:59.999Z"]);
}

#[test]
fn a_time_that_came_twice_needs_to_be_told_which() {
    let ask = |more: &str| {
        format!(r#"{{"birth_date":"1990-09-30","birth_time":"02:30","time_zone":"Test/Summer"{more}}}"#)
    };
    let (pointer, code, message) = refused(&ask(""));
    assert_eq!((pointer, code), ("/birth_time", "ambiguous-time"));
    assert!(message.contains("1990-09-30T00:30:00.000Z (+02:00, earlier)"), "{message}");
    assert!(message.contains("1990-09-30T01:30:00.000Z (+01:00, later)"), "{message}");
    let of = |which: &str| settled(&ask(&format!(r#","occurrence":"{which}""#))).unwrap();
    assert_eq!(of("earlier").utc.unwrap().to_string(), "1990-09-30T00:30:00.000Z");
    assert_eq!((of("earlier").offset_seconds, of("later").offset_seconds), (Some(7200), Some(3600)));
    assert_eq!(of("later").utc.unwrap().to_string(), "1990-09-30T01:30:00.000Z");
}

#[test]
fn a_time_that_never_was_is_refused_with_what_it_may_mean() {
    for occurrence in ["null", "\"earlier\"", "\"later\""] {
        let (pointer, code, message) = refused(&format!(
            r#"{{"birth_date":"1990-03-25","birth_time":"02:30:15","time_zone":"Test/Summer","occurrence":{occurrence}}}"#
        ));
        assert_eq!((pointer, code), ("/birth_time", "skipped-time"));
        assert!(message.contains("1990-03-25T01:30:15.000Z (+01:00, by the time before)"), "{message}");
        assert!(message.contains("1990-03-25T00:30:15.000Z (+02:00, by the time after)"), "{message}");
    }
}

#[test]
fn a_day_that_never_was_is_refused() {
    let (pointer, code, _) = refused(r#"{"birth_date":"1990-06-10","time_zone":"Test/Leap"}"#);
    assert_eq!((pointer, code), ("/birth_date", "skipped-time"));
    let (pointer, code, _) =
        refused(r#"{"birth_date":"1990-06-10","birth_time":"12:00","time_zone":"Test/Leap"}"#);
    assert_eq!((pointer, code), ("/birth_time", "skipped-time"));
    for day in ["1990-06-09", "1990-06-11"] {
        assert!(settled(&format!(r#"{{"birth_date":"{day}","time_zone":"Test/Leap"}}"#)).is_ok());
    }
}

#[test]
fn places_need_their_zone_and_both_coordinates() {
    let of = |input| {
        let (pointer, code, _) = refused(input);
        (pointer, code)
    };
    let zone_needed = ("/time_zone", "zone-needed");
    assert_eq!(of(r#"{"birth_date":"1990-04-12","birth_time":"07:45"}"#), zone_needed);
    assert_eq!(of(r#"{"birth_date":"1990-04-12","latitude":52.5,"longitude":13.4}"#), zone_needed);
    assert_eq!(
        of(r#"{"birth_date":"1990-04-12","time_zone":"Test/Mean","latitude":52.5}"#),
        ("/longitude", "place-incomplete")
    );
    assert_eq!(
        of(r#"{"birth_date":"1990-04-12","time_zone":"Test/Mean","longitude":52.5}"#),
        ("/latitude", "place-incomplete")
    );
    assert_eq!(
        of(r#"{"birth_date":"1990-04-12","time_zone":"Mars/Olympus"}"#),
        ("/time_zone", "unknown-zone")
    );
    let pole = r#"{"birth_date":"1990-04-12","birth_time":"12:00","time_zone":"Test/Mean","latitude":90,"longitude":-180}"#;
    assert_eq!(settled(pole).unwrap().latitude, Some(90.0));
}

#[test]
fn births_outside_two_centuries_are_refused() {
    for date in ["0001-01-01", "1899-12-31", "2101-01-01", "9999-12-31"] {
        let (pointer, code, message) =
            refused(&format!(r#"{{"birth_date":"{date}","birth_time":"12:00","time_zone":"Test/Mean"}}"#));
        assert_eq!((pointer, code), ("/birth_date", "date-out-of-range"));
        assert!(message.contains("1900-01-01 to 2100-12-31"));
    }
    for date in ["1900-01-01", "2100-12-30"] {
        assert!(settled(&format!(r#"{{"birth_date":"{date}"}}"#)).is_ok(), "{date}");
    }
}

#[test]
fn offsets_are_written_with_seconds_only_where_they_have_some() {
    let texts = [0, 3600, -12_600, 1172, -57_360, -44].map(offset_text);
    assert_eq!(texts, ["+00:00", "+01:00", "-03:30", "+00:19:32", "-15:56", "-00:00:44"]);
}

#[test]
fn the_astronomy_names_its_version() {
    assert_eq!(EPHEMERIS, format!("sky {}", sky::VERSION));
}

#[test]
fn an_input_of_another_reader_or_sky_is_not_read() {
    let born = settled(r#"{"birth_date":"1990-04-12"}"#).unwrap();
    assert!(born.span(&READER).is_ok());
    for wrong in [
        Settled { engine: "other".to_owned(), ..born.clone() },
        Settled { engine_version: "0.9.0".to_owned(), ..born.clone() },
        Settled { ephemeris: "sky 0.9.0".to_owned(), ..born.clone() },
        Settled { utc_to: None, ..born.clone() },
        Settled { utc: born.utc_from, ..born.clone() },
    ] {
        assert!(matches!(wrong.span(&READER), Err(EngineProblem::Unreadable(_))), "{wrong:?}");
    }
}
