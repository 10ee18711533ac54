//! Offsets of many zones at many moments, for the comparison of both homes.

use serde::Deserialize;

use crate::kernel::time::Timestamp;
use crate::ports::Zones;

/// What is compared.
#[derive(Debug, Deserialize)]
pub struct Sample {
    zones: Vec<String>,
    moments: Vec<i64>,
}

/// For each zone the offset at each moment, `None` where none is told.
pub fn offsets(zones: &dyn Zones, sample: &Sample) -> Vec<Vec<Option<i32>>> {
    let offset = |zone: &String, millis: &i64| zones.offset(zone, Timestamp::from_millis(*millis)?).ok();
    sample
        .zones
        .iter()
        .map(|zone| sample.moments.iter().map(|millis| offset(zone, millis)).collect())
        .collect()
}
