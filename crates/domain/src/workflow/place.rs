//! Placing an order: turns a draft into an order of ours, with its hook address.

use super::hook::{hook_address, hook_proof};
use super::intent::{Intent, MutationError, Recorded};
use super::submit::{On, submit};
use crate::operations::place_order::Place;
use crate::operations::{Pen, Request};
use crate::ports::{Clock, Ids, Ports};
use crate::rules::draft::OrderDraft;
use crate::rules::ids::{OrderId, ProfileName};
use crate::rules::order::{Order, Placer};
use crate::rules::payment::PaymentParameters;
use crate::rules::placement::Mode;
use crate::rules::request_error::RequestError;
use crate::rules::subject::Subject;

/// What an earlier call with the same request id recorded. Check this before a draft is refused: it may have been valid then and
/// not now, and the order exists all the same. A valid draft needs no check: [`place`] detects the repeat as it saves.
///
/// # Errors
/// [`MutationError::RequestReused`] if the request id was used for another request.
pub async fn repeated<P: Ports>(ports: &P, intent: &Intent) -> Result<Option<Recorded>, MutationError> {
    intent.seen(ports).await
}

/// Records a new order and the operation that places it, claimed at once.
///
/// # Errors
/// [`MutationError`]; a repeated request is not an error: it joins what its first call recorded.
pub async fn place<P: Ports>(
    ports: &P,
    intent: &Intent,
    profile: (ProfileName, Mode),
    draft: OrderDraft,
) -> Result<Recorded, MutationError> {
    Box::pin(place_in_stead(ports, intent, profile, draft, None)).await
}

/// The same, in place of an earlier order: the shopper went back and changed the cart.
///
/// # Errors
/// As [`place`]; and if the earlier order may not be replaced.
pub async fn place_in_stead<P: Ports>(
    ports: &P,
    intent: &Intent,
    profile: (ProfileName, Mode),
    draft: OrderDraft,
    supersedes: Option<OrderId>,
) -> Result<Recorded, MutationError> {
    let payment = draft.payment.clone();
    let order = Order { supersedes, ..new_order(ports, intent, profile, draft) };
    let order = Order { hook_proof: Some(hook_proof(ports, &order)), ..order };
    let request = Place { hook_address: hook_address(ports, &order), payment };
    submit(ports, intent, On::New(Box::new(order)), &request).await
}

/// Decides once more what was decided when a lost order was placed. What its payment was told is lost, too.
pub(super) fn decide_anew(pen: &mut Pen<'_>, hook_address: String) -> Result<Subject, RequestError> {
    Place { hook_address, payment: PaymentParameters::default() }.decide(pen)
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
