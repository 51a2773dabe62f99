//! The line to a client, below HTTP: where a connection is broken, cut or slowed down.
//!
//! A body that ends in an error would do for none of this. The server has then sent the head of an answer, while a lost
//! answer is lost as a whole; and whether what was written before the error still leaves is the server's affair.
//! So every accepted stream is wrapped, and the handler of a request, which finds its `Wire` in the request's
//! extensions, says before it answers what is to become of the bytes. The answer itself is then handed over as always.
//!
//! - `Close`: the first write fails, the server drops the connection: the client sees its end (FIN) without an answer.
//! - `Reset`: the same, but without lingering: the client sees a reset (RST).
//! - `HalfBody`: head and half of the body leave, then the next write fails.
//! - `Drip`: the answer leaves in pieces, evenly over a time.
//!
//! All happen after the request was read, for only then its path is known: no client gets a refused *connect*.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep, sleep_until};

const PIECES: u32 = 20;

/// What becomes of the bytes that are written from now on. Only a connection that then ends leaves `Clear`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Course {
    #[default]
    Clear,
    Close,
    Reset,
    HalfBody,
    Drip(Duration),
}

/// The handler's end of a connection.
#[derive(Clone, Debug, Default)]
pub struct Wire(Arc<Mutex<Course>>);

impl Wire {
    pub fn set(&self, course: Course) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = course;
    }

    fn course(&self) -> Course {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Accepts connections that can be spoiled.
pub struct WireListener(pub TcpListener);

impl Listener for WireListener {
    type Io = WireStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (WireStream, SocketAddr) {
        let (tcp, address) = Listener::accept(&mut self.0).await;
        (WireStream { tcp, wire: Wire::default(), left: None, pieces: None }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, WireListener>> for Wire {
    fn connect_info(stream: IncomingStream<'_, WireListener>) -> Self {
        stream.io().wire.clone()
    }
}

pub struct WireStream {
    tcp: TcpStream,
    wire: Wire,
    /// How many bytes of half an answer are still to leave.
    left: Option<usize>,
    pieces: Option<Pieces>,
}

struct Pieces {
    size: usize,
    pause: Duration,
    timer: Pin<Box<Sleep>>,
}

impl WireStream {
    fn write_half(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        // The server hands a small answer over as a whole.
        let left = *self.left.get_or_insert_with(|| head_and_half(bytes));
        if left == 0 {
            return Poll::Ready(Err(cut()));
        }
        let part = bytes.get(..left).unwrap_or(bytes);
        let written = ready!(Pin::new(&mut self.tcp).poll_write(cx, part))?;
        self.left = Some(left - written);
        Poll::Ready(Ok(written))
    }

    fn write_piece(&mut self, cx: &mut Context<'_>, bytes: &[u8], over: Duration) -> Poll<io::Result<usize>> {
        let pieces = self.pieces.get_or_insert_with(|| Pieces {
            size: bytes.len().div_ceil(PIECES as usize).max(1),
            pause: over / PIECES,
            timer: Box::pin(sleep_until(Instant::now() + over / PIECES)),
        });
        ready!(pieces.timer.as_mut().poll(cx));
        let piece = bytes.get(..pieces.size).unwrap_or(bytes);
        let written = ready!(Pin::new(&mut self.tcp).poll_write(cx, piece))?;
        pieces.timer.as_mut().reset(Instant::now() + pieces.pause);
        Poll::Ready(Ok(written))
    }
}

fn head_and_half(answer: &[u8]) -> usize {
    const END_OF_HEAD: &[u8] = b"\r\n\r\n";
    let end = answer.windows(END_OF_HEAD.len()).position(|window| window == END_OF_HEAD);
    let head = end.map_or(0, |at| at + END_OF_HEAD.len());
    head + (answer.len() - head) / 2
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the connection was cut by a fault")
}

impl AsyncRead for WireStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(cx, buffer)
    }
}

impl AsyncWrite for WireStream {
    // Not vectored: an answer then comes as one run of bytes, which can be cut and measured.
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.wire.course() {
            Course::Clear => Pin::new(&mut self.tcp).poll_write(cx, bytes),
            Course::Close => Poll::Ready(Err(cut())),
            Course::Reset => {
                // Without it the client sees an end in good order, which is a fault too.
                let _ = self.tcp.set_zero_linger();
                Poll::Ready(Err(cut()))
            }
            Course::HalfBody => self.write_half(cx, bytes),
            Course::Drip(over) => self.write_piece(cx, bytes, over),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}
