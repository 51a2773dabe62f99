//! The request to stop: Ctrl-C or SIGTERM. A second one changes nothing, and is told so. SIGHUP changes nothing either: files are read again
//! by themselves.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// A token that is canceled when the process is asked to stop.
pub fn stop_token() -> anyhow::Result<CancellationToken> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let token = CancellationToken::new();
    let canceled = token.clone();
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => (),
                _ = terminate.recv() => (),
                _ = hang_up.recv() => {
                    info!("SIGHUP: nothing is to be done, as changed files are noticed by themselves");
                    continue;
                }
            }
            if canceled.is_cancelled() {
                warn!(
                    "it stops already, once calls to Mollie under way have answered; SIGKILL loses nothing that was acknowledged"
                );
            }
            canceled.cancel();
        }
    });
    Ok(token)
}
