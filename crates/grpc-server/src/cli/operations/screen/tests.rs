use std::collections::BTreeMap;

use prost_types::Timestamp;

use super::*;
use crate::proto::operation_comparison::{Row, Side};
use crate::proto::review_item::Closure;
use crate::proto::{HeldShipment, ListRefundsResponse, OperationComparison, RefundSum, Tracking};

const NOW: i64 = 1_790_000_000;

fn ago(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp { seconds: NOW - seconds, nanos: 0 })
}

fn order() -> Order {
    let item = |number, kind: ReviewItemKind, text: &str, closed| ReviewItem {
        number,
        kind: kind.into(),
        text: text.to_owned(),
        raised_time: ago(59),
        closed,
        ..ReviewItem::default()
    };
    Order {
        id: "order-id".to_owned(),
        order_number: "1337\u{1b}[2J".to_owned(),
        mollie_order_id: "ord_1.x".to_owned(),
        items: vec![
            item(1, ReviewItemKind::SurplusOrder, "old", Some(Closure::default())),
            item(2, ReviewItemKind::SurplusPayment, "Paid twice.", None),
        ],
        ..Order::default()
    }
}

fn operation(kind: OperationKind, state: OperationState, problem: &str) -> Operation {
    Operation {
        id: "operation-id".to_owned(),
        order_id: "order-id".to_owned(),
        kind: kind.into(),
        state: state.into(),
        attempts: 2,
        created_time: ago(3_000),
        not_before_time: ago(-125),
        last_problem: problem.to_owned(),
        ..Operation::default()
    }
}

fn situation(attention: Vec<Operation>, concerned: Vec<Order>, others: Vec<Operation>) -> Situation {
    let orders = BTreeMap::from([("order-id".to_owned(), order())]);
    let queued = ListRefundsResponse::default();
    let (compared, held) = (BTreeMap::new(), Vec::new());
    Situation { now: NOW, attention, compared, concerned, held, queued, others, more: false, orders }
}

fn amount(value: &str) -> Option<Amount> {
    Some(Amount { currency: "EUR".to_owned(), value: value.to_owned() })
}

fn program() -> Program {
    Program { name: "order-service".to_owned(), address: String::new() }
}

#[test]
fn operations_that_need_a_decision_come_first_with_commands_to_paste() {
    let problem = "at Mollie there is shp_1, shp_2, which may be this shipment";
    let doubtful = operation(OperationKind::CreateShipment, OperationState::NeedsAttention, problem);
    let waiting = operation(OperationKind::PlaceOrder, OperationState::Pending, "no answer");
    let shown = screen(&situation(vec![doubtful], vec![order()], vec![waiting]), &program());
    let expected = "\
1 operation needs a decision:

  order 1337 [2J (order-id): CREATE_SHIPMENT, recorded 50 min ago
    at Mollie there is shp_1, shp_2, which may be this shipment
    succeeded:   order-service operations resolve operation-id --succeeded shp_1 --by \"$USER\" --reason 'WHY'
    succeeded:   order-service operations resolve operation-id --succeeded shp_2 --by \"$USER\" --reason 'WHY'
    rejected:    order-service operations resolve operation-id --rejected --by \"$USER\" --reason 'WHY'
    retry:       order-service operations retry operation-id --by \"$USER\" --reason 'WHY'

1 item needs a review:

  order 1337 [2J (order-id): SURPLUS_PAYMENT, raised 59 s ago
    Paid twice.
    done:        order-service operations close order-id 2 --by \"$USER\" --reason 'WHY'

1 operation is under way:

  order 1337 [2J (order-id): PLACE_ORDER, recorded 50 min ago, PENDING, unknown outcomes: 2, not before 2 min from now
    no answer
";
    assert_eq!(shown, expected);
}

#[test]
fn a_refused_key_comes_first_with_how_much_waits_for_the_right_one() {
    let waiting = operation(OperationKind::PlaceOrder, OperationState::Pending, "401");
    let refused =
        |profile: &str| Operation { profile: profile.to_owned(), key_refused: true, ..waiting.clone() };
    let waiting = vec![refused("main"), refused("outlet"), waiting.clone(), refused("main")];
    let shown = screen(&situation(Vec::new(), Vec::new(), waiting), &program());
    let expected = "\
Mollie does not accept the API key of profile main: 2 operations wait for the right one.
Mollie does not accept the API key of profile outlet: 1 operation waits for the right one.

4 operations are under way:
";
    assert!(shown.starts_with(expected), "{shown}");
}

#[test]
fn held_shipments_are_shown_with_what_their_goods_are_worth_and_why_they_wait() {
    let held = |id: &str, value| HeldShipment { shipment_id: id.to_owned(), goods_amount: amount(value) };
    let order = Order { held_shipments: vec![held("s1", "8.00"), held("s2", "4.50")], ..order() };
    let shipment = |id: &str| Shipment {
        id: id.to_owned(),
        created_time: ago(3_000),
        held_reason: "8.00 EUR is more than 5.00 EUR.".to_owned(),
        ..Shipment::default()
    };
    let mut situation = situation(Vec::new(), Vec::new(), Vec::new());
    situation.held = vec![(order.clone(), shipment("s1")), (order, shipment("s2"))];
    let expected = "\
2 shipments are held, goods worth 12.50 EUR in all; none of it is captured before further parcels leave:

  order 1337 [2J (order-id): goods worth 8.00 EUR, shipment s1, left 50 min ago
    8.00 EUR is more than 5.00 EUR.

  order 1337 [2J (order-id): goods worth 4.50 EUR, shipment s2, left 50 min ago
    8.00 EUR is more than 5.00 EUR.
";
    assert_eq!(screen(&situation, &program()), expected);
}

#[test]
fn an_empty_screen_says_so() {
    let shown = screen(&situation(Vec::new(), Vec::new(), Vec::new()), &program());
    assert_eq!(shown, "Nothing needs attention, and nothing is under way.\n");
    let waiting = operation(OperationKind::PlaceOrder, OperationState::Pending, "");
    let shown = screen(&situation(Vec::new(), Vec::new(), vec![waiting]), &program());
    assert!(shown.starts_with("Nothing needs attention.\n\n1 operation is under way:\n"), "{shown}");
}

#[test]
fn a_cancellation_names_its_order_and_an_unknown_effect_the_form_of_its_id() {
    let attention = |kind, problem| {
        let operation = operation(kind, OperationState::NeedsAttention, problem);
        screen(&situation(vec![operation], Vec::new(), Vec::new()), &program())
    };
    let canceling = attention(OperationKind::CancelOrder, "cannot be read");
    assert!(canceling.contains("--succeeded ord_1.x --by"), "{canceling}");
    let shipping = attention(OperationKind::CreateShipment, "cannot be read; shp_$(reboot)");
    assert!(shipping.contains("--succeeded shp_ID --by"), "only plain letters reach the shell: {shipping}");
    let placing = attention(OperationKind::PlaceOrder, "cannot be unsealed");
    assert!(placing.contains("--succeeded ord_ID --by"), "{placing}");
}

#[test]
fn an_address_with_shell_characters_is_quoted() {
    let program = Program::this(Some("http://host:1/?a=b&c"));
    assert!(program.command("retry x").contains(" operations --address 'http://host:1/?a=b&c' retry x --by"));
}

#[test]
fn refunds_that_are_queued_for_too_long_are_shown_with_their_sum() {
    let refund = Refund {
        order_id: "order-id".to_owned(),
        mollie_refund_id: "re_1".to_owned(),
        amount: amount("10.00"),
        registered_time: ago(200_000),
        ..Refund::default()
    };
    let sums = vec![RefundSum { count: 3, amount: amount("30.00") }];
    let next_page_token = "more".to_owned();
    let queued = ListRefundsResponse { refunds: vec![refund], next_page_token, sums };
    let shown = screen(&Situation { queued, ..situation(Vec::new(), Vec::new(), Vec::new()) }, &program());
    let expected = "\
3 refunds have been queued at Mollie for more than two days, 30.00 EUR in all; top up the balance there:

  order 1337 [2J (order-id): 10.00 EUR, re_1, queued 2 days ago

  ... and more recent ones.
";
    assert_eq!(shown, expected);
}

/// What was sent stands above what Mollie shows, line by line, so that a difference meets the eye.
#[test]
fn an_operation_stands_beside_what_mollie_shows() {
    let row = |line: &str, quantity| Row { line_id: line.to_owned(), quantity, amount: amount("299.00") };
    let tracking = |carrier: &str, code: &str| Tracking {
        carrier: carrier.to_owned(),
        code: code.to_owned(),
        url: String::new(),
    };
    let ours =
        Side { lines: vec![row("1", 1)], tracking: Some(tracking("PostNL", "3S1")), ..Side::default() };
    let theirs = Side {
        mollie_id: "shp_1".to_owned(),
        created_time: Some(Timestamp { seconds: 0, nanos: 0 }),
        lines: vec![row("1", 1), row("", 2)],
        tracking: Some(tracking("DHL\u{7}", "JD01")),
        ..Side::default()
    };
    let doubtful = operation(OperationKind::CreateShipment, OperationState::NeedsAttention, "doubtful");
    let shown = |compared| {
        let compared = BTreeMap::from([("operation-id".to_owned(), compared)]);
        let situation = situation(vec![doubtful.clone()], Vec::new(), Vec::new());
        assert!(situation.waits());
        screen(&Situation { compared, ..situation }, &program())
    };
    let both =
        shown(Ok(OperationComparison { operation: None, ours: Some(ours.clone()), theirs: vec![theirs] }));
    let expected = "    doubtful
    ours:        1 of line 1 for 299.00 EUR; PostNL 3S1
    at Mollie:   shp_1 1970-01-01 00:00:00; 1 of line 1 for 299.00 EUR, 2 of an unknown line for 299.00 EUR; DHL  JD01
    succeeded:";
    assert!(both.contains(expected), "{both}");
    let none = shown(Ok(OperationComparison { operation: None, ours: Some(ours), theirs: Vec::new() }));
    assert!(none.contains("\n    at Mollie:   nothing like it\n"), "{none}");
    let unread = shown(Err("no answer".to_owned()));
    assert!(unread.contains("\n    at Mollie:   cannot be read: no answer\n"), "{unread}");
}

/// Held goods and what waits for the balance need a person as much as a decision does; what is under way does not.
#[test]
fn what_is_only_under_way_waits_for_nobody() {
    let pending = operation(OperationKind::PlaceOrder, OperationState::Pending, "");
    assert!(!situation(Vec::new(), Vec::new(), vec![pending.clone()]).waits());
    let refused = Operation { key_refused: true, ..pending };
    assert!(situation(Vec::new(), Vec::new(), vec![refused]).waits());
    assert!(situation(Vec::new(), vec![order()], Vec::new()).waits());
    let held = vec![(order(), Shipment::default())];
    assert!(Situation { held, ..situation(Vec::new(), Vec::new(), Vec::new()) }.waits());
}
