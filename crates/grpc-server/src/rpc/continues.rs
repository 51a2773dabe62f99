//! The order that a new one continues: one of ours, of the same profile, that has ended. Reads it, and changes nothing.

use domain::ports::OrderKey;
use domain::rules::draft::OrderDraft;
use domain::rules::ids::{OrderId, ProfileName};
use domain::rules::order::Order;
use domain::rules::status::OrderStatus;
use domain::rules::violation::Violation;
use tonic::Status;

use super::draft::Parsed;
use super::{Visit, request};

const PATH: &str = "continues";
const RULE: &str = "order.continues";

/// The id as it was written; none if nothing was.
pub fn id(text: &str) -> Result<Option<OrderId>, Violation> {
    if text.is_empty() { Ok(None) } else { request::order_id(text, PATH).map(Some) }
}

/// The draft that continues it, or why it cannot be continued in this profile.
pub async fn checked(
    rpc: &Visit,
    read: Result<Parsed, Vec<Violation>>,
    continues: Option<OrderId>,
) -> Result<Result<Parsed, Vec<Violation>>, Status> {
    let (Ok((profile, draft)), Some(id)) = (&read, continues) else { return Ok(read) };
    let found = rpc.find_order(&OrderKey::Id(id)).await?;
    let faults = check(&profile.0, id, found.as_ref()).err();
    Ok(match faults {
        None => Ok((profile.clone(), OrderDraft { continues, ..draft.clone() })),
        Some(fault) => Err(vec![fault]),
    })
}

fn check(profile: &ProfileName, id: OrderId, found: Option<&Order>) -> Result<(), Violation> {
    let fault =
        |expected: String, got: String| Violation { path: PATH.to_owned(), rule: RULE, expected, got };
    let order = found
        .filter(|order| order.profile == *profile)
        .ok_or_else(|| fault(format!("the id of an order of profile {profile}"), id.to_string()))?;
    if has_ended(order) {
        return Ok(());
    }
    let status = order.facts.status.map_or(order.placement.as_str(), OrderStatus::as_str);
    let expected = "an order that is expired, canceled or completed; SyncOrder reads it at Mollie".to_owned();
    Err(fault(expected, format!("one that is {status}")))
}

fn has_ended(order: &Order) -> bool {
    order.facts.status.is_some_and(OrderStatus::is_final)
}
