//! The targets, each with its form of input, its seeds, and what must hold. They know nothing of libFuzzer.

pub mod credential;
pub mod mollie;
pub mod page_token;
pub mod request;
pub mod resume_token;
pub mod webhook;
