//! Webhooks that faults drop, double, delay and put back.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::{Faults, Hook};
use super::faults::faults;
use super::{Shop, lego};

/// Sends what is due and acknowledges it. Gives the ids of the hooks that left.
fn deliver(shop: &mut Shop, faults: &mut Faults) -> Vec<u64> {
    let sent = shop.world.hooks_to_send(faults, shop.now, 16, |_| false);
    for hook in &sent {
        shop.world.hook_attempted(hook.id, Some(200), shop.now);
    }
    sent.iter().map(|hook| hook.id).collect()
}

/// A shop in which so many orders have been paid: their hooks have the ids 1, 2, 3…
fn with_hooks(count: usize) -> Shop {
    let mut shop = Shop::new();
    for _ in 0..count {
        shop.settled(&lego("ideal"));
    }
    shop
}

fn only(fault: Value) -> Faults {
    faults(&json!([fault]))
}

fn waiting(shop: &Shop) -> Vec<Hook> {
    shop.world.due_hooks(Timestamp::MAX).cloned().collect()
}

#[test]
fn a_dropped_attempt_is_a_failed_one() {
    let (mut shop, mut faults) = (with_hooks(1), only(json!({ "fault": "hook_dropped", "count": 2 })));
    assert_eq!(deliver(&mut shop, &mut faults), [0; 0]);
    assert_eq!(waiting(&shop)[0].failed, 1);
    shop.pass(SignedDuration::from_secs(59));
    assert_eq!(deliver(&mut shop, &mut faults), [0; 0], "the next attempt is due after a minute");
    shop.pass(SignedDuration::from_secs(1));
    deliver(&mut shop, &mut faults);
    shop.pass(SignedDuration::from_mins(2));
    assert_eq!(deliver(&mut shop, &mut faults), [1], "the third attempt is made");
}

#[test]
fn hooks_can_be_dropped_until_mollie_gives_up() {
    let (mut shop, mut faults) = (with_hooks(1), only(json!({ "fault": "hook_dropped", "count": "all" })));
    let mut attempts = 0;
    while let Some(due_at) = waiting(&shop).first().map(|hook| hook.due_at) {
        shop.now = due_at;
        assert_eq!(deliver(&mut shop, &mut faults), [0; 0]);
        attempts += 1;
    }
    assert_eq!(attempts, 10);
    assert_eq!(faults.to_json()[0]["fired"], 10);
}

#[test]
fn a_doubled_hook_is_sent_twice_and_not_four_times() {
    let (mut shop, mut faults) = (with_hooks(2), only(json!({ "fault": "hook_doubled", "count": "all" })));
    assert_eq!(deliver(&mut shop, &mut faults), [1, 3, 2, 4]);
    assert!(waiting(&shop).is_empty());
    let mut shop = with_hooks(1);
    let sent = shop.world.hooks_to_send(&mut faults, shop.now, 16, |_| false);
    assert_eq!(sent[0].resource_id, sent[1].resource_id);
    for hook in &sent {
        shop.world.hook_attempted(hook.id, Some(500), shop.now);
    }
    shop.pass(SignedDuration::from_mins(1));
    assert_eq!(deliver(&mut shop, &mut faults).len(), 2, "each is tried again by itself");
}

#[test]
fn a_delayed_hook_comes_later_once() {
    let fault = json!({ "fault": "hook_delayed", "after": "PT10M", "count": "all" });
    let (mut shop, mut faults) = (with_hooks(1), only(fault));
    assert_eq!(deliver(&mut shop, &mut faults), [0; 0]);
    assert_eq!(waiting(&shop)[0].failed, 0, "nothing was attempted");
    shop.pass(SignedDuration::from_secs(599));
    assert_eq!(deliver(&mut shop, &mut faults), [0; 0]);
    shop.pass(SignedDuration::from_secs(1));
    assert_eq!(deliver(&mut shop, &mut faults), [1]);
}

#[test]
fn a_hook_that_is_put_back_lets_the_next_one_go_first() {
    let (mut shop, mut faults) = (with_hooks(2), only(json!({ "fault": "hook_reordered" })));
    assert_eq!(deliver(&mut shop, &mut faults), [2]);
    assert_eq!(deliver(&mut shop, &mut faults), [1]);
    let (mut shop, mut faults) = (with_hooks(1), only(json!({ "fault": "hook_reordered", "count": "all" })));
    assert_eq!(deliver(&mut shop, &mut faults), [0; 0]);
    shop.pass(SignedDuration::from_mins(1));
    assert_eq!(deliver(&mut shop, &mut faults), [1], "there is no next one");
}

#[test]
fn hooks_are_told_apart_by_the_path_of_their_address() {
    let mut body = lego("ideal");
    body["webhookUrl"] = json!("https://example.org/mollie/a1b2?x=1");
    let mut shop = with_hooks(1);
    shop.settled(&body);
    let fault = json!({ "fault": "hook_dropped", "path": "/mollie/*", "count": "all" });
    assert_eq!(deliver(&mut shop, &mut only(fault)), [1]);
    assert_eq!(waiting(&shop)[0].url, "https://example.org/mollie/a1b2?x=1");
}

#[test]
fn skipped_deliveries_pass_and_hooks_on_their_way_are_left_alone() {
    let (mut shop, mut faults) = (with_hooks(3), only(json!({ "fault": "hook_dropped", "skip": 1 })));
    let sent = shop.world.hooks_to_send(&mut faults, shop.now, 16, |id| id == 1);
    let ids: Vec<u64> = sent.iter().map(|hook| hook.id).collect();
    assert_eq!(ids, [2], "the first is on its way, the second skipped, the third dropped");
    let sent = shop.world.hooks_to_send(&mut Faults::default(), shop.now, 1, |_| false);
    assert_eq!(sent.len(), 1, "no more than there is room for");
}
