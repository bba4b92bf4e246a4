//! The command line: reads the arguments, asks the tasks, has the answer told, and ends with a status.

mod arguments;
mod ask;
mod budget;
mod cache;
mod continued;
mod destination;
mod exit;
mod git;
mod import;
mod keep;
mod lanes;
mod midway;
mod new;
mod output;
mod quantity;
mod regress;
mod regressed;
mod session;
mod sizes;
mod temporal;
mod versions;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};
use exit::Status;
use session::Session;

/// Runs the program with its arguments, its own name first.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error).into(),
    };
    let mut session = Session::new(&arguments);
    if let Err(failure) = session.can_be_told() {
        return session.fail(failure).into();
    }
    let told = match &arguments.command {
        Command::Check(check) => ask::check(&mut session, check),
        Command::Verify(verify) => ask::verify(&mut session, verify),
        Command::Plan(plan) => ask::plan(&mut session, plan),
        Command::Regress(regress) => regress::regress(&mut session, regress),
        Command::New(new) => new::new(&session, new),
        Command::Import(import) => import::import(&mut session, import),
        Command::Models(models) => ask::models(&mut session, models),
        Command::Explain(explain) => ask::explain(&session, explain),
    };
    told.unwrap_or_else(|failure| session.fail(failure)).into()
}

/// Tells the help, the version, or what is wrong with the arguments.
fn usage(error: &clap::Error) -> Status {
    let wanted = !error.use_stderr();
    match error.print() {
        Err(failure) if wanted && failure.kind() != io::ErrorKind::BrokenPipe => Status::Wrong,
        _ if wanted => Status::Holds,
        _ => Status::Wrong,
    }
}
