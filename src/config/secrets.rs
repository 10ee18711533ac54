//! The secrets of the deployment, for those who watch their age.

use super::{Reader, Secret};
use crate::ops::secrets::{TRACKED, Tracked};

/// What is watched, and for how long a secret is good.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// Every tracked variable that is set, with its value.
    pub set: Vec<(&'static Tracked, Secret)>,
    /// `SECRET_MAX_AGE_DAYS`: how old a secret may become before it is to be replaced; 365 by default.
    pub max_age_days: i64,
}

/// Reads the settings.
pub fn read(reader: &mut Reader<'_>) -> Secrets {
    let set = TRACKED.iter().filter_map(|tracked| {
        let value = reader.text(tracked.name)?;
        Some((tracked, Secret(value.into_bytes())))
    });
    let set = set.collect();
    let days = match reader.text("SECRET_MAX_AGE_DAYS") {
        None => Some(365),
        // NIST SP 800-57 Part 1 Rev. 5, table 1: no more than two years for symmetric keys.
        Some(text) => text.parse().ok().filter(|days| (30..=730).contains(days)),
    };
    if days.is_none() {
        reader.mistake("SECRET_MAX_AGE_DAYS must be a whole number of days from 30 to 730");
    }
    Secrets { set, max_age_days: days.unwrap_or(365) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(variables: &[(&str, &str)]) -> (Secrets, Vec<String>) {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let mut reader = Reader { variable: &variable, mistakes: Vec::new() };
        (read(&mut reader), reader.mistakes)
    }

    #[test]
    fn what_is_set_is_watched_and_never_printed() {
        let (secrets, mistakes) =
            reading(&[("MAIL_API_KEY", "hunter2"), ("VAULT_KEY", "x"), ("PUBLIC_URL", "y")]);
        let names: Vec<&str> = secrets.set.iter().map(|(tracked, _)| tracked.name).collect();
        assert_eq!(
            (names, secrets.max_age_days, mistakes),
            (vec!["VAULT_KEY", "MAIL_API_KEY"], 365, Vec::new())
        );
        assert!(!format!("{secrets:?}").contains("hunter2"));
    }

    #[test]
    fn an_age_is_a_number_of_days_within_bounds() {
        assert_eq!(reading(&[("SECRET_MAX_AGE_DAYS", "90")]).0.max_age_days, 90);
        for days in ["29", "731", "-1", "a year", "90.5"] {
            let (_, mistakes) = reading(&[("SECRET_MAX_AGE_DAYS", days)]);
            assert!(mistakes.len() == 1 && mistakes[0].contains("SECRET_MAX_AGE_DAYS"), "{mistakes:?}");
        }
    }
}
