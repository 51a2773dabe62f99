//! The program `bench`: see [`bench`].

use std::process::ExitCode;

fn main() -> ExitCode {
    match bench::cli::main() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
