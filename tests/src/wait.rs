//! Bounded polling: the only way in which these tests wait.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Enough for whatever needs no lease to run out and no pause to pass.
pub const SOON: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(25);

/// Asks again and again until there is an answer. Panics when there is none within `limit`.
pub async fn until<T>(what: &str, limit: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + limit;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < end, "waited {} s in vain: {what}", limit.as_secs());
        sleep(PAUSE).await;
    }
}
