//! What the tools of products print: real recordings and published samples become clusters that load, and everything else a
//! diagnosis with a place.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod elasticsearch;
mod etcd;
mod kafka;
mod kubernetes;
mod rabbitmq;
mod reading;
mod redis;
mod sql_server_fci;
mod vault;
