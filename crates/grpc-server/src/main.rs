//! The program `order-service`.

use std::process::ExitCode;

fn main() -> ExitCode {
    grpc_server::cli::main()
}
