//! How long a credential holds: a stream must not outlive what it was opened with. Calls are short, and are not looked after.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::Instant;

use super::token::{Hash, Tokens};

/// When what a caller has shown holds no longer.
#[derive(Clone, Debug)]
pub enum Validity {
    /// As long as its connection, which ends with the certificate it was made with.
    Connection,
    Until(Instant),
    /// As long as the token is among those that are kept.
    Kept {
        hash: Hash,
        tokens: watch::Receiver<Arc<Tokens>>,
    },
}

impl Validity {
    /// Waits until it holds no longer; maybe for ever.
    pub async fn ended(self) {
        match self {
            Self::Connection => std::future::pending().await,
            Self::Until(end) => tokio::time::sleep_until(end).await,
            Self::Kept { hash, mut tokens } => {
                while tokens.borrow_and_update().of_hash(&hash).is_some() {
                    if tokens.changed().await.is_err() {
                        // The files are not looked at any more: the process stops.
                        std::future::pending::<()>().await;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt;

    use super::super::token::{fresh, hashed};
    use super::*;

    #[tokio::test]
    async fn a_time_ends_when_it_is_over_and_a_token_when_it_is_taken_out() {
        assert!(Validity::Connection.ended().now_or_never().is_none());
        let end = Instant::now() + Duration::from_millis(20);
        Validity::Until(end).ended().await;
        assert!(Instant::now() >= end);
        let (token, line) = fresh("shop").unwrap();
        let read = |text: &str| Arc::new(Tokens::parse(text, |_| true).unwrap());
        let tokens = watch::Sender::new(read(&line));
        let kept = Validity::Kept { hash: hashed(&token), tokens: tokens.subscribe() };
        assert!(kept.clone().ended().now_or_never().is_none());
        tokens.send_replace(read(&format!("{line}\n{}", fresh("depot").unwrap().1)));
        assert!(kept.clone().ended().now_or_never().is_none(), "another's token changes nothing");
        tokens.send_replace(read("#"));
        kept.ended().await;
    }
}
