//! Forecasts where they are kept: found or made, made anew, made ahead.

use std::pin::pin;

use super::Asked;
use crate::context::{Afterwards, Context};
use crate::contract::types::ResultSource;
use crate::kernel::problem::Problem;
use crate::oracle::cache::entry::Entry;
use crate::oracle::cache::made::{self, Made, Renewal};
use crate::oracle::cache::store;
use crate::oracle::calculate::{Answered, Outcome, refused};
use crate::oracle::library;
use crate::oracle::shelf::Shelf;

/// The forecast that is asked for: a kept one, else made now.
///
/// # Errors
/// [`crate::kernel::problem::Code::CalculationRefused`] for a time before the birth.
pub async fn found_or_made(cx: &Context<'_>, asked: &Asked) -> Result<Answered, Problem> {
    let tags = asked.tags();
    let question = asked.question(&tags);
    let make = pin!(async {
        let answered =
            Answered { outcome: make(cx, asked).await?, source: ResultSource::Embedded, degraded: false };
        Ok(Made { answered, keep: true })
    });
    let answered = made::found_or_made(cx, &question, make).await?;
    if made::is_to_renew(cx, &question, &answered) {
        cx.afterwards(Afterwards::Renew(Box::new(Renewal::Forecast(asked.clone()))));
    }
    Ok(answered)
}

/// Makes it anew and keeps it.
///
/// # Errors
/// As [`found_or_made`].
pub async fn renew(cx: &Context<'_>, asked: &Asked) -> Result<(), Problem> {
    anew(cx, asked, "renewed").await
}

/// What is kept of it for all isolates.
pub async fn elsewhere(cx: &Context<'_>, asked: &Asked) -> Option<Entry<Outcome>> {
    let tags = asked.tags();
    let question = asked.question(&tags);
    store::there(cx, &question, &Shelf::of(store::secret(cx), &question)).await
}

/// Makes it before anybody asks, and keeps it.
///
/// # Errors
/// As [`found_or_made`].
pub async fn make_ahead(cx: &Context<'_>, asked: &Asked) -> Result<(), Problem> {
    anew(cx, asked, "warmed").await
}

async fn anew(cx: &Context<'_>, asked: &Asked, measure: &'static str) -> Result<(), Problem> {
    let tags = asked.tags();
    made::keep(cx, &asked.question(&tags), &make(cx, asked).await?, measure)
}

async fn make(cx: &Context<'_>, asked: &Asked) -> Result<Outcome, Problem> {
    let book = library::book(cx).await?;
    asked.make(&book).map_err(|problem| refused(problem, ""))
}
