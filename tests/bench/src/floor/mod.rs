//! What the same machine does without the service.

pub mod echo;
pub mod pgbench;
pub mod select;
pub mod sqlx_loop;
