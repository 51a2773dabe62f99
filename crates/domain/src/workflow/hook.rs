//! Hook addresses: the webhook address of one order. Mollie never forgets them; they carry the request they came from, and only
//! this service can make one.

use crate::ports::{Ports, Vault};
use crate::rules::ids::OrderId;
use crate::rules::order::Order;

const PATH: &str = "/webhooks/mollie/";

/// The parts of a hook address after the public address.
#[derive(Clone, PartialEq, Eq)]
pub struct HookAddress {
    pub order_id: OrderId,
    /// The keyed hash of (caller, request id).
    pub request: String,
    /// The keyed hash of the order's id.
    pub token: String,
}

/// The order's own hook address.
#[must_use]
pub fn hook_address<P: Ports>(ports: &P, order: &Order) -> String {
    let vault = ports.vault();
    let request =
        vault.mac("request", &[order.caller.as_str().as_bytes(), order.request_id.as_str().as_bytes()]);
    let token = vault.mac("hook", &[order.id.uuid().as_bytes()]);
    format!("{}{PATH}{}/{request}/{token}", order.hook_base, order.id)
}

/// Reads the path of a hook address; `None` unless its token belongs to its order.
#[must_use]
pub fn parse_hook_path<P: Ports>(ports: &P, path: &str) -> Option<HookAddress> {
    let mut parts = path.strip_prefix(PATH)?.split('/');
    let (id, request, token) = (parts.next()?, parts.next()?, parts.next()?);
    let order_id = OrderId::parse(id).filter(|_| parts.next().is_none())?;
    let genuine = ports.vault().verify("hook", &[order_id.uuid().as_bytes()], token);
    genuine.then(|| HookAddress { order_id, request: request.to_owned(), token: token.to_owned() })
}
