//! Tests of the stats engine through its public front door.

mod allowed;
mod anything;
mod budget;
mod cache;
mod dashboard;
mod explain;
mod hand;
mod hand_rates;
mod instructions;
mod large;
mod memory;
mod oracle;
mod overview;
mod realtime;
mod refusals;
mod segments;
mod support;
mod time_days;
mod time_ranges;
mod wire;
