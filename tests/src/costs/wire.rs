//! A proxy on the loopback between the service and PostgreSQL, which counts round trips and takes the plans out of what comes
//! back. It may not change anything that either side hears otherwise.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use reqwest::Url;
use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader, BufWriter};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::plan::Plan;
use super::protocol::{Conversation, Trip};

const SSL_REQUEST: u32 = 80_877_103;
const GSS_REQUEST: u32 = 80_877_104;
const CANCEL: u32 = 80_877_102;

/// Every plan, with its buffers, to the client that made the server execute it; only a superuser may ask for that. A table of few
/// rows is best read from its beginning, and so it is in production as long as it is small. Here the server does so only where
/// there is no other way.
const EXPLAINED: &str = "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 \
                         -c auto_explain.log_analyze=on -c auto_explain.log_timing=off -c auto_explain.log_buffers=on \
                         -c auto_explain.log_format=json -c auto_explain.log_parameter_max_length=0 \
                         -c client_min_messages=log -c enable_seqscan=off";

type Trips = Arc<Mutex<Vec<Trip>>>;

/// A running proxy. Its connections end when this is dropped.
pub(super) struct Wire {
    trips: Trips,
    serving: JoinHandle<()>,
    url: String,
}

impl Wire {
    /// Starts one to the database of an address.
    pub async fn start(database: &str) -> Self {
        let mut url = Url::parse(database).expect("the database has an address");
        let host = url.host_str().expect("PostgreSQL listens at a host").trim_matches(['[', ']']).to_owned();
        let server = tokio::net::lookup_host((host, url.port().unwrap_or(5432))).await;
        let server = server.expect("the host is known").next().expect("the host has an address");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port for the proxy");
        let own: SocketAddr = listener.local_addr().expect("the proxy's address");
        url.set_host(Some("127.0.0.1")).expect("a host can be set");
        url.set_port(Some(own.port())).expect("a port can be set");
        // A query is written with + for a space, which the driver does not read.
        let options =
            format!("options={}&sslmode=disable", EXPLAINED.replace(' ', "%20").replace('=', "%3D"));
        url.set_query(Some(&options));
        let trips = Trips::default();
        let serving = tokio::spawn(serve(listener, server, Arc::clone(&trips)));
        Self { trips, serving, url: url.into() }
    }

    /// The database's address through the proxy.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many round trips there have been.
    pub fn count(&self) -> usize {
        self.trips.lock().unwrap().len()
    }

    /// Every round trip so far.
    pub fn trips(&self) -> Vec<Trip> {
        self.trips.lock().unwrap().clone()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, server: SocketAddr, trips: Trips) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let trips = Arc::clone(&trips);
        connections.spawn(async move {
            // Either side may go away at any time; the other is told by the end of its connection.
            let _ = carry(client, server, &trips).await;
        });
    }
}

async fn carry(mut client: TcpStream, server: SocketAddr, trips: &Trips) -> io::Result<()> {
    let (code, start) = loop {
        let length = client.read_u32().await?;
        let code = client.read_u32().await?;
        let mut rest = vec![0; length.saturating_sub(8) as usize];
        client.read_exact(&mut rest).await?;
        if code != SSL_REQUEST && code != GSS_REQUEST {
            break (code, [&length.to_be_bytes()[..], &code.to_be_bytes(), &rest].concat());
        }
        // What is encrypted could not be counted.
        client.write_all(b"N").await?;
    };
    let mut server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    server.write_all(&start).await?;
    if code == CANCEL {
        return Ok(());
    }
    let conversation = Mutex::new(Conversation::default());
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let asking = pass(from_client, to_server, |kind, body| {
        conversation.lock().unwrap().sent(kind, body);
        true
    });
    let mut last = None;
    let answering = pass(from_server, to_client, |kind, body| match kind {
        b'Z' => {
            let ended = conversation.lock().unwrap().ready();
            last = ended.map_or(last, |trip| keep(&mut trips.lock().unwrap(), last, trip));
            true
        }
        b'N' => {
            let plan = notice(body).as_deref().and_then(Plan::read);
            let is_plan = plan.is_some();
            conversation.lock().unwrap().planned(plan);
            !is_plan
        }
        _ => true,
    });
    tokio::select! {
        ended = asking => ended,
        ended = answering => ended,
    }
}

/// Keeps a round trip, or counts it with the one before it on its connection if it is only to see whether that still lives.
/// Gives the place of the last one.
fn keep(trips: &mut Vec<Trip>, last: Option<usize>, trip: Trip) -> Option<usize> {
    if trip.messages == "S" {
        if let Some(last) = last {
            trips[last].pings += 1;
        }
        return last;
    }
    trips.push(trip);
    Some(trips.len() - 1)
}

/// Passes messages on that `look` wants to be passed on. Nothing is kept back once no more has arrived.
async fn pass(
    from: impl AsyncRead + Unpin,
    to: impl io::AsyncWrite + Unpin,
    mut look: impl FnMut(u8, &[u8]) -> bool,
) -> io::Result<()> {
    let (mut from, mut to) = (BufReader::new(from), BufWriter::new(to));
    loop {
        let kind = from.read_u8().await?;
        let length = from.read_u32().await?;
        let mut body = vec![0; length.saturating_sub(4) as usize];
        from.read_exact(&mut body).await?;
        if look(kind, &body) {
            to.write_u8(kind).await?;
            to.write_u32(length).await?;
            to.write_all(&body).await?;
        }
        if from.buffer().is_empty() {
            to.flush().await?;
        }
    }
}

/// The text of a notice: fields of a letter and a text each.
fn notice(body: &[u8]) -> Option<String> {
    let text = body.split(|byte| *byte == 0).find_map(|field| field.strip_prefix(b"M"))?;
    Some(String::from_utf8_lossy(text).into_owned())
}
