//! Forecasts from the caller's profile.

use chrono::{NaiveDate, NaiveDateTime};

use super::unknown_zone;
use crate::context::Context;
use crate::contract::resources::PROFILE;
use crate::contract::types::{
    CalculateForecastsInput, DailyForecast, FindDailyForecastInput, FindWeeklyForecastInput, Forecast,
    ForecastKind, ForecastList, Profile, ResultSource, WeeklyForecast,
};
use crate::kernel::problem::{Code, Place, Problem, Violation};
use crate::oracle::birth;
use crate::oracle::calculate::{self, Answered, Outcome};
use crate::oracle::engines::Book;
use crate::oracle::forecasts::{self, Asked, Person, Told};
use crate::oracle::library;
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
    whose.kept(cx, ForecastKind::Daily, (day, day)).await
}

/// What a week holds.
pub async fn find_weekly_forecast(
    cx: &Context<'_>,
    input: FindWeeklyForecastInput,
) -> Result<Forecast, Problem> {
    let whose = whose(cx).await?;
    let span = whose.week(cx, input.query.date)?;
    whose.kept(cx, ForecastKind::Weekly, span).await
}

/// What several days hold.
pub async fn calculate_forecasts(
    cx: &Context<'_>,
    input: CalculateForecastsInput,
) -> Result<ForecastList, Problem> {
    let whose = whose(cx).await?;
    let book = library::book(cx).await?;
    let days = input.body.dates.into_iter().enumerate().map(|(index, date)| {
        let day = whose.day(cx, Some(date), (Place::Body, &["/dates/", &index.to_string()].concat()))?;
        let outcome = forecasts::outcome(whose.daily(day, &book)?);
        let outcome = outcome.map_err(|problem| calculate::refused(problem, ""))?;
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
    pub fn daily(&self, day: NaiveDate, book: &Book) -> Result<Told<DailyForecast>, Problem> {
        forecasts::day(&self.person, day, book).map_err(|problem| calculate::refused(problem, ""))
    }

    /// What the week holds that begins on that Monday.
    pub fn weekly(&self, monday: NaiveDate, book: &Book) -> Result<Told<WeeklyForecast>, Problem> {
        forecasts::week(&self.person, monday, book).map_err(|problem| calculate::refused(problem, ""))
    }

    fn today(&self, cx: &Context<'_>) -> Result<NaiveDate, Problem> {
        self.clock(cx).map(|clock| clock.date()).map_err(unknown_zone)
    }

    /// What a clock shows where the person lives.
    fn clock(&self, cx: &Context<'_>) -> Result<NaiveDateTime, ZoneError> {
        birth::local_time(cx.ports.zones, &self.time_zone, cx.now)
    }

    async fn kept(
        &self,
        cx: &Context<'_>,
        kind: ForecastKind,
        span: (NaiveDate, NaiveDate),
    ) -> Result<Forecast, Problem> {
        // A day that was named needs no zone; how long it is kept then goes by UTC.
        let clock = self.clock(cx).unwrap_or_else(|_| cx.now.utc().naive_utc());
        let asked = Asked::new(kind, &self.person, span.0, clock);
        let Answered { outcome, source, .. } = forecasts::kept::found_or_made(cx, &asked).await?;
        Ok(self.forecast(kind, span, outcome, source))
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

fn before_birth((place, pointer): At<'_>) -> Problem {
    let violation = Violation {
        place,
        pointer: pointer.to_owned(),
        code: "before-birth",
        message: "lies before the birth".to_owned(),
    };
    Problem::new(Code::CalculationRefused).violations(vec![violation])
}
