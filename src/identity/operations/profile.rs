//! Profiles.

use crate::context::Context;
use crate::contract::resources::PROFILE;
use crate::contract::types::{
    DeleteProfileInput, FindProfileInput, Profile, ProfilePatch, UpdateProfileInput,
};
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

/// Removes what the caller's profile tells; the account stays.
pub async fn delete_profile(cx: &Context<'_>, _input: DeleteProfileInput) -> Result<(), Problem> {
    let emptied = [
        "full_name",
        "preferred_name",
        "birth_date",
        "birth_time",
        "birth_time_zone",
        "birth_latitude",
        "birth_longitude",
    ];
    let mut changes: Vec<(&'static str, Value)> = emptied.map(|name| (name, Value::Null)).to_vec();
    changes.push(("time_zone", Value::from("UTC")));
    resource::update::<Profile>(cx, &PROFILE, None, changes).await.map(drop)
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
