//! W3C Trace Context: the caller's trace goes on with a span of our own.

use std::fmt;

/// The trace that a request belongs to, with this request's own span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// 32 lower-case hexadecimal digits, not all zero.
    pub trace_id: String,
    /// Our span, not 0: 16 hexadecimal digits on the wire.
    pub span: u64,
    /// The caller's span: 16 lower-case hexadecimal digits, not all zero. `None` where the trace begins here.
    pub parent: Option<String>,
    /// Whether the trace is sampled: as the caller says, if there is one.
    pub sampled: bool,
}

impl Trace {
    /// Continues the trace in a `traceparent` header, or begins one when there is none that can be read.
    /// `random` gives the new ids.
    #[must_use]
    pub fn of(traceparent: Option<&str>, random: [u8; 24]) -> Self {
        let (fresh_trace, fresh_span) = random.split_at(16);
        let span = fresh_span.iter().fold(0, |span, byte| (span << 8) | u64::from(*byte)).max(1);
        match traceparent.and_then(parse) {
            Some((trace_id, parent, sampled)) => {
                Self { trace_id: trace_id.to_owned(), span, parent: Some(parent.to_owned()), sampled }
            }
            None => {
                Self { trace_id: crate::kernel::crypto::hex(fresh_trace), span, parent: None, sampled: false }
            }
        }
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{:016x}-{:02x}", self.trace_id, self.span, u8::from(self.sampled))
    }
}

/// Trace, span and whether it is sampled.
fn parse(header: &str) -> Option<(&str, &str, bool)> {
    let mut parts = header.trim().splitn(5, '-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, length| {
        text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let some = |text: &str| text.bytes().any(|b| b != b'0');
    let known = hex(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
    if known && hex(trace, 32) && some(trace) && hex(parent, 16) && some(parent) && hex(flags, 2) {
        Some((trace, parent, u8::from_str_radix(flags, 16).ok()? & 1 == 1))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn the_callers_trace_goes_on_with_a_new_span() {
        let trace = Trace::of(Some(GIVEN), [7; 24]);
        assert_eq!(trace.to_string(), "00-0af7651916cd43dd8448eb211c80319c-0707070707070707-01");
    }

    #[test]
    fn what_cannot_be_read_begins_a_new_trace() {
        for header in [
            None,
            Some(""),
            Some("00-00000000000000000000000000000000-b7ad6b7169203331-01"),
            Some("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"),
            Some("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra"),
            Some("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"),
        ] {
            assert_eq!(Trace::of(header, [7; 24]).trace_id, "07".repeat(16), "{header:?}");
        }
    }
}
