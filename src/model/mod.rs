//! Cluster and plan files, host lists, the library: rules and a cluster become a ground model.

pub mod cluster;
mod constant;
mod field_value;
mod files;
pub mod fingerprint;
pub mod ground;
pub mod host_list;
pub mod instances;
pub mod json;
pub mod library;
pub mod loader;
pub mod lookup;
mod objects;
pub mod plan;
pub mod plan_file;
mod scalar;
pub mod schema;
pub mod settings;
mod shape;
pub mod sizes;
pub mod suite;
pub mod template;
#[cfg(test)]
mod testing;
mod unescaped;
pub mod value;
pub mod variation;
