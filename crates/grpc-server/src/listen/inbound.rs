//! A connection's bytes as they come in: who does not begin to speak in time, or speaks without asking for anything, is cut off. It
//! passes everything on as it is.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use persistence::Repeats;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};
use tracing::warn;

use super::frames::Frames;

static TOLD: Repeats = Repeats::new();

/// A connection of HTTP/2 that is watched.
pub struct Inbound<I> {
    io: I,
    address: SocketAddr,
    frames: Frames,
    /// Until when the peer must have begun; gone once it has.
    patience: Option<Pin<Box<Sleep>>>,
}

impl<I> Inbound<I> {
    pub fn new(io: I, address: SocketAddr, patience: Duration) -> Self {
        let patience = Some(Box::pin(tokio::time::sleep(patience)));
        Self { io, address, frames: Frames::new(Instant::now()), patience }
    }

    fn pass(&mut self, bytes: &[u8]) -> io::Result<()> {
        let passed = self.frames.pass(bytes, Instant::now());
        if self.frames.have_begun() {
            self.patience = None;
        }
        passed.map_err(|abuse| {
            if let Some(left_out) = TOLD.due() {
                warn!(address = %self.address, %abuse, left_out, "a connection is cut off: its peer asks for nothing");
            }
            io::Error::new(io::ErrorKind::ConnectionAborted, abuse)
        })
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Inbound<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.io).poll_read(context, buffer) {
            Poll::Ready(Ok(())) => Poll::Ready(self.pass(&buffer.filled()[before..])),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => match &mut self.patience {
                Some(patience) => {
                    patience.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
                }
                None => Poll::Pending,
            },
        }
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Inbound<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}
