//! Who is at the other end of a connection: every request carries it as an extension. It judges nobody.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

use super::Tls;

/// The other end.
#[derive(Clone, Debug)]
pub struct Peer {
    pub address: SocketAddr,
    /// What it proved to be, its own certificate first; empty without TLS, or if it showed none.
    pub certificates: Arc<[CertificateDer<'static>]>,
}

impl Peer {
    /// The same, known by its address alone.
    pub fn bare(&self) -> Self {
        Self { address: self.address, certificates: Arc::default() }
    }
}

/// A connection, bare or encrypted.
pub type Stream = Either<TcpStream, TlsStream<TcpStream>>;

/// Does the handshake where there is one.
pub async fn open(stream: TcpStream, address: SocketAddr, tls: Option<&Tls>) -> io::Result<(Stream, Peer)> {
    let Some(tls) = tls else {
        return Ok((Either::Left(stream), Peer { address, certificates: Arc::default() }));
    };
    // Each handshake by what is configured now: a new certificate needs no restart.
    let config = Arc::clone(&tls.borrow().config);
    let stream = TlsAcceptor::from(config).accept(stream).await?;
    let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default().into();
    Ok((Either::Right(stream), Peer { address, certificates }))
}
