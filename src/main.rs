//! The program: the command line around the library. Everything it prints comes from the report room.

mod commands;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::run(std::env::args_os())
}
