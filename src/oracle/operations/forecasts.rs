//! Forecasts from the caller's profile.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::context::Context;
use crate::contract::resources::PROFILE;
use crate::contract::types::{
    CalculateForecastsInput, DailyForecast, FindDailyForecastInput, FindWeeklyForecastInput, Forecast,
    ForecastKind, ForecastList, Profile, ResultSource, WeeklyForecast,
};
use crate::kernel::problem::{Code, Place, Problem, Violation};
use crate::oracle::birth;
use crate::oracle::cache::made::found_or_made;
use crate::oracle::calculate::{self, Outcome};
use crate::oracle::forecasts::{self, Asked, Person, Told};
use crate::ports::ZoneError;
use crate::resource::operations as resource;

/// Where a date of the request stands.
pub type At<'a> = (Place, &'a str);

/// What a day holds.
pub async fn find_daily_forecast(
    cx: &Context<'_>,
    input: FindDailyForecastInput,
) -> Result<Forecast, Problem> {
    let whose = whose(cx).await?;
    let day = whose.day(cx, input.query.date, (Place::Query, "/date"))?;
    let asked = Asked::new(ForecastKind::Daily, &whose.person, day);
    whose.kept(cx, &asked, (day, day), || told(whose.daily(day))).await
}

/// What a week holds.
pub async fn find_weekly_forecast(
    cx: &Context<'_>,
    input: FindWeeklyForecastInput,
) -> Result<Forecast, Problem> {
    let whose = whose(cx).await?;
    let (monday, sunday) = whose.week(cx, input.query.date)?;
    let asked = Asked::new(ForecastKind::Weekly, &whose.person, monday);
    whose.kept(cx, &asked, (monday, sunday), || told(whose.weekly(monday))).await
}

/// What several days hold.
pub async fn calculate_forecasts(
    cx: &Context<'_>,
    input: CalculateForecastsInput,
) -> Result<ForecastList, Problem> {
    let whose = whose(cx).await?;
    let days = input.body.dates.into_iter().enumerate().map(|(index, date)| {
        let day = whose.day(cx, Some(date), (Place::Body, &["/dates/", &index.to_string()].concat()))?;
        let outcome = told(whose.daily(day))?;
        Ok(whose.forecast(ForecastKind::Daily, (day, day), outcome, ResultSource::Embedded))
    });
    Ok(ForecastList { items: days.collect::<Result<_, Problem>>()? })
}

/// Whose forecast it is, and in which zone the days begin.
pub struct Whose {
    person: Person,
    time_zone: String,
}

/// What the caller's profile tells.
pub async fn whose(cx: &Context<'_>) -> Result<Whose, Problem> {
    let profile: Profile = resource::find(cx, &PROFILE, None).await?;
    let user_id = cx.user()?.user_id;
    let birth_date = profile.birth_date.ok_or_else(|| {
        Problem::new(Code::ProfileIncomplete).detail("A forecast needs the birth date: tell `birth_date`.")
    })?;
    Ok(Whose { person: Person { user_id, birth_date }, time_zone: profile.time_zone })
}

impl Whose {
    /// The day that was asked for, or the day that it is.
    pub fn day(&self, cx: &Context<'_>, date: Option<NaiveDate>, at: At<'_>) -> Result<NaiveDate, Problem> {
        let day = match date {
            Some(date) => date,
            None => self.today(cx)?,
        };
        if day < self.person.birth_date {
            return Err(before_birth(at));
        }
        Ok(day)
    }

    /// Monday and Sunday of the week of the day that was asked for, or of this one.
    pub fn week(&self, cx: &Context<'_>, date: Option<NaiveDate>) -> Result<(NaiveDate, NaiveDate), Problem> {
        let day = match date {
            Some(date) => date,
            None => self.today(cx)?,
        };
        let (monday, sunday) = forecasts::monday_and_sunday(day);
        if sunday < self.person.birth_date {
            return Err(before_birth((Place::Query, "/date")));
        }
        Ok((monday, sunday))
    }

    /// What a day holds.
    pub fn daily(&self, day: NaiveDate) -> Result<Told<DailyForecast>, Problem> {
        forecasts::day(&self.person, day).map_err(|problem| calculate::refused(problem, ""))
    }

    /// What the week holds that begins on that Monday.
    pub fn weekly(&self, monday: NaiveDate) -> Result<Told<WeeklyForecast>, Problem> {
        forecasts::week(&self.person, monday).map_err(|problem| calculate::refused(problem, ""))
    }

    fn today(&self, cx: &Context<'_>) -> Result<NaiveDate, Problem> {
        birth::local_date(cx.ports.zones, &self.time_zone, cx.now).map_err(|error| match error {
            ZoneError::Unknown => Problem::new(Code::ProfileIncomplete)
                .detail("The profile's `time_zone` is not known: tell another one."),
            ZoneError::Failed(cause) => Problem::internal(cause),
        })
    }

    async fn kept(
        &self,
        cx: &Context<'_>,
        asked: &Asked,
        span: (NaiveDate, NaiveDate),
        make: impl FnOnce() -> Result<Outcome, Problem>,
    ) -> Result<Forecast, Problem> {
        let tags = asked.tags();
        let (outcome, source) = found_or_made(cx, &asked.question(&tags), make).await?;
        Ok(self.forecast(asked.kind(), span, outcome, source))
    }

    fn forecast(
        &self,
        kind: ForecastKind,
        (from, to): (NaiveDate, NaiveDate),
        Outcome { title, summary, result }: Outcome,
        source: ResultSource,
    ) -> Forecast {
        Forecast { kind, from, to, time_zone: self.time_zone.clone(), source, title, summary, result }
    }
}

fn told<T: Serialize>(told: Result<Told<T>, Problem>) -> Result<Outcome, Problem> {
    let Told { title, summary, forecast } = told?;
    let result = RawValue::from_string(serde_json::to_string(&forecast)?)?;
    Ok(Outcome { title, summary, result })
}

fn before_birth((place, pointer): At<'_>) -> Problem {
    let violation = Violation {
        place,
        pointer: pointer.to_owned(),
        code: "before-birth",
        message: "lies before the birth".to_owned(),
    };
    Problem { violations: vec![violation], ..Problem::new(Code::CalculationRefused) }
}
