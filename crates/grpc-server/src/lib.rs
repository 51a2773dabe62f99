//! The order service as a library.
pub mod proto {
    tonic::include_proto!("orders.v1");
}
