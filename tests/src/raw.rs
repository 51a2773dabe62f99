//! Calls by bytes of our own: what no client would send.

use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{Service, http};
use tonic::transport::Channel;

/// A message as gRPC puts it into a stream: a flag, its length, itself.
pub fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a length of four bytes");
    [&[0][..], &length.to_be_bytes(), message].concat()
}

/// Sends these bytes as the body of a call. `None`: it was answered well.
pub async fn send(channel: Channel, method: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Option<Status> {
    try_send(channel, method, headers, body).await.expect("an answer")
}

/// The same over a connection that may break, or never come about.
///
/// # Errors
/// There is no answer.
pub async fn try_send(
    mut channel: Channel,
    method: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Result<Option<Status>, tonic::transport::Error> {
    let mut request = http::Request::post(format!("http://service/{method}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::new(reqwest::Body::from(body))).expect("a request");
    std::future::poll_fn(|context| channel.poll_ready(context)).await?;
    let answer = channel.call(request).await?;
    Ok(Status::from_header_map(answer.headers()))
}
