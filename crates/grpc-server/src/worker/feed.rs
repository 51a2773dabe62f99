//! Reads the stream of events for those who watch it: at once when events have got positions, and now and then in case nobody said
//! so. While nobody watches it does nothing.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::StoreError;
use persistence::Repeats;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::feed::Feed;
use crate::service::Service;

/// How often the stream is read without news.
const PAUSE: Duration = Duration::from_secs(1);

static TOLD: Repeats = Repeats::new();

pub async fn run(service: Arc<Service>, feed: Arc<Feed>, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => (),
        () = serve(&service, &feed) => (),
    }
    feed.stopping.cancel();
}

async fn serve(service: &Service, feed: &Feed) {
    // Only a process that is watched needs the connection that listens; from then on it keeps it.
    feed.watched().await;
    tokio::join!(service.stream.listen(), follow(service, feed));
}

async fn follow(service: &Service, feed: &Feed) {
    let mut news = service.stream.news();
    loop {
        feed.watched().await;
        feed.wake();
        let mut has_begun = false;
        while feed.is_watched() {
            let read = if has_begun { feed.read_on(service).await } else { feed.begin(service).await };
            match read {
                Ok(true) => has_begun = true,
                Ok(false) => {
                    let _ = tokio::time::timeout(PAUSE, news.wait()).await;
                }
                Err(error) => {
                    tell(&error);
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        feed.rest();
    }
}

fn tell(error: &StoreError) {
    if let Some(left_out) = TOLD.due() {
        warn!(%error, left_out, "the stream of events cannot be read; tried again");
    }
}
