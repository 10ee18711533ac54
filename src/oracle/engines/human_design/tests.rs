use super::*;
use crate::oracle::birth;
use crate::oracle::engines::book::built as book;

fn born(utc: &str) -> Settled {
    let json = format!(
        r#"{{"birth_date":"1990-04-12","engine":"human_design","engine_version":"{}","ephemeris":"{}",{utc}}}"#,
        METADATA.version,
        birth::EPHEMERIS,
    );
    serde_json::from_str(&json).unwrap()
}

fn moment(utc: &str) -> HumanDesignResult {
    calculate(&born(&format!(r#""utc":"{utc}""#)), book()).unwrap()
}

fn day(from: &str, to: &str) -> HumanDesignResult {
    calculate(&born(&format!(r#""utc_from":"{from}","utc_to":"{to}""#)), book()).unwrap()
}

#[test]
fn a_known_time_leaves_nothing_open() {
    let result = moment("1990-04-12T05:45:00.000Z");
    assert!(result.birth.time_known && result.design_utc.unwrap() < result.birth.utc_from);
    let HumanDesignPossible { types, authorities, definitions, profiles, channels } = &result.possible;
    assert_eq!((only(types), only(authorities)), (result.r#type, result.authority));
    assert_eq!(only(definitions), result.definition);
    assert_eq!((profiles.as_slice(), channels), (&[result.profile.clone().unwrap()][..], &result.channels));
    assert!(result.centers.iter().all(|entry| entry.state != State::Varies));
    // Profile and cross are those of the activations.
    let find = |place: usize| &result.activations[place];
    let (sun, earth, design_sun, design_earth) = (find(0), find(1), find(13), find(14));
    assert_eq!(result.profile, Some(format!("{}/{}", sun.line.unwrap(), design_sun.line.unwrap())));
    let cross = result.cross.unwrap();
    assert_eq!((Some(cross.sun), Some(cross.earth)), (sun.gate, earth.gate));
    assert_eq!((Some(cross.design_sun), Some(cross.design_earth)), (design_sun.gate, design_earth.gate));
}

#[test]
fn every_gate_and_center_has_its_words() {
    let result = moment("1975-10-03T18:20:00.000Z");
    let mut gates: Vec<i64> = result.activations.iter().filter_map(|activation| activation.gate).collect();
    gates.sort_unstable();
    gates.dedup();
    assert_eq!(result.gates.iter().map(|gate| gate.gate).collect::<Vec<_>>(), gates);
    let keys: Vec<&str> = result.sections.iter().map(|section| section.key.as_str()).collect();
    let kind = result.r#type.unwrap().as_str();
    for key in [
        format!("type.{kind}"),
        format!("strategy.{kind}"),
        format!("authority.{}", result.authority.unwrap().as_str()),
        format!("definition.{}", result.definition.unwrap().as_str()),
        format!("angle.{}", result.cross.unwrap().angle.as_str()),
    ] {
        assert!(keys.contains(&key.as_str()), "{key}: {keys:?}");
    }
    for entry in &result.centers {
        let key = format!("{}.{}", entry.state.as_str(), entry.center.as_str());
        assert!(keys.contains(&key.as_str()), "{key}");
    }
    assert!(result.sections.len() <= 24);
}

#[test]
fn without_a_time_what_is_said_holds_at_every_moment_of_the_day() {
    for date in ["1931-02-17", "1968-08-08", "1990-04-12", "2024-02-29", "2077-11-30"] {
        let whole = day(&format!("{date}T00:00:00.000Z"), &format!("{date}T23:59:59.999Z"));
        assert!(!whole.birth.time_known && whole.design_utc.is_none());
        for hour in 0..24 {
            let then = moment(&format!("{date}T{hour:02}:17:00.000Z"));
            let possible = &whole.possible;
            assert!(possible.types.contains(&then.r#type.unwrap()), "{date} {hour}");
            assert!(possible.authorities.contains(&then.authority.unwrap()), "{date} {hour}");
            assert!(possible.definitions.contains(&then.definition.unwrap()), "{date} {hour}");
            assert!(possible.profiles.contains(then.profile.as_ref().unwrap()), "{date} {hour}");
            assert!(whole.channels.iter().all(|channel| then.channels.contains(channel)), "{date} {hour}");
            assert!(then.channels.iter().all(|channel| possible.channels.contains(channel)), "{date} {hour}");
            for (all_day, now) in whole.centers.iter().zip(&then.centers) {
                assert!(all_day.state == State::Varies || all_day.state == now.state, "{date} {hour}");
            }
            for (all_day, now) in whole.activations.iter().zip(&then.activations) {
                assert!(all_day.gates.contains(&now.gate.unwrap()), "{date} {hour}");
                assert!(all_day.gate.is_none_or(|_| all_day.gate == now.gate), "{date} {hour}");
                assert!(all_day.line.is_none_or(|_| all_day.line == now.line), "{date} {hour}");
            }
        }
    }
}

#[test]
fn only_the_twelve_profiles_come_about_and_each_has_its_angle() {
    let mut seen = std::collections::BTreeSet::new();
    // An hour and a bit at a time through three weeks: every line of the Sun several times.
    for step in 0..420 {
        let birth = format!("2001-03-{:02}T{:02}:{:02}:00.000Z", 1 + step / 20, step % 20, (step * 7) % 60);
        let result = moment(&birth);
        seen.insert((result.profile.unwrap(), result.cross.unwrap().angle.as_str()));
    }
    let expected = [
        ("1/3", "right"),
        ("1/4", "right"),
        ("2/4", "right"),
        ("2/5", "right"),
        ("3/5", "right"),
        ("3/6", "right"),
        ("4/1", "juxtaposition"),
        ("4/6", "right"),
        ("5/1", "left"),
        ("5/2", "left"),
        ("6/2", "left"),
        ("6/3", "left"),
    ];
    let expected = expected.into_iter().map(|(profile, angle)| (profile.to_owned(), angle)).collect();
    assert_eq!(seen, expected);
}

#[test]
fn words_stay_within_their_bounds_when_everything_is_open() {
    let mut widest = Day::default();
    for bits in 0..20_000_u64 {
        // Spread over the gates, so that all kinds of bodies are among them.
        let body = Body::of(Gates(bits.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        add(&mut widest.types, body.kind());
        add(&mut widest.authorities, body.authority());
        add(&mut widest.definitions, body.definition());
    }
    widest.bodies.push(Body::of(Gates(u64::MAX)));
    widest.profiles = (1..=6).flat_map(|one| (1..=6).map(move |other| (one, other))).collect();
    let summary = widest.summary(false);
    assert!(widest.types.len() >= 4 && summary.chars().count() <= 1000, "{summary}");
    assert_eq!(widest.channels(&[State::Defined]).len(), 36);
}

/// What another implementation makes of a birth (`tools/truth/human_design.mjs`).
#[derive(serde::Deserialize)]
struct Truth {
    activations: String,
    profile: String,
    angle: Angle,
}

#[test]
fn another_implementation_gives_the_same_profiles_and_angles() {
    let truth: Vec<Truth> =
        serde_json::from_str(include_str!("../../../../tests/truth/human_design.json")).unwrap();
    for birth in truth {
        let lines: Vec<u8> = birth
            .activations
            .split(' ')
            .map(|text| text.split_once('.').unwrap().1.parse().unwrap())
            .collect();
        let profile = (lines[0], lines[13]);
        assert_eq!((profile_text(profile), angle(profile)), (birth.profile, birth.angle));
    }
}
