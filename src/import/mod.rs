//! Foreign formats: what the tools of a product print, turned into a cluster file for the rules of the library.
//!
//! Reads texts that the caller has loaded, and knows no rules: that what it writes fits them is seen when it is loaded.
//! What an output does not tell is asked for by name, or taken for something with a note that says so.

mod answers;
mod cluster_file;
mod elasticsearch;
mod etcd;
mod found;
mod json_outputs;
mod kafka;
mod kubernetes;
mod leave_out;
mod names;
mod rabbitmq;
mod redis;
mod sql_server_fci;
mod vault;
mod version;

use std::sync::Arc;

use crate::language::codes::Code;
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::source::Source;
use crate::language::suggest;

use answers::Answers;

/// A cluster that was read out of a product's own outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The text of the cluster file.
    pub text: String,
    /// What was taken for something because the outputs do not tell it, one line each.
    pub notes: Vec<String>,
}

/// A product whose outputs can be read.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    /// Its name on the command line, which is that of its rules.
    pub name: &'static str,
    /// The commands whose outputs are read.
    pub commands: &'static [&'static str],
    read: fn(&[Arc<Source>], &mut Answers) -> Result<Imported, Diagnostics>,
}

/// What there is, in the order in which it is told.
pub const PRODUCTS: [Product; 8] = [
    Product {
        name: "elasticsearch",
        commands: &[
            elasticsearch::NODES,
            elasticsearch::SHARDS,
            elasticsearch::SETTINGS,
        ],
        read: elasticsearch::read,
    },
    Product {
        name: "etcd",
        commands: &[
            "etcdctl endpoint status --cluster -w json",
            "etcdctl member list -w json",
        ],
        read: etcd::read,
    },
    Product {
        name: "kafka",
        commands: &[
            kafka::TOPICS,
            kafka::FEATURES,
            kafka::STATUS,
            kafka::REPLICATION,
        ],
        read: kafka::read,
    },
    Product {
        name: "kubernetes",
        commands: &["kubectl get nodes,pods,pdb -A -o json"],
        read: kubernetes::read,
    },
    Product {
        name: "rabbitmq",
        commands: &[
            "rabbitmqctl cluster_status --formatter json",
            "rabbitmqctl list_queues name type members online leader --formatter json",
        ],
        read: rabbitmq::read,
    },
    Product {
        name: "redis",
        commands: &[
            "redis-cli -h HOST INFO",
            "redis-cli -p 26379 SENTINEL MASTERS",
            "redis-cli -p 26379 SENTINEL REPLICAS NAME",
        ],
        read: redis::read,
    },
    Product {
        name: "sql-server-fci",
        commands: &[
            sql_server_fci::NODES,
            sql_server_fci::GROUPS,
            sql_server_fci::OWNERS,
        ],
        read: sql_server_fci::read,
    },
    Product {
        name: "vault",
        commands: &[vault::MEMBERS, vault::PEERS, vault::STATUS],
        read: vault::read,
    },
];

/// The product of a name.
///
/// # Errors
/// Where nothing is imported of it; the help lists what there is.
pub fn product(name: &str) -> Result<&'static Product, Box<Diagnostic>> {
    if let Some(found) = PRODUCTS.iter().find(|p| p.name == name) {
        return Ok(found);
    }
    let message = format!("nothing is imported of `{name}`");
    let mut diagnostic = Diagnostic::error(Code::UnknownProduct, message);
    let names = || PRODUCTS.iter().map(|p| p.name);
    if let Some(near) = suggest::closest(name, names()) {
        diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
    }
    let names: Vec<String> = names().map(|name| format!("`{name}`")).collect();
    diagnostic = diagnostic.help(format!("there are {}", names.join(", ")));
    Err(Box::new(diagnostic.help(
        "for other products write the cluster by hand, as docs/clusters.md says",
    )))
}

/// Reads the outputs of a product's tools. `answers` are names and values that the operator gives beside them.
///
/// # Errors
/// Where the outputs are not what is expected, or something has to be asked.
pub fn import(
    product: &Product,
    sources: &[Arc<Source>],
    answers: &[(String, String)],
) -> Result<Imported, Diagnostics> {
    let mut answers = Answers::new(answers)?;
    let imported = (product.read)(sources, &mut answers).map_err(|mut all| {
        for diagnostic in &mut all.list {
            if matches!(diagnostic.code, Code::JsonSyntax | Code::EmptyFile) {
                diagnostic.help = vec![expected(product)];
            }
        }
        all
    })?;
    answers.all_are_of_use()?;
    Ok(imported)
}

/// What a product's tools should have printed.
fn expected(product: &Product) -> String {
    let commands: Vec<String> = product.commands.iter().map(|c| format!("`{c}`")).collect();
    let print = if commands.len() == 1 {
        "prints"
    } else {
        "print"
    };
    format!(
        "`import {}` reads what {} {print}",
        product.name,
        commands.join(" and ")
    )
}

fn only(diagnostic: Diagnostic) -> Diagnostics {
    Diagnostics {
        list: vec![diagnostic],
    }
}
