//! Tests of the stats engine through its public front door.

mod anything;
mod dashboard;
mod hand;
mod large;
mod oracle;
mod realtime;
mod refusals;
mod segments;
mod support;
mod time_days;
mod time_ranges;
mod wire;
