//! ArchiveOrders: puts away the next orders that are closed for good, and tells why others stay.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::ports::{Archive, Clock, PageKey};
use domain::rules::access::Profiles;
use domain::rules::archival;
use domain::rules::ids::OrderId;
use domain::rules::violation::{Violation, Violations};
use domain::workflow::archive::{self, Batch, Wanted};
use domain::workflow::operator::OperatorError;
use jiff::{SignedDuration, Timestamp};
use tonic::{Request, Response};
use uuid::Uuid;

use super::call_deadline::CallDeadline;
use super::decision::decide;
use super::reading::Reading;
use super::{Answer, Visit, page};
use crate::convert::archive::{count, duration, kept};
use crate::convert::common::time;
use crate::proto::{ArchiveOrdersRequest, ArchiveOrdersResponse};

/// How long older releases may take to notice that they miss archived orders. They compare the schema every three seconds.
const NOTICE: Duration = Duration::from_secs(10);
/// A batch is followed by so many times as long without one.
const REST: u32 = 4;
const PAUSES: std::ops::RangeInclusive<Duration> = Duration::from_millis(10)..=Duration::from_secs(10);

pub async fn call(rpc: &Visit, request: Request<ArchiveOrdersRequest>) -> Answer<ArchiveOrdersResponse> {
    let call_deadline = CallDeadline::of(request.metadata());
    let request = request.into_inner();
    let mut reading = Reading::of(&request);
    let age = reading.part(age(request.older_than_days));
    let profiles = reading.part(profiles(rpc, &request.profiles));
    let size = reading.part(page::size(request.page_size));
    let after = reading.part(page::archive_key(&request.page_token));
    let (((age, mut profiles), size), after) = reading.end(age.zip(profiles).zip(size).zip(after))?;
    rpc.listed(&mut profiles)?;
    let answer = decide(rpc, call_deadline, move |service| async move {
        let (now, began) = (service.clock.now(), service.clock.elapsed());
        if !request.dry_run && service.store.begin().await.map_err(OperatorError::Store)? {
            tracing::warn!(
                "orders are archived from now on: older releases do not work on this database any more"
            );
            return Ok(later(after));
        }
        let ended_until = now.saturating_sub(age).unwrap_or(Timestamp::MIN);
        let wanted = Wanted { profiles, ended_until, dry_run: request.dry_run };
        let batch = archive::batch(&service.store, &wanted, after, size, now).await;
        let batch = batch.map_err(OperatorError::Store)?;
        if batch.archived > 0 && !wanted.dry_run {
            tracing::info!(archived = batch.archived, "orders that are closed for good are archived");
        }
        Ok(message(&batch, service.clock.elapsed().saturating_sub(began)))
    });
    Ok(Response::new(answer.await?))
}

fn message(batch: &Batch, took: Duration) -> ArchiveOrdersResponse {
    let pause = (took * REST).clamp(*PAUSES.start(), *PAUSES.end());
    ArchiveOrdersResponse {
        archived_count: count(batch.archived),
        kept: batch.kept.iter().map(kept).collect(),
        moved_count: count(batch.moved),
        reached_time: batch.reached.map(time),
        next_page_token: batch.next.map(page::archive_token).unwrap_or_default(),
        pause: Some(duration(pause)),
    }
}

/// Nothing yet: the same again after a pause.
fn later(after: Option<PageKey>) -> ArchiveOrdersResponse {
    let beginning = PageKey { time: Timestamp::UNIX_EPOCH, id: OrderId::new(Uuid::nil()) };
    ArchiveOrdersResponse {
        next_page_token: page::archive_token(after.unwrap_or(beginning)),
        pause: Some(duration(NOTICE)),
        ..ArchiveOrdersResponse::default()
    }
}

/// How long ago an order must have ended.
pub(super) fn age(days: Option<i32>) -> Result<SignedDuration, Violation> {
    const MOST: i32 = 36_500;
    let Some(days) = days else { return Ok(archival::USUAL_AGE) };
    if (0..=MOST).contains(&days) {
        return Ok(SignedDuration::from_hours(i64::from(days) * 24));
    }
    Err(Violation {
        path: "older_than_days".to_owned(),
        rule: "archive.older_than_days",
        expected: format!("days from 0 to {MOST}"),
        got: days.to_string(),
    })
}

fn profiles(rpc: &Visit, named: &[String]) -> Result<Profiles, Vec<Violation>> {
    let (mut faults, mut profiles) = (Violations::default(), BTreeSet::new());
    for (n, name) in named.iter().enumerate() {
        // An empty name would mean the only profile there is.
        let known =
            if name.is_empty() { Err("a profile's name".to_owned()) } else { rpc.known_profile(name) };
        match known {
            Ok(profile) => drop(profiles.insert(profile)),
            Err(expected) => faults.add(format!("profiles[{n}]"), "filter.profile", expected, name),
        }
    }
    let faults = faults.into_vec();
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(if profiles.is_empty() { Profiles::All } else { Profiles::These(profiles) })
}
