//! Small, pure things that every room uses. Nothing here performs I/O, reads a clock or draws a random number.

pub mod audience;
pub mod audit;
pub mod cookie;
pub mod crockford;
pub mod crypto;
pub mod event;
pub mod fault;
pub mod format;
pub mod html;
pub mod hub;
pub mod id;
pub mod json;
pub mod logs;
pub mod map;
pub mod object;
pub mod page;
pub mod patch;
pub mod pool;
pub mod problem;
pub mod query;
pub mod row;
pub mod sealed;
pub mod time;
pub mod trace;
pub mod vault;
