//! Text to typed rules: grammar, types, diagnostics. Knows no cluster and no file system.

pub mod codes;
pub mod diagnostic;
mod lexer;
pub mod parse;
pub mod rules;
pub mod source;
pub mod suggest;
pub mod syntax;
pub mod visit;
mod token;
