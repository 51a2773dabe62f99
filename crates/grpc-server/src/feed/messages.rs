//! The messages of one stream on their way to its reader: a bounded number of them, and how the stream ends. It may not choose what
//! is sent.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::sync::{mpsc, oneshot};
use tonic::Status;

use crate::admission::Pass;
use crate::proto::WatchOrderEventsResponse;

/// How many messages wait for a reader, beside what the connection holds.
const WAITING: usize = 64;

/// What a reader gets. Its seat is free again once this is dropped: when the reader has taken everything, or has left.
pub struct Messages {
    waiting: mpsc::Receiver<WatchOrderEventsResponse>,
    end: oneshot::Receiver<Status>,
    has_ended: bool,
    _seat: Pass,
}

/// Where messages, and in the end a status, are put.
pub struct Outlet {
    pub messages: mpsc::Sender<WatchOrderEventsResponse>,
    end: oneshot::Sender<Status>,
}

/// Both ends of a stream.
pub fn stream(seat: Pass) -> (Outlet, Messages) {
    let (messages, waiting) = mpsc::channel(WAITING);
    let (end, ending) = oneshot::channel();
    (Outlet { messages, end }, Messages { waiting, end: ending, has_ended: false, _seat: seat })
}

impl Outlet {
    /// Ends the stream, after what waits.
    pub fn end(self, status: Status) {
        // Who has left is told nothing.
        let _ = self.end.send(status);
    }
}

impl Stream for Messages {
    type Item = Result<WatchOrderEventsResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        match self.waiting.poll_recv(context) {
            Poll::Ready(Some(message)) => Poll::Ready(Some(Ok(message))),
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) => {
                let ended = std::task::ready!(Pin::new(&mut self.end).poll(context));
                self.has_ended = true;
                Poll::Ready(ended.ok().map(Err))
            }
        }
    }
}
