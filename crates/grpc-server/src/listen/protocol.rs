//! How each port speaks: HTTP/2 for gRPC, HTTP/1.1 for webhooks and probes, and the bounds that the protocols themselves have.

use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;

/// How often a silent peer is asked whether it is still there, and how long it may take to say so.
const PING: Duration = Duration::from_secs(30);
const PONG: Duration = Duration::from_secs(20);
/// The most bytes of a request's headers: more than any token or certificate of a caller takes.
const HEADERS: u32 = 16 * 1024;
/// Calls that were called off before they began, at once; more is an attack.
const RESET_UNBEGUN: usize = 20;
/// The most bytes that wait for a peer on one stream.
const UNSENT: usize = 256 * 1024;

/// gRPC: HTTP/2 alone, with so many calls at once on a connection.
pub fn grpc(calls: u32) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new()).http2_only();
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PONG)
        .max_concurrent_streams(calls)
        .max_header_list_size(HEADERS)
        .max_pending_accept_reset_streams(RESET_UNBEGUN)
        .max_send_buf_size(UNSENT);
    builder
}

/// HTTP/1.1 alone. Each request's headers must be there in time, counted from the end of the one before.
pub fn http(patience: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(patience).max_buf_size(HEADERS as usize);
    builder
}
