//! What the data of an event says in a few words, by its subject: the statuses and sums before and after, and the ids that it names.

use super::words::{money, plain};
use crate::proto::order_event::Data;
use crate::proto::{
    Amount, AmountChange, CaptureEvent, DeadlineNotice, ItemEvent, LedgerEntry, LineChange, MollieError,
    OperationState, OrderStatusEvent, PaymentChange, PaymentEvent, RefundEvent, ShipmentEvent, UnpaidNotice,
};

/// So many lines, payments or entries are told of one event.
const TOLD: usize = 3;

/// Its parts, without what there is not.
pub fn parts(data: &Data) -> Vec<String> {
    let parts = match data {
        Data::Placement(it) => {
            let placement = word(it.placement().as_str_name(), "PLACEMENT_");
            let number = named("number", &it.order_number);
            vec![
                placement,
                number,
                money(it.amount.as_ref()),
                refusal(it.rejection.as_ref()),
                because(&it.reason),
            ]
        }
        Data::OrderStatus(it) => order_status(it),
        Data::Shipment(it) => shipment(it),
        Data::Capture(it) => capture(it),
        Data::Cancellation(it) => {
            let release = named("gives up lines", &it.release_line_ids.join(" "));
            vec![state(it.state()), release, refusal(it.rejection.as_ref())]
        }
        Data::Refund(it) => refund(it),
        Data::LineReturn(it) => {
            vec![named("return", &it.return_id), named("refund", &it.refund_ids.join(" "))]
        }
        Data::Chargeback(it) => {
            let sum = it.chargeback.as_ref().map(|it| money(it.amount.as_ref())).unwrap_or_default();
            vec![named("payment", &it.mollie_payment_id), sum]
        }
        Data::Payment(it) => payment_event(it),
        Data::OrderUpdate(it) => {
            let number = step(&it.order_number_before, &it.order_number);
            vec![state(it.state()), named("number", &number), refusal(it.rejection.as_ref())]
        }
        Data::Lines(it) => {
            let difference = named("difference", &money(it.difference.as_ref()));
            let own = [state(it.state()), difference, refusal(it.rejection.as_ref())];
            own.into_iter().chain(it.payment.as_ref().map(payment)).chain(some(&it.lines, line)).collect()
        }
        Data::Supersession(it) => vec![named("other order", &it.superseded_by)],
        Data::Number(it) => vec![named("number", &it.order_number)],
        Data::Operation(it) => vec![
            state(it.state()),
            named("shipment", &it.shipment_id),
            named("refund", &it.refund_id),
            because(&it.reason),
        ],
        Data::Item(it) => item(it),
        Data::Deadline(it) => deadline(it),
        Data::Unpaid(it) => unpaid(it),
        Data::AutoShip(it) => {
            vec![named("shipment", &it.shipment_id), because(&it.reasons.join("; "))]
        }
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

fn order_status(event: &OrderStatusEvent) -> Vec<String> {
    let status = |status: &str| status.to_uppercase();
    let unexpected = if event.unexpected { "unexpected".to_owned() } else { String::new() };
    let own = [
        step(&status(&event.status_raw_before), &status(&event.status_raw)),
        unexpected,
        changed("amount", event.amount.as_ref()),
        changed("captured", event.amount_captured.as_ref()),
        changed("refunded", event.amount_refunded.as_ref()),
    ];
    let payments = some(&event.payments, payment);
    own.into_iter().chain(payments).chain(some(&event.lines, line)).collect()
}

fn shipment(event: &ShipmentEvent) -> Vec<String> {
    let short = |state: &str| state.trim_start_matches("SHIPMENT_STATE_").replace("UNSPECIFIED", "");
    let tracking = event.tracking.as_ref().map(|it| format!("{} {}", it.carrier, it.code));
    vec![
        step(&short(event.state_before().as_str_name()), &short(event.state().as_str_name())),
        named("shipment", &event.shipment_id),
        named("carried by", &event.carried_by_shipment_id),
        named("tracking", &tracking.unwrap_or_default()),
        named("held:", &event.held_reason),
        refusal(event.rejection.as_ref()),
    ]
}

fn capture(event: &CaptureEvent) -> Vec<String> {
    let capture = event.capture.clone().unwrap_or_default();
    let status = step(&event.status_raw_before.to_uppercase(), &capture.status_raw.to_uppercase());
    vec![status, named("shipment", &event.shipment_id), money(capture.amount.as_ref())]
}

fn refund(event: &RefundEvent) -> Vec<String> {
    let short = |state: &str| state.trim_start_matches("REFUND_STATE_").replace("UNSPECIFIED", "");
    let state = step(&short(event.state_before().as_str_name()), &short(event.state().as_str_name()));
    let status = step(&event.status_raw_before, &event.status_raw);
    vec![
        state,
        if event.status_raw == event.status_raw_before { String::new() } else { plain(&status) },
        named("refund", &event.refund_id),
        money(event.amount.as_ref()),
        named("merged into", &event.merged_into_refund_id),
        refusal(event.rejection.as_ref()),
    ]
}

fn payment_event(event: &PaymentEvent) -> Vec<String> {
    let payment = event.payment.as_ref().map(payment).unwrap_or_default();
    vec![state(event.state()), payment, refusal(event.rejection.as_ref())]
}

fn item(event: &ItemEvent) -> Vec<String> {
    let raised = event.item.as_ref();
    vec![
        named("item", &event.item_number.to_string()),
        raised.map(|item| word(item.kind().as_str_name(), "REVIEW_ITEM_KIND_")).unwrap_or_default(),
        raised.map(|item| plain(&item.text)).unwrap_or_default(),
        event.closed.as_ref().map(|closed| because(&closed.reason)).unwrap_or_default(),
    ]
}

fn deadline(notice: &DeadlineNotice) -> Vec<String> {
    let at_risk = named("at risk", &money(notice.amount_at_risk.as_ref()));
    vec![at_risk, plain(&notice.reasons.join("; "))]
}

fn unpaid(notice: &UnpaidNotice) -> Vec<String> {
    vec![
        plain(&notice.mollie_payment_id),
        plain(&notice.payment_status),
        plain(&notice.failure_reason),
        named("at", &notice.checkout_url),
        because(&notice.reason),
    ]
}

fn payment(change: &PaymentChange) -> String {
    let status = step(&change.status_raw_before, &change.status_raw);
    let sums = [
        changed("amount", change.amount.as_ref()),
        changed("captured", change.amount_captured.as_ref()),
        changed("refunded", change.amount_refunded.as_ref()),
        changed("charged back", change.amount_charged_back.as_ref()),
    ];
    let sums: Vec<_> = sums.into_iter().filter(|sum| !sum.is_empty()).collect();
    format!("{} {status} {}", plain(&change.mollie_payment_id), sums.join(" ")).trim_end().to_owned()
}

fn line(change: &LineChange) -> String {
    let total = |values: Option<&crate::proto::LineValues>| {
        values.map(|it| format!("{} × {}", it.quantity, money(it.total_amount.as_ref()))).unwrap_or_default()
    };
    let (before, after) = (total(change.values_before.as_ref()), total(change.values.as_ref()));
    let status = step(&change.status_raw_before, &change.status_raw);
    let values =
        if after.is_empty() && !before.is_empty() { "gone".to_owned() } else { step(&before, &after) };
    format!("line {} {status} {values}", plain(&change.line_id)).trim_end().to_owned()
}

/// What moved in the ledger, the first few entries.
pub fn moved(entries: &[LedgerEntry]) -> Vec<String> {
    let pool = |name: &str| name.trim_start_matches("LEDGER_POOL_").to_lowercase();
    some(entries, |entry| {
        let of =
            if entry.line_id.is_empty() { String::new() } else { format!("line {} ", plain(&entry.line_id)) };
        let units = if entry.quantity == 0 { String::new() } else { format!("{} × ", entry.quantity) };
        let (from, to) = (pool(entry.from_pool().as_str_name()), pool(entry.to_pool().as_str_name()));
        format!("{of}{units}{} {from} → {to}", money(entry.amount.as_ref()))
    })
}

/// The first few of them, and how many more there are.
fn some<T>(all: &[T], told: impl Fn(&T) -> String) -> Vec<String> {
    let more = all.len().saturating_sub(TOLD);
    let more = (more > 0).then(|| format!("and {more} more"));
    all.iter().take(TOLD).map(told).chain(more).collect()
}

fn changed(name: &str, change: Option<&AmountChange>) -> String {
    let sum = |amount: Option<&Amount>| money(amount);
    change.map(|it| named(name, &step(&sum(it.before.as_ref()), &sum(it.after.as_ref())))).unwrap_or_default()
}

/// From one to the other; one of them, if there is no other.
fn step(before: &str, after: &str) -> String {
    match (before, after) {
        (before, after) if before == after || before.is_empty() => plain(after),
        (before, "") => plain(before),
        (before, after) => format!("{} → {}", plain(before), plain(after)),
    }
}

fn state(state: OperationState) -> String {
    if state == OperationState::Unspecified {
        String::new()
    } else {
        word(state.as_str_name(), "OPERATION_STATE_")
    }
}

fn word(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix).to_owned()
}

fn named(name: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("{name} {}", plain(value)) }
}

fn because(reason: &str) -> String {
    named("because", reason)
}

fn refusal(rejection: Option<&MollieError>) -> String {
    let words = rejection.map(|it| if it.detail.is_empty() { &it.title } else { &it.detail });
    words.map(|words| plain(words)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{LedgerPool, OrderLineStatus, RefundState, ReviewItem, ReviewItemKind, ShipmentState};

    fn euro(value: &str) -> Option<Amount> {
        Some(Amount { currency: "EUR".to_owned(), value: value.to_owned() })
    }

    #[test]
    fn a_status_and_sums_are_told_before_and_after_and_what_is_the_same_once() {
        let data = OrderStatusEvent {
            status_raw_before: "authorized".to_owned(),
            status_raw: "shipping".to_owned(),
            unexpected: true,
            amount_captured: Some(AmountChange { before: euro("0.00"), after: euro("299.00") }),
            lines: vec![LineChange {
                line_id: "1".to_owned(),
                status_before: OrderLineStatus::Authorized.into(),
                status_raw_before: "authorized".to_owned(),
                status_raw: "shipping".to_owned(),
                ..LineChange::default()
            }],
            ..OrderStatusEvent::default()
        };
        let expected = [
            "AUTHORIZED → SHIPPING",
            "unexpected",
            "captured 0.00 EUR → 299.00 EUR",
            "line 1 authorized → shipping",
        ];
        assert_eq!(parts(&Data::OrderStatus(Box::new(data))), expected);
        let same = OrderStatusEvent {
            status_raw_before: "paid".to_owned(),
            status_raw: "paid".to_owned(),
            ..OrderStatusEvent::default()
        };
        assert_eq!(parts(&Data::OrderStatus(Box::new(same))), ["PAID"]);
    }

    #[test]
    fn shipments_refunds_and_items_are_named_and_nothing_moves_the_cursor() {
        let rejection = Some(MollieError { detail: "No\u{1b}[2J way".to_owned(), ..MollieError::default() });
        let shipment = ShipmentEvent {
            shipment_id: "s".to_owned(),
            state_before: ShipmentState::Recorded.into(),
            state: ShipmentState::Refused.into(),
            rejection,
            ..ShipmentEvent::default()
        };
        let told = parts(&Data::Shipment(Box::new(shipment)));
        assert_eq!(told, ["RECORDED → REFUSED", "shipment s", "No [2J way"]);
        let refund = RefundEvent {
            refund_id: "r".to_owned(),
            state_before: RefundState::Registered.into(),
            state: RefundState::Registered.into(),
            status_raw_before: "queued".to_owned(),
            status_raw: "refunded".to_owned(),
            ..RefundEvent::default()
        };
        assert_eq!(parts(&Data::Refund(Box::new(refund))), ["REGISTERED", "queued → refunded", "refund r"]);
        let item = ReviewItem {
            kind: ReviewItemKind::Chargeback.into(),
            text: "5.00".to_owned(),
            ..Default::default()
        };
        let item = ItemEvent { item_number: 1, item: Some(item), closed: None };
        assert_eq!(parts(&Data::Item(Box::new(item))), ["item 1", "CHARGEBACK", "5.00"]);
    }

    #[test]
    fn of_many_entries_the_first_are_told() {
        let entry = LedgerEntry {
            line_id: "2".to_owned(),
            from_pool: LedgerPool::Open.into(),
            to_pool: LedgerPool::Reserved.into(),
            quantity: 1,
            amount: euro("-5.00"),
            ..LedgerEntry::default()
        };
        assert_eq!(moved(std::slice::from_ref(&entry)), ["line 2 1 × -5.00 EUR open → reserved"]);
        assert_eq!(moved(&vec![entry; 5]).last().map(String::as_str), Some("and 2 more"));
    }
}
