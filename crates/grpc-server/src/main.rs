//! The program `order-service`.

use std::process::ExitCode;

/// A call makes a thousand small allocations and more, and gives them back in another thread.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    grpc_server::cli::main()
}
