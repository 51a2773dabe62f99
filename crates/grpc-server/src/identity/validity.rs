//! How long a credential holds: a stream must not outlive what it was opened with. Calls are short, and are not looked after.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::Instant;

use super::key_source::Signer;
use super::refusal::{Credential, Problem};
use super::token::{Hash, Tokens};

/// When what a caller has shown holds no longer.
#[derive(Clone, Debug)]
pub enum Validity {
    /// As long as its connection, which ends with the certificate it was made with.
    Connection,
    /// Until a signed token expires; `None`: so late that no clock has it. And no longer than its issuer has the key.
    Signed { end: Option<Instant>, signer: Signer },
    /// As long as the token is among those that are kept.
    Kept { hash: Hash, tokens: watch::Receiver<Arc<Tokens>> },
}

impl Validity {
    /// Waits until it holds no longer, maybe for ever; then what has ended, and how.
    pub async fn ended(self) -> (Credential, Problem) {
        match self {
            Self::Connection => std::future::pending().await,
            Self::Signed { end, signer } => {
                let expired = async {
                    match end {
                        Some(end) => tokio::time::sleep_until(end).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    () = expired => (Credential::SignedToken, Problem::Expired),
                    () = signer.withdrawn() => (Credential::SignedToken, Problem::NotAccepted),
                }
            }
            Self::Kept { hash, mut tokens } => {
                while tokens.borrow_and_update().of_hash(&hash).is_some() {
                    if tokens.changed().await.is_err() {
                        // The files are not looked at any more: the process stops.
                        std::future::pending::<()>().await;
                    }
                }
                (Credential::StaticToken, Problem::NotAccepted)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt;
    use jsonwebtoken::Algorithm;

    use super::super::key_set::KeySet;
    use super::super::key_source::KeySource;
    use super::super::token::{fresh, hashed};
    use super::*;

    #[tokio::test]
    async fn a_time_ends_when_it_is_over_and_a_token_when_it_is_taken_out() {
        assert!(Validity::Connection.ended().now_or_never().is_none());
        let end = Instant::now() + Duration::from_millis(20);
        let keys = watch::Sender::new(Arc::new(KeySet::default()));
        let mut signed = signed(Some(end), &keys);
        assert_eq!(
            signed.clone().ended().now_or_never(),
            Some((Credential::SignedToken, Problem::NotAccepted))
        );
        keys.send_replace(Arc::new(KeySet::parse(KEYS.as_bytes()).unwrap()));
        assert_eq!(signed.clone().ended().await, (Credential::SignedToken, Problem::Expired));
        assert!(Instant::now() >= end);
        if let Validity::Signed { end, .. } = &mut signed {
            *end = None;
        }
        assert!(signed.clone().ended().now_or_never().is_none());
        keys.send_replace(Arc::default());
        assert_eq!(signed.ended().await, (Credential::SignedToken, Problem::NotAccepted));
        let (token, line) = fresh("shop").unwrap();
        let read = |text: &str| Arc::new(Tokens::parse(text, |_| true).unwrap());
        let tokens = watch::Sender::new(read(&line));
        let kept = Validity::Kept { hash: hashed(&token), tokens: tokens.subscribe() };
        assert!(kept.clone().ended().now_or_never().is_none());
        tokens.send_replace(read(&format!("{line}\n{}", fresh("depot").unwrap().1)));
        assert!(kept.clone().ended().now_or_never().is_none(), "another's token changes nothing");
        tokens.send_replace(read("#"));
        assert_eq!(kept.ended().await, (Credential::StaticToken, Problem::NotAccepted));
    }

    /// Of the standard's example (RFC 7515, A.3).
    const KEYS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;

    fn signed(end: Option<Instant>, keys: &watch::Sender<Arc<KeySet>>) -> Validity {
        let keys = KeySource::File(keys.subscribe());
        Validity::Signed { end, signer: Signer { keys, id: None, algorithm: Algorithm::ES256 } }
    }
}
