//! Human Design: the graph of channels and centers that the gates of a chart define.

pub mod body;
