//! Mollie's list of orders, newest first, back to shortly before some time: how an order is found whose create was never answered. Only
//! the cursor is taken from the link to the next page; its host is never followed.

use std::collections::BTreeSet;

use domain::ports::{GatewayError, Listed};
use domain::rules::ids::MollieOrderId;
use domain::rules::misread::Misread;
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;

use crate::json::Object;

/// How far Mollie's clock may be behind ours.
const CLOCK_DIFFERENCE: SignedDuration = SignedDuration::from_mins(10);

/// One page of the list.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// The orders with a wanted hook address, newest first.
    pub matches: Vec<Listed>,
    /// Whether the list has gone back far enough.
    pub reaches_back: bool,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// Reads a page.
pub fn read(list: &Object<'_>, is_wanted: impl Fn(&str) -> bool, since: Timestamp) -> Result<Page, Misread> {
    let oldest = since.saturating_sub(CLOCK_DIFFERENCE).unwrap_or(Timestamp::MIN);
    let embedded = list.object("_embedded")?.ok_or_else(|| list.wrong("_embedded", "an object"))?;
    let orders = embedded.objects("orders")?.ok_or_else(|| embedded.wrong("orders", "a list"))?;
    let (mut matches, mut reaches_back) = (Vec::new(), false);
    for order in &orders {
        let is_older = order.exact_time("createdAt").is_some_and(|created| created < oldest);
        reaches_back |= is_older;
        match order.text("webhookUrl") {
            Ok(Some(hook_address)) if is_wanted(&hook_address) => {
                matches.push(Listed { mollie_id: MollieOrderId::new(order.id()?), hook_address });
            }
            Ok(_) => (),
            // An unreadable field in an order that is too old does not end the search.
            Err(_) if is_older => (),
            // It may be the wanted order.
            Err(misread) => return Err(misread),
        }
    }
    let next = list
        .link("next")?
        .map(|href| cursor(&href).ok_or_else(|| list.wrong("_links.next.href", "a cursor")));
    Ok(Page { matches, reaches_back, next: next.transpose()? })
}

/// The cursor in the link to the next page; nothing else of the link is used.
pub fn cursor(href: &str) -> Option<String> {
    let url = Url::parse(href).ok()?;
    url.query_pairs().find(|(name, _)| name == "from").map(|(_, from)| from.into_owned())
}

/// The cursors followed so far: a list that leads back to one would never end.
#[derive(Default)]
pub struct Trail(BTreeSet<String>);

impl Trail {
    pub fn follow(&mut self, cursor: &str) -> Result<(), GatewayError> {
        if self.0.insert(cursor.to_owned()) {
            Ok(())
        } else {
            Err(GatewayError::Unreadable("the list leads back to itself".into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const HOOK: &str = "https://shop.example/hook/1";

    fn page(orders: &Value, next: &Value) -> Result<Page, Misread> {
        let list = json!({"count": 2, "_embedded": {"orders": orders}, "_links": {"next": next}});
        let since = "2026-02-01T08:00:00Z".parse().unwrap();
        read(&Object::root(&list).unwrap(), |hook| hook == HOOK, since)
    }

    #[test]
    fn only_the_very_same_address_matches() {
        let order =
            |id: &str, hook: &str| json!({"id": id, "webhookUrl": hook, "createdAt": "2026-02-01T08:00:00Z"});
        let orders = json!([{}, order("ord_1", "https://shop.example/hook/11"), order("ord_2", "https://shop.example/hook/"),
            order("ord_3", HOOK), {"id": "ord_4", "webhookUrl": null, "createdAt": {}}]);
        let page = page(&orders, &Value::Null).unwrap();
        assert_eq!(
            (page.matches, page.reaches_back, page.next),
            (
                vec![Listed { mollie_id: MollieOrderId::new("ord_3"), hook_address: HOOK.to_owned() }],
                false,
                None
            )
        );
    }

    #[test]
    fn the_search_goes_back_to_ten_minutes_before_the_intent() {
        for (created, enough) in [("2026-02-01T07:50:00+00:00", false), ("2026-02-01T07:49:59.0Z", true)] {
            let page = page(&json!([{"id": "ord_1", "createdAt": created}]), &Value::Null).unwrap();
            assert_eq!(page.reaches_back, enough, "{created}");
        }
    }

    /// It may be Amsterdam time, and an hour too early.
    #[test]
    fn a_time_without_an_offset_does_not_end_the_search() {
        let page = page(&json!([{"id": "ord_1", "createdAt": "2026-02-01T07:00:00"}]), &Value::Null).unwrap();
        assert!(!page.reaches_back);
    }

    #[test]
    fn an_order_with_an_unreadable_hook_address_may_be_the_wanted_one() {
        for (created, is_error) in [
            (json!("2026-02-01T08:00:00Z"), true),
            (json!(null), true),
            (json!("2026-02-01T07:49:59Z"), false),
        ] {
            for odd in [json!(["x"]), json!(7), json!(true), json!({})] {
                let page =
                    page(&json!([{"id": "ord_1", "webhookUrl": odd, "createdAt": created}]), &Value::Null);
                let field = page.err().and_then(|misread| misread.field);
                assert_eq!(
                    field.as_deref() == Some("_embedded.orders[0].webhookUrl"),
                    is_error,
                    "{created} {odd}"
                );
            }
        }
    }

    #[test]
    fn only_the_cursor_is_taken_from_a_link() {
        let next = |href: &str| page(&json!([]), &json!({"href": href})).map(|page| page.next);
        let evil = next("https://evil.example/v2/orders?limit=5&from=ord_1.a%2Fb&testmode=true");
        assert_eq!(evil, Ok(Some("ord_1.a/b".to_owned())));
        assert!(next("https://api.mollie.com/v2/orders?limit=5").is_err());
        assert!(next("...").is_err());
    }

    #[test]
    fn a_list_that_leads_back_to_itself_is_given_up() {
        let mut trail = Trail::default();
        assert!(trail.follow("ord_1").is_ok() && trail.follow("ord_2").is_ok());
        assert!(matches!(trail.follow("ord_1"), Err(GatewayError::Unreadable(_))));
    }

    #[test]
    fn a_list_without_its_orders_proves_nothing() {
        let since = "2026-02-01T08:00:00Z".parse().unwrap();
        for list in [json!({}), json!({"_embedded": {}}), json!({"_embedded": {"payments": []}})] {
            assert!(read(&Object::root(&list).unwrap(), |hook| hook == HOOK, since).is_err(), "{list}");
        }
    }
}
