//! The refusal of an order number that another order holds: it tells a checkout where its shopper may go on.

use domain::rules::ids::OrderId;
use domain::rules::status::OrderStatus;
use domain::workflow::Holder;
use tonic::{Code, Status};

use super::Failure;
use super::fit::fact;
use crate::proto::ErrorReason;

/// Nothing of the holder's persons is told.
pub fn number_held(by: OrderId, order_number: &str, holder: &Holder) -> Status {
    let what = match (holder.same_draft, &holder.checkout_url) {
        (Some(true), Some(_)) => {
            "It was created from the same draft, as in another tab: send the shopper to its checkout_url."
        }
        (Some(true), None) => {
            "It was created from the same draft, as in another tab: read it with GetOrder, and send the shopper to its checkout_url \
             once it has one."
        }
        (Some(false), _) => "Use another number; or, if the new order replaces it, name it in supersedes.",
        // No new order is made.
        (None, _) => "Use another number.",
    };
    let text = format!(
        "Order {by} of this profile has the order_number \"{order_number}\" and is not canceled or expired. {what}"
    );
    let status = holder.status.map_or(holder.placement.as_str(), OrderStatus::as_str);
    let mut failure = Failure::new(Code::AlreadyExists, ErrorReason::OrderNumberHeld, text)
        .with("order_id", by)
        .with("order_number", order_number)
        .with("status", status);
    // An address that had to be cut leads nowhere.
    if let Some(url) = holder.checkout_url.as_ref().filter(|url| fact(url) == **url) {
        failure = failure.with("checkout_url", url);
    }
    if let Some(same_draft) = holder.same_draft {
        failure = failure.with("same_draft", same_draft);
    }
    failure.status()
}

#[cfg(test)]
mod tests {
    use domain::rules::placement::Placement;
    use tonic_types::StatusExt;
    use uuid::Uuid;

    use super::*;

    fn facts(holder: &Holder) -> std::collections::HashMap<String, String> {
        let status = number_held(OrderId::new(Uuid::nil()), "1337", holder);
        status.get_error_details().error_info().unwrap().metadata.clone()
    }

    #[test]
    fn a_checkout_learns_where_its_shopper_may_go_on() {
        let url = "https://www.mollie.com/checkout/order/7".to_owned();
        let holder = Holder {
            placement: Placement::Placed,
            status: Some(OrderStatus::Created),
            checkout_url: Some(url.clone()),
            same_draft: Some(true),
        };
        let told = facts(&holder);
        assert_eq!((told["status"].as_str(), told["same_draft"].as_str()), ("created", "true"));
        assert_eq!(told["checkout_url"], url);
        let text =
            |holder: &Holder| number_held(OrderId::new(Uuid::nil()), "1337", holder).message().to_owned();
        assert!(text(&holder).contains("send the shopper to its checkout_url"), "{}", text(&holder));
        let placing =
            Holder { status: None, placement: Placement::Placing, checkout_url: None, ..holder.clone() };
        assert!(text(&placing).contains("GetOrder"), "{}", text(&placing));
        let renaming = Holder { same_draft: None, ..holder.clone() };
        assert!(!text(&renaming).contains("supersedes"), "{}", text(&renaming));
        let long = Holder { checkout_url: Some("u".repeat(5_000)), same_draft: None, ..holder };
        let told = facts(&Holder { status: None, placement: Placement::Placing, ..long });
        assert_eq!(told["status"], "placing");
        assert!(!told.contains_key("checkout_url") && !told.contains_key("same_draft"), "{told:?}");
    }
}
