//! The graph of a chart: which channels and centers a set of gates defines, and what follows from that.

use crate::contract::types::{
    HumanDesignAuthority as Authority, HumanDesignCenter as Center, HumanDesignDefinition as Definition,
    HumanDesignType as Type,
};

/// The 36 channels by their gates, the lower one first, in ascending order.
pub const CHANNELS: [(u8, u8); 36] = [
    (1, 8),
    (2, 14),
    (3, 60),
    (4, 63),
    (5, 15),
    (6, 59),
    (7, 31),
    (9, 52),
    (10, 20),
    (10, 34),
    (10, 57),
    (11, 56),
    (12, 22),
    (13, 33),
    (16, 48),
    (17, 62),
    (18, 58),
    (19, 49),
    (20, 34),
    (20, 57),
    (21, 45),
    (23, 43),
    (24, 61),
    (25, 51),
    (26, 44),
    (27, 50),
    (28, 38),
    (29, 46),
    (30, 41),
    (32, 54),
    (34, 57),
    (35, 36),
    (37, 40),
    (39, 55),
    (42, 53),
    (47, 64),
];

/// The centers from top to bottom.
pub const CENTERS: [Center; 9] = [
    Center::Head,
    Center::Ajna,
    Center::Throat,
    Center::G,
    Center::Heart,
    Center::Sacral,
    Center::SolarPlexus,
    Center::Spleen,
    Center::Root,
];

/// The center that a gate belongs to.
#[must_use]
pub fn center(gate: u8) -> Center {
    match gate {
        61 | 63 | 64 => Center::Head,
        4 | 11 | 17 | 24 | 43 | 47 => Center::Ajna,
        8 | 12 | 16 | 20 | 23 | 31 | 33 | 35 | 45 | 56 | 62 => Center::Throat,
        1 | 2 | 7 | 10 | 13 | 15 | 25 | 46 => Center::G,
        21 | 26 | 40 | 51 => Center::Heart,
        3 | 5 | 9 | 14 | 27 | 29 | 34 | 42 | 59 => Center::Sacral,
        6 | 22 | 30 | 36 | 37 | 49 | 55 => Center::SolarPlexus,
        18 | 28 | 32 | 44 | 48 | 50 | 57 => Center::Spleen,
        _ => Center::Root,
    }
}

/// Gates as bits: gate 1 is the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gates(pub u64);

impl Gates {
    /// With one more gate, 1 to 64.
    #[must_use]
    pub fn with(self, gate: u8) -> Self {
        Self(self.0 | 1_u64.rotate_left(u32::from(gate) + 63))
    }

    /// Whether that gate is among them.
    #[must_use]
    pub fn has(self, gate: u8) -> bool {
        self.with(gate) == self
    }
}

/// A set of centers, as bits in the order of [`CENTERS`].
type Set = u16;

const MOTORS: Set = bit(Center::Heart) | bit(Center::Sacral) | bit(Center::SolarPlexus) | bit(Center::Root);

const fn bit(center: Center) -> Set {
    1 << center as Set
}

/// What a set of gates defines. A channel is defined when both of its gates are there, a center when one of its
/// channels is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Body {
    channels: u64,
    defined: Set,
    throat: Set,
    groups: u8,
}

impl Body {
    /// The graph of these gates.
    #[must_use]
    pub fn of(gates: Gates) -> Self {
        let both = |(one, other): &(u8, u8)| gates.has(*one) && gates.has(*other);
        let channels = CHANNELS.iter().enumerate().filter(|(_, ends)| both(ends));
        let channels = channels.fold(0, |set, (place, _)| set | 1 << place);
        let links = || CHANNELS.iter().filter(|ends| both(ends)).map(|(one, other)| ends(*one, *other));
        let defined = links().fold(0, |set, link| set | link);
        // Everything that hangs together with the centers of a set.
        let reach = |mut set: Set| loop {
            let more = links().filter(|link| link & set != 0).fold(set, |set, link| set | link);
            if more == set {
                return set;
            }
            set = more;
        };
        let (mut rest, mut groups) = (defined, 0);
        while rest != 0 {
            rest &= !reach(rest & rest.wrapping_neg());
            groups += 1;
        }
        Self { channels, defined, throat: reach(defined & bit(Center::Throat)), groups }
    }

    /// Whether the channel at that place of [`CHANNELS`] is defined.
    #[must_use]
    pub fn has_channel(self, place: usize) -> bool {
        self.channels >> place & 1 == 1
    }

    /// Whether the center is defined.
    #[must_use]
    pub fn has(self, center: Center) -> bool {
        self.defined & bit(center) != 0
    }

    /// Whether the center and the throat are defined and hang together.
    fn speaks(self, center: Center) -> bool {
        self.throat & bit(center) != 0
    }

    /// The type: by the sacral center, and by whether a motor (heart, sacral, solar plexus, root) hangs together
    /// with the throat.
    #[must_use]
    pub fn kind(self) -> Type {
        let motor = self.throat & MOTORS != 0;
        match (self.defined, self.has(Center::Sacral), motor) {
            (0, _, _) => Type::Reflector,
            (_, true, true) => Type::ManifestingGenerator,
            (_, true, false) => Type::Generator,
            (_, false, true) => Type::Manifestor,
            (_, false, false) => Type::Projector,
        }
    }

    /// The authority: the first that is defined of solar plexus, sacral, spleen and heart, then the center of
    /// identity where it speaks; none of these is an authority outside the body.
    #[must_use]
    pub fn authority(self) -> Authority {
        if self.defined == 0 {
            Authority::Lunar
        } else if self.has(Center::SolarPlexus) {
            Authority::Emotional
        } else if self.has(Center::Sacral) {
            Authority::Sacral
        } else if self.has(Center::Spleen) {
            Authority::Splenic
        } else if self.speaks(Center::Heart) {
            Authority::EgoManifested
        } else if self.has(Center::Heart) {
            Authority::EgoProjected
        } else if self.speaks(Center::G) {
            Authority::SelfProjected
        } else {
            Authority::Mental
        }
    }

    /// How many groups of centers do not hang together.
    #[must_use]
    pub fn definition(self) -> Definition {
        match self.groups {
            0 => Definition::None,
            1 => Definition::Single,
            2 => Definition::Split,
            3 => Definition::Triple,
            // Nine centers make no more than four groups of two.
            _ => Definition::Quadruple,
        }
    }
}

fn ends(one: u8, other: u8) -> Set {
    bit(center(one)) | bit(center(other))
}

#[cfg(test)]
mod tests;
