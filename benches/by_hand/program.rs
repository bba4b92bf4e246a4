//! The plain breadth-first loop of `benches/by_hand` as a program, to be timed beside others: `cargo run --release --example
//! by_hand` explores the core model with 5 nodes and 3 servers, with `-- 4 2` the one with 4 and 2.
#![expect(clippy::print_stdout, reason = "a program that says what it counted")]

use std::process::ExitCode;

mod core_model;

use core_model::{CoreModel, RACED, RACED_COUNTS, check_known_rows};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let sizes: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let counts = match *sizes {
        [] | ["5", "3"] => {
            let counts = RACED.explore();
            assert_eq!(counts, RACED_COUNTS);
            counts
        }
        ["4", "2"] => {
            check_known_rows();
            CoreModel::<4, 2> {
                drain: true,
                faults: 0,
            }
            .explore()
        }
        _ => {
            println!("sizes are 5 3 and 4 2");
            return ExitCode::from(2);
        }
    };
    println!("{counts:?}");
    ExitCode::SUCCESS
}
