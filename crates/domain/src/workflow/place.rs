//! Placing an order: record it, so that nothing can make it forgotten, and only then let Mollie know.

use super::intent::{Accepted, Intent, MutationError};
use super::{claim_at_head, confirm, sync};
use crate::operations::new_operation;
#[cfg(feature = "planted")]
use crate::planted::Planted;
use crate::ports::{Change, Clock, CommitError, Ids, OrderKey, Ports, Store, Vault};
use crate::rules::claim::Known;
use crate::rules::draft::OrderDraft;
use crate::rules::event::Recorder;
use crate::rules::ids::{OrderId, ProfileName};
use crate::rules::operation::{Operation, OperationKind};
use crate::rules::order::{Order, Placer};
use crate::rules::payment::PaymentParameters;
use crate::rules::placement::Mode;

/// What an earlier call with the same request id has begun. Ask this before a draft is refused: what was right then may be
/// wrong by now, and the order exists all the same. A draft that is right need not ask: [`place`] finds out as it saves.
///
/// # Errors
/// [`MutationError::RequestReused`] if the request id stands for something else.
pub async fn repeated<P: Ports>(ports: &P, intent: &Intent) -> Result<Option<Accepted>, MutationError> {
    intent.seen(ports).await
}

/// Records a new order and the operation that places it, claimed at once.
///
/// # Errors
/// [`MutationError`]; a repeated request is no error but joins what its first call began.
pub async fn place<P: Ports>(
    ports: &P,
    intent: &Intent,
    profile: (ProfileName, Mode),
    draft: OrderDraft,
) -> Result<Accepted, MutationError> {
    let payment = draft.payment.clone();
    let order = new_order(ports, intent, profile, draft);
    let number =
        OrderKey::Number { profile: order.profile.clone(), order_number: order.terms.order_number.clone() };
    let mut confirmed = false;
    loop {
        let (change, accepted) = plan(ports, intent, order.clone(), &payment);
        if let Err(late) = intent.in_time(ports) {
            return intent.seen(ports).await?.ok_or(late);
        }
        match ports.store().commit(change).await {
            Ok(()) => return Ok(accepted),
            #[cfg(feature = "planted")]
            Err(CommitError::Store(_)) if Planted::AcknowledgesUnsaved.is_chosen() => return Ok(accepted),
            Err(CommitError::RequestTaken) => {
                return intent.seen(ports).await?.ok_or(MutationError::Contended);
            }
            Err(CommitError::NumberHeld) if !confirmed => {
                if let Err(held) = still_held(ports, &number).await {
                    // By the order of this very request, perhaps.
                    return intent.seen(ports).await?.ok_or(held);
                }
                confirmed = true;
            }
            Err(
                error @ (CommitError::NumberHeld
                | CommitError::VersionMoved
                | CommitError::LeaseLost
                | CommitError::Store(_)),
            ) => return Err(MutationError::from_commit(error)),
        }
    }
}

/// Whoever holds the number may be over at Mollie, its hook lost: that is asked before anything is refused for it.
async fn still_held<P: Ports>(ports: &P, number: &OrderKey) -> Result<(), MutationError> {
    let Some(holder) = ports.store().load_order(number).await? else { return Ok(()) };
    let holder = match confirm::is_stale(ports, &holder).await? {
        true => sync::sync(ports, holder.id).await.map_err(sync::SyncError::into_mutation)?,
        false => holder,
    };
    match holder.held_number() {
        Some(held) => Err(MutationError::NumberHeld { by: holder.id, order_number: held.to_owned() }),
        None => Ok(()),
    }
}

fn new_order<P: Ports>(
    ports: &P,
    intent: &Intent,
    (profile, mode): (ProfileName, Mode),
    draft: OrderDraft,
) -> Order {
    let id = OrderId::new(ports.ids().ordered());
    let (caller, request_id) = (intent.caller.clone(), intent.request_id.clone());
    let hook_base = ports.settings().public_url.clone();
    Order::placing(Placer { id, profile, mode, caller, request_id, hook_base }, draft, ports.clock().now())
}

fn plan<P: Ports>(
    ports: &P,
    intent: &Intent,
    order: Order,
    payment: &PaymentParameters,
) -> (Change, Accepted) {
    let now = order.created_time;
    let operation = Operation {
        created_time: ports.clock().now(),
        sealed: seal(ports, payment),
        actor: intent.actor.clone(),
        ..new_operation(ports.ids(), &order, OperationKind::PlaceOrder, 1, now)
    };
    let id = operation.id;
    let (order, events) = Recorder::begin(order, id, now, intent.actor.clone()).finish();
    let known = Known { order: order.clone(), shipment: None };
    let (write, claim) = claim_at_head::in_flight(ports, operation, known);
    let accepted =
        Accepted { order_id: order.id, shipment_id: None, operation_id: Some(id), claim: Some(claim) };
    let change = Change {
        request: Some(intent.record(order.id, None, Some(id), now)),
        order,
        expected_version: None,
        events,
        operations: vec![write],
        shipments: Vec::new(),
        lookup: None,
    };
    (change, accepted)
}

/// Payment parameters lie sealed beside the operation until it is settled.
fn seal<P: Ports>(ports: &P, payment: &PaymentParameters) -> Option<Vec<u8>> {
    let text = serde_json::Value::from_iter(payment.0.clone()).to_string();
    (!payment.0.is_empty()).then(|| ports.vault().seal(text.as_bytes()))
}

/// Opens sealed payment parameters; `None` if the key they were sealed with is gone.
pub(super) fn unseal<P: Ports>(ports: &P, sealed: Option<&[u8]>) -> Option<PaymentParameters> {
    let Some(sealed) = sealed else {
        return Some(PaymentParameters::default());
    };
    let value: serde_json::Value = serde_json::from_slice(&ports.vault().open(sealed)?).ok()?;
    let entries = value.as_object()?.iter();
    entries
        .map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect::<Option<_>>()
        .map(PaymentParameters)
}
