//! Reading what an admission object has stored, in this form or the first one.

use serde::Deserialize;

use super::quotas::Group;
use super::state::{State, VERSION};
use crate::identity::standing::Standing;
use crate::kernel::json;

/// The first form: fixed windows of a minute, an hour and a day, without a version.
#[derive(Deserialize)]
struct First {
    #[serde(default)]
    general: [Count; 3],
    #[serde(default)]
    credential: [Count; 3],
    #[serde(default)]
    standing: Option<Standing>,
    #[serde(default)]
    latest: i64,
}

#[derive(Deserialize, Default, Clone, Copy)]
struct Count {
    /// The window's number since 1970.
    window: i64,
    /// Units admitted in it.
    units: u32,
}

/// Reads a stored state. `Err` says, for the log, what is wrong with it.
pub fn read(text: &str) -> Result<State, String> {
    #[derive(Deserialize)]
    struct Version {
        #[serde(default)]
        v: u8,
    }
    let words = |error: serde_json::Error| error.to_string();
    let Version { v } = json::read(text).map_err(words)?;
    match v {
        0 => Ok(upgrade(json::read(text).map_err(words)?)),
        VERSION => json::read(text).map_err(words),
        _ => Err("a later version has stored this".to_owned()),
    }
}

/// Every unit is taken as used at the last moment at which it can have been.
fn upgrade(first: First) -> State {
    let latest = first.latest;
    let counted = |counts: [Count; 3]| {
        let mut lengths = [60_000, 3_600_000, 86_400_000].into_iter();
        counts.map(|count| {
            let end = count.window.saturating_add(1).saturating_mul(lengths.next().unwrap_or(0));
            (latest.min(end - 1), count.units)
        })
    };
    let groups = [(Group::General, counted(first.general)), (Group::Credential, counted(first.credential))];
    let mut state = State::restore(latest, groups);
    if let Some(standing) = first.standing {
        state.stand(standing);
    }
    state
}
