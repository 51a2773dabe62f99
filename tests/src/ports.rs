//! Ports for servers that tests start, stop, and start again at the same address.
//!
//! They lie below the range from which systems take the ports of outgoing connections: there, a port that is free for
//! the moment could be taken by any connection, and a client of a stopped server could even be connected to itself.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;
static GIVEN: AtomicU16 = AtomicU16::new(0);

/// An address on the loopback that nobody listens on, given out once.
pub fn free_address() -> SocketAddr {
    // Test programs that run at once begin at different places.
    let start = u16::try_from(std::process::id() * 37 % u32::from(COUNT)).unwrap();
    for _ in 0..COUNT {
        let step = GIVEN.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (start + step % COUNT) % COUNT;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
    panic!("no port is free");
}
