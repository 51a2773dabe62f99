//! ListDeadlines: authorized orders by when they must be shipped, with what is at risk, and what all of them may still capture.

use std::collections::{BTreeSet, HashMap};

use domain::operations::operation::Operation;
use domain::ports::{
    Clock, DeadlineFilter, DeadlinePageKey, OrderWithOperations, Page, Pause, Store, StoreError,
};
use domain::rules::access::Profiles;
use domain::rules::at_risk;
use domain::rules::ids::OrderId;
use domain::rules::placement::Mode;
use domain::rules::shipment::Shipment;
use domain::rules::violation::{Violation, Violations};
use jiff::Timestamp;
use tonic::Response;

use super::reading::Reading;
use super::{Answer, Visit, errors, page, pause_profile};
use crate::convert::common::{time, time_input};
use crate::convert::deadline::{deadline, sum};
use crate::proto::{self, ListDeadlinesRequest, ListDeadlinesResponse};
use crate::service::Storage;

pub async fn call(rpc: &Visit, request: ListDeadlinesRequest) -> Answer<ListDeadlinesResponse> {
    let mut reading = Reading::of(&request);
    let (mut filter, faults) = read(rpc, &request);
    reading.add(faults);
    let size = reading.part(page::size(request.page_size));
    let after = reading.part(page::deadline_key(&request.page_token));
    let (size, after) = reading.end(size.zip(after))?;
    let service = rpc.service();
    let (store, _) = rpc.listed(&mut filter.profiles)?;
    let found = store.list_deadlines(&filter, after, size).await.map_err(errors::store)?;
    let sums = store.sum_deadlines(&filter).await.map_err(errors::store)?;
    let found = with_risk(store, found).await.map_err(errors::store)?;
    let pauses = store.list_pauses().await.map_err(errors::store)?;
    let is_asked = |pause: &Pause| filter.profiles.contains(&pause.profile);
    let key = |(_, key): &(proto::OrderDeadline, DeadlinePageKey)| *key;
    let (deadlines, next) = page::messages(found, |(message, _)| message.clone(), key);
    Ok(Response::new(ListDeadlinesResponse {
        deadlines,
        next_page_token: next.map(page::deadline_token).unwrap_or_default(),
        sums: sums.iter().map(sum).collect(),
        read_time: Some(time(service.clock.now())),
        pauses: pauses
            .into_iter()
            .filter(is_asked)
            .map(|pause| pause_profile::message(pause, true))
            .collect(),
    }))
}

/// What is at risk of each depends on its shipments too.
async fn with_risk(
    store: &Storage,
    found: Page<OrderWithOperations, DeadlinePageKey>,
) -> Result<Page<(proto::OrderDeadline, DeadlinePageKey), DeadlinePageKey>, StoreError> {
    let ids: Vec<_> = found.items.iter().map(|item| item.order.id).collect();
    let mut shipments = HashMap::<OrderId, Vec<Shipment>>::new();
    for shipment in store.shipments_of(&ids).await? {
        shipments.entry(shipment.order_id).or_default().push(shipment);
    }
    let mut items = Vec::with_capacity(found.items.len());
    for OrderWithOperations { order, unsettled } in found.items {
        let shipments = shipments.remove(&order.id).unwrap_or_default();
        let stake: Vec<_> = unsettled.iter().filter_map(Operation::at_stake).collect();
        let risk = at_risk::at_risk(&order, &shipments, &stake);
        let ship_by = order.agenda.ship_by.map_or(Timestamp::MAX, |ship_by| ship_by.time);
        items.push((deadline(&order, &unsettled, &risk), DeadlinePageKey { ship_by, id: order.id }));
    }
    Ok(Page { items, next: found.next })
}

fn read(rpc: &Visit, request: &ListDeadlinesRequest) -> (DeadlineFilter, Vec<Violation>) {
    let mut faults = Violations::default();
    let mut moment = |path: &str, time: Option<&prost_types::Timestamp>| {
        let read = time.map(time_input);
        if read == Some(None) {
            faults.add(path, "filter.time", "a time between the years 1 and 9999", "one outside");
        }
        read.flatten()
    };
    let from = moment("from_time", request.from_time.as_ref());
    let before = moment("before_time", request.before_time.as_ref());
    let mode = match proto::Mode::try_from(request.mode) {
        Ok(proto::Mode::Unspecified | proto::Mode::Live) => Mode::Live,
        Ok(proto::Mode::Test) => Mode::Test,
        Err(_) => {
            faults.add("mode", "filter.mode", "a known mode", request.mode.to_string());
            Mode::Live
        }
    };
    let mut profiles = BTreeSet::new();
    for (n, name) in request.profiles.iter().enumerate() {
        // A name that is mistyped would be a false all-clear.
        let known =
            if name.is_empty() { Err("a profile's name".to_owned()) } else { rpc.known_profile(name) };
        match known {
            Ok(profile) => drop(profiles.insert(profile)),
            Err(expected) => faults.add(format!("profiles[{n}]"), "filter.profile", expected, name),
        }
    }
    let profiles = if profiles.is_empty() { Profiles::All } else { Profiles::These(profiles) };
    (DeadlineFilter { profiles, mode: Some(mode), from, before }, faults.into_vec())
}
