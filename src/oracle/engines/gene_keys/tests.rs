use super::*;
use crate::oracle::birth;
use crate::oracle::engines::book::built as book;
use crate::oracle::engines::chart::POINTS;
use crate::oracle::engines::human_design;

fn settled(metadata: &Metadata, utc: &str) -> Settled {
    let json = format!(
        r#"{{"birth_date":"1990-04-12","engine":"{}","engine_version":"{}","ephemeris":"{}",{utc}}}"#,
        metadata.name,
        metadata.version,
        birth::EPHEMERIS,
    );
    serde_json::from_str(&json).unwrap()
}

const KNOWN: &str = r#""utc":"1990-04-12T05:45:00.000Z""#;
const DAY: &str = r#""utc_from":"1990-04-11T22:00:00.000Z","utc_to":"1990-04-12T21:59:59.999Z""#;

#[test]
fn every_sphere_has_the_activation_of_its_point() {
    for birth in [KNOWN, DAY] {
        let result = calculate(&settled(&METADATA, birth), book()).unwrap();
        let chart = human_design::calculate(&settled(&human_design::METADATA, birth), book()).unwrap();
        assert_eq!(result.spheres.len(), SPHERES.len());
        for (sphere, (sequence, key, side, point)) in result.spheres.iter().zip(SPHERES) {
            assert_eq!((sphere.sequence, sphere.key.as_str()), (sequence, key));
            let same =
                |other: &&crate::contract::types::ChartActivation| (other.side, other.point) == (side, point);
            assert_eq!(chart.activations.iter().find(same), Some(&sphere.activation));
        }
        assert_eq!((result.birth, result.design_utc), (chart.birth, chart.design_utc));
        assert_eq!(result.design_utc.is_some(), birth == KNOWN);
    }
}

#[test]
fn spheres_that_share_a_point_share_a_gate() {
    let result = calculate(&settled(&METADATA, KNOWN), book()).unwrap();
    let activation = |key: &str| {
        let found: Vec<_> = result.spheres.iter().filter(|sphere| sphere.key == key).collect();
        assert!(found.windows(2).all(|pair| pair[0].activation == pair[1].activation));
        found[0].activation.clone()
    };
    assert_eq!(activation("core"), activation("vocation"));
    assert_eq!(activation("lifes_work"), activation("brand"));
    // The two gates of a pair across the wheel have the same line.
    assert_eq!(activation("lifes_work").line, activation("evolution").line);
    assert_eq!(activation("radiance").line, activation("purpose").line);
}

#[test]
fn every_gate_and_line_that_is_named_has_its_words() {
    for birth in [KNOWN, DAY] {
        let result = calculate(&settled(&METADATA, birth), book()).unwrap();
        let mut gates: Vec<i64> =
            result.spheres.iter().flat_map(|sphere| sphere.activation.gates.iter().copied()).collect();
        gates.sort_unstable();
        gates.dedup();
        assert_eq!(result.gates.iter().map(|gate| gate.gate).collect::<Vec<_>>(), gates);
        for sphere in &result.spheres {
            if let Some(number) = sphere.activation.line {
                let key = format!("line.{number}");
                assert_eq!(result.sections.iter().filter(|section| section.key == key).count(), 1);
            }
        }
    }
}

#[test]
fn an_unknown_time_leaves_open_what_the_day_changes() {
    let result = calculate(&settled(&METADATA, DAY), book()).unwrap();
    assert!(!result.birth.time_known && result.design_utc.is_none());
    let attraction = result.spheres.iter().find(|sphere| sphere.key == "attraction").unwrap();
    assert!(attraction.activation.gate.is_none() && attraction.activation.gates.len() >= 3);
    let culture = result.spheres.iter().find(|sphere| sphere.key == "culture").unwrap();
    assert!(culture.activation.gate.is_some());
    assert!(result.summary.starts_with("The time of birth is unknown"));
}

/// What another implementation makes of a birth (`tools/truth/human_design.mjs`).
#[derive(serde::Deserialize)]
struct Truth {
    activations: String,
    spheres: String,
}

#[test]
fn another_implementation_fills_the_spheres_alike() {
    let truth: Vec<Truth> =
        serde_json::from_str(include_str!("../../../../tests/truth/human_design.json")).unwrap();
    for birth in truth {
        let activations: Vec<&str> = birth.activations.split(' ').collect();
        let theirs: std::collections::BTreeMap<&str, &str> =
            birth.spheres.split(' ').map(|sphere| sphere.split_once(':').unwrap()).collect();
        assert_eq!(theirs.len(), 13);
        for (_, key, side, point) in SPHERES {
            let place = POINTS.iter().position(|other| *other == point).unwrap();
            let ours = activations[if side == Side::Personality { place } else { place + 13 }];
            assert_eq!(theirs[key], ours, "{key}");
        }
    }
}
