//! The forms in which counts travel and are stored: lines of numbers and names with spaces between, as small to read
//! and to write as to keep. The first line begins with the version of the form, so that a later one can be told.
//!
//! ```text
//! command   1 read isolate seq sums       (isolate and seq are 0 where nothing is handed over)
//! reply     1 taken has-sums sums
//! stored    1 [isolate seq at]... sums    (a line for each isolate begins with `i`)
//! sums      s since dropped refused isolates day people, then lines of
//!           name outcomes(5) units(6) micros [bucket count]...
//! ```

use super::collector::{Batch, Command, Reply, State, Sums};
use super::people::People;
use super::series::Series;

const VERSION: u64 = 1;

/// Whoever reads something else is told so, for the log.
const MISREAD: &str = "this is no form of version 1";

/// Numbers and words of a line.
struct Line<'a>(std::str::Split<'a, char>);

impl<'a> Line<'a> {
    fn of(text: Option<&'a str>) -> Result<Self, String> {
        text.map(|text| Self(text.split(' '))).ok_or_else(misread)
    }

    fn word(&mut self) -> Result<&'a str, String> {
        self.0.next().ok_or_else(misread)
    }

    fn number(&mut self) -> Result<u64, String> {
        self.word()?.parse().map_err(|_| misread())
    }

    /// The first word of a whole text is its version.
    fn version(&mut self) -> Result<(), String> {
        if self.number()? == VERSION { Ok(()) } else { Err(misread()) }
    }
}

fn misread() -> String {
    MISREAD.to_owned()
}

/// Adds numbers, each with a space in front.
fn push(out: &mut String, numbers: &[u64]) {
    for number in numbers {
        out.push(' ');
        out.push_str(&number.to_string());
    }
}

impl Sums {
    fn push(&self, out: &mut String) {
        out.push_str("\ns");
        push(out, &[self.since, self.dropped, self.refused, self.isolates, self.people.day]);
        out.push(' ');
        out.push_str(&self.people.seen);
        for (name, series) in &self.series {
            out.push('\n');
            out.push_str(name);
            push(out, &series.outcomes);
            push(out, &series.units);
            push(out, &[series.micros]);
            for (bucket, count) in series.times.buckets() {
                push(out, &[u64::from(*bucket), *count]);
            }
        }
    }

    /// Reads the rest of the lines, of which the first is `head`.
    fn read<'a>(head: Option<&'a str>, lines: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let mut line = Line::of(head)?;
        if line.word()? != "s" {
            return Err(misread());
        }
        let mut sums = Self {
            since: line.number()?,
            dropped: line.number()?,
            refused: line.number()?,
            isolates: line.number()?,
            people: People { day: line.number()?, seen: line.word()?.to_owned() },
            series: Vec::new(),
        };
        for text in lines {
            let mut line = Line::of(Some(text))?;
            let name = line.word()?.to_owned();
            let mut series = Series::default();
            for number in series.outcomes.iter_mut().chain(&mut series.units).chain([&mut series.micros]) {
                *number = line.number()?;
            }
            while let Some(bucket) = line.0.next() {
                let bucket = bucket.parse().map_err(|_| misread())?;
                series.times.add(bucket, line.number()?);
            }
            sums.series.push((name, series));
        }
        Ok(sums)
    }
}

/// A text whose first line has these numbers.
fn begin(numbers: &[u64]) -> String {
    let mut out = VERSION.to_string();
    push(&mut out, numbers);
    out
}

impl Command {
    /// As it travels.
    #[must_use]
    pub fn write(&self) -> String {
        let (isolate, seq) = self.batch.as_ref().map_or((0, 0), |batch| (batch.isolate, batch.seq));
        let mut out = begin(&[u64::from(self.read), isolate, seq]);
        if let Some(batch) = &self.batch {
            batch.sums.push(&mut out);
        }
        out
    }

    /// # Errors
    /// Words for the log.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut lines = text.split('\n');
        let mut line = Line::of(lines.next())?;
        line.version()?;
        let (read, isolate, seq) = (line.number()? != 0, line.number()?, line.number()?);
        let batch = match seq {
            0 => None,
            _ => Some(Batch { isolate, seq, sums: Sums::read(lines.next(), lines)? }),
        };
        Ok(Self { batch, read })
    }
}

impl Reply {
    /// As it travels.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = begin(&[self.taken, u64::from(self.sums.is_some())]);
        if let Some(sums) = &self.sums {
            sums.push(&mut out);
        }
        out
    }

    /// # Errors
    /// Words for the log.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut lines = text.split('\n');
        let mut line = Line::of(lines.next())?;
        line.version()?;
        let taken = line.number()?;
        let sums = match line.number()? {
            0 => None,
            _ => Some(Sums::read(lines.next(), lines)?),
        };
        Ok(Self { taken, sums })
    }
}

impl State {
    /// As it is stored.
    pub(super) fn write(&self) -> String {
        let mut out = begin(&[]);
        for (isolate, seq, at) in &self.isolates {
            out.push_str("\ni");
            push(&mut out, &[*isolate, *seq, *at]);
        }
        self.sums.push(&mut out);
        out
    }

    /// # Errors
    /// Words for the log.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut lines = text.split('\n');
        Line::of(lines.next())?.version()?;
        let mut isolates = Vec::new();
        loop {
            let text = lines.next();
            let mut line = Line::of(text)?;
            if line.word()? != "i" {
                return Ok(Self { isolates, sums: Sums::read(text, lines)? });
            }
            isolates.push((line.number()?, line.number()?, line.number()?));
        }
    }
}
