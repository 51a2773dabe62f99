//! The API `orders.v1` as generated from `proto/`.

#![allow(unused_qualifications, clippy::wildcard_enum_match_arm, reason = "generated code")]

tonic::include_proto!("orders.v1");

/// The compiled description of the API, for reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/orders.v1.bin"));
