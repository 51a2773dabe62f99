//! The program `order-service`.

use std::process::ExitCode;

/// A call makes over a thousand small allocations, and another thread frees them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    grpc_server::cli::main()
}
