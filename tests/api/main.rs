//! Every operation through the whole pipeline, natively: gateway, rooms, resource layer and SQLite.
//!
//! Each answer is checked against the OpenAPI document, and each request's calls against its I/O budget.

mod accounts;
mod admin;
mod app;
mod attempts;
mod audit;
mod audit_admin;
mod authorization;
mod batch;
mod births;
mod breakers;
mod cache;
mod devices;
mod document;
mod erasure;
mod examples;
mod faults;
mod federation;
mod follow;
mod forecasts;
mod gateway;
mod hubs;
mod idempotency;
mod identity;
mod insights;
mod keys;
mod limits;
mod mail;
mod metrics;
mod oracle;
mod paging;
mod people;
mod readings;
mod refusals;
mod relay;
mod remote;
mod samples;
mod secrets;
mod sessions;
mod shares;
mod sources;
mod tokens;
mod transport;
mod two_factor;
mod workflows;
