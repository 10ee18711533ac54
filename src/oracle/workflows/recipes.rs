//! Which workflows there are, and which engines answer them: data.

use super::{VERSION, inputs};
use crate::contract::types::{TarotSpread, Workflow, WorkflowName};
use crate::kernel::problem::Problem;
use crate::oracle::engines::Engine;
use crate::oracle::themes::Span;

const DAY: u32 = 86_400;

/// Which day is looked at, where none is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// The day of birth: nothing changes from day to day.
    AtBirth,
    /// Today.
    AtToday,
}

/// What a workflow is made of.
#[derive(Debug)]
pub struct Recipe {
    /// Its name.
    pub name: WorkflowName,
    /// By what its answers are kept and counted; no engine has it.
    pub(super) key: &'static str,
    /// For people.
    pub title: &'static str,
    about: &'static str,
    /// Who answers, in order; nobody where the caller says who.
    pub(super) engines: &'static [Engine],
    pub(super) looks: Looks,
    /// What of numerology counts for themes.
    pub span: Span,
    pub(super) spread: TarotSpread,
    pub(super) forecast_days: i64,
    pub(super) fresh: u32,
}

impl Recipe {
    const fn new(name: WorkflowName, key: &'static str, title: &'static str, about: &'static str) -> Self {
        Self {
            name,
            key,
            title,
            about,
            engines: &[],
            looks: Looks::AtToday,
            span: Span::Life,
            spread: TarotSpread::ThreeCard,
            forecast_days: 7,
            fresh: DAY,
        }
    }

    const fn of(self, engines: &'static [Engine]) -> Self {
        Self { engines, ..self }
    }
}

/// All workflows.
pub static RECIPES: [Recipe; 9] = [
    Recipe {
        looks: Looks::AtBirth,
        fresh: 7 * DAY,
        ..Recipe::new(
            WorkflowName::Natal,
            "natal_workflow",
            "Natal",
            "What a birth brings along: the chart in three readings, and the numbers of name and date. It looks at the day \
             of birth, so that it stays the same.",
        )
        .of(&[Engine::HumanDesign, Engine::GeneKeys, Engine::Vimshottari, Engine::Numerology])
    },
    Recipe::new(
        WorkflowName::Career,
        "career_workflow",
        "Career",
        "How somebody works best and which time it is: type and authority, the numbers, the running period, the type of \
         personality.",
    )
    .of(&[Engine::HumanDesign, Engine::Numerology, Engine::Vimshottari, Engine::Enneagram]),
    Recipe::new(
        WorkflowName::Spiritual,
        "spiritual_workflow",
        "Spiritual",
        "Where attention deepens: the sequences of gates, the running period, the numbers, and a pattern to look at.",
    )
    .of(&[Engine::GeneKeys, Engine::Vimshottari, Engine::Numerology, Engine::SacredGeometry]),
    Recipe::new(
        WorkflowName::Shadow,
        "shadow_workflow",
        "Shadow",
        "What is easily overlooked: gates under strain, stress of the type, debts and lessons of the numbers, and cards.",
    )
    .of(&[Engine::GeneKeys, Engine::Enneagram, Engine::Numerology, Engine::Tarot]),
    Recipe {
        spread: TarotSpread::Relationship,
        ..Recipe::new(
            WorkflowName::Relationships,
            "relationships_workflow",
            "Relationships",
            "How somebody meets others: open and defined centers, the numbers, the type, and cards laid for two.",
        )
        .of(&[Engine::HumanDesign, Engine::Numerology, Engine::Enneagram, Engine::Tarot])
    },
    Recipe {
        span: Span::Year,
        forecast_days: 30,
        ..Recipe::new(
            WorkflowName::LifeTransition,
            "life_transition_workflow",
            "Life transition",
            "Which time ends and which begins: the running periods, the personal year, the cycles of the next thirty days, \
             and a hexagram.",
        )
        .of(&[Engine::Vimshottari, Engine::Numerology, Engine::Biorhythm, Engine::Iching])
    },
    Recipe {
        span: Span::Day,
        spread: TarotSpread::SingleCard,
        forecast_days: 1,
        fresh: DAY / 4,
        ..Recipe::new(
            WorkflowName::Daily,
            "daily_workflow",
            "Daily",
            "One day: its cycles, its number, its card. The card is the same all day unless a seed is given.",
        )
        .of(&[Engine::Biorhythm, Engine::Numerology, Engine::Tarot])
    },
    Recipe {
        forecast_days: 14,
        ..Recipe::new(
            WorkflowName::Manifestation,
            "manifestation_workflow",
            "Manifestation",
            "An intention drawn as a sign and as a pattern, with the numbers and the cycles of two weeks to act in.",
        )
        .of(&[Engine::SigilForge, Engine::SacredGeometry, Engine::Numerology, Engine::Biorhythm])
    },
    Recipe::new(WorkflowName::Custom, "custom_workflow", "Custom", "The engines that the caller names, one to ten."),
];

/// The workflow of that name.
pub fn find(name: WorkflowName) -> Result<&'static Recipe, Problem> {
    RECIPES.iter().find(|recipe| recipe.name == name).ok_or_else(Problem::not_found)
}

/// All workflows as callers see them.
#[must_use]
pub fn summaries() -> Vec<Workflow> {
    let texts = |fields: Vec<&'static str>| fields.into_iter().map(str::to_owned).collect();
    let of = |recipe: &Recipe| {
        let mut fields: (Vec<&'static str>, Vec<&'static str>) = Default::default();
        for engine in recipe.engines {
            let (needs, takes) = inputs::fields(*engine);
            fields.0.extend(needs);
            fields.1.extend(takes);
        }
        let (mut needs, mut takes) = fields;
        for fields in [&mut needs, &mut takes] {
            fields.sort_unstable();
            fields.dedup();
        }
        if recipe.name == WorkflowName::Custom {
            needs.push("engines");
        }
        Workflow {
            name: recipe.name,
            title: recipe.title.to_owned(),
            description: recipe.about.to_owned(),
            version: VERSION.to_owned(),
            engines: recipe.engines.iter().map(|engine| (*engine).into()).collect(),
            needs: texts(needs),
            takes: texts(takes),
        }
    };
    RECIPES.iter().map(of).collect()
}
