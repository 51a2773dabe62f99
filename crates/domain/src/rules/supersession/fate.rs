//! What becomes of an old order, by what becomes of the new one that is to replace it. This is the whole rule: of the two one goes on.
//!
//! | the new order | the old order |
//! |---|---|
//! | is refused, withdrawn, or given up for its age | is reinstated |
//! | is placed | is replaced, and canceled as soon as it lets itself be |
//! | is placed while it is being canceled, by its caller or because it came too late | waits for the end of that |
//! | and is canceled then, or has expired | is reinstated |
//! | and is not canceled: Mollie keeps it, or a person decided so | is replaced |
//! | is over when it is found | is reinstated |
//!
//! Once it is replaced, nothing brings it back: whoever cancels the new order from then on cancels the cart.

use crate::rules::event::{Event, EventData};
use crate::rules::order::Order;
use crate::rules::placement::Placement;
use crate::rules::status::OrderStatus;

/// What becomes of an order that another one is to replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The other one stays.
    Replaced,
    /// There will be no other one.
    Reinstated,
}

/// Whether a change of the new order may decide about the old one: its placement ended, its cancellation ended, or Mollie shows
/// another status of it.
#[must_use]
pub fn may_decide(events: &[Event]) -> bool {
    let shows_status = |event: &Event| matches!(&event.data, EventData::OrderObserved { observed } if observed.status_changed);
    let ends = |event: &Event| {
        matches!(
            event.data,
            EventData::OrderPlaced { .. }
                | EventData::PlacementRefused { .. }
                | EventData::PlacementAbandoned { .. }
                | EventData::CancellationSucceeded { .. }
                | EventData::CancellationRefused { .. }
        )
    };
    events.iter().any(|event| shows_status(event) || ends(event))
}

/// What a change of the new order means for the old one, which waits for it; `None`: it goes on waiting. `new`: after the change;
/// `is_being_canceled`: whether a cancellation of it is under way then.
#[must_use]
pub fn fate(new: &Order, events: &[Event], is_being_canceled: bool) -> Option<Fate> {
    match new.placement {
        Placement::Placing => None,
        Placement::Refused | Placement::Abandoned => Some(Fate::Reinstated),
        Placement::Placed if is_being_canceled => None,
        Placement::Placed => of_placed(new, events),
    }
}

fn of_placed(new: &Order, events: &[Event]) -> Option<Fate> {
    // Its effect is not seen yet: the reading that shows it decides.
    let is_canceled = |event: &Event| matches!(event.data, EventData::CancellationSucceeded { .. });
    let waits = || events.iter().any(is_canceled);
    match new.facts.status {
        Some(OrderStatus::Canceled | OrderStatus::Expired) => Some(Fate::Reinstated),
        // What was shipped of it stays.
        Some(OrderStatus::Completed) => Some(Fate::Replaced),
        Some(
            OrderStatus::Created
            | OrderStatus::Pending
            | OrderStatus::Authorized
            | OrderStatus::Paid
            | OrderStatus::Shipping,
        )
        | None => (!waits()).then_some(Fate::Replaced),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::rules::cause::{Cause, Grounds};
    use crate::rules::event::Recorder;
    use crate::rules::fixtures::{at, placed, recorded};
    use crate::rules::ids::OperationId;
    use crate::rules::rejection::Rejection;
    use crate::rules::status::LineStatus;

    /// The order and what it has told, in a change that ends so.
    fn after(mut recorder: Recorder, data: Option<EventData>) -> (Order, Vec<Event>) {
        data.into_iter().for_each(|data| recorder.record(data));
        recorder.finish()
    }

    fn is_placed(status: OrderStatus) -> (Order, Vec<Event>) {
        after(placed(status, LineStatus::Created), None)
    }

    fn canceled(status: OrderStatus, is_canceled: bool) -> (Order, Vec<Event>) {
        let (operation_id, entries) = (OperationId::new(Uuid::from_u128(8)), Vec::new());
        let rejection = Rejection::of_ours("no");
        let data = match is_canceled {
            true => EventData::CancellationSucceeded { operation_id, entries },
            false => EventData::CancellationRefused { operation_id, rejection, entries },
        };
        let order = placed(status, LineStatus::Created).order().clone();
        after(Recorder::new(order, at(5), Grounds::of(Cause::LookUp)), Some(data))
    }

    fn decided((order, events): &(Order, Vec<Event>), is_being_canceled: bool) -> Option<Fate> {
        may_decide(events).then(|| fate(order, events, is_being_canceled)).flatten()
    }

    #[test]
    fn a_placement_that_failed_brings_the_old_order_back() {
        let rejection = Rejection::of_ours("no");
        let refused = after(recorded(), Some(EventData::PlacementRefused { rejection }));
        let reason = "withdrawn".to_owned();
        let abandoned = after(recorded(), Some(EventData::PlacementAbandoned { reason }));
        for is_being_canceled in [true, false] {
            assert_eq!(decided(&refused, is_being_canceled), Some(Fate::Reinstated));
            assert_eq!(decided(&abandoned, is_being_canceled), Some(Fate::Reinstated));
            assert_eq!(decided(&after(recorded(), None), is_being_canceled), None);
        }
    }

    #[test]
    fn a_placed_order_replaces_the_old_one_unless_it_is_being_canceled_or_over() {
        for status in OrderStatus::ALL {
            let is_over = matches!(status, OrderStatus::Canceled | OrderStatus::Expired);
            let expected = if is_over { Fate::Reinstated } else { Fate::Replaced };
            assert_eq!(decided(&is_placed(*status), false), Some(expected), "{}", status.as_str());
            assert_eq!(decided(&is_placed(*status), true), None, "{}", status.as_str());
        }
    }

    #[test]
    fn the_end_of_its_cancellation_decides_and_a_reading_if_that_does_not_show_it() {
        for status in OrderStatus::ALL {
            let is_over = matches!(status, OrderStatus::Canceled | OrderStatus::Expired);
            let kept = if is_over { Fate::Reinstated } else { Fate::Replaced };
            assert_eq!(decided(&canceled(*status, false), false), Some(kept), "{}", status.as_str());
            let expected = match status {
                OrderStatus::Canceled | OrderStatus::Expired => Some(Fate::Reinstated),
                OrderStatus::Completed => Some(Fate::Replaced),
                OrderStatus::Created
                | OrderStatus::Pending
                | OrderStatus::Authorized
                | OrderStatus::Paid
                | OrderStatus::Shipping => None,
            };
            assert_eq!(decided(&canceled(*status, true), false), expected, "{}", status.as_str());
        }
    }
}
