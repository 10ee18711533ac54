//! Time zones from the platform's `Intl`: the ICU's copy of the IANA's database, which the runtime keeps up to date.
//!
//! A formatter takes long to make and little to use, so each isolate keeps those of the zones that were asked for
//! lately.

use std::cell::RefCell;

use chrono::NaiveDate;
use js_sys::{JSON, RangeError, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::js::words;
use crate::kernel::time::Timestamp;
use crate::ports::{ZoneError, Zones};

/// Month, day, year, hour, minute and second, in this order in the locale that is asked for.
const FIELDS: &str = r#"{"hourCycle":"h23","year":"numeric","month":"numeric","day":"numeric","hour":"numeric","minute":"numeric","second":"numeric"}"#;
const LOCALE: &str = "en-US-u-ca-gregory-nu-latn";

/// How many zones an isolate keeps.
const KEPT: usize = 32;

#[wasm_bindgen]
extern "C" {
    type DateTimeFormat;

    /// Throws a `RangeError` for a zone that does not exist.
    #[wasm_bindgen(catch, constructor, js_namespace = Intl)]
    fn new(locale: &str, options: &JsValue) -> Result<DateTimeFormat, JsValue>;

    #[wasm_bindgen(catch, method)]
    fn format(this: &DateTimeFormat, millis: f64) -> Result<String, JsValue>;
}

thread_local! {
    static FORMATS: RefCell<Vec<(String, DateTimeFormat)>> = const { RefCell::new(Vec::new()) };
}

/// The zones of `Intl.DateTimeFormat`.
#[derive(Debug, Clone, Copy)]
pub struct Intl;

impl Zones for Intl {
    fn offset(&self, zone: &str, at: Timestamp) -> Result<i32, ZoneError> {
        let clock = shown(zone, at)?;
        let seconds = read(&clock).ok_or_else(|| ZoneError::Failed(format!("no clock: {clock}")))?;
        i32::try_from(seconds - at.seconds()).map_err(|_| ZoneError::Failed(format!("too far: {clock}")))
    }
}

/// What a clock in that zone shows.
fn shown(zone: &str, at: Timestamp) -> Result<String, ZoneError> {
    if is_foreign(zone) {
        return Err(ZoneError::Unknown);
    }
    FORMATS.with_borrow_mut(|formats| {
        let known = formats.iter().position(|(name, _)| name == zone);
        let place = match known {
            Some(place) => place,
            None => {
                let made = make(zone).map_err(|thrown| match thrown.has_type::<RangeError>() {
                    true => ZoneError::Unknown,
                    false => ZoneError::Failed(words(&thrown)),
                })?;
                if formats.len() >= KEPT {
                    formats.remove(0);
                }
                formats.push((zone.to_owned(), made));
                formats.len() - 1
            }
        };
        let Some((_, format)) = formats.get(place) else {
            return Err(ZoneError::Failed("lost".to_owned()));
        };
        #[allow(clippy::cast_precision_loss)] // Far below 2^53.
        let millis = (at.seconds() * 1000) as f64;
        format.format(millis).map_err(|thrown| ZoneError::Failed(words(&thrown)))
    })
}

/// Whether the ICU may know a name that the IANA does not: abbreviations such as `BST`, which it takes for Dhaka, and
/// zones of `SystemV`.
fn is_foreign(zone: &str) -> bool {
    const OURS: [&str; 13] =
        ["CET", "EET", "EST", "GMT", "HST", "MET", "MST", "PRC", "ROC", "ROK", "UCT", "UTC", "WET"];
    let is = |name: &&str| zone.eq_ignore_ascii_case(name);
    zone.len() == 3 && !OURS.iter().any(is)
        || zone.get(..8).is_some_and(|head| head.eq_ignore_ascii_case("SystemV/"))
}

fn make(zone: &str) -> Result<DateTimeFormat, JsValue> {
    let options = JSON::parse(FIELDS)?;
    Reflect::set(&options, &"timeZone".into(), &zone.into())?;
    DateTimeFormat::new(LOCALE, &options)
}

/// Seconds since 1970 of a clock's text, as if it showed UTC.
fn read(clock: &str) -> Option<i64> {
    let mut numbers = clock.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let mut next = || numbers.next()?.parse::<u32>().ok();
    let (month, day, year, hour, minute, second) = (next()?, next()?, next()?, next()?, next()?, next()?);
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some(date.and_hms_opt(hour, minute, second)?.and_utc().timestamp())
}
