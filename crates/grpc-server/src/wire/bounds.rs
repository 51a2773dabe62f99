//! How much a request may hold. Defaults for what no table here lists: a repeated field holds at most [`ELEMENTS`] elements, one
//! of an enum as many as the enum has values, and a single message occurs once.

/// The most bytes of a message by default, and the range of that setting.
pub const MESSAGE_BYTES: usize = 1024 * 1024;
pub const MESSAGE_BYTES_RANGE: std::ops::RangeInclusive<usize> = 64 * 1024..=16 * 1024 * 1024;

/// The most bytes of a draft, however large a message may be. Its order has what the draft has, and some 500 bytes more for each
/// line; with all warnings it must fit into an answer of 4 MiB, the most that clients take by default.
pub const DRAFT_BYTES: usize = 1536 * 1024;

/// Elements of a repeated field without a specific bound: lines of a draft, lines of a selection, values of a list.
pub const ELEMENTS: u32 = 1_000;

/// Repeated fields with a specific bound.
pub const FIELDS: [(&str, u32); 2] =
    [("orders.v1.OrderDraft.method", 64), ("orders.v1.BatchGetOrdersRequest.requests", 100)];

/// How deeply a message may be nested in messages of its own kind. Only JSON values can be.
pub const NESTED: [(&str, u32); 1] = [("google.protobuf.Value", DEPTH)];

/// Levels of a JSON value: nested lists and objects.
pub const DEPTH: u32 = 16;

/// The most messages in a request, including the values and pairs of all metadata. A draft of 1,000 lines has some 6,000 without
/// metadata. Each may become an object of some hundred bytes, however short it is on the wire.
pub const MESSAGES: u32 = 65_536;

/// The most characters of a text without a specific bound here. `domain` is stricter where Mollie's documents are; longer texts
/// are never searched for, stored or sent. `domain` bounds JSON values as a whole.
pub const TEXT: usize = 2_048;

/// Texts with a specific bound: those searched for exactly as sent, and the one token that is longer than any other text.
pub const TEXTS: [(&str, usize); 12] = [
    ("orders.v1.ArchiveOrdersRequest.profiles", PROFILE),
    ("orders.v1.CreateOrderRequest.profile", PROFILE),
    ("orders.v1.OrderFilter.profile", PROFILE),
    ("orders.v1.RefundFilter.profile", PROFILE),
    ("orders.v1.OperationFilter.profile", PROFILE),
    ("orders.v1.EventFilter.profiles", PROFILE),
    ("orders.v1.EventFilter.kinds", PROFILE),
    ("orders.v1.GetOrderRequest.OrderNumber.profile", PROFILE),
    ("orders.v1.OrderFilter.order_number", 255),
    ("orders.v1.GetOrderRequest.OrderNumber.order_number", 255),
    ("orders.v1.GetOrderRequest.mollie_order_id", 64),
    ("orders.v1.PaymentParameters.apple_pay_payment_token", 16_384),
];

/// Characters of a profile's name.
pub const PROFILE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::SHAPES;

    #[test]
    fn every_bound_belongs_to_an_existing_field_or_message() {
        for (name, bound) in FIELDS {
            let (message, field) = name.rsplit_once('.').unwrap();
            assert_eq!(SHAPES.named(message).unwrap().most(field), Some(bound), "{name}");
        }
        for (name, bound) in TEXTS {
            let (message, field) = name.rsplit_once('.').unwrap();
            assert_eq!(SHAPES.named(message).unwrap().longest(field), Some(bound), "{name}");
        }
        for (name, _) in NESTED {
            assert!(SHAPES.named(name).is_some(), "{name}");
        }
    }

    #[test]
    fn lists_of_an_enum_hold_as_many_as_the_enum_has_values_and_other_lists_a_thousand() {
        let most = |message: &str, field: &str| SHAPES.named(message).unwrap().most(field);
        assert_eq!(most("orders.v1.OrderFilter", "statuses"), Some(9));
        assert_eq!(most("orders.v1.OrderFilter", "placements"), Some(5));
        assert_eq!(most("orders.v1.OperationFilter", "states"), Some(8));
        assert_eq!(most("orders.v1.OperationFilter", "kinds"), Some(11));
        assert_eq!(most("orders.v1.OrderDraft", "lines"), Some(1_000));
        assert_eq!(most("orders.v1.CreateShipmentRequest", "lines"), Some(1_000));
        assert_eq!(most("orders.v1.CancelOrderLinesRequest", "lines"), Some(1_000));
        assert_eq!(most("orders.v1.ReturnLinesRequest", "lines"), Some(1_000));
        assert_eq!(most("orders.v1.ReturnLinesRequest", "release_line_ids"), Some(1_000));
        assert_eq!(most("google.protobuf.ListValue", "values"), Some(1_000));
        assert_eq!(most("orders.v1.CreateOrderRequest", "draft"), Some(1));
        assert_eq!(most("orders.v1.CreateOrderRequest", "actor"), None);
    }

    #[test]
    fn no_message_of_a_request_can_contain_itself_without_a_bound() {
        for root in SHAPES.requests() {
            assert_eq!(SHAPES.boundless_cycle(root), None);
        }
    }
}
