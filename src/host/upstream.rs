//! [`Upstream`] from a script, with a record of what was asked.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;

use crate::host::FixedClock;
use crate::ports::{PortError, Upstream, UpstreamRequest, UpstreamResponse};

/// What a server outside does when it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scripted {
    /// It answers this, after so long.
    Answer(UpstreamResponse, Duration),
    /// It cannot be reached.
    Refused,
}

impl Scripted {
    /// An answer at once, without headers.
    #[must_use]
    pub fn ok(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Answer(UpstreamResponse { status, headers: Vec::new(), body: body.into() }, Duration::ZERO)
    }

    /// The same answer, later.
    #[must_use]
    pub fn after(self, time: Duration) -> Self {
        match self {
            Self::Answer(response, _) => Self::Answer(response, time),
            Self::Refused => self,
        }
    }

    /// The same answer with one more header; the name in lower case.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer(response, _) = &mut self {
            response.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// Servers that follow a script. A URL without one is refused.
#[derive(Debug, Default)]
pub struct ScriptedUpstream {
    script: RefCell<BTreeMap<String, VecDeque<Scripted>>>,
    asked: RefCell<Vec<UpstreamRequest>>,
    clock: Option<Rc<FixedClock>>,
}

impl ScriptedUpstream {
    /// Servers that take no time.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Servers whose answers move this clock by the time that they take.
    #[must_use]
    pub fn on_clock(clock: Rc<FixedClock>) -> Self {
        Self { clock: Some(clock), ..Self::default() }
    }

    /// Adds what this URL does next. Each is used once, the last one again and again.
    pub fn script(&self, url: impl Into<String>, next: Scripted) -> &Self {
        self.script.borrow_mut().entry(url.into()).or_default().push_back(next);
        self
    }

    /// From now on this URL does that, whatever it did before.
    pub fn instead(&self, url: impl Into<String>, next: Scripted) -> &Self {
        self.script.borrow_mut().insert(url.into(), VecDeque::from([next]));
        self
    }

    /// Every request so far, oldest first.
    #[must_use]
    pub fn asked(&self) -> Vec<UpstreamRequest> {
        self.asked.borrow().clone()
    }

    fn next(&self, url: &str) -> Scripted {
        let mut script = self.script.borrow_mut();
        let Some(steps) = script.get_mut(url) else {
            return Scripted::Refused;
        };
        let step = if steps.len() > 1 { steps.pop_front() } else { steps.front().cloned() };
        step.unwrap_or(Scripted::Refused)
    }

    fn pass(&self, time: Duration) {
        if let Some(clock) = &self.clock {
            clock.advance(time);
        }
    }
}

#[async_trait(?Send)]
impl Upstream for ScriptedUpstream {
    async fn send(&self, request: UpstreamRequest) -> Result<UpstreamResponse, PortError> {
        let step = self.next(&request.url);
        let (timeout, max_bytes) = (request.timeout, request.max_bytes);
        self.asked.borrow_mut().push(request);
        match step {
            Scripted::Refused => Err(PortError::Unavailable("connection refused".to_owned())),
            Scripted::Answer(_, time) if time >= timeout => {
                self.pass(timeout);
                Err(PortError::Timeout(format!("no answer within {} ms", timeout.as_millis())))
            }
            Scripted::Answer(response, time) => {
                self.pass(time);
                if response.body.len() > max_bytes {
                    return Err(PortError::TooLarge(format!("an answer of more than {max_bytes} bytes")));
                }
                Ok(response)
            }
        }
    }
}
