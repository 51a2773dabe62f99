//! ListRefunds: the refunds of one order, oldest first, or those of all orders that Mollie has, with their sum.

use domain::ports::{OrderKey, RefundFilter, RefundPageKey, RefundSum, Store};
use domain::rules::refund::Refund;
use domain::rules::violation::{Violation, Violations};
use tonic::Response;

use super::reading::Reading;
use super::{Answer, Visit, errors, page, request};
use crate::convert::common::{amount, time_input};
use crate::convert::refund::{refund, status_input};
use crate::proto::{self, ErrorReason, ListRefundsRequest, ListRefundsResponse};

pub async fn call(rpc: &Visit, request: ListRefundsRequest) -> Answer<ListRefundsResponse> {
    let mut reading = Reading::of(&request);
    match (request.order_id.is_empty(), request.filter.clone()) {
        (false, None) => of_order(rpc, reading, &request).await,
        (true, Some(filter)) => of_all(rpc, reading, &request, filter).await,
        (is_missing, _) => {
            let mut faults = Violations::default();
            let got = if is_missing { "none of them" } else { "both of them" };
            faults.add("order_id", "refunds.one_of", "exactly one of order_id, filter", got);
            reading.add(faults.into_vec());
            Err(errors::invalid(reading.into_faults()))
        }
    }
}

/// An order has few, so pages are cut from the whole list.
async fn of_order(
    rpc: &Visit,
    mut reading: Reading,
    request: &ListRefundsRequest,
) -> Answer<ListRefundsResponse> {
    let id = reading.part(request::order_id(&request.order_id, "order_id"));
    let size = reading.part(page::size(request.page_size));
    let skip = reading.part(page::number(&request.page_token, page::REFUNDS, &request.order_id));
    let ((id, size), skip) = reading.end(id.zip(size).zip(skip))?;
    let store = rpc.store_of(id).await?;
    let refunds = store.list_refunds(id).await.map_err(errors::store)?;
    if refunds.is_empty() && store.load_order(&OrderKey::Id(id)).await.map_err(errors::store)?.is_none() {
        return Err(errors::not_found(ErrorReason::OrderNotFound, format_args!("order {id}")));
    }
    let (refunds, end) = page::cut(&refunds, size, skip, refund);
    let next = end.map(|end| page::number_token(page::REFUNDS, id, end));
    let next_page_token = next.unwrap_or_default();
    Ok(Response::new(ListRefundsResponse { refunds, next_page_token, sums: Vec::new() }))
}

async fn of_all(
    rpc: &Visit,
    mut reading: Reading,
    request: &ListRefundsRequest,
    filter: proto::RefundFilter,
) -> Answer<ListRefundsResponse> {
    let (mut filter, faults) = read(filter);
    reading.add(faults);
    reading.add(rpc.unknown(&filter.profiles));
    let size = reading.part(page::size(request.page_size));
    let after = reading.part(page::refund_key(&request.page_token));
    let (size, after) = reading.end(size.zip(after))?;
    let (store, _) = rpc.listed(&mut filter.profiles)?;
    let found = store.find_refunds(&filter, after, size).await.map_err(errors::store)?;
    let sums = store.sum_refunds(&filter).await.map_err(errors::store)?;
    let key = |one: &Refund| RefundPageKey {
        registered_time: one.registered_time.unwrap_or(one.created_time),
        id: one.id,
    };
    let (refunds, next) = page::messages(found, refund, key);
    let next_page_token = next.map(page::refund_token).unwrap_or_default();
    Ok(Response::new(ListRefundsResponse { refunds, next_page_token, sums: sums.iter().map(sum).collect() }))
}

fn sum(sum: &RefundSum) -> proto::RefundSum {
    let count = i64::try_from(sum.count).unwrap_or(i64::MAX);
    proto::RefundSum { count, amount: Some(amount(sum.amount)) }
}

pub(super) fn read(filter: proto::RefundFilter) -> (RefundFilter, Vec<Violation>) {
    let mut faults = Violations::default();
    let mut statuses = Vec::new();
    for (n, number) in filter.statuses.iter().enumerate() {
        match proto::RefundStatus::try_from(*number).ok().and_then(status_input) {
            Some(status) => statuses.push(status),
            None => faults.add(
                format!("filter.statuses[{n}]"),
                "filter.status",
                "a known status",
                number.to_string(),
            ),
        }
    }
    let registered_before = filter.registered_before_time.as_ref().and_then(|time| {
        let read = time_input(time);
        if read.is_none() {
            let expected = "a time between the years 1 and 9999";
            faults.add("filter.registered_before_time", "filter.time", expected, "one outside");
        }
        read
    });
    let profiles = page::profiles(filter.profile);
    (RefundFilter { profiles, statuses, registered_before }, faults.into_vec())
}
