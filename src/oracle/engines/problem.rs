//! Why an engine does not answer.

/// One thing about an input that the engine cannot work with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where in the input, as a JSON pointer (RFC 6901), for example `/birth_date`.
    pub pointer: &'static str,
    /// Which rule, in kebab case; stable.
    pub code: &'static str,
    /// The rule in words, for the caller.
    pub message: String,
}

/// No result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineProblem {
    /// The input is well formed, but the engine cannot work with it; every reason is listed.
    Refused(Vec<Refusal>),
    /// What should be a canonical input of this version is not one; the text is for the log.
    Unreadable(String),
}

impl EngineProblem {
    /// A single refusal.
    pub fn refused(pointer: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused(vec![Refusal { pointer, code, message: message.into() }])
    }

    /// Refuses a canonical input that names another engine or version.
    ///
    /// # Errors
    /// [`Self::Unreadable`] unless both are the expected ones.
    pub fn expect(found: (&str, &str), expected: (&str, &str)) -> Result<(), Self> {
        if found == expected {
            return Ok(());
        }
        Err(Self::Unreadable(format!(
            "{} {} cannot read an input of {} {}",
            expected.0, expected.1, found.0, found.1
        )))
    }
}
