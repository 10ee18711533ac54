//! What engines say together: their sections, and the themes that they share.

use serde_json::value::to_raw_value;

use super::{Ask, Part, Plan};
use crate::contract::types::{
    EngineName, ResultSource, Theme, ThemeEvidence, WorkflowResult, WorkflowSection, WorkflowTheme,
};
use crate::kernel::problem::{Code, Problem};
use crate::oracle::batch;
use crate::oracle::cache::made::Made;
use crate::oracle::calculate::{Answered, Outcome};
use crate::oracle::engines::Engine;
use crate::oracle::themes::{self, Span};

const METHOD: &str = "Each engine's result names themes by single features, such as a number, a type or a suit; which feature \
                      stands for which of the nine themes is a table of this service. A theme is shared when at least two \
                      engines name it, and every one counts once. With few themes some agree by chance, so that a shared \
                      theme is a place to look at and no proof.";

/// Puts together what came of a plan, answers in the order of what was asked.
///
/// # Errors
/// The first engine's problem, where none has a result.
pub fn whole(plan: &Plan, answers: Vec<Result<Answered, Problem>>) -> Result<Made, Problem> {
    if let Some(problem) = none(&answers) {
        return Err(problem);
    }
    let mut answers = answers.into_iter();
    let sections: Vec<WorkflowSection> = plan.parts.iter().map(|part| section(part, &mut answers)).collect();
    let themes = shared(&sections, plan.recipe.span);
    let degraded = sections.iter().any(|section| section.degraded);
    let complete = sections.iter().all(|section| section.problem.is_none());
    let (title, summary) = (title(plan.recipe.title, &themes), summary(&sections));
    let result = to_raw_value(&WorkflowResult { sections, themes, method: METHOD.to_owned() })?;
    let outcome = Outcome { title, summary, result };
    let answered = Answered { outcome, source: ResultSource::Embedded, degraded };
    Ok(Made { answered, keep: complete && !degraded && plan.is_repeatable() })
}

/// The problem of the whole, where no engine has a result.
fn none(answers: &[Result<Answered, Problem>]) -> Option<Problem> {
    let mut problems = answers.iter().map(|answer| answer.as_ref().err());
    let first = answers.iter().find_map(|answer| answer.as_ref().err());
    problems
        .all(|problem| problem.is_some())
        .then(|| first.cloned().unwrap_or(Problem::new(Code::InternalError)))
}

fn section(part: &Part, answers: &mut impl Iterator<Item = Result<Answered, Problem>>) -> WorkflowSection {
    let mut section = WorkflowSection {
        engine: part.engine.clone(),
        engine_version: None,
        input_hash: None,
        source: None,
        degraded: false,
        title: None,
        summary: None,
        result: None,
        needs: Vec::new(),
        problem: None,
    };
    match &part.ask {
        Ask::Lacks(fields) => section.needs = fields.iter().map(|field| (*field).to_owned()).collect(),
        Ask::Refused(problem) => section.problem = Some(batch::part(problem.clone())),
        Ask::Of(canonical) => match answers.next() {
            Some(Ok(Answered { outcome: Outcome { title, summary, result }, source, degraded })) => {
                section.engine_version = Some(canonical.version.to_owned());
                section.input_hash = Some(canonical.hash.clone());
                (section.source, section.degraded) = (Some(source), degraded);
                (section.title, section.summary, section.result) = (Some(title), Some(summary), Some(result));
            }
            Some(Err(problem)) => section.problem = Some(batch::part(problem)),
            None => section.problem = Some(batch::part(Problem::internal("an engine was not asked"))),
        },
    }
    section
}

/// The themes that at least two engines name, those of most engines first.
#[must_use]
pub fn shared(sections: &[WorkflowSection], span: Span) -> Vec<WorkflowTheme> {
    let mut named: Vec<(Theme, Engine, String)> = Vec::new();
    for section in sections {
        if let (Some(engine), Some(result)) = (Engine::find(&section.engine), &section.result) {
            let found = themes::named(engine, result, span);
            named.extend(found.into_iter().map(|one| (one.theme, engine, one.feature)));
        }
    }
    let mut themes: Vec<WorkflowTheme> =
        Theme::ALL.iter().filter_map(|theme| shared_theme(*theme, &named)).collect();
    themes.sort_by_key(|theme| std::cmp::Reverse(theme.engines));
    themes
}

fn shared_theme(theme: Theme, named: &[(Theme, Engine, String)]) -> Option<WorkflowTheme> {
    let of: Vec<(Engine, &str)> = named
        .iter()
        .filter(|(other, ..)| *other == theme)
        .map(|(_, engine, feature)| (*engine, feature.as_str()))
        .collect();
    let mut engines: Vec<Engine> = of.iter().map(|(engine, _)| *engine).collect();
    engines.dedup();
    if engines.len() < 2 {
        return None;
    }
    let mut text = ["Named by ", &engines.len().to_string(), " engines: "].concat();
    for (at, (engine, feature)) in of.iter().enumerate() {
        let between = if at == 0 { "" } else { ", " };
        for word in [between, engine.metadata().title, " (", feature, ")"] {
            text.push_str(word);
        }
    }
    text.push_str(". ");
    text.push_str(themes::meaning(theme));
    let evidence = of.iter().map(|(engine, feature)| ThemeEvidence {
        engine: EngineName::from(*engine),
        feature: (*feature).to_owned(),
    });
    let engines = i64::try_from(engines.len()).unwrap_or(i64::MAX);
    Some(WorkflowTheme { theme, engines, evidence: evidence.collect(), text })
}

fn title(workflow: &str, themes: &[WorkflowTheme]) -> String {
    if themes.is_empty() {
        return [workflow, ": no theme in common"].concat();
    }
    let words: Vec<&str> = themes.iter().map(|theme| themes::words(theme.theme)).collect();
    [workflow, ": ", &words.join(", ")].concat()
}

/// Each section in its own few words, as many as there is room for.
fn summary(sections: &[WorkflowSection]) -> String {
    const ROOM: usize = 1_000;
    let (mut text, mut length) = (String::new(), 0);
    for section in sections {
        let name =
            Engine::find(&section.engine).map_or(section.engine.as_str(), |engine| engine.metadata().title);
        let words = section.title.as_deref().unwrap_or(match section.needs.as_slice() {
            [] => "no answer",
            _ => "something is not known",
        });
        let space = if text.is_empty() { "" } else { " " };
        let sentence = [space, name, ": ", words, "."].concat();
        length += sentence.chars().count();
        if length > ROOM {
            break;
        }
        text.push_str(&sentence);
    }
    text
}
