//! One connection through the proxy: messages in both directions, and the one place where it is cut or something is put in.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};

use tokio::io::{self, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Notify;

use super::{Act, Shared};

const SSL_REQUEST: u32 = 80_877_103;
const GSS_REQUEST: u32 = 80_877_104;
const CANCEL: u32 = 80_877_102;

/// Sets back what statements of ours have set for the whole connection.
const RESET: &str = "RESET lock_timeout; RESET default_transaction_read_only";

/// What both directions know of their connection.
#[derive(Default)]
struct Link {
    /// So many answers belong to statements of ours.
    ours: AtomicUsize,
    /// The client hears nothing more, and the connection ends when the server is ready.
    is_mute: AtomicBool,
    /// Something of ours is still set.
    is_set: AtomicBool,
    /// `I` outside a transaction.
    state: AtomicU8,
    cut: Notify,
}

pub(super) async fn carry(mut client: TcpStream, server: SocketAddr, shared: &Shared) -> io::Result<()> {
    let (code, start) = loop {
        let length = client.read_u32().await?;
        let code = client.read_u32().await?;
        let mut rest = vec![0; length.saturating_sub(8) as usize];
        client.read_exact(&mut rest).await?;
        if code != SSL_REQUEST && code != GSS_REQUEST {
            break (code, [&length.to_be_bytes()[..], &code.to_be_bytes(), &rest].concat());
        }
        client.write_all(b"N").await?;
    };
    let mut server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    server.write_all(&start).await?;
    if code == CANCEL {
        return Ok(());
    }
    let link = Link::default();
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    tokio::select! {
        ended = ask(from_client, to_server, &link, shared) => ended,
        ended = answer(from_server, to_client, &link, shared) => ended,
        () = link.cut.notified() => Ok(()),
    }
}

/// A message: its type, and its bytes as they are sent.
async fn message(from: &mut BufReader<OwnedReadHalf>) -> io::Result<(u8, Vec<u8>)> {
    let kind = from.read_u8().await?;
    let length = from.read_u32().await?;
    let mut bytes = vec![kind];
    bytes.extend(length.to_be_bytes());
    bytes.resize(1 + length.max(4) as usize, 0);
    from.read_exact(&mut bytes[5..]).await?;
    Ok((kind, bytes))
}

fn query(sql: &str) -> Vec<u8> {
    let length = u32::try_from(sql.len() + 5).unwrap_or(u32::MAX);
    [b"Q", &length.to_be_bytes()[..], sql.as_bytes(), b"\0"].concat()
}

/// The statements a client has prepared, by name.
#[derive(Default)]
struct Prepared(HashMap<String, String>);

impl Prepared {
    /// The statement that a message is about, if it is about one.
    fn statement(&mut self, kind: u8, body: &[u8]) -> Option<String> {
        let mut texts = body.split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned());
        match kind {
            b'Q' => texts.next(),
            b'P' => {
                let (name, sql) = (texts.next()?, texts.next()?);
                self.0.insert(name, sql.clone());
                Some(sql)
            }
            b'B' => self.0.get(&texts.nth(1)?).cloned(),
            _ => None,
        }
    }
}

async fn ask(from: OwnedReadHalf, mut to: OwnedWriteHalf, link: &Link, shared: &Shared) -> io::Result<()> {
    let (mut from, mut prepared) = (BufReader::new(from), Prepared::default());
    // What is to happen once the statement has been executed, and whether it is being executed.
    let (mut cut, mut runs) = (None, false);
    loop {
        let (kind, bytes) = message(&mut from).await?;
        if let Some(sql) = prepared.statement(kind, &bytes[5..]) {
            if link.is_set.load(Ordering::SeqCst) && is_free(link) && shared.plan().resets {
                put(&mut to, link, RESET).await?;
                link.is_set.store(false, Ordering::SeqCst);
            }
            match shared.struck(&sql) {
                Some(Act::CutBefore) => {
                    shared.plan().cuts += 1;
                    return Ok(());
                }
                Some(Act::First(first)) => {
                    put(&mut to, link, &first).await?;
                    link.is_set.store(true, Ordering::SeqCst);
                }
                act @ Some(Act::CutWithin | Act::CutAfter) => cut = act,
                None => (),
            }
        }
        runs |= matches!(kind, b'E' | b'Q');
        let is_end = runs && matches!(kind, b'Q' | b'S');
        if is_end && cut == Some(Act::CutAfter) {
            link.is_mute.store(true, Ordering::SeqCst);
        }
        to.write_all(&bytes).await?;
        if is_end && cut == Some(Act::CutWithin) {
            shared.plan().cuts += 1;
            return Ok(());
        }
        runs &= !is_end;
    }
}

fn is_free(link: &Link) -> bool {
    link.state.load(Ordering::SeqCst) == b'I'
}

async fn put(to: &mut OwnedWriteHalf, link: &Link, sql: &str) -> io::Result<()> {
    link.ours.fetch_add(1, Ordering::SeqCst);
    to.write_all(&query(sql)).await
}

async fn answer(from: OwnedReadHalf, mut to: OwnedWriteHalf, link: &Link, shared: &Shared) -> io::Result<()> {
    let mut from = BufReader::new(from);
    loop {
        let (kind, bytes) = message(&mut from).await?;
        let is_ready = kind == b'Z';
        if is_ready {
            link.state.store(bytes[5], Ordering::SeqCst);
        }
        if link.ours.load(Ordering::SeqCst) > 0 {
            if is_ready {
                link.ours.fetch_sub(1, Ordering::SeqCst);
            }
            continue;
        }
        if link.is_mute.load(Ordering::SeqCst) {
            if is_ready {
                shared.plan().cuts += 1;
                link.cut.notify_one();
            }
            continue;
        }
        if kind == b'C' && &bytes[5..] == b"ROLLBACK\0" && link.is_set.load(Ordering::SeqCst) {
            shared.plan().rolled_back += 1;
        }
        to.write_all(&bytes).await?;
    }
}
