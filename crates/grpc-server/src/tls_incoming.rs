//! Connections over TLS, handshakes done: each in a task of its own, so that a slow one holds up no other. It reads no request.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, stream};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tracing::debug;

/// The longest a handshake takes.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long nothing is accepted after it failed, as without file descriptors.
const PAUSE: Duration = Duration::from_millis(100);
/// How many connections wait to be served.
const WAITING: usize = 64;

/// The connections of a listener until `stop`, each under the configuration that holds when it comes.
pub fn incoming(
    listener: TcpListener,
    configuration: watch::Receiver<Arc<ServerConfig>>,
    stop: CancellationToken,
) -> impl Stream<Item = io::Result<TlsStream<TcpStream>>> {
    let (ready, connections) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
            match accepted {
                Ok((connection, _)) => {
                    let acceptor = TlsAcceptor::from(Arc::clone(&configuration.borrow()));
                    tokio::spawn(handshake(acceptor, connection, ready.clone()));
                }
                Err(error) => {
                    debug!(%error, "no connection can be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    });
    stream::unfold(connections, async |mut connections| {
        let connection = connections.recv().await?;
        Some((Ok(connection), connections))
    })
}

async fn handshake(acceptor: TlsAcceptor, connection: TcpStream, ready: mpsc::Sender<TlsStream<TcpStream>>) {
    // An answer is several frames; none of them waits for the caller to acknowledge the one before.
    let _ = connection.set_nodelay(true);
    match tokio::time::timeout(HANDSHAKE, acceptor.accept(connection)).await {
        // The other end is gone once the server stops.
        Ok(Ok(connection)) => drop(ready.send(connection).await),
        Ok(Err(error)) => debug!(%error, "a TLS handshake failed"),
        Err(_) => debug!("a TLS handshake took too long"),
    }
}
