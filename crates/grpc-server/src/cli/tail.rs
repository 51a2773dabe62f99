//! `order-service tail`: the events of all orders as they happen, a line each. An ordinary client of the stream: where a connection
//! breaks it goes on from its token, and when it is stopped it says how to go on later.

use std::io::{ErrorKind, IsTerminal, Write};
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use tonic::{Code, Status};

use super::client::{Address, Connection};
use super::event_line::{coloured, details, tone};
use super::json::json;
use super::signal;
use super::words::{plain, time};
use crate::proto::order_service_client::OrderServiceClient;
use crate::proto::watch_order_events_request::{Beginning, Now, Start};
use crate::proto::watch_order_events_response::Content;
use crate::proto::{EventFilter, OrderEvent, WatchOrderEventsRequest, WatchOrderEventsResponse};
use crate::status_text::explained;

/// How long to wait before a broken stream is opened again.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    service: Address,
    /// Only orders of this profile; may be given several times.
    #[arg(long = "profile", value_name = "NAME")]
    profiles: Vec<String>,
    /// Only this kind of events, such as order.paid; may be given several times.
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// Begin with the first event there ever was, not with the next one.
    #[arg(long, conflicts_with = "token")]
    from_beginning: bool,
    /// Go on after this token.
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// One JSON object a line: the message of WatchOrderEvents.
    #[arg(long)]
    json: bool,
}

/// How it is written, and how far it is.
struct Tail {
    filter: EventFilter,
    start: Start,
    json: bool,
    colour: bool,
}

/// Why it is not written on.
enum End {
    Broken(Status),
    /// Whoever reads what is written has gone.
    Unread,
}

pub async fn run(arguments: Arguments) -> Result<()> {
    let stop = signal::stop_token()?;
    let mut service = OrderServiceClient::new(arguments.service.connect().await?);
    let start = match (arguments.token, arguments.from_beginning) {
        (Some(token), _) => Start::ResumeToken(token),
        (None, true) => Start::Beginning(Beginning {}),
        (None, false) => Start::Now(Now {}),
    };
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let filter = EventFilter { profiles: arguments.profiles, kinds: arguments.kinds };
    let mut tail = Tail { filter, start, json: arguments.json, colour };
    loop {
        let end = tokio::select! {
            () = stop.cancelled() => {
                tail.say_how_to_go_on();
                return Ok(());
            }
            end = tail.follow(&mut service) => end,
        };
        match end {
            Ok(End::Unread) => return Ok(()),
            Ok(End::Broken(status)) if goes_on(status.code()) => {
                eprintln!("order-service: {:#}; going on", explained(status));
                tokio::select! {
                    () = stop.cancelled() => (),
                    () = tokio::time::sleep(PAUSE) => (),
                }
            }
            Ok(End::Broken(status)) => return Err(explained(status)),
            Err(error) => return Err(error),
        }
    }
}

/// Whether a stream that ended so can be opened again.
const fn goes_on(code: Code) -> bool {
    matches!(
        code,
        Code::Unavailable | Code::Aborted | Code::Unknown | Code::Cancelled | Code::ResourceExhausted
    )
}

impl Tail {
    async fn follow(&mut self, service: &mut OrderServiceClient<Connection>) -> Result<End> {
        let request = WatchOrderEventsRequest {
            filter: Some(self.filter.clone()),
            start: Some(self.start.clone()),
            ..WatchOrderEventsRequest::default()
        };
        let mut stream = match service.watch_order_events(request).await {
            Ok(stream) => stream.into_inner(),
            Err(status) => return Ok(End::Broken(status)),
        };
        loop {
            let message = match stream.message().await {
                Ok(Some(message)) => message,
                Ok(None) => return Ok(End::Broken(Status::unavailable("the stream ended"))),
                Err(status) => return Ok(End::Broken(status)),
            };
            let token = message.resume_token.clone();
            if let Some(line) = self.line(&message)?
                && let Err(error) = writeln!(std::io::stdout(), "{line}")
            {
                return if error.kind() == ErrorKind::BrokenPipe {
                    Ok(End::Unread)
                } else {
                    Err(error.into())
                };
            }
            self.start = Start::ResumeToken(token);
        }
    }

    /// The line of a message; none of a heartbeat.
    fn line(&self, message: &WatchOrderEventsResponse) -> Result<Option<String>> {
        let Some(Content::Event(event)) = &message.content else { return Ok(None) };
        if self.json {
            let (token, profile, event) = (&message.resume_token, &message.profile, json(event.as_ref())?);
            return Ok(Some(json!({ "resumeToken": token, "event": event, "profile": profile }).to_string()));
        }
        Ok(Some(line(&message.profile, event, self.colour)))
    }

    fn say_how_to_go_on(&self) {
        if let Start::ResumeToken(token) = &self.start {
            eprintln!("order-service: go on with --token {token}");
        }
    }
}

fn line(profile: &str, event: &OrderEvent, colour: bool) -> String {
    let kind = coloured(&format!("{:<28}", plain(&event.kind)), tone(&event.kind), colour);
    let (time, profile, order) = (time(event.event_time.as_ref()), plain(profile), plain(&event.order_id));
    format!("{time}  {profile}  {order} {:>3}  {kind}  {}", event.sequence, details(event))
        .trim_end()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_it_holds() {
        let event = OrderEvent {
            order_id: "o".to_owned(),
            sequence: 2,
            kind: "order.paid".to_owned(),
            actor: "a\nb".to_owned(),
            event_time: Some(prost_types::Timestamp { seconds: 0, nanos: 0 }),
            ..OrderEvent::default()
        };
        let expected = "1970-01-01 00:00:00  main  o   2  order.paid                    by a b";
        assert_eq!(line("main", &event, false), expected);
        assert!(line("main", &event, true).contains("\u{1b}[32morder.paid"));
    }
}
