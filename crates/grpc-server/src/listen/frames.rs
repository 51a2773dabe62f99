//! What a peer sends that asks for nothing: the frames of HTTP/2 are counted as they pass, because h2 answers any number of pings and
//! resets. It reads frames' heads only, and changes nothing.

use std::time::Duration;

use tokio::time::Instant;

/// The client's first bytes.
const PREFACE: usize = 24;
/// A frame's head: length, type, flags, stream.
const HEAD: usize = 9;

const PRIORITY: u8 = 2;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;

/// The most pings, settings and priorities in a row within a minute. A client that keeps its connection alive sends six, and one that
/// measures its bandwidth some between two of its other frames.
const IN_A_ROW: u32 = 1_000;
/// The most calls that are called off within a minute on one connection.
const RESETS: u32 = 10_000;
const WINDOW: Duration = Duration::from_secs(60);

/// How far a connection's bytes were read.
#[derive(Debug)]
pub struct Frames {
    preface_left: usize,
    head: [u8; HEAD],
    /// How much of the head is there.
    filled: usize,
    /// How much of the frame's content is still to pass.
    content_left: usize,
    /// Whether there was the head of a frame, and whether there was a whole one.
    had_head: bool,
    has_begun: bool,
    in_a_row: u32,
    resets: u32,
    window: Instant,
}

/// A peer sends too much that asks for nothing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {most} {what} within a minute")]
pub struct Abuse {
    most: u32,
    what: &'static str,
}

impl Frames {
    pub const fn new(now: Instant) -> Self {
        Self {
            preface_left: PREFACE,
            head: [0; HEAD],
            filled: 0,
            content_left: 0,
            had_head: false,
            has_begun: false,
            in_a_row: 0,
            resets: 0,
            window: now,
        }
    }

    /// Whether the peer has begun to speak HTTP/2: with its first bytes comes a frame, its settings.
    pub const fn have_begun(&self) -> bool {
        self.has_begun
    }

    /// Counts what has come.
    pub fn pass(&mut self, mut bytes: &[u8], now: Instant) -> Result<(), Abuse> {
        skip(&mut self.preface_left, &mut bytes);
        while !bytes.is_empty() {
            skip(&mut self.content_left, &mut bytes);
            let part = bytes.len().min(HEAD - self.filled);
            self.head[self.filled..self.filled + part].copy_from_slice(&bytes[..part]);
            self.filled += part;
            bytes = &bytes[part..];
            if self.filled == HEAD {
                let [a, b, c, kind, ..] = self.head;
                (self.filled, self.content_left) =
                    (0, usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c));
                self.has_begun |= self.had_head;
                self.had_head = true;
                self.count(kind, now)?;
            }
        }
        self.has_begun |= self.had_head && self.content_left == 0;
        Ok(())
    }

    fn count(&mut self, kind: u8, now: Instant) -> Result<(), Abuse> {
        match kind {
            PING | SETTINGS | PRIORITY => {
                self.roll(now);
                self.in_a_row += 1;
            }
            RST_STREAM => {
                self.roll(now);
                self.resets += 1;
            }
            _ => self.in_a_row = 0,
        }
        let over = |count, most, what| if count > most { Err(Abuse { most, what }) } else { Ok(()) };
        over(self.in_a_row, IN_A_ROW, "pings in a row")?;
        over(self.resets, RESETS, "calls that are called off")
    }

    fn roll(&mut self, now: Instant) {
        if now.duration_since(self.window) >= WINDOW {
            (self.in_a_row, self.resets, self.window) = (0, 0, now);
        }
    }
}

fn skip(left: &mut usize, bytes: &mut &[u8]) {
    let skipped = (*left).min(bytes.len());
    *left -= skipped;
    *bytes = &bytes[skipped..];
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: u8 = 0;
    const HEADERS: u8 = 1;

    /// A peer that sends everything at one moment.
    struct Peer(Frames, Instant);

    impl Peer {
        fn begun() -> Self {
            let now = Instant::now();
            let mut frames = Frames::new(now);
            frames.pass(b"PRI * HTTP/2.0\r\n\r\nSM\r\n", now).unwrap();
            assert!(!frames.have_begun());
            frames.pass(b"\r\n", now).unwrap();
            Self(frames, now)
        }

        fn sends(&mut self, bytes: &[u8]) -> Result<(), Abuse> {
            self.0.pass(bytes, self.1)
        }
    }

    fn frame(kind: u8, content: &[u8]) -> Vec<u8> {
        let length = u8::try_from(content.len()).unwrap();
        [&[0, 0, length, kind, 0, 0, 0, 0, 1], content].concat()
    }

    fn pings(count: u32) -> Vec<u8> {
        (0..count).flat_map(|_| frame(PING, &[6; 8])).collect()
    }

    /// Its first bytes alone are nothing that can be answered.
    #[test]
    fn a_peer_has_begun_once_its_first_frame_is_whole() {
        let first = frame(SETTINGS, &[0; 6]);
        for rest in [&b""[..], b"\0", &frame(SETTINGS, b"")[..], &frame(HEADERS, &[0; 9])[..12]] {
            let mut peer = Peer::begun();
            peer.sends(&first[..14]).unwrap();
            assert!(!peer.0.have_begun());
            peer.sends(&[&first[14..], rest].concat()).unwrap();
            assert!(peer.0.have_begun(), "{rest:?}");
        }
    }

    #[test]
    fn pings_in_a_row_are_counted_however_the_bytes_are_cut() {
        for size in [1, 7, 17, 4_096] {
            let mut peer = Peer::begun();
            assert_eq!(pings(IN_A_ROW).chunks(size).try_for_each(|part| peer.sends(part)), Ok(()));
            assert!(pings(1).chunks(size).try_for_each(|part| peer.sends(part)).is_err(), "{size}");
        }
    }

    #[test]
    fn a_peer_that_sends_something_else_between_may_ping_as_often_as_it_likes() {
        let mut peer = Peer::begun();
        for _ in 0..10 {
            peer.sends(&pings(IN_A_ROW)).unwrap();
            // The content of a frame is no frame.
            peer.sends(&frame(DATA, &pings(1))).unwrap();
        }
    }

    #[test]
    fn calls_that_are_called_off_are_counted_whatever_comes_between() {
        let mut peer = Peer::begun();
        let call = [frame(HEADERS, &[0; 3]), frame(RST_STREAM, &[0; 4])].concat();
        for _ in 0..RESETS {
            peer.sends(&call).unwrap();
        }
        assert_eq!(peer.sends(&call).unwrap_err().what, "calls that are called off");
    }

    #[test]
    fn a_minute_later_counting_begins_anew() {
        let mut peer = Peer::begun();
        peer.sends(&pings(IN_A_ROW)).unwrap();
        peer.1 += WINDOW;
        peer.sends(&pings(IN_A_ROW)).unwrap();
    }
}
