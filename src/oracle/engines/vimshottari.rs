//! Vimshottari: the Moon's nakshatra at the birth, and the 120 years of periods that begin there.
//!
//! The Moon's apparent longitude less the Lahiri ayanamsa falls into one of 27 nakshatras of 13 degrees 20 minutes.
//! Its lord rules the period of the birth; the share of the nakshatra that the Moon has passed is the share of the
//! period that has passed. Without a time of birth everything is worked out for the first and the last moment of the
//! day: the Moon only moves forward, so what is the same at both ends holds all day.

use chrono::{Days, NaiveDate, NaiveTime};

use self::dasha::{LORDS, Period};
use super::book::{Book, Text};
use super::{EngineProblem, Metadata, Settling, texts};
use crate::contract::types::{
    BirthInput, VimshottariLord, VimshottariMaha, VimshottariNakshatra, VimshottariPeriod, VimshottariResult,
};
use crate::kernel::time::Timestamp;
use crate::oracle::birth;
pub use crate::oracle::birth::Settled;

pub mod dasha;
mod moon;

use moon::Stay;

/// What a caller may know about this engine.
pub static METADATA: Metadata = Metadata {
    name: "vimshottari",
    title: "Vimshottari",
    version: "1.0.0",
    description: "The Moon's nakshatra and pada by the Lahiri ayanamsa, the balance of the first period, and the great \
                  periods of 120 years with their parts by date; without a time of birth, what holds all day.",
    drawn: false,
    needs: &["birth_date"],
    cache_seconds: 86_400,
};

const METHOD: &str = "Apparent geocentric longitude of the Moon less the Lahiri ayanamsa; 27 nakshatras of 13 degrees 20 \
                      minutes, from Ashwini on, in four padas each. The nakshatra's lord rules the first period, of which \
                      the share has passed that the Moon has passed of the nakshatra. Years have 365.25 days; a part lasts \
                      its lord's share of 120 years. Days are those of the offset at birth, of UTC without a time.";

/// Resolves a birth; the day looked at is today, or the birth where that is later.
///
/// # Errors
/// As [`birth::settle`].
pub fn settle(input: &BirthInput, settling: &Settling<'_>) -> Result<Settled, EngineProblem> {
    let settled = birth::settle(input, &METADATA, settling)?;
    Ok(Settled { target_date: Some(settling.today.max(input.birth_date)), ..settled })
}

/// Calculates the result.
///
/// # Errors
/// [`EngineProblem::Unreadable`] when the input is not a canonical one of this version.
pub fn calculate(input: &Settled, book: &Book) -> Result<VimshottariResult, EngineProblem> {
    let span = input.span(&METADATA)?;
    let unreadable = || EngineProblem::Unreadable("a dasha without its day or its Moon".to_owned());
    let target_date = input.target_date.ok_or_else(unreadable)?;
    let stays = moon::stays(span);
    let (first, last) = (stays.first().ok_or_else(unreadable)?, stays.last().ok_or_else(unreadable)?);
    let days = Calendar { offset: input.offset_seconds.unwrap_or_default() };
    let at = days.end(target_date).max(span.1.millis());
    let running = running(first, last, span, at);
    let cycle = dasha::cycle(first.nakshatra, first.passed_at_first, span.0.millis());
    let today = dasha::cycle_at(cycle, at).part_at(at);
    let (antar, pratyantar) = (today.part_at(at), today.part_at(at).part_at(at));
    let known = input.utc.is_some();
    let nakshatras: Vec<VimshottariNakshatra> = stays.iter().map(|stay| nakshatra(stay, book)).collect();
    let when_known = |periods: &[Period]| {
        if known { periods.iter().map(|period| days.period(*period)).collect() } else { Vec::new() }
    };
    let current: Vec<VimshottariPeriod> = when_known(&[today, antar, pratyantar]);
    Ok(VimshottariResult {
        title: title(known, &nakshatras),
        summary: summary(&nakshatras, &current, &running, target_date),
        method: METHOD.to_owned(),
        birth: input.facts(span, sky::delta_t(moon::julian_day(span.0))),
        target_date,
        ayanamsa: moon::six_decimals(moon::ayanamsa(span.0)),
        moon_longitude: known.then(|| moon::six_decimals(moon::sidereal(span.0))),
        mahas: if known { cycle.parts().map(|period| days.maha(period, book)).to_vec() } else { Vec::new() },
        pratyantars: when_known(&antar.parts()),
        certain: if known { Vec::new() } else { certain(&nakshatras, &running, target_date) },
        running: running.into_iter().filter_map(|lord| Some(LORDS.get(lord)?.0)).collect(),
        nakshatras,
        current,
    })
}

/// The calendar at an offset from UTC, in seconds.
struct Calendar {
    offset: i32,
}

impl Calendar {
    /// The last millisecond of a day.
    fn end(&self, date: NaiveDate) -> i64 {
        let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
        next.and_time(NaiveTime::MIN).and_utc().timestamp_millis() - i64::from(self.offset) * 1000 - 1
    }

    /// The day in which a moment lies.
    fn date(&self, millis: i64) -> NaiveDate {
        let shown = Timestamp::from_millis(millis + i64::from(self.offset) * 1000);
        shown.unwrap_or(Timestamp::EPOCH).utc().date_naive()
    }

    fn period(&self, period: Period) -> VimshottariPeriod {
        VimshottariPeriod { lord: lord(period.lord), from: self.date(period.from), to: self.date(period.to) }
    }

    fn maha(&self, period: Period, book: &Book) -> VimshottariMaha {
        VimshottariMaha {
            lord: lord(period.lord),
            years: dasha::years(period.lord),
            from: self.date(period.from),
            to: self.date(period.to),
            text: book.of(texts::DASHA_LORDS.get(period.lord).copied().unwrap_or(Text::NONE)).to_owned(),
            antars: period.parts().map(|part| self.period(part)).to_vec(),
        }
    }
}

/// The lords of the great periods that may run at a moment, by the first and by the last moment of the birth: the later
/// the birth, the further the periods are.
fn running(first: &Stay, last: &Stay, span: (Timestamp, Timestamp), at: i64) -> Vec<usize> {
    let of = |nakshatra, passed, birth: Timestamp| {
        dasha::cycle_at(dasha::cycle(nakshatra, passed, birth.millis()), at).part_at(at).lord
    };
    let mut lord = of(first.nakshatra, first.passed_at_first, span.0);
    let end = of(last.nakshatra, last.passed_at_last, span.1);
    let mut lords = vec![lord];
    while lord != end {
        lord = (lord + 1) % LORDS.len();
        lords.push(lord);
    }
    lords
}

fn nakshatra(stay: &Stay, book: &Book) -> VimshottariNakshatra {
    let (name, text) = texts::NAKSHATRAS.get(stay.nakshatra).copied().unwrap_or(("", Text::NONE));
    let lord_place = stay.nakshatra % LORDS.len();
    #[allow(clippy::cast_precision_loss)] // At most twenty.
    let balance = |passed: f64| moon::six_decimals(dasha::years(lord_place) as f64 * (1.0 - passed));
    #[allow(clippy::cast_possible_truncation)] // 0 to 4.
    let pada = |passed: f64| ((passed * 4.0) as i64).min(3) + 1;
    #[allow(clippy::cast_possible_wrap)] // At most 27.
    let number = stay.nakshatra as i64 + 1;
    VimshottariNakshatra {
        number,
        name: name.to_owned(),
        lord: lord(lord_place),
        first_pada: pada(stay.passed_at_first),
        last_pada: pada(stay.passed_at_last),
        utc_from: stay.first,
        utc_to: stay.last,
        most_balance_years: balance(stay.passed_at_first),
        least_balance_years: balance(stay.passed_at_last),
        text: book.of(text).to_owned(),
    }
}

fn lord(place: usize) -> VimshottariLord {
    LORDS.get(place).map_or(VimshottariLord::Ketu, |(lord, _, _)| *lord)
}

fn name(of: VimshottariLord) -> &'static str {
    LORDS.iter().find(|(lord, _, _)| *lord == of).map_or("", |(_, name, _)| name)
}

fn title(known: bool, nakshatras: &[VimshottariNakshatra]) -> String {
    let mut title = "Moon in ".to_owned();
    title.push_str(&either(nakshatras.iter().map(|nakshatra| nakshatra.name.as_str())));
    if let ([only], true) = (nakshatras, known) {
        title.push_str(", pada ");
        title.push_str(&only.first_pada.to_string());
    }
    title
}

fn summary(
    nakshatras: &[VimshottariNakshatra],
    current: &[VimshottariPeriod],
    running: &[usize],
    target: NaiveDate,
) -> String {
    if let ([born], [maha, antar, pratyantar]) = (nakshatras, current) {
        #[allow(clippy::cast_possible_truncation)]
        let hundredths = (born.most_balance_years * 100.0).round() as i64;
        return format!(
            "Born in the period of {} with {}.{:02} years of it left. On {target}: {}, within it {}, within that {} until {}.",
            name(born.lord),
            hundredths / 100,
            hundredths % 100,
            name(maha.lord),
            name(antar.lord),
            name(pratyantar.lord),
            pratyantar.to
        );
    }
    let born = either(nakshatras.iter().map(|nakshatra| name(nakshatra.lord)));
    let now = either(running.iter().filter_map(|lord| Some(LORDS.get(*lord)?.1)));
    format!(
        "Without a time of birth: born in the period of {born}; on {target} that of {now} runs. Dates need the time."
    )
}

fn certain(nakshatras: &[VimshottariNakshatra], running: &[usize], target: NaiveDate) -> Vec<String> {
    let mut certain = Vec::new();
    if let [only] = nakshatras {
        certain.push(format!(
            "The Moon stood in {} all day, so the first period is that of {}.",
            only.name,
            name(only.lord)
        ));
        if only.first_pada == only.last_pada {
            certain.push(format!("It stood in pada {} all day.", only.first_pada));
        }
    } else {
        let names = either(nakshatras.iter().map(|nakshatra| nakshatra.name.as_str()));
        certain.push(format!("The Moon stood in {names}: which one, the time of birth decides."));
    }
    if let [only] = running
        && let Some((_, name, _)) = LORDS.get(*only)
    {
        certain.push(format!("On {target} the great period of {name} runs, whatever the time of birth."));
    }
    certain
}

/// `A`, `A or B`, `A, B or C`.
fn either<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => [rest.join(", ").as_str(), last].join(" or "),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests;
