//! Hook addresses: the webhook address of one order. Mollie never forgets them; they carry the request they came from, and only
//! this service can make one.

use crate::ports::{Ports, Vault};
use crate::rules::ids::{Caller, OrderId, RequestId};
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

/// What proves the hook address of a new order: the keyed hashes at its end.
pub(super) fn hook_proof<P: Ports>(ports: &P, order: &Order) -> String {
    let vault = ports.vault();
    let token = vault.mac("hook", &[order.id.uuid().as_bytes()]);
    format!("{}/{token}", vault.mac("request", &request(order)))
}

/// The order's own hook address, as it was sent; of an order that does not keep it, as it would be sent now.
#[must_use]
pub fn hook_address<P: Ports>(ports: &P, order: &Order) -> String {
    let proof = order.hook_proof.clone().unwrap_or_else(|| hook_proof(ports, order));
    address(order, &proof)
}

/// Every hook address that the order may have at Mollie: the one that was sent, or where it is not kept, one for each generation.
pub(super) fn hook_addresses<P: Ports>(ports: &P, order: &Order) -> Vec<String> {
    let mut addresses = vec![hook_address(ports, order)];
    if order.hook_proof.is_none() {
        let vault = ports.vault();
        let tokens = vault.other_macs("hook", &[order.id.uuid().as_bytes()]);
        let proofs = vault.other_macs("request", &request(order)).into_iter().zip(tokens);
        addresses.extend(proofs.map(|(request, token)| address(order, &format!("{request}/{token}"))));
    }
    addresses
}

fn address(order: &Order, proof: &str) -> String {
    format!("{}{PATH}{}/{proof}", order.hook_base, order.id)
}

/// The keyed hash of a request in the hook address of its order, under every generation.
pub(super) fn request_hashes<P: Ports>(ports: &P, caller: &Caller, id: &RequestId) -> Vec<String> {
    let (vault, parts) = (ports.vault(), parts(caller, id));
    [vec![vault.mac("request", &parts)], vault.other_macs("request", &parts)].concat()
}

fn request(order: &Order) -> [&[u8]; 2] {
    parts(&order.caller, &order.request_id)
}

fn parts<'a>(caller: &'a Caller, id: &'a RequestId) -> [&'a [u8]; 2] {
    [caller.as_str().as_bytes(), id.as_str().as_bytes()]
}

/// Splits a hook address of this service into the public address before it and its parts; `None` if it is not one.
pub(super) fn parse_hook_address<P: Ports>(ports: &P, address: &str) -> Option<(String, HookAddress)> {
    let (base, path) = address.split_at(address.rfind(PATH)?);
    Some((base.to_owned(), parse_hook_path(ports, path)?))
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
