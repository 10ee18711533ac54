use proptest::prelude::*;

use super::*;

fn gates(of: &[u8]) -> Gates {
    of.iter().fold(Gates::default(), |gates, gate| gates.with(*gate))
}

fn facts(of: &[u8]) -> (Type, Authority, Definition) {
    let body = Body::of(gates(of));
    (body.kind(), body.authority(), body.definition())
}

#[test]
fn every_gate_is_an_end_of_a_channel_between_two_centers() {
    assert!(CHANNELS.is_sorted() && CHANNELS.iter().all(|(one, other)| one < other));
    for gate in 1..=64 {
        assert!(CHANNELS.iter().any(|(one, other)| gate == *one || gate == *other), "{gate}");
    }
    assert!(CHANNELS.iter().all(|(one, other)| center(*one) != center(*other)));
    // Four gates have three channels, all others one.
    for gate in 1..=64_u8 {
        let channels = CHANNELS.iter().filter(|(one, other)| gate == *one || gate == *other).count();
        assert_eq!(channels, if [10, 20, 34, 57].contains(&gate) { 3 } else { 1 }, "{gate}");
    }
    let counted = CENTERS.map(|of| (1..=64).filter(|gate| center(*gate) == of).count());
    assert_eq!(counted, [3, 6, 11, 8, 4, 9, 7, 7, 9]);
    // The bits of a set follow the order of the list.
    assert!(CENTERS.iter().enumerate().all(|(place, center)| bit(*center) == 1 << place));
}

#[test]
fn a_body_for_each_type_authority_and_definition() {
    use {Authority as A, Definition as D, Type as T};
    for (of, expected) in [
        (&[][..], (T::Reflector, A::Lunar, D::None)),
        // Gates without their other halves define nothing.
        (&[1, 2, 3, 4, 5, 6, 7], (T::Reflector, A::Lunar, D::None)),
        (&[5, 15], (T::Generator, A::Sacral, D::Single)),
        (&[6, 59], (T::Generator, A::Emotional, D::Single)),
        // The sacral center is a motor itself.
        (&[20, 34], (T::ManifestingGenerator, A::Sacral, D::Single)),
        // By way of the center of identity.
        (&[5, 15, 1, 8], (T::ManifestingGenerator, A::Sacral, D::Single)),
        // Sacral here, another motor at the throat there.
        (&[9, 52, 21, 45], (T::ManifestingGenerator, A::Sacral, D::Split)),
        (&[9, 52, 1, 8], (T::Generator, A::Sacral, D::Split)),
        (&[12, 22], (T::Manifestor, A::Emotional, D::Single)),
        (&[21, 45], (T::Manifestor, A::EgoManifested, D::Single)),
        (&[25, 51, 1, 8], (T::Manifestor, A::EgoManifested, D::Single)),
        // The root reaches the throat through the spleen.
        (&[18, 58, 16, 48], (T::Manifestor, A::Splenic, D::Single)),
        (&[25, 51], (T::Projector, A::EgoProjected, D::Single)),
        (&[25, 51, 24, 61], (T::Projector, A::EgoProjected, D::Split)),
        (&[1, 8], (T::Projector, A::SelfProjected, D::Single)),
        (&[17, 62], (T::Projector, A::Mental, D::Single)),
        (&[47, 64], (T::Projector, A::Mental, D::Single)),
        (&[28, 38], (T::Projector, A::Splenic, D::Single)),
        (&[30, 41], (T::Projector, A::Emotional, D::Single)),
        (&[24, 61, 1, 8, 28, 38], (T::Projector, A::Splenic, D::Triple)),
        (&[24, 61, 16, 48, 25, 51, 30, 41], (T::Projector, A::Emotional, D::Quadruple)),
    ] {
        assert_eq!(facts(of), expected, "{of:?}");
    }
}

/// What another implementation makes of a birth (`tools/truth/human_design.mjs`).
#[derive(serde::Deserialize)]
struct Truth {
    utc: String,
    activations: String,
    channels: String,
    centers: String,
    r#type: Type,
    authority: String,
    definition: Definition,
}

#[test]
fn five_hundred_births_agree_with_another_implementation() {
    let truth: Vec<Truth> =
        serde_json::from_str(include_str!("../../../../../tests/truth/human_design.json")).unwrap();
    assert_eq!(truth.len(), 500);
    for birth in truth {
        let gates = birth.activations.split(' ').map(|text| text.split_once('.').unwrap().0.parse().unwrap());
        let body = Body::of(gates.fold(Gates::default(), Gates::with));
        let channels: Vec<String> = (CHANNELS.iter().enumerate())
            .filter(|(place, _)| body.has_channel(*place))
            .map(|(_, (one, other))| format!("{one}-{other}"))
            .collect();
        let mut centers: Vec<&str> =
            CENTERS.iter().filter(|center| body.has(**center)).map(|center| center.as_str()).collect();
        centers.sort_unstable();
        assert_eq!((channels.join(" "), centers.join(" ")), (birth.channels, birth.centers), "{}", birth.utc);
        // It does not tell apart in which way the heart decides.
        let authority = match body.authority() {
            Authority::EgoManifested | Authority::EgoProjected => "ego",
            other => other.as_str(),
        };
        assert_eq!(
            (body.kind(), authority, body.definition()),
            (birth.r#type, birth.authority.as_str(), birth.definition),
            "{}",
            birth.utc
        );
    }
}

/// How many groups the centers fall into, by merging labels.
fn groups(of: Gates) -> usize {
    let mut label: Vec<Option<usize>> = vec![None; 9];
    let place = |gate| CENTERS.iter().position(|other| *other == center(gate)).unwrap();
    for (number, (one, other)) in CHANNELS.into_iter().enumerate() {
        if of.has(one) && of.has(other) {
            let ends = [place(one), place(other)];
            for end in ends {
                match label[end] {
                    Some(old) => {
                        label.iter_mut().filter(|l| **l == Some(old)).for_each(|l| *l = Some(number))
                    }
                    None => label[end] = Some(number),
                }
            }
        }
    }
    let mut labels: Vec<usize> = label.into_iter().flatten().collect();
    labels.sort_unstable();
    labels.dedup();
    labels.len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_said_of_a_body_fits_together(bits: u64, mask: u64) {
        let of = Gates(bits & mask);
        let body = Body::of(of);
        let (kind, authority) = (body.kind(), body.authority());
        let sacral = body.has(Center::Sacral);
        let channels = (0..36).filter(|place| body.has_channel(*place)).count();
        prop_assert_eq!(channels == 0, kind == Type::Reflector);
        prop_assert_eq!(kind == Type::Reflector, authority == Authority::Lunar);
        prop_assert_eq!(kind == Type::Reflector, CENTERS.iter().all(|center| !body.has(*center)));
        prop_assert_eq!(sacral, matches!(kind, Type::Generator | Type::ManifestingGenerator));
        prop_assert_eq!(body.has(Center::SolarPlexus), authority == Authority::Emotional);
        prop_assert!(authority != Authority::Sacral || sacral);
        prop_assert!(authority != Authority::EgoManifested || kind == Type::Manifestor);
        prop_assert!(!matches!(authority, Authority::EgoProjected | Authority::SelfProjected | Authority::Mental) || kind == Type::Projector);
        if matches!(kind, Type::Manifestor | Type::ManifestingGenerator) {
            prop_assert!(body.has(Center::Throat));
        }
        for (place, (one, other)) in CHANNELS.into_iter().enumerate() {
            if body.has_channel(place) {
                prop_assert!(of.has(one) && of.has(other) && body.has(center(one)) && body.has(center(other)));
            }
        }
        let definition = [Definition::None, Definition::Single, Definition::Split, Definition::Triple, Definition::Quadruple];
        prop_assert_eq!(body.definition(), definition[groups(of)]);
    }

    #[test]
    fn a_further_gate_takes_nothing_away(bits: u64, gate in 1..=64_u8) {
        let (before, after) = (Body::of(Gates(bits)), Body::of(Gates(bits).with(gate)));
        prop_assert!(CENTERS.iter().all(|center| !before.has(*center) || after.has(*center)));
        prop_assert!((0..36).all(|place| !before.has_channel(place) || after.has_channel(place)));
    }
}
