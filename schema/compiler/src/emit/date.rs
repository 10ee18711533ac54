//! Dates as headers write them.

/// Days from 1970-01-01 to a date `YYYY-MM-DD`, and its parts.
fn days(date: &str) -> (i64, [i64; 3]) {
    let mut parts = date.split('-').map(|part| part.parse::<i64>().unwrap_or(0));
    let [year, month, day] = [(); 3].map(|()| parts.next().unwrap_or(0));
    // Years begin in March, so that the leap day is the last one.
    let shifted = if month > 2 { year } else { year - 1 };
    let leap_days = shifted.div_euclid(4) - shifted.div_euclid(100) + shifted.div_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    (365 * shifted + leap_days + of_year - 719_468, [year, month, day])
}

/// A structured field's date (RFC 9651 section 3.3.7): the beginning of that day.
pub fn structured(date: &str) -> String {
    format!("@{}", days(date).0 * 86_400)
}

/// An HTTP date (RFC 9110 section 5.6.7): the beginning of that day.
pub fn http(date: &str) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (days, [year, month, day]) = days(date);
    let name = |names: &[&'static str], index: i64| {
        usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
    };
    let (weekday, month) = (name(&DAYS, days.rem_euclid(7)), name(&MONTHS, month - 1));
    format!("{weekday}, {day:02} {month} {year:04} 00:00:00 GMT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_become_those_of_headers() {
        for (date, seconds, words) in [
            ("1970-01-01", "@0", "Thu, 01 Jan 1970 00:00:00 GMT"),
            ("2000-02-29", "@951782400", "Tue, 29 Feb 2000 00:00:00 GMT"),
            ("2026-03-01", "@1772323200", "Sun, 01 Mar 2026 00:00:00 GMT"),
            ("2027-12-31", "@1830211200", "Fri, 31 Dec 2027 00:00:00 GMT"),
        ] {
            assert_eq!((structured(date).as_str(), http(date).as_str()), (seconds, words));
        }
    }
}
