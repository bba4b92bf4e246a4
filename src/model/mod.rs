//! Cluster and plan files, host lists, the library: rules and a cluster become a ground model.

pub mod ground;
pub mod plan;
pub mod value;
