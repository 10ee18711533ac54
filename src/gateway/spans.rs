//! The spans of one request, noted while it is served. Of one that is not sampled nothing is noted.

use std::cell::{Cell, RefCell};

use super::trace::Trace;
use crate::kernel::time::Timestamp;
use crate::ops::telemetry::record::{Kind, MOST_SPANS, Span, child};
use crate::ports::{Clock, UpstreamRequest};

/// The header by which a trace is carried on.
const TRACEPARENT: &str = "traceparent";

/// What was noted. The default is of no trace.
#[derive(Debug, Default)]
pub struct Spans {
    trace: Option<Trace>,
    noting: bool,
    list: RefCell<Vec<Span>>,
    stage: Cell<Option<usize>>,
    more: Cell<u32>,
}

impl Spans {
    /// Those of a request of that trace.
    #[must_use]
    pub fn of(trace: Trace, noting: bool) -> Self {
        Self { trace: Some(trace), noting, ..Self::default() }
    }

    /// Another stage begins, and the one before it ends.
    pub fn stage(&self, name: &'static str, clock: &dyn Clock) {
        if self.noting {
            let now = clock.now();
            self.end(self.stage.take(), false, now);
            self.stage.set(self.begin(Kind::Stage(name), now));
        }
    }

    /// Something begins, in the present stage. Its place, if it is noted.
    pub fn begin(&self, kind: Kind, now: Timestamp) -> Option<usize> {
        let place = self.next()?;
        if place >= MOST_SPANS {
            self.more.set(self.more.get().saturating_add(1));
            return None;
        }
        let parent = self.stage.get();
        self.list.borrow_mut().push(Span {
            kind,
            parent,
            began: now,
            ended: None,
            failed: false,
            outside: None,
        });
        Some(place)
    }

    /// The place of what begins next, where anything is noted.
    fn next(&self) -> Option<usize> {
        self.noting.then(|| self.list.borrow().len())
    }

    /// It ends.
    pub fn end(&self, place: Option<usize>, failed: bool, now: Timestamp) {
        let Some(place) = place else { return };
        if let Some(span) = self.list.borrow_mut().get_mut(place) {
            (span.ended, span.failed) = (Some(now), failed);
        }
    }

    /// Gives the request the header that it asks for, as a child of the span that begins next. The place of that span,
    /// and the server's host.
    pub fn carry(&self, request: &mut UpstreamRequest) -> (Option<usize>, String) {
        let place = self.next().filter(|place| *place < MOST_SPANS);
        let Some(at) = request.headers.iter().position(|(name, _)| name == TRACEPARENT) else {
            return (place, String::new());
        };
        match (&self.trace, request.headers.get_mut(at)) {
            (Some(trace), Some((_, value))) => {
                let span = place.map_or(trace.span, |place| child(trace.span, place));
                *value = Trace { span, ..*trace }.to_string();
            }
            _ => drop(request.headers.remove(at)),
        }
        (place, place.and_then(|_| host(&request.url)).unwrap_or_default())
    }

    /// What a server outside answered.
    pub fn told(&self, place: Option<usize>, outside: (&'static str, u16, String)) {
        let Some(place) = place else { return };
        if let Some(span) = self.list.borrow_mut().get_mut(place) {
            // OpenTelemetry: for a client, 4xx are failures too.
            span.failed |= outside.1 >= 400;
            span.outside = Some(outside);
        }
    }

    /// All of them, and how many found no room. What still lasts ends with the request.
    pub fn finish(&self, failed: bool, now: Timestamp) -> (Vec<Span>, u32) {
        self.end(self.stage.take(), failed, now);
        (self.list.take(), self.more.get())
    }
}

/// The host that an address names, if it is written as one: nothing that has to be quoted.
fn host(url: &str) -> Option<String> {
    let authority = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.split(':').next().filter(|host| !host.starts_with('['))?;
    let plain =
        host.len() <= 253 && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    plain.then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_the_host_alone_is_told() {
        for (url, expected) in [
            ("https://engine.example.com/v1?key=word", Some("engine.example.com")),
            ("https://user:word@engine.example.com:8443/", Some("engine.example.com")),
            ("https://engine\".example.com/", None),
            ("engine.example.com", None),
        ] {
            assert_eq!(host(url).as_deref(), expected, "{url}");
        }
    }
}
