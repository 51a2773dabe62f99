//! Hook addresses: made for one order, read back, and valid for no other.

use domain::rules::ids::Caller;
use domain::rules::order::Order;
use domain::workflow::{hook_address, parse_hook_path};

use crate::world::World;

const BASE: &str = "https://shop.example";

#[tokio::test]
async fn a_hook_address_leads_to_its_order_and_to_no_other() {
    let world = World::new().await;
    let order = world.order(world.recorded().await.order_id).await;
    let other = world.order(world.place("p2", "1338").await.order_id).await;
    let address = hook_address(&*world, &order);
    let path = address.strip_prefix(BASE).unwrap();
    let found = parse_hook_path(&*world, path).unwrap();
    assert_eq!(found.order_id, order.id);
    assert_eq!(path, format!("/webhooks/mollie/{}/{}/{}", order.id, found.request, found.token));
    let elsewhere = path.replace(&order.id.to_string(), &other.id.to_string());
    assert!(parse_hook_path(&*world, &elsewhere).is_none());
    assert!(parse_hook_path(&*world, &format!("{path}0")).is_none());
    assert!(parse_hook_path(&*world, &format!("{path}/more")).is_none());
    assert!(parse_hook_path(&*world, path.strip_suffix(&found.token).unwrap()).is_none());
}

#[tokio::test]
async fn a_hook_address_distinguishes_callers_with_the_same_request_id() {
    let world = World::new().await;
    let order = world.order(world.recorded().await.order_id).await;
    let request = |order: &Order| {
        let address = hook_address(&*world, order);
        parse_hook_path(&*world, address.strip_prefix(BASE).unwrap()).unwrap().request
    };
    let order = Order { hook_proof: None, ..order };
    let other = Order { caller: Caller::new("warehouse"), ..order.clone() };
    assert_ne!(request(&order), request(&other));
}

/// Mollie keeps the address it was given, even if the service's address has changed.
#[tokio::test]
async fn a_hook_address_stays_what_it_was_when_the_order_was_recorded() {
    let world = World::with(|settings| settings.public_url = "https://new.example".to_owned()).await;
    let order = world.order(world.recorded().await.order_id).await;
    assert!(hook_address(&*world, &order).starts_with("https://new.example/webhooks/mollie/"));
    let before = Order { hook_base: BASE.to_owned(), ..order };
    assert!(hook_address(&*world, &before).starts_with("https://shop.example/webhooks/mollie/"));
}

/// The service's secret may have another generation than when the order was recorded.
#[tokio::test]
async fn a_hook_address_ends_as_it_was_sent() {
    let world = World::new().await;
    let order = world.order(world.recorded().await.order_id).await;
    let sent = order.hook_proof.clone().unwrap();
    assert!(hook_address(&*world, &order).ends_with(&sent));
    let of_another_generation = Order { hook_proof: Some("a1/b2".to_owned()), ..order };
    assert!(hook_address(&*world, &of_another_generation).ends_with("/a1/b2"));
}
