//! Preferences.

use crate::context::Context;
use crate::contract::resources::PREFERENCES;
use crate::contract::types::{FindPreferencesInput, Preferences, PreferencesPatch, UpdatePreferencesInput};
use crate::kernel::problem::Problem;
use crate::ports::Value;
use crate::resource::operations as resource;

/// The caller's preferences.
pub async fn find_preferences(
    cx: &Context<'_>,
    _input: FindPreferencesInput,
) -> Result<Preferences, Problem> {
    resource::find(cx, &PREFERENCES, None).await
}

/// Changes the caller's preferences.
pub async fn update_preferences(
    cx: &Context<'_>,
    input: UpdatePreferencesInput,
) -> Result<Preferences, Problem> {
    resource::update(cx, &PREFERENCES, None, changes(input.body)).await
}

fn changes(patch: PreferencesPatch) -> Vec<(&'static str, Value)> {
    let changes = [
        ("language", patch.language.map(|value| value.as_str().into())),
        ("theme", patch.theme.map(|value| value.as_str().into())),
        ("week_starts_on", patch.week_starts_on.map(|value| value.as_str().into())),
        ("hour_format", patch.hour_format.map(|value| value.as_str().into())),
        ("numerology_system", patch.numerology_system.map(|value| value.as_str().into())),
        ("tarot_reversed", patch.tarot_reversed.map(Value::from)),
        ("default_engine", patch.default_engine.into_value()),
        ("forecast_time", patch.forecast_time.into_value()),
        ("quiet_from", patch.quiet_from.into_value()),
        ("quiet_until", patch.quiet_until.into_value()),
        ("mail_digest", patch.mail_digest.map(Value::from)),
        ("mail_reminders", patch.mail_reminders.map(Value::from)),
        ("show_on_leaderboard", patch.show_on_leaderboard.map(Value::from)),
    ];
    changes.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
