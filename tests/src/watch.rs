//! A reader of the stream of events, as a caller writes one.

use std::time::Duration;

use prost_types::Duration as Interval;
use tokio::time::timeout;
use tonic::{Status, Streaming};

use crate::proto::watch_order_events_request::{Beginning, Now, Start};
use crate::proto::watch_order_events_response::Content;
use crate::proto::{EventFilter, OrderEvent, WatchOrderEventsRequest, WatchOrderEventsResponse};
use crate::service::Orders;
use crate::wait::SOON;

/// A stream that is being read.
pub struct Watch {
    stream: Streaming<WatchOrderEventsResponse>,
    /// The token of the message that was read last.
    pub token: String,
}

impl Watch {
    /// Opens it, and reads the heartbeat it begins with.
    pub async fn open(mut orders: Orders, request: WatchOrderEventsRequest) -> Result<Self, Status> {
        let stream = orders.watch_order_events(request).await?.into_inner();
        let mut watch = Self { stream, token: String::new() };
        match watch.message().await? {
            WatchOrderEventsResponse { content: Some(Content::Heartbeat(_)), .. } => Ok(watch),
            other => panic!("a stream begins with a heartbeat, not with {other:?}"),
        }
    }

    /// The next message, whatever it is.
    pub async fn message(&mut self) -> Result<WatchOrderEventsResponse, Status> {
        let message = timeout(SOON, self.stream.message()).await.expect("a message comes")?;
        let message = message.expect("a stream ends with a status");
        assert!(!message.resume_token.is_empty(), "each message has a token");
        self.token.clone_from(&message.resume_token);
        Ok(message)
    }

    /// The next event, past heartbeats.
    pub async fn event(&mut self) -> Result<OrderEvent, Status> {
        loop {
            if let Some(Content::Event(event)) = self.message().await?.content {
                return Ok(*event);
            }
        }
    }

    /// The next event, if there is one within a time.
    pub async fn event_within(&mut self, time: Duration) -> Option<OrderEvent> {
        timeout(time, self.event()).await.ok().map(|event| event.expect("the stream goes on"))
    }

    /// So many events.
    pub async fn events(&mut self, count: usize) -> Vec<OrderEvent> {
        let mut events = Vec::new();
        while events.len() < count {
            events.push(self.event().await.expect("the stream goes on"));
        }
        events
    }

    /// How the stream ends; what comes before that is passed over.
    pub async fn end(&mut self) -> Status {
        loop {
            if let Err(status) = self.message().await {
                return status;
            }
        }
    }
}

/// To watch from the beginning.
pub fn from_beginning() -> WatchOrderEventsRequest {
    from(Start::Beginning(Beginning {}))
}

/// To watch from now on.
pub fn from_now() -> WatchOrderEventsRequest {
    from(Start::Now(Now {}))
}

/// To go on after a token.
pub fn after(token: &str) -> WatchOrderEventsRequest {
    from(Start::ResumeToken(token.to_owned()))
}

fn from(start: Start) -> WatchOrderEventsRequest {
    let heartbeat_interval = Some(Interval { seconds: 1, nanos: 0 });
    WatchOrderEventsRequest { start: Some(start), heartbeat_interval, ..Default::default() }
}

/// The same for some kinds of events only.
pub fn of_kinds(request: WatchOrderEventsRequest, kinds: &[&str]) -> WatchOrderEventsRequest {
    let kinds = kinds.iter().map(ToString::to_string).collect();
    let filter = Some(EventFilter { kinds, ..request.filter.unwrap_or_default() });
    WatchOrderEventsRequest { filter, ..request }
}
