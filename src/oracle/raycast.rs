//! Answers as Raycast shows them: a row and its detail, complete in one answer of at most 8 KB. Pure.
//!
//! Field names follow Raycast's List.Item, Detail and Action of its API for extensions.

use serde_json::Value;

use self::markdown::Markdown;
use self::room::cut;
use super::calculate::Outcome;
use super::engines::Engine;
use super::forecasts::Told;
use crate::contract::types::{
    DailyForecast, ForecastCard, RaycastAccessory, RaycastAction, RaycastActionKind, RaycastAnswer, Reading,
    WeeklyForecast,
};
use crate::kernel::json;

mod markdown;
mod room;

/// Bytes of JSON that title, subtitle and an action's value take at most, so that the whole answer stays within 8 KB:
/// the detail takes half of it.
const TITLE: usize = 400;
const SUBTITLE: usize = 200;
const VALUE: usize = 1_000;

/// Sections of a result that a detail shows at most.
const SECTIONS: usize = 8;

/// A day.
#[must_use]
pub fn day(told: &Told<DailyForecast>) -> RaycastAnswer {
    let day = &told.forecast;
    let mut detail = Markdown::default();
    detail.heading(1, &told.title).paragraph(&told.summary);
    let personal_day = day.personal_day.number.to_string();
    detail.heading(2, &["Personal day ", &personal_day].concat()).paragraph(&day.personal_day.text);
    card(&mut detail, &day.card);
    RaycastAnswer {
        title: told.title.clone(),
        subtitle: day.card.name.clone(),
        icon: "☀️".to_owned(),
        accessories: vec![
            accessory(&day.energy.to_string(), "Energy of 100"),
            accessory(&personal_day, "Personal day"),
        ],
        markdown: detail.finish(),
        actions: both("the day", &[&told.title, "\n", &told.summary].concat()),
    }
}

/// A week.
#[must_use]
pub fn week(told: &Told<WeeklyForecast>) -> RaycastAnswer {
    let week = &told.forecast;
    let mut detail = Markdown::default();
    detail.heading(1, &told.title).paragraph(&told.summary);
    let of = |date| week.days.iter().find(|day| day.date == date).map_or(0, |day| day.energy).to_string();
    for day in &week.days {
        let critical: Vec<&str> = day.critical.iter().map(|cycle| cycle.as_str()).collect();
        let critical =
            if critical.is_empty() { String::new() } else { [", critical: ", &critical.join(", ")].concat() };
        let (date, energy, number) =
            (day.date.to_string(), day.energy.to_string(), day.personal_day.to_string());
        detail.item(&[&date, ": energy ", &energy, ", personal day ", &number, &critical].concat());
    }
    let month = week.personal_month.number.to_string();
    detail.heading(2, &["Personal month ", &month].concat()).paragraph(&week.personal_month.text);
    card(&mut detail, &week.card);
    RaycastAnswer {
        title: told.title.clone(),
        subtitle: week.card.name.clone(),
        icon: "🗓️".to_owned(),
        accessories: vec![
            accessory(&of(week.best_day), "Energy of the strongest day"),
            accessory(&of(week.quiet_day), "Energy of the quietest day"),
        ],
        markdown: detail.finish(),
        actions: both("the week", &[&told.title, "\n", &told.summary].concat()),
    }
}

/// What an engine answered, for a question if there was one.
#[must_use]
pub fn reading(engine: Engine, outcome: &Outcome, question: Option<&str>) -> RaycastAnswer {
    let result: Value = json::read(outcome.result.get()).unwrap_or_default();
    let mut detail = Markdown::default();
    detail.heading(1, &outcome.title);
    if let Some(question) = question {
        detail.quote(question);
    }
    detail.paragraph(&outcome.summary);
    let mut sections = Vec::new();
    gather(&result, &mut sections);
    for (title, text) in sections {
        detail.heading(2, title).paragraph(text);
    }
    let mut actions = both("the reading", &[&outcome.title, "\n", &outcome.summary].concat());
    let seed = result.get("seed").and_then(Value::as_str);
    actions.extend(seed.map(|seed| action(RaycastActionKind::Copy, "Copy the seed", seed)));
    RaycastAnswer {
        title: cut(&outcome.title, TITLE),
        subtitle: cut(question.unwrap_or(&outcome.summary), SUBTITLE),
        icon: icon(engine).to_owned(),
        accessories: vec![accessory(engine.metadata().title, "Engine")],
        markdown: detail.finish(),
        actions,
    }
}

/// A reading that was kept.
#[must_use]
pub fn kept(kept: &Reading) -> RaycastAnswer {
    let outcome =
        Outcome { title: kept.title.clone(), summary: kept.summary.clone(), result: kept.result.clone() };
    let engine = Engine::find(kept.engine.as_str()).unwrap_or(Engine::Tarot);
    let mut answer = reading(engine, &outcome, kept.note.as_deref());
    answer.actions.truncate(2);
    answer.actions.push(action(RaycastActionKind::Copy, "Copy the reading's id", &kept.id.to_string()));
    answer
}

/// What in a result has a title and a text, from above to below.
fn gather<'a>(value: &'a Value, sections: &mut Vec<(&'a str, &'a str)>) {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    if let (Some(title), Some(text)) = (text("title").or(text("name")), text("text"))
        && sections.len() < SECTIONS
    {
        sections.push((title, text));
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, sections)),
        Value::Object(fields) => fields.values().for_each(|field| gather(field, sections)),
        _ => {}
    }
}

fn card(detail: &mut Markdown, card: &ForecastCard) {
    let lies = if card.reversed { ", reversed" } else { "" };
    detail.heading(2, &[&card.name, lies].concat()).paragraph(&card.text);
}

fn accessory(text: &str, tooltip: &str) -> RaycastAccessory {
    RaycastAccessory { text: text.to_owned(), tooltip: tooltip.to_owned() }
}

fn both(what: &str, value: &str) -> Vec<RaycastAction> {
    vec![
        action(RaycastActionKind::Copy, &["Copy ", what].concat(), value),
        action(RaycastActionKind::Paste, &["Paste ", what].concat(), value),
    ]
}

fn action(kind: RaycastActionKind, title: &str, value: &str) -> RaycastAction {
    RaycastAction { kind, title: title.to_owned(), value: cut(value, VALUE) }
}

fn icon(engine: Engine) -> &'static str {
    match engine.name() {
        "biorhythm" => "🌊",
        "enneagram" => "🧭",
        "gene_keys" => "🗝️",
        "human_design" => "🧬",
        "iching" => "☯️",
        "numerology" => "🔢",
        "sacred_geometry" => "🔷",
        "sigil_forge" => "✒️",
        "tarot" => "🃏",
        "vimshottari" => "🌙",
        _ => "✨",
    }
}

#[cfg(test)]
mod tests;
