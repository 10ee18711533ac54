use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn moment(text: &str) -> Chart {
    Chart::of((at(text), at(text)))
}

#[test]
fn a_known_time_has_one_phase_and_all_longitudes() {
    let chart = moment("1990-04-12T05:45:00.000Z");
    let activations = chart.activations();
    assert_eq!((activations.len(), chart.phases().len()), (COUNT, 1));
    for (place, activation) in activations.iter().enumerate() {
        assert_eq!(activation.point, POINTS[place % 13]);
        assert_eq!(activation.side, if place < 13 { ChartSide::Personality } else { ChartSide::Design });
        // Gate and line follow from the longitude as it is published.
        let place = Longitude::from_degrees(activation.longitude.unwrap()).place();
        assert_eq!(
            (activation.gate, activation.line),
            (Some(place.gate().into()), Some(place.line().into()))
        );
        assert_eq!(activation.gates, [i64::from(place.gate())]);
        assert_eq!(chart.find(activation.side, activation.point).as_ref(), Some(activation));
    }
}

#[test]
fn sun_and_earth_and_the_nodes_lie_across_and_the_design_is_88_degrees_before() {
    for birth in [
        "1900-01-01T00:00:00.000Z",
        "1990-04-12T05:45:00.000Z",
        "2000-07-01T12:00:00.000Z",
        "2100-12-30T23:00:00.000Z",
    ] {
        let chart = moment(birth);
        let longitude =
            |side, point| Longitude::from_degrees(chart.find(side, point).unwrap().longitude.unwrap());
        use {ChartPoint as P, ChartSide as S};
        for side in [S::Personality, S::Design] {
            assert_eq!(longitude(side, P::Sun).opposite(), longitude(side, P::Earth));
            assert_eq!(longitude(side, P::NorthNode).opposite(), longitude(side, P::SouthNode));
        }
        let arc = longitude(S::Design, P::Sun).to(longitude(S::Personality, P::Sun));
        assert!((arc - 88_000_000).abs() <= 2, "{birth}: {arc}");
        let days = (at(birth).millis() - chart.designed.unwrap().millis()) / 86_400_000;
        assert!((85..=93).contains(&days), "{birth}: {days}");
    }
}

#[test]
fn a_day_ends_with_what_its_moments_have() {
    let (from, to) = (at("1990-04-12T22:00:00.000Z"), at("1990-04-13T21:59:59.999Z"));
    let day = Chart::of((from, to));
    assert_eq!(day.designed, None);
    for (phase, end) in [(day.phases().first(), from), (day.phases().last(), to)] {
        assert_eq!(phase, Chart::of((end, end)).phases().first());
    }
    let moon = day.find(ChartSide::Personality, ChartPoint::Moon).unwrap();
    // 12 to 15 degrees of the Moon are more than two gates.
    assert!(moon.gate.is_none() && moon.line.is_none() && (3..=4).contains(&moon.gates.len()), "{moon:?}");
    let pluto = day.find(ChartSide::Design, ChartPoint::Pluto).unwrap();
    assert!(pluto.gate.is_some() && pluto.longitude.is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_day_goes_through_what_each_of_its_moments_has(start in -2_208_988_800_000..4_133_000_000_000_i64, hours in 1..=50_i64, parts in proptest::collection::vec(0.0..1.0, 8)) {
        let from = Timestamp::from_millis(start).unwrap();
        let to = from.plus_millis(hours * 3_600_000);
        let day = Chart::of((from, to));
        for part in parts {
            #[allow(clippy::cast_possible_truncation)]
            let at = from.plus_millis((3_600_000.0 * part) as i64 * hours);
            let phase = Chart::of((at, at));
            // Within two seconds of arc of a boundary the motion may be on the other side of it.
            let near = phase.longitudes.unwrap().iter().any(|longitude| {
                let beyond = longitude.along() % LINE;
                beyond.min(LINE - beyond) < 600
            });
            prop_assert!(near || day.phases().contains(&phase.phases()[0]), "{at}");
        }
        let mut seen = day.phases().to_vec();
        seen.dedup();
        prop_assert_eq!(seen.len(), day.phases().len());
    }
}

/// Gates and lines of births from an independent ephemeris and an independent script (`tools/truth`).
#[test]
fn accuracy_gates_and_lines_are_those_of_an_independent_ephemeris() {
    let mut rows = include_str!("../../../../tests/truth/births.csv").lines();
    let columns: Vec<&str> = rows.next().unwrap().split(',').collect();
    let (mut beyond, mut seconds, mut births) = (Vec::new(), Vec::new(), 0);
    for row in rows {
        let cells: std::collections::HashMap<&str, &str> =
            columns.iter().copied().zip(row.split(',')).collect();
        births += 1;
        let chart = moment(cells["utc"]);
        for activation in chart.activations() {
            let column = format!("{}_{}", activation.side.as_str(), activation.point.as_str());
            let there: f64 = cells[format!("{column}_longitude").as_str()].parse().unwrap();
            let ours = format!("{}.{}", activation.gate.unwrap(), activation.line.unwrap());
            let along = (there + 58.0) % 0.9375;
            let over = if cells[column.as_str()] == ours { 0.0 } else { along.min(0.9375 - along) };
            assert!(
                over < 0.002,
                "{} {column}: {ours} and not {} by {over}",
                cells["utc"],
                cells[column.as_str()]
            );
            beyond.push(over);
            let there = Longitude::from_degrees(there);
            #[allow(clippy::cast_precision_loss)]
            seconds
                .push(Longitude::from_degrees(activation.longitude.unwrap()).to(there).abs() as f64 * 0.0036);
        }
    }
    assert!(births >= 500, "{births}");
    for (what, mut values, allowed) in
        [("chart: over a line, degrees", beyond, 0.002), ("chart: longitudes, \"", seconds, 7.2)]
    {
        values.sort_by(f64::total_cmp);
        let at = |share: usize| values[(values.len() - 1) * share / 100];
        let [p50, p90, p99, max] = [50, 90, 99, 100].map(at);
        println!(
            "accuracy | {what} | {} | {p50:.4} | {p90:.4} | {p99:.4} | {max:.4} | {allowed}",
            values.len()
        );
        assert!(max < allowed, "{what}: {max}");
    }
}

#[test]
fn the_last_chart_is_remembered_and_no_other() {
    let at = |millis| Timestamp::from_millis(millis).unwrap();
    let (one, other) = ((at(0), at(0)), (at(86_400_000), at(86_400_000)));
    let first = Chart::shared(one);
    assert_eq!((&*first, Rc::ptr_eq(&first, &Chart::shared(one))), (&Chart::of(one), true));
    assert_eq!(*Chart::shared(other), Chart::of(other));
    assert_eq!(*Chart::shared((one.0, other.1)), Chart::of((one.0, other.1)));
    assert!(!Rc::ptr_eq(&first, &Chart::shared(one)));
}
