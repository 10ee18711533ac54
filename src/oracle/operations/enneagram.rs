//! The statements of the enneagram's assessment.

use crate::context::Context;
use crate::contract::types::{EnneagramItems, ListEnneagramItemsInput};
use crate::kernel::problem::Problem;
use crate::oracle::engines::enneagram;

/// The statements.
pub async fn list_enneagram_items(
    _cx: &Context<'_>,
    _input: ListEnneagramItemsInput,
) -> Result<EnneagramItems, Problem> {
    Ok(enneagram::items())
}
