//! Why an event was written, as a message.

use domain::rules::cause::{Cause, Unasked};

use crate::proto::event_cause as message;
use crate::proto::{EventCause, UnaskedAction};

pub fn cause(cause: &Cause) -> EventCause {
    let cause = match cause {
        Cause::Request { caller, request_id } => message::Cause::Request(message::Request {
            caller: caller.to_string(),
            request_id: request_id.to_string(),
        }),
        Cause::Hook => message::Cause::Hook(message::Hook {}),
        Cause::LookUp => message::Cause::LookUp(message::LookUp {}),
        Cause::Asked => message::Cause::Asked(message::Asked {}),
        Cause::Operator => message::Cause::Operator(message::Operator {}),
        Cause::Unasked(unasked) => {
            message::Cause::Unasked(message::Unasked { action: action(*unasked).into() })
        }
        Cause::Timer => message::Cause::Timer(message::Timer {}),
        Cause::Operation(id) => message::Cause::Settled(message::Settled { operation_id: id.to_string() }),
        Cause::Restored => message::Cause::Restored(message::Restored {}),
    };
    EventCause { cause: Some(cause) }
}

const fn action(unasked: Unasked) -> UnaskedAction {
    match unasked {
        Unasked::AgeLimit => UnaskedAction::AgeLimit,
        Unasked::Superseded => UnaskedAction::Superseded,
        Unasked::Deadline => UnaskedAction::Deadline,
        Unasked::Surplus => UnaskedAction::Surplus,
        Unasked::Fees => UnaskedAction::Fees,
        Unasked::HeldParcels => UnaskedAction::HeldParcels,
        Unasked::SecondChance => UnaskedAction::SecondChance,
        Unasked::PaymentWindow => UnaskedAction::PaymentWindow,
        Unasked::AutoShip => UnaskedAction::AutoShip,
    }
}
