//! Where traces and logs go (docs/telemetry.md).

use std::fmt;

use super::{Environment, Reader};
use crate::kernel::trace::TraceId;

/// Of so many trace ids (2^56, those of the last 14 digits) a share is sampled.
const ALL: u64 = 1 << 56;
/// The share where a collector is set and nothing else is said, in millionths.
const USUAL: u64 = 100_000;

/// What is made of a request besides its answer. All but `Full` are for measuring what that costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observes {
    /// It is counted, logged, kept, and traced where that is set.
    Full,
    /// Its line goes to the console, and that is all.
    Line,
    /// Nothing.
    Nothing,
}

/// Where traces and logs go.
#[derive(Clone, PartialEq, Eq)]
pub struct Telemetry {
    /// `OBSERVABILITY`: what is made of requests besides their answers.
    pub observes: Observes,
    /// `OTLP_ENDPOINT`: a collector that speaks OTLP over HTTP, without a slash at the end.
    pub endpoint: Option<String>,
    /// `OTLP_HEADERS`: what is sent to it besides, names in lower case.
    pub headers: Vec<(String, String)>,
    /// `TRACE_SAMPLE`: how many of 2^56 traces are sampled where the caller did not decide.
    pub sample: u64,
    /// `LOG_DAYS`: for so many days the house keeps its own lines.
    pub log_days: i64,
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Telemetry({:?}, {} of 2^56, {} days, ..)", self.observes, self.sample, self.log_days)
    }
}

impl Telemetry {
    /// Whether a trace of that id is among those that are sampled: by its last 14 digits, so that everybody with that
    /// share decides alike.
    #[must_use]
    pub fn samples(&self, trace_id: TraceId) -> bool {
        trace_id.0 & u128::from(ALL - 1) >= u128::from(ALL.saturating_sub(self.sample))
    }
}

/// Reads the settings.
pub fn read(reader: &mut Reader<'_>, environment: Environment) -> Telemetry {
    let observes = match reader.text("OBSERVABILITY").as_deref() {
        None | Some("full") => Observes::Full,
        Some("line") => Observes::Line,
        Some("none") => Observes::Nothing,
        Some(_) => {
            reader.mistake("OBSERVABILITY must be full, line or none");
            Observes::Full
        }
    };
    let endpoint = reader.text("OTLP_ENDPOINT").map(|url| url.trim_end_matches('/').to_owned());
    if endpoint.as_deref().is_some_and(|url| !is_acceptable(url, environment)) {
        reader.mistake(
            "OTLP_ENDPOINT must be an https address such as https://otlp.example.com, without credentials, query or \
             fragment; http to this machine in development alone",
        );
    }
    let headers = match reader.text("OTLP_HEADERS") {
        None => Vec::new(),
        Some(text) => headers(&text).unwrap_or_else(|| {
            reader
                .mistake("OTLP_HEADERS must be name=value pairs separated by commas, values percent-encoded");
            Vec::new()
        }),
    };
    let share = match reader.text("TRACE_SAMPLE") {
        None => Some(if endpoint.is_some() { USUAL } else { 0 }),
        Some(text) => millionths(&text),
    };
    if share.is_none() {
        reader.mistake(
            "TRACE_SAMPLE must be a number from 0 to 1, such as 0.05, of at most six digits behind the point",
        );
    }
    let days = match reader.text("LOG_DAYS") {
        None => Some(7),
        Some(text) => text.parse().ok().filter(|days| (1..=30).contains(days)),
    };
    if days.is_none() {
        reader.mistake("LOG_DAYS must be a whole number of days from 1 to 30");
    }
    let sample =
        ALL / 1_000_000 * share.unwrap_or_default() + ALL % 1_000_000 * share.unwrap_or_default() / 1_000_000;
    Telemetry { observes, endpoint, headers, sample, log_days: days.unwrap_or(7) }
}

/// A decimal from 0 to 1 in millionths. By hand, because reading floating point brings tables of
/// ten kilobytes.
fn millionths(text: &str) -> Option<u64> {
    let (whole, digits) = text.split_once('.').unwrap_or((text, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if digits.len() > 6 || !plain(whole) || !plain(digits) {
        return None;
    }
    let number = [whole, digits, "000000".get(digits.len()..)?].concat().parse().ok()?;
    (number <= 1_000_000).then_some(number)
}

fn is_acceptable(url: &str, environment: Environment) -> bool {
    let secure = url.strip_prefix("https://");
    let Some(rest) = secure.or_else(|| url.strip_prefix("http://")) else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.strip_suffix(|c: char| c.is_ascii_digit()).map_or(authority, |_| {
        authority.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix(':').unwrap_or(authority)
    });
    let here = environment == Environment::Development && matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let plain = rest.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#@\\".contains(&byte));
    !host.is_empty() && plain && (secure.is_some() || here)
}

/// As OpenTelemetry's SDKs read `OTEL_EXPORTER_OTLP_HEADERS`.
fn headers(text: &str) -> Option<Vec<(String, String)>> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let (name, value) = (name.trim().to_ascii_lowercase(), decode(value.trim())?);
        let visible = value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        (!name.is_empty() && name.bytes().all(token) && visible).then_some((name, value))
    };
    text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(pair).collect()
}

fn decode(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut out = parts.next()?.to_owned();
    for part in parts {
        let (code, rest) = part.split_at_checked(2)?;
        out.push(char::from(u8::from_str_radix(code, 16).ok()?));
        out.push_str(rest);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(environment: Environment, variables: &[(&str, &str)]) -> (Telemetry, Vec<String>) {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let mut reader = Reader { variable: &variable, mistakes: Vec::new() };
        (read(&mut reader, environment), reader.mistakes)
    }

    #[test]
    fn without_a_collector_nothing_is_sampled_and_lines_are_kept_for_a_week() {
        let (telemetry, mistakes) = reading(Environment::Production, &[]);
        assert_eq!((telemetry.endpoint.as_deref(), telemetry.sample, telemetry.log_days), (None, 0, 7));
        assert!(mistakes.is_empty() && !telemetry.samples(TraceId(u128::MAX)));
    }

    #[test]
    fn a_collector_is_https_or_on_this_machine() {
        let of = |environment, url| reading(environment, &[("OTLP_ENDPOINT", url)]);
        for url in ["https://otlp.example.com/", "https://example.com:4318/otlp"] {
            let (telemetry, mistakes) = of(Environment::Production, url);
            assert_eq!((telemetry.endpoint.as_deref(), mistakes.len()), (Some(url.trim_end_matches('/')), 0));
        }
        for url in
            ["http://localhost:4318", "http://127.0.0.1:4318/x", "http://[::1]:4318", "http://localhost"]
        {
            assert!(of(Environment::Development, url).1.is_empty(), "{url}");
            assert!(of(Environment::Staging, url).1[0].contains("OTLP_ENDPOINT"), "{url}");
        }
        for url in [
            "http://otlp.example.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com:80",
            "https://",
            "https://:443",
            "https://user:word@example.com",
            "https://example.com?key=word",
            "ftp://example.com",
            "otlp.example.com",
        ] {
            let (_, mistakes) = of(Environment::Development, url);
            assert!(
                mistakes.concat().contains("OTLP_ENDPOINT") && !mistakes.concat().contains("word"),
                "{url}"
            );
        }
    }

    #[test]
    fn headers_are_read_as_elsewhere_and_never_printed() {
        let at = ("OTLP_ENDPOINT", "https://otlp.example.com");
        let (telemetry, mistakes) = reading(
            Environment::Production,
            &[at, ("OTLP_HEADERS", "Authorization=Basic%20aHVudGVyMg, x-tenant=a")],
        );
        let (name, value) = ("authorization".to_owned(), "Basic aHVudGVyMg".to_owned());
        assert_eq!(telemetry.headers, [(name, value), ("x-tenant".to_owned(), "a".to_owned())]);
        assert!(mistakes.is_empty() && !format!("{telemetry:?}").contains("aHV"));
        for wrong in ["hunter2", "=hunter2", "a b=hunter2", "a=hunter2%0a", "a=hunter2%", "a=hunter2%zz"] {
            let (_, mistakes) = reading(Environment::Production, &[at, ("OTLP_HEADERS", wrong)]);
            assert!(
                mistakes.concat().contains("OTLP_HEADERS") && !mistakes.concat().contains("hunter2"),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_share_is_that_of_trace_ids() {
        let share = |text| reading(Environment::Development, &[("TRACE_SAMPLE", text)]);
        let (half, all, none) = (share("0.5").0, share("1").0, share("0").0);
        let low = TraceId(0x0f7f_ffff_ffff_ffff);
        let high = TraceId(0x0f80_0000_0000_0000);
        assert_eq!([half.samples(low), half.samples(high)], [false, true]);
        assert!(all.samples(TraceId(1 << 56)) && !none.samples(TraceId(u128::MAX)));
        for text in ["-0.1", "1.1", "NaN", "half", "1e-3", "0.0000001", "+1"] {
            assert!(share(text).1.concat().contains("TRACE_SAMPLE"), "{text}");
        }
        for days in ["0", "31", "a week"] {
            let (_, mistakes) = reading(Environment::Development, &[("LOG_DAYS", days)]);
            assert!(mistakes.concat().contains("LOG_DAYS"), "{days}");
        }
    }
}
