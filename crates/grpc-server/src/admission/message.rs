//! A request's message on its way in: it must be there in time, as a call that never gets its message would hold its place for ever.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::Body as HttpBody;
use tonic::codegen::Bytes;

use crate::rpc::errors;

/// The longest from the beginning of a call to the end of its message: enough for the largest one over a slow line.
const PATIENCE: Duration = Duration::from_secs(20);

/// The message.
pub struct Incoming {
    body: Body,
    until: Instant,
    /// Made only if it is waited for: most messages are there with the call.
    wait: Option<Pin<Box<Sleep>>>,
}

impl Incoming {
    pub fn bounded(body: Body) -> Body {
        Body::new(Self { body, until: Instant::now() + PATIENCE, wait: None })
    }
}

impl HttpBody for Incoming {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, Status>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame);
        }
        let until = self.until;
        let wait = self.wait.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        wait.as_mut().poll(context).map(|()| Some(Err(errors::no_message())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.body.size_hint()
    }
}
