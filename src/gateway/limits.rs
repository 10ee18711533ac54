//! How a request stands against its limits, told in headers: `RateLimit` and `RateLimit-Policy`
//! (draft-ietf-httpapi-ratelimit-headers: structured lists, RFC 9651), and `RateLimit-Warning` near the end.

use std::rc::Rc;

use crate::identity::admission::{Changes, Grant, Refusal, Window};
use crate::kernel::time::Timestamp;

/// What admission said of a request.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// The windows it was counted in.
    said: Option<Said>,
    /// Whether the isolate had to decide alone.
    pub fallback: bool,
}

#[derive(Debug, Clone)]
enum Said {
    Granted(Rc<Grant>),
    Refused(Rc<Refusal>),
}

impl Limits {
    /// The request was admitted.
    pub fn granted(&mut self, grant: &Rc<Grant>) {
        self.said = Some(Said::Granted(Rc::clone(grant)));
    }

    /// It was refused.
    pub fn refused(&mut self, refusal: &Rc<Refusal>) {
        self.said = Some(Said::Refused(Rc::clone(refusal)));
    }

    /// What has changed of the caller's account lately, by the grant that admitted the request: inside, `None` where
    /// nothing did. `None` where no grant says so: nothing that is kept may be given then.
    #[must_use]
    pub fn changes(&self) -> Option<Option<&Changes>> {
        match &self.said {
            Some(Said::Granted(grant)) if !self.fallback => Some(grant.changes.as_ref()),
            _ => None,
        }
    }

    fn windows(&self) -> &[Window] {
        match &self.said {
            None => &[],
            Some(Said::Granted(grant)) => &grant.windows,
            Some(Said::Refused(refusal)) => &refusal.windows,
        }
    }

    /// The headers; none where nothing was counted. `t` is when units come back, the first of those that are used.
    pub fn headers(&self, now: Timestamp, headers: &mut Vec<(&'static str, String)>) {
        let windows = self.windows();
        if windows.is_empty() {
            return;
        }
        let (mut left, mut policies, mut warning) = (String::new(), String::new(), String::new());
        for window in windows {
            item(
                &mut left,
                &window.policy,
                &[(";r=", Some(window.left)), (";t=", window.seconds_left(now.millis()))],
            );
            item(
                &mut policies,
                &window.policy,
                &[(";q=", Some(window.limit)), (";w=", Some(window.seconds))],
            );
            if window.is_nearly_used() {
                item(&mut warning, &window.policy, &[]);
            }
        }
        headers.push(("ratelimit", left));
        headers.push(("ratelimit-policy", policies));
        if !warning.is_empty() {
            headers.push(("ratelimit-warning", warning));
        }
    }
}

/// Adds a member to a structured list: a string with integer parameters. Names of policies need no escapes.
fn item(list: &mut String, name: &str, parameters: &[(&str, Option<u32>)]) {
    if !list.is_empty() {
        list.push_str(", ");
    }
    list.push('"');
    list.push_str(name);
    list.push('"');
    for (key, value) in parameters {
        if let Some(value) = value {
            list.push_str(key);
            list.push_str(&value.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(policy: &str, limit: u32, left: u32, more_at: Option<i64>) -> Window {
        Window { policy: policy.to_owned(), seconds: 60, limit, left, more_at }
    }

    fn headers(windows: Vec<Window>) -> Vec<(&'static str, String)> {
        let (mut limits, mut headers) = (Limits::default(), Vec::new());
        limits.granted(&Rc::new(Grant { ahead: 0, windows, standing: None, changes: None }));
        limits.headers(Timestamp::EPOCH, &mut headers);
        headers
    }

    #[test]
    fn every_window_is_listed_and_the_scarce_ones_are_named() {
        let windows = vec![
            window("minute", 10, 1, Some(1_001)),
            window("key-hour", 10, 2, Some(9)),
            window("x", 5, 5, None),
        ];
        assert_eq!(
            headers(windows),
            [
                ("ratelimit", r#""minute";r=1;t=2, "key-hour";r=2;t=1, "x";r=5"#.to_owned()),
                ("ratelimit-policy", r#""minute";q=10;w=60, "key-hour";q=10;w=60, "x";q=5;w=60"#.to_owned()),
                ("ratelimit-warning", r#""minute""#.to_owned()),
            ]
        );
    }

    #[test]
    fn what_was_not_counted_says_nothing() {
        assert_eq!(headers(Vec::new()), []);
    }
}
