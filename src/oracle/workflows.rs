//! Workflows: questions that several engines answer together. Pure.
//!
//! `recipes` says which engines answer, `inputs` what they are asked with, `synthesis` puts the answers together. A
//! [`Plan`] is a run in which nothing is left open, and the form in which the whole is asked of the cache.

use chrono::NaiveDate;

use self::inputs::Person;
use self::recipes::Looks;
use super::cache::Question;
use super::cache::entry::Life;
use super::calculate::refused;
use super::engines::{self, Canonical, Engine, Settling};
use super::inputs as named;
use crate::contract::types::{WorkflowInput, WorkflowName};
use crate::kernel::crypto;
use crate::kernel::problem::{Code, Place, Problem, Violation};
use crate::ports::Zones;

pub mod inputs;
pub mod recipes;
pub mod synthesis;

pub use recipes::{RECIPES, Recipe, find, summaries};

/// Changes whenever what is made of the same results may change.
pub const VERSION: &str = "1.0.0";

/// What one engine is asked, or why it is not.
#[derive(Debug)]
pub enum Ask {
    /// This.
    Of(Canonical),
    /// Nothing: the input lacks these fields.
    Lacks(Vec<&'static str>),
    /// Nothing: it does not take the input.
    Refused(Problem),
}

/// A section that is to be.
#[derive(Debug)]
pub struct Part {
    /// The engine's name.
    pub engine: String,
    /// What it is asked.
    pub ask: Ask,
}

/// A run in which nothing is left open: what each engine is asked.
#[derive(Debug)]
pub struct Plan {
    /// The workflow.
    pub recipe: &'static Recipe,
    /// The sections.
    pub parts: Vec<Part>,
    input: String,
    /// SHA-256 of all that is asked.
    pub hash: String,
    tag: Option<String>,
}

/// What a run is planned with besides its input.
pub struct Means<'a> {
    /// Today, where the person is.
    pub today: NaiveDate,
    /// What is drawn from if no seed is given.
    pub fresh_seed: &'a str,
    /// The seed of a day of this account.
    pub seed_of_day: &'a dyn Fn(NaiveDate) -> String,
    /// Time zones, for births.
    pub zones: &'a dyn Zones,
}

impl Plan {
    /// What to ask for that input, to which the profile was added.
    ///
    /// # Errors
    /// [`Code::ProfileIncomplete`] where every section lacks something; the problem of the first engine that does not
    /// take its input, where none takes its own.
    pub fn new(recipe: &'static Recipe, input: &WorkflowInput, means: &Means<'_>) -> Result<Self, Problem> {
        let names = engines_of(recipe, input)?;
        let day = match (input.date, recipe.looks) {
            (Some(day), _) => day,
            (None, Looks::AtBirth) => input.birth_date.unwrap_or(means.today),
            (None, Looks::AtToday) => means.today,
        };
        let of_day = || (recipe.name == WorkflowName::Daily).then(|| (means.seed_of_day)(day));
        let seed = input.seed.clone().or_else(of_day);
        let person = Person { input, day, seed, spread: recipe.spread, forecast_days: recipe.forecast_days };
        let settling = Settling { today: day, fresh_seed: means.fresh_seed, zones: means.zones };
        let parts: Vec<Part> = names.into_iter().map(|name| part(name, &person, &settling)).collect();
        let mut text = [recipe.key, " ", VERSION].concat();
        for part in &parts {
            let asked = if let Ask::Of(canonical) = &part.ask { canonical.hash.as_str() } else { "-" };
            for word in [&part.engine, asked] {
                text.push(' ');
                text.push_str(word);
            }
        }
        let hash = crypto::hex(&crypto::sha256(&[text.as_bytes()]));
        let tag = (recipe.looks == Looks::AtToday || input.date.is_some())
            .then(|| ["date:", &day.to_string()].concat());
        let plan = Self { recipe, parts, input: text, hash, tag };
        if plan.asked().is_empty() { Err(plan.nothing()) } else { Ok(plan) }
    }

    /// What engines are asked.
    #[must_use]
    pub fn asked(&self) -> Vec<&Canonical> {
        self.parts
            .iter()
            .filter_map(|part| match &part.ask {
                Ask::Of(canonical) => Some(canonical),
                _ => None,
            })
            .collect()
    }

    /// Whether the same can be asked again, and is answered alike: nothing is drawn at random or refused.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        self.parts.iter().all(|part| match &part.ask {
            Ask::Of(canonical) => !canonical.drawn,
            Ask::Lacks(_) => true,
            Ask::Refused(_) => false,
        })
    }

    /// Tags by which the answer is found again to be forgotten.
    #[must_use]
    pub fn tags(&self) -> Vec<&str> {
        self.tag.as_deref().into_iter().collect()
    }

    /// The whole as a question, with what came of [`Self::tags`] and [`Self::asked`].
    #[must_use]
    pub fn question<'a>(
        &'a self,
        origin: &'a str,
        tags: &'a [&'a str],
        parts: &'a [&'a Canonical],
    ) -> Question<'a> {
        let life = Life { fresh: self.recipe.fresh, renew: 0, stale: 0 };
        let Self { input, hash, .. } = self;
        Question { origin, engine: self.recipe.key, version: VERSION, input, hash, life, tags, parts }
    }

    /// Why nobody can be asked.
    fn nothing(self) -> Problem {
        let mut lacking = Vec::new();
        for part in self.parts {
            match part.ask {
                Ask::Refused(problem) => return problem,
                Ask::Lacks(fields) => lacking.extend(fields),
                Ask::Of(_) => {}
            }
        }
        lacking.sort_unstable();
        lacking.dedup();
        let detail = ["No engine can answer without one of: ", &lacking.join(", "), "."].concat();
        Problem::new(Code::ProfileIncomplete).detail(detail)
    }
}

/// Whose engines answer: the workflow's, or those that the caller names for the one that leaves it open.
fn engines_of(recipe: &Recipe, input: &WorkflowInput) -> Result<Vec<String>, Problem> {
    let wrong = |code, message: &str| {
        let pointer = "/engines".to_owned();
        Err(Problem::invalid(vec![Violation {
            place: Place::Body,
            pointer,
            code,
            message: message.to_owned(),
        }]))
    };
    match (recipe.name, &input.engines) {
        (WorkflowName::Custom, Some(names)) => Ok(names.clone()),
        (WorkflowName::Custom, None) => wrong("required", "must be given"),
        (_, None) => Ok(recipe.engines.iter().map(|engine| engine.name().to_owned()).collect()),
        (_, Some(_)) => wrong("unknown-field", "is for the workflow `custom` alone"),
    }
}

fn part(name: String, person: &Person<'_>, settling: &Settling<'_>) -> Part {
    let ask = match Engine::find(&name) {
        None => Ask::Refused(named::unknown("/engines".to_owned())),
        Some(engine) => match person.input_of(engine) {
            Err(lacking) => Ask::Lacks(lacking),
            Ok(input) => match engines::prepare(&input, settling) {
                Ok(canonical) => Ask::Of(canonical),
                Err(problem) => Ask::Refused(inputs::relocated(engine, refused(problem, ""))),
            },
        },
    };
    Part { engine: name, ask }
}

#[cfg(test)]
mod tests;
