//! One watcher: passes the events that he asked for on to his stream, tells him from time to time how far it is, and ends the stream
//! where it cannot go on. It may not keep more for him than the stream's bound.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use domain::ports::{Place, StoreError};
use domain::rules::access::Profiles;
use tokio::time::Instant;
use tonic::Status;

use super::messages::{Messages, Outlet, stream};
use super::{Feed, Shown, token};
use crate::admission::Pass;
use crate::driver::Driver;
use crate::identity::{Credential, Problem, Validity};
use crate::listen::Closing;
use crate::proto::WatchOrderEventsResponse;
use crate::proto::watch_order_events_response::{Content, Heartbeat};
use crate::rpc::errors;
use crate::service::Service;

/// What a watcher asked for, of what he may read; without kinds all of them.
#[derive(Debug, Default)]
pub struct Filter {
    pub profiles: Profiles,
    pub kinds: HashSet<String>,
}

impl Filter {
    fn lets_through(&self, event: &Shown) -> bool {
        self.profiles.contains(&event.profile)
            && (self.kinds.is_empty() || self.kinds.contains(&event.message.kind))
    }
}

/// A watcher, and how far he is.
pub struct Watcher {
    service: Arc<Service>,
    feed: Arc<Feed>,
    filter: Filter,
    heartbeat: Duration,
    validity: Validity,
    /// The position that everything up to was passed on, and its token.
    position: u64,
    token: String,
    outlet: Outlet,
    next_beat: Instant,
    /// Of his connection.
    closing: Closing,
}

/// Why a stream ends.
enum End {
    /// Its reader has left.
    Left,
    /// Its reader takes nothing.
    TooSlow,
    /// What it was opened with holds no longer.
    Unknown(Credential, Problem),
    Stopping,
    /// His connection is to be replaced.
    Closing,
    Store(StoreError),
}

impl Watcher {
    /// Starts one after a place, in a task of its own.
    pub fn start(
        driver: &Driver,
        (seat, closing): (Pass, Closing),
        place: Option<Place>,
        filter: Filter,
        heartbeat: Duration,
        validity: Validity,
    ) -> Messages {
        let (outlet, messages) = stream(seat);
        let (service, feed) = (Arc::clone(&driver.service), Arc::clone(&driver.feed));
        let token = token(&service.vault, place);
        let position = place.map_or(0, |place| place.position);
        let next_beat = Instant::now();
        let watcher =
            Self { service, feed, filter, heartbeat, validity, position, token, outlet, next_beat, closing };
        driver.own(watcher.run());
        messages
    }

    async fn run(mut self) {
        let Err(end) = self.watch().await;
        let token = self.token;
        if let Some(status) = status(end, &token) {
            self.outlet.end(status);
        }
    }

    async fn watch(&mut self) -> Result<std::convert::Infallible, End> {
        let (feed, ends) = (Arc::clone(&self.feed), self.ends());
        let mut head = feed.head.subscribe();
        let mut ends = std::pin::pin!(ends);
        loop {
            if self.next_beat <= Instant::now() {
                self.beat().await?;
            }
            head.mark_unchanged();
            let events = tokio::select! {
                end = &mut ends => return Err(end),
                events = feed.after(&self.service, self.position) => events.map_err(End::Store)?,
            };
            if events.is_empty() {
                tokio::select! {
                    end = &mut ends => return Err(end),
                    () = self.outlet.messages.closed() => return Err(End::Left),
                    // The sender lives as long as the feed.
                    _ = head.changed() => (),
                    () = tokio::time::sleep_until(self.next_beat) => (),
                }
            }
            for event in events {
                self.pass(&event).await?;
            }
        }
    }

    /// Waits until his stream must end although he reads and there is something to read.
    fn ends(&self) -> impl Future<Output = End> + use<> {
        let (stopping, closing) = (self.feed.stopping.clone(), self.closing.clone());
        let validity = self.validity.clone();
        async move {
            tokio::select! {
                biased;
                () = stopping.cancelled() => End::Stopping,
                (credential, problem) = validity.ended() => End::Unknown(credential, problem),
                () = closing.0.cancelled() => End::Closing,
            }
        }
    }

    async fn pass(&mut self, event: &Shown) -> Result<(), End> {
        if self.filter.lets_through(event) {
            let content = Content::Event(Box::new(event.message.clone()));
            self.send(content, event.token.clone(), event.profile.to_string()).await?;
        }
        (self.position, self.token) = (event.place.position, event.token.clone());
        Ok(())
    }

    /// Tells how far it is. A stream that does not get anything because the store is silent must not look quiet.
    async fn beat(&mut self) -> Result<(), End> {
        if !self.feed.is_fresh() {
            return Err(End::Store(StoreError::Unavailable("the stream was not read lately".to_owned())));
        }
        self.send(Content::Heartbeat(Heartbeat {}), self.token.clone(), String::new()).await
    }

    async fn send(&mut self, content: Content, resume_token: String, profile: String) -> Result<(), End> {
        let patience = self.feed.limits.patience;
        let room = tokio::select! {
            () = self.feed.stopping.cancelled() => return Err(End::Stopping),
            () = self.closing.0.cancelled() => return Err(End::Closing),
            room = tokio::time::timeout(patience, self.outlet.messages.reserve()) => room,
        };
        let room = room.map_err(|_| End::TooSlow)?.map_err(|_| End::Left)?;
        room.send(WatchOrderEventsResponse { resume_token, content: Some(content), profile });
        self.next_beat = Instant::now() + self.heartbeat;
        Ok(())
    }
}

/// How the stream ends for its reader, if he is still there.
fn status(end: End, token: &str) -> Option<Status> {
    match end {
        End::Left => None,
        End::TooSlow => Some(errors::reader_too_slow(token)),
        End::Unknown(credential, problem) => Some(errors::not_known_any_more(credential, problem, token)),
        End::Stopping => Some(errors::stopping(Some(token))),
        End::Closing => Some(errors::connection_closing(token)),
        End::Store(error) => Some(errors::stream_broken(error, token)),
    }
}
