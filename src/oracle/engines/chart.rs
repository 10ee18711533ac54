//! What charts are read by: the wheel of gates and lines, and the words for what stands in one.

pub mod wheel;
pub mod words;
