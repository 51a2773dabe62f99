//! WatchOrderEvents: the events of all orders as a stream. It checks what is asked for and where it begins; the feed does the rest.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::ports::Place;
use domain::rules::access::Profiles;
use domain::rules::event::KINDS;
use domain::rules::violation::{Violation, Violations};
use tonic::{Request, Response, Status};

use super::reading::Reading;
use super::{Answer, Visit, errors};
use crate::admission::CallerKey;
use crate::feed::{Filter, Messages, Token, Watcher};
use crate::listen::Closing;
use crate::proto::watch_order_events_request::Start;
use crate::proto::{EventFilter, WatchOrderEventsRequest};
use crate::telemetry::{label, meters};

const HEARTBEAT: Duration = Duration::from_secs(15);
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(300);

pub async fn call(rpc: &Visit, request: Request<WatchOrderEventsRequest>) -> Answer<Messages> {
    let closing = request.extensions().get::<Closing>().cloned().unwrap_or_default();
    let (caller, request) = (CallerKey::of(request.extensions()), request.into_inner());
    let feed = &rpc.driver.feed;
    let mut reading = Reading::of(&request);
    let (mut filter, faults) = filter(rpc, request.filter.unwrap_or_default());
    reading.add(faults);
    let start = reading.part(request.start.ok_or_else(no_start));
    let heartbeat = reading.part(heartbeat(request.heartbeat_interval));
    let (start, heartbeat) = reading.end(start.zip(heartbeat))?;
    if feed.stopping.is_cancelled() {
        return Err(errors::stopping(None));
    }
    let seat = feed.seat(caller).map_err(|full| {
        meters().shed.add(1, &[label("gate", "events.max_streams")]);
        errors::too_many_streams(full)
    })?;
    rpc.listed(&mut filter.profiles)?;
    let place = place(rpc, start).await?;
    let validity = rpc.visitor.validity.clone();
    Ok(Response::new(Watcher::start(&rpc.driver, (seat, closing), place, filter, heartbeat, validity)))
}

/// After which event to begin; `None`: before the first one.
async fn place(rpc: &Visit, start: Start) -> Result<Option<Place>, Status> {
    let at = async |position| rpc.place(position).await.map_err(errors::store);
    match start {
        Start::Beginning(_) => Ok(None),
        Start::Now(_) => at(None).await,
        Start::ResumeToken(text) => {
            let token = Token::parse(&text);
            let token = token.ok_or_else(|| errors::token_refused("it is no token of this release"))?;
            let place = if token.position == 0 { None } else { at(Some(token.position)).await? };
            let other = "it is of another database, or of events that this one lost when it was restored";
            if token.is_of(&rpc.service().vault, place) {
                Ok(place)
            } else {
                Err(errors::token_refused(other))
            }
        }
    }
}

fn filter(rpc: &Visit, asked: EventFilter) -> (Filter, Vec<Violation>) {
    let (mut filter, mut faults) = (Filter::default(), Violations::default());
    let mut profiles = BTreeSet::new();
    for (n, name) in asked.profiles.into_iter().enumerate() {
        let known =
            if name.is_empty() { Err("a profile's name".to_owned()) } else { rpc.known_profile(&name) };
        match known {
            Ok(profile) => drop(profiles.insert(profile)),
            Err(expected) => faults.add(format!("filter.profiles[{n}]"), "filter.profile", expected, name),
        }
    }
    for (n, kind) in asked.kinds.into_iter().enumerate() {
        if KINDS.contains(&kind.as_str()) {
            filter.kinds.insert(kind);
        } else {
            let expected = "a kind of docs/events.md, such as \"order.paid\"";
            faults.add(format!("filter.kinds[{n}]"), "filter.kind", expected, kind);
        }
    }
    if !profiles.is_empty() {
        filter.profiles = Profiles::These(profiles);
    }
    (filter, faults.into_vec())
}

pub(super) fn no_start() -> Violation {
    Violation {
        path: "start".to_owned(),
        rule: "watch.start",
        expected: "resume_token, now or beginning".to_owned(),
        got: "nothing".to_owned(),
    }
}

pub(super) fn heartbeat(asked: Option<prost_types::Duration>) -> Result<Duration, Violation> {
    let Some(asked) = asked else { return Ok(HEARTBEAT) };
    let got = format!("{} s and {} ns", asked.seconds, asked.nanos);
    let is_one = (0..1_000_000_000).contains(&asked.nanos);
    let read =
        Duration::try_from(asked).ok().filter(|interval| is_one && (SHORTEST..=LONGEST).contains(interval));
    read.ok_or_else(|| Violation {
        path: "heartbeat_interval".to_owned(),
        rule: "watch.heartbeat",
        expected: "1 s to 300 s".to_owned(),
        got,
    })
}
