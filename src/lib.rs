//! Prove a rolling upgrade safe before anyone touches the cluster.
//!
//! rollproof reads the rules of a clustered product, one concrete cluster and perhaps a plan, and explores every
//! interleaving of the operator's steps, events and faults. The rooms form a strict pipeline, each knowing only those
//! before it: [`language`], [`model`], [`semantics`], [`engine`], [`search`], [`tasks`], [`report`], and the command line.
//! [`import`] stands aside: it reads what the tools of products print, and only the command line asks it.

pub mod engine;
pub mod import;
pub mod language;
pub mod model;
pub mod report;
pub mod search;
pub mod semantics;
pub mod tasks;
