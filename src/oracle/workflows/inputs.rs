//! From what is known of a person and a question to the input of each engine.

use chrono::NaiveDate;

use crate::contract::types::{
    BiorhythmInput, BirthInput, IchingInput, IchingMethod, NumerologyInput, NumerologySystem, Profile,
    SacredGeometryInput, SacredGeometryPattern, SigilForgeInput, SigilForgeMethod, TarotInput, TarotSpread,
    WorkflowInput,
};
use crate::kernel::problem::Problem;
use crate::oracle::engines::{Engine, EngineInput};

/// Fields that an engine cannot do without, and further ones that it looks at.
#[must_use]
pub fn fields(engine: Engine) -> (&'static [&'static str], &'static [&'static str]) {
    const BIRTH: &[&str] = &["birth_time", "time_zone", "latitude", "longitude", "occurrence"];
    const DATED: &[&str] = &["birth_time", "time_zone", "latitude", "longitude", "occurrence", "date"];
    match engine {
        Engine::Biorhythm => (&["birth_date"], &["date"]),
        Engine::Enneagram => (&["enneagram"], &[]),
        Engine::GeneKeys | Engine::HumanDesign => (&["birth_date"], BIRTH),
        Engine::Iching | Engine::Tarot => (&[], &["question", "seed"]),
        Engine::Numerology => (&["full_name", "birth_date"], &["preferred_name", "date"]),
        Engine::SacredGeometry | Engine::SigilForge => (&["intention"], &[]),
        Engine::Vimshottari => (&["birth_date"], DATED),
    }
}

/// Whether the profile has nothing to add.
#[must_use]
pub fn is_whole(input: &WorkflowInput) -> bool {
    input.birth_date.is_some() && input.full_name.is_some() && input.date.is_some()
}

/// Adds what the profile tells and the request does not. A birth is taken as a whole; the name of the profile is not put
/// to the birth of somebody else.
pub fn add(input: &mut WorkflowInput, profile: Profile) {
    let is_other = input.birth_date.is_some() && input.birth_date != profile.birth_date;
    if input.full_name.is_none() && !(is_other && profile.birth_date.is_some()) {
        input.full_name = profile.full_name;
        input.preferred_name = input.preferred_name.take().or(profile.preferred_name);
    }
    if input.birth_date.is_none() {
        input.birth_date = profile.birth_date;
        input.birth_time = input.birth_time.take().or(profile.birth_time);
        input.time_zone = input.time_zone.take().or(profile.birth_time_zone);
        if input.latitude.is_none() && input.longitude.is_none() {
            (input.latitude, input.longitude) = (profile.birth_latitude, profile.birth_longitude);
        }
    }
}

/// What engines are asked with.
pub struct Person<'a> {
    /// What is known.
    pub input: &'a WorkflowInput,
    /// The day to look at.
    pub day: NaiveDate,
    /// What is drawn from, unless anew.
    pub seed: Option<String>,
    /// How cards are laid.
    pub spread: TarotSpread,
    /// How far cycles are followed.
    pub forecast_days: i64,
}

impl Person<'_> {
    /// The input of an engine, or what of it is not known.
    pub fn input_of(&self, engine: Engine) -> Result<EngineInput, Vec<&'static str>> {
        self.told(engine).ok_or_else(|| {
            let known = |field: &&str| match *field {
                "birth_date" => self.input.birth_date.is_some(),
                "full_name" => self.input.full_name.is_some(),
                "intention" => self.input.intention.is_some(),
                _ => false,
            };
            fields(engine).0.iter().filter(|field| !known(field)).copied().collect()
        })
    }

    fn told(&self, engine: Engine) -> Option<EngineInput> {
        let input = self.input;
        let (question, seed) = (input.question.clone(), self.seed.clone());
        Some(match engine {
            Engine::Biorhythm => EngineInput::Biorhythm(BiorhythmInput {
                birth_date: input.birth_date?,
                target_date: Some(self.day),
                extended: false,
                forecast_days: self.forecast_days,
            }),
            Engine::Enneagram => EngineInput::Enneagram(input.enneagram.clone()?),
            Engine::GeneKeys => EngineInput::GeneKeys(self.birth()?),
            Engine::HumanDesign => EngineInput::HumanDesign(self.birth()?),
            Engine::Iching => {
                EngineInput::Iching(IchingInput { question, method: IchingMethod::Coins, seed })
            }
            Engine::Numerology => EngineInput::Numerology(NumerologyInput {
                full_name: input.full_name.clone()?,
                birth_date: input.birth_date?,
                preferred_name: input.preferred_name.clone(),
                system: NumerologySystem::Pythagorean,
                current_year: None,
            }),
            Engine::SacredGeometry => EngineInput::SacredGeometry(SacredGeometryInput {
                intention: input.intention.clone()?,
                pattern: SacredGeometryPattern::FlowerOfLife,
                parameters: None,
            }),
            Engine::SigilForge => EngineInput::SigilForge(SigilForgeInput {
                intention: input.intention.clone()?,
                method: SigilForgeMethod::Traditional,
                birth_date: None,
                full_name: None,
                size: 512,
                stroke: 4.0,
            }),
            Engine::Tarot => {
                EngineInput::Tarot(TarotInput { question, spread: self.spread, reversed: true, seed })
            }
            Engine::Vimshottari => EngineInput::Vimshottari(self.birth()?),
        })
    }

    fn birth(&self) -> Option<BirthInput> {
        let input = self.input;
        Some(BirthInput {
            birth_date: input.birth_date?,
            birth_time: input.birth_time.clone(),
            time_zone: input.time_zone.clone(),
            latitude: input.latitude,
            longitude: input.longitude,
            occurrence: input.occurrence,
        })
    }
}

/// An engine's problem with its pointers where the fields stand in the input of a workflow.
#[must_use]
pub fn relocated(engine: Engine, mut problem: Problem) -> Problem {
    for violation in &mut problem.violations {
        if engine == Engine::Enneagram {
            violation.pointer.insert_str(0, "/enneagram");
        } else if violation.pointer == "/target_date" {
            violation.pointer.replace_range(.., "/date");
        }
    }
    problem
}
