//! Statistics over series of days: rank correlation, trends, surprise, and how many questions were asked at once.
//!
//! Pure, small and checked against an independent implementation (`tools/statistics/reference.py`). Nothing here knows
//! what a series means, so that other rooms can bring theirs.

pub mod distribution;
pub mod multiple;
pub mod rank;
pub mod series;
pub mod trend;

#[cfg(test)]
mod tests;
