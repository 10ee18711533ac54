//! Profiles.

use crate::context::Context;
use crate::contract::resources::PROFILE;
use crate::contract::types::{FindProfileInput, Profile, ProfilePatch, UpdateProfileInput};
use crate::kernel::problem::Problem;
use crate::ports::Value;
use crate::resource::operations as resource;

/// The caller's profile.
pub async fn find_profile(cx: &Context<'_>, _input: FindProfileInput) -> Result<Profile, Problem> {
    resource::find(cx, &PROFILE, None).await
}

/// Changes the caller's profile.
pub async fn update_profile(cx: &Context<'_>, input: UpdateProfileInput) -> Result<Profile, Problem> {
    resource::update(cx, &PROFILE, None, profile_changes(input.body)).await
}

fn profile_changes(patch: ProfilePatch) -> Vec<(&'static str, Value)> {
    let changes = [
        ("full_name", patch.full_name.into_value()),
        ("preferred_name", patch.preferred_name.into_value()),
        ("birth_date", patch.birth_date.into_value()),
        ("birth_time", patch.birth_time.into_value()),
        ("birth_time_zone", patch.birth_time_zone.into_value()),
        ("birth_latitude", patch.birth_latitude.into_value()),
        ("birth_longitude", patch.birth_longitude.into_value()),
        ("time_zone", patch.time_zone.map(Value::from)),
    ];
    changes.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
