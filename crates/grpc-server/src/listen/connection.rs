//! The life of one connection: from its handshake to its end, which it reaches by itself or because it is idle or old, its client
//! certificate ends, or the service stops. Then its peer is told by GOAWAY, calls under way are answered, and who says nothing is cut off.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::Response;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use persistence::Repeats;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tracing::{debug, warn};

use super::activity::{Activity, Underway};
use super::inbound::Inbound;
use super::kept::Kept;
use super::peer::{self, Peer};
use super::{Limits, Port, certified};

/// How long a connection that ends waits for its peer once no call is under way: for it to see GOAWAY, and to read the ends of its
/// streams.
pub const FAREWELL: Duration = Duration::from_secs(5);

/// Canceled when a connection must end although the service goes on: its streams end, to be resumed over another one.
#[derive(Clone, Debug, Default)]
pub struct Closing(pub CancellationToken);

/// A connection that was accepted.
pub struct Connection {
    port: Arc<Port>,
    address: SocketAddr,
    stop: CancellationToken,
    _seat: OwnedSemaphorePermit,
}

impl Connection {
    pub const fn new(
        port: Arc<Port>,
        address: SocketAddr,
        stop: CancellationToken,
        seat: OwnedSemaphorePermit,
    ) -> Self {
        Self { port, address, stop, _seat: seat }
    }

    /// Serves it to its end.
    pub async fn run(self, stream: TcpStream) {
        let Some((io, peer)) = self.open(stream).await else { return };
        let handshake = self.port.limits.handshake;
        // What a connection holds for hours lies on the heap, and no larger than its port needs it.
        if self.port.protocol.is_http2_available() {
            Box::pin(self.live(Inbound::new(io, self.address, handshake), peer)).await;
        } else {
            Box::pin(self.live(io, peer)).await;
        }
    }

    /// `None`: there was no handshake in time.
    async fn open(&self, stream: TcpStream) -> Option<(peer::Stream, Peer)> {
        let opening = peer::open(stream, self.address, self.port.tls.as_ref());
        let opened = tokio::select! {
            opened = tokio::time::timeout(self.port.limits.handshake, opening) => opened,
            () = farewell(&self.stop) => return None,
        };
        match opened {
            Ok(Ok(opened)) => return Some(opened),
            Ok(Err(error)) => self.tell(&error),
            Err(_) => debug!(port = self.port.name, address = %self.address, "no handshake in time"),
        }
        None
    }

    /// Somebody who shows a certificate means to be let in: an operator must see why he is not. Others may only look whether there is a port.
    fn tell(&self, error: &io::Error) {
        static TOLD: Repeats = Repeats::new();
        let (port, address) = (self.port.name, self.address);
        let refused = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>());
        match refused {
            Some(rustls::Error::InvalidCertificate(why)) => {
                if let Some(left_out) = TOLD.due() {
                    warn!(
                        port, %address, because = %why, left_out,
                        "a client certificate was not accepted; its authority must be among those of security.client_ca_file, and it must \
                         be for clients and of this time"
                    );
                }
            }
            Some(_) | None => debug!(port, %address, %error, "no handshake"),
        }
    }

    async fn live(&self, io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: Peer) {
        let (activity, closing, outlived) = (Activity::default(), Closing::default(), Arc::default());
        let Port { name, limits, protocol, router, is_stream, tls, .. } = &*self.port;
        let mut certified = std::pin::pin!(certified::ended(tls.clone(), Arc::clone(&peer.certificates)));
        let calls = Calls {
            router: router.clone(),
            peer,
            activity: activity.clone(),
            closing: closing.clone(),
            outlived: Arc::clone(&outlived),
            is_stream: *is_stream,
        };
        let mut connection = std::pin::pin!(protocol.serve_connection(TokioIo::new(io), calls));
        let reason = tokio::select! {
            ended = &mut connection => {
                if let Err(error) = ended {
                    debug!(port = name, address = %self.address, %error, "a connection broke");
                }
                return;
            }
            () = self.stop.cancelled() => "the service stops",
            () = activity.idle_for(limits.idle) => "it is idle",
            () = tokio::time::sleep(self.age(limits)) => {
                closing.0.cancel();
                "it is old"
            }
            () = &mut certified => {
                closing.0.cancel();
                // Calls that are on their way were made in good faith.
                let _first = outlived.set(Instant::now() + FAREWELL);
                "its client certificate holds no longer"
            }
        };
        debug!(port = name, address = %self.address, reason, "a connection is ended");
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            _ = &mut connection => (),
            () = activity.calls_over(FAREWELL) => (),
        }
    }

    /// Spread by the peer's port over a tenth, so that connections made at once do not all end at once.
    fn age(&self, limits: &Limits) -> Duration {
        limits.age + limits.age / 10 / 32 * u32::from(self.address.port() % 32)
    }
}

/// Waits until the service stops, and then as long as a handshake may still be of use.
async fn farewell(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(FAREWELL).await;
}

/// What is called over one connection.
struct Calls {
    router: Router,
    peer: Peer,
    activity: Activity,
    closing: Closing,
    /// From when on its client certificate names nobody: who does not go when he is told to could go on calling.
    outlived: Arc<OnceLock<Instant>>,
    is_stream: fn(&str) -> bool,
}

impl Calls {
    fn peer(&self) -> Peer {
        match self.outlived.get() {
            Some(end) if *end <= Instant::now() => self.peer.bare(),
            Some(_) | None => self.peer.clone(),
        }
    }
}

impl Service<Request<Incoming>> for Calls {
    type Response = Response<Kept<Body, Underway>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        let underway = self.activity.begin((self.is_stream)(request.uri().path()));
        request.extensions_mut().insert(self.peer());
        request.extensions_mut().insert(self.closing.clone());
        let answer = self.router.clone().oneshot(request);
        Box::pin(async move { Ok(answer.await?.map(|body| Kept::new(body, underway))) })
    }
}

#[cfg(test)]
mod tests {
    use rustls::ServerConfig;
    use rustls::crypto::ring;
    use rustls::server::{ClientHello, ResolvesServerCert};
    use rustls::sign::CertifiedKey;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::sync::watch;
    use tokio_util::task::TaskTracker;

    use super::super::{Handshake, Tls, grpc};
    use super::*;

    /// There is no certificate for anybody, and here nobody comes so far as to ask.
    #[derive(Debug)]
    struct Nothing;

    impl ResolvesServerCert for Nothing {
        fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
            None
        }
    }

    fn tls() -> Handshake {
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        Handshake { config: Arc::new(builder.with_cert_resolver(Arc::new(Nothing))), clients: None }
    }

    /// Says these bytes and no more, and waits until the connection is closed.
    async fn is_closed_after(said: &[u8], tls: Option<Tls>) {
        let (handshake, long) = (Duration::from_millis(50), Duration::from_secs(3_600));
        let port = Port {
            name: "test",
            setting: String::new(),
            limits: Limits { connections: 1, handshake, idle: long, age: long },
            open: TaskTracker::new(),
            tls,
            protocol: grpc(1),
            router: Router::new(),
            is_stream: |_| false,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let serving = tokio::spawn(port.serve(listener, stop.clone()));
        let mut silent = TcpStream::connect(address).await.unwrap();
        silent.write_all(said).await.unwrap();
        // Before h2 asks whether somebody is there.
        let closed = tokio::time::timeout(Duration::from_secs(20), silent.read_to_end(&mut Vec::new())).await;
        assert!(closed.is_ok());
        stop.cancel();
        serving.await.unwrap();
    }

    #[tokio::test]
    async fn who_does_not_shake_hands_in_time_is_closed() {
        let (_config, tls) = watch::channel(Arc::new(tls()));
        is_closed_after(b"", Some(tls)).await;
    }

    #[tokio::test]
    async fn who_says_hello_and_nothing_else_is_closed() {
        is_closed_after(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", None).await;
    }
}
