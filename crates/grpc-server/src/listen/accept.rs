//! The accept loop. It never spins: where nothing can be accepted it pauses, and says what is missing.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use persistence::Repeats;
use rustix::io::Errno;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

use super::connection::Connection;
use super::{Descriptors, Port};
use crate::telemetry::Connected;

/// How long the loop pauses when nothing can be accepted: twice as long each time in a row, up to this.
const SHORTEST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_millis(800);

impl Port {
    /// Accepts and serves until `stop` is canceled, and then until every connection has ended.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) {
        let (seats, open) = (Arc::new(Semaphore::new(self.limits.connections)), TaskTracker::new());
        let entrance = Entrance {
            port: Arc::new(self),
            seats,
            open: open.clone(),
            stop: stop.clone(),
            full: Repeats::new(),
            short: Repeats::new(),
        };
        tokio::select! {
            never = entrance.accept(&listener) => match never {},
            () = stop.cancelled() => (),
        }
        // Who has connected already is served: to him a refusal would look like a call that broke.
        while let Some(Ok((stream, address))) = listener.accept().now_or_never() {
            entrance.take(stream, address);
        }
        // From here on the system refuses who comes: he knows at once that he must go elsewhere.
        drop(listener);
        open.close();
        open.wait().await;
    }
}

/// Where connections come in.
struct Entrance {
    port: Arc<Port>,
    seats: Arc<Semaphore>,
    open: TaskTracker,
    stop: CancellationToken,
    /// Of this port alone: one says nothing about the other.
    full: Repeats,
    short: Repeats,
}

impl Entrance {
    async fn accept(&self, listener: &TcpListener) -> Infallible {
        let mut pause = SHORTEST;
        loop {
            match listener.accept().await {
                Ok((stream, address)) => {
                    pause = SHORTEST;
                    self.take(stream, address);
                }
                // Who has left before he was accepted leaves nothing to wait for.
                Err(error) if Errno::from_io_error(&error) == Some(Errno::CONNABORTED) => (),
                Err(error) => {
                    self.tell_short(&error);
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST);
                }
            }
        }
    }

    /// Serves a connection in a task of its own, or closes it.
    fn take(&self, stream: TcpStream, address: SocketAddr) {
        let Ok(seat) = Arc::clone(&self.seats).try_acquire_owned() else { return self.tell_full(address) };
        // An answer is several frames; none of them waits for the caller to acknowledge the one before.
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%address, %error, "the connection is gone already");
        }
        let connection = Connection::new(Arc::clone(&self.port), address, self.stop.clone(), seat);
        let counted = Connected::at(self.port.name);
        self.open.spawn(async move {
            connection.run(stream).await;
            drop(counted);
        });
    }

    fn tell_full(&self, address: SocketAddr) {
        if let Some(left_out) = self.full.due() {
            let (port, most, setting) = (self.port.name, self.port.limits.connections, &self.port.setting);
            warn!(
                port, %address, most, left_out,
                "as many connections are open as are allowed: new ones are closed at once until some end; raise {setting} \
                 and the limit of open files (ulimit -n, LimitNOFILE), or add replicas"
            );
        }
    }

    fn tell_short(&self, error: &io::Error) {
        let Some(left_out) = self.short.due() else { return };
        let (port, limit, setting) = (self.port.name, Descriptors::limit(), &self.port.setting);
        match Errno::from_io_error(error) {
            Some(Errno::MFILE) => warn!(
                port,
                limit,
                left_out,
                "all {limit} files that this process may open are open: nobody is accepted until some are closed; raise the \
                 limit of open files (ulimit -n, LimitNOFILE), or lower {setting}"
            ),
            Some(Errno::NFILE) => warn!(
                port,
                left_out,
                "all files that this system may open are open: nobody is accepted until some are closed; raise fs.file-max"
            ),
            _ => warn!(port, %error, left_out, "nobody can be accepted now; tried again"),
        }
    }
}
