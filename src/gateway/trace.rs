//! W3C Trace Context: the caller's trace goes on with a span of our own.

use std::fmt;

use crate::kernel::trace::TraceId;

/// The trace that a request belongs to, with this request's own span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// The trace.
    pub trace_id: TraceId,
    /// Our span, not 0: 16 hexadecimal digits on the wire.
    pub span: u64,
    /// The caller's span, written in the same way. `None` where the trace begins here.
    pub parent: Option<u64>,
    /// Whether the trace is sampled: as the caller says, if there is one.
    pub sampled: bool,
}

impl Trace {
    /// Continues the trace in a `traceparent` header, or begins one when there is none that can be read.
    /// `random` gives the new ids.
    #[must_use]
    pub fn of(traceparent: Option<&str>, random: [u8; 24]) -> Self {
        let (fresh_trace, fresh_span) = random.split_at(16);
        let fresh = |bytes: &[u8]| bytes.iter().fold(0, |id, byte| (id << 8) | u128::from(*byte)).max(1);
        #[allow(clippy::cast_possible_truncation)] // Of eight bytes.
        let span = fresh(fresh_span) as u64;
        match traceparent.and_then(parse) {
            Some((trace_id, parent, sampled)) => Self { trace_id, span, parent: Some(parent), sampled },
            None => Self { trace_id: TraceId(fresh(fresh_trace)), span, parent: None, sampled: false },
        }
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{:016x}-{:02x}", self.trace_id, self.span, u8::from(self.sampled))
    }
}

/// Trace, span and whether it is sampled.
fn parse(header: &str) -> Option<(TraceId, u64, bool)> {
    let mut parts = header.trim().splitn(5, '-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, length| {
        text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let known = hex(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
    if !(known && hex(trace, 32) && hex(parent, 16) && hex(flags, 2)) {
        return None;
    }
    let trace = u128::from_str_radix(trace, 16).ok().filter(|id| *id != 0)?;
    let parent = u64::from_str_radix(parent, 16).ok().filter(|id| *id != 0)?;
    Some((TraceId(trace), parent, u8::from_str_radix(flags, 16).ok()? & 1 == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn the_callers_trace_goes_on_with_a_new_span() {
        let trace = Trace::of(Some(GIVEN), [7; 24]);
        assert_eq!(trace.parent, Some(0xb7ad_6b71_6920_3331));
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
            assert_eq!(Trace::of(header, [7; 24]).trace_id.to_string(), "07".repeat(16), "{header:?}");
        }
    }
}
