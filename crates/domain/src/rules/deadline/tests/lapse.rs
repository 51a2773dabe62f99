//! What is a loss by time, and what is not.

use super::*;
use crate::rules::status::Read;

fn ended(status: PaymentStatus, minute: i64) -> Payment {
    let payment = payment("tr_1", euro("1027.99"), status);
    Payment { authorized_time: Some(at(2)), ended_time: Some(at(minute)), ..payment }
}

fn expired() -> Order {
    let mut order = placed(OrderStatus::Expired, LineStatus::Canceled).order().clone();
    (order.facts.authorized_time, order.facts.expired_time) = (Some(at(2)), Some(at(END + 3)));
    order
}

fn told(order: &Order, told: Option<Told>) -> Option<Told> {
    let next = next_stage(order, told, at(END + 10), &Deadlines::default());
    assert_eq!(next.when, None);
    next.due
}

fn loss(minute: i64) -> Option<Told> {
    Some(Told { ship_by: at(minute), stage: Stage::Loss })
}

const WARNED: Told = Told { ship_by: Timestamp::UNIX_EPOCH, stage: Stage::Warning(DAY) };

fn warned() -> Option<Told> {
    Some(Told { ship_by: at(END), ..WARNED })
}

#[test]
fn an_authorized_order_that_expired_is_a_loss_and_it_is_told_once() {
    let mut order = expired();
    assert_eq!(told(&order, None), loss(END + 3), "nobody was warned");
    assert_eq!(told(&order, warned()), loss(END + 3));
    assert_eq!(told(&order, loss(END + 3)), None);
    order.facts.expired_time = None;
    assert_eq!(told(&order, loss(END + 3)), None, "an answer that lacks the time is no other loss");
    assert_eq!(told(&order, warned()), loss(END));
    assert_eq!(told(&order, None), loss(END));
    order.facts.expires_time = None;
    assert_eq!(told(&order, warned()), loss(END));
    assert_eq!(told(&order, None), loss(END + 2), "the end of its window");
}

#[test]
fn an_order_that_nobody_paid_expires_without_a_loss() {
    let mut order = expired();
    order.facts.authorized_time = None;
    assert_eq!(told(&order, None), None);
    order.payments = vec![Payment { authorized_time: None, ..ended(PaymentStatus::Expired, 500) }];
    assert_eq!(told(&order, None), None);
    order.payments[0].authorized_time = Some(at(2));
    assert_eq!(told(&order, None), loss(END + 3), "its payment says that it was authorized");
    order.payments[0].status = Read::Known(PaymentStatus::Authorized);
    assert_eq!(told(&order, None), loss(END + 3), "or still says so");
    order.payments[0] = ended(PaymentStatus::Canceled, 500);
    assert_eq!(told(&order, None), None, "somebody released it long before");
    order.payments[0] = ended(PaymentStatus::Canceled, END);
    assert_eq!(told(&order, None), loss(END + 3), "it was released at the end");
}

/// What is left of an order that is shipping is canceled at its end, and it completes.
#[test]
fn a_rest_that_the_end_has_taken_is_a_loss() {
    let mut order = placed(OrderStatus::Completed, LineStatus::Completed).order().clone();
    let one = Part { quantity: 1, amount: euro("349.00") };
    (order.lines[0].shipped, order.lines[0].canceled) = (one, one);
    order.facts.completed_time = Some(at(END));
    assert_eq!(told(&order, None), loss(END));
    order.facts.expires_time = None;
    assert_eq!(told(&order, None), None, "its window ends two minutes later");
    order.facts.completed_time = Some(at(END + 2));
    assert_eq!(told(&order, None), loss(END + 2));
    (order.facts.expires_time, order.facts.completed_time) = (Some(at(END)), Some(at(END - 1)));
    assert_eq!(told(&order, None), None, "it was completed in time");
    let earlier = Some(Told { ship_by: at(END - 60), ..WARNED });
    assert_eq!(told(&order, earlier), loss(END - 1), "its deadline was an earlier one");
    order.facts.completed_time = Some(at(END));
    order.facts.authorized_time = None;
    assert_eq!(told(&order, warned()), None, "it was paid at once");
}

/// The order is to be paid again, or does not show yet what has become of it.
#[test]
fn an_authorization_that_lapsed_is_a_loss_whatever_the_order_says() {
    for (status, line) in [
        (OrderStatus::Created, LineStatus::Created),
        (OrderStatus::Pending, LineStatus::Created),
        (OrderStatus::Authorized, LineStatus::Authorized),
        (OrderStatus::Shipping, LineStatus::Shipping),
        (OrderStatus::Canceled, LineStatus::Canceled),
    ] {
        let mut order = placed(status, line).order().clone();
        order.payments = vec![ended(PaymentStatus::Expired, 500)];
        assert_eq!(told(&order, warned()), loss(500), "{}", status.as_str());
        assert_eq!(told(&order, loss(500)), None, "{}", status.as_str());
    }
}

#[test]
fn an_authorization_that_somebody_canceled_is_no_loss_and_one_canceled_after_its_time_is() {
    let order = |payment: Payment| Order {
        payments: vec![payment],
        ..placed(OrderStatus::Created, LineStatus::Created).order().clone()
    };
    assert_eq!(told(&order(ended(PaymentStatus::Canceled, 500)), warned()), None);
    assert_eq!(told(&order(ended(PaymentStatus::Canceled, END)), warned()), loss(END));
    let short = Payment { capture_before: Some(at(500)), ..ended(PaymentStatus::Canceled, 500) };
    assert_eq!(told(&order(short.clone()), warned()), loss(500), "its own time counts first");
    assert_eq!(told(&order(Payment { ended_time: None, ..short }), warned()), None, "nobody knows when");
    let timeless = Payment { ended_time: None, ..ended(PaymentStatus::Expired, 1) };
    assert_eq!(told(&order(timeless.clone()), warned()), loss(END));
    assert_eq!(told(&order(Payment { capture_before: Some(at(400)), ..timeless }), warned()), loss(400));
    let canceled = placed(OrderStatus::Canceled, LineStatus::Canceled).order().clone();
    let late = Order { payments: vec![ended(PaymentStatus::Canceled, END + 9)], ..canceled };
    assert_eq!(told(&late, warned()), None, "somebody canceled the order, if late");
    let failed = ended(PaymentStatus::Failed, END);
    assert_eq!(told(&order(failed), warned()), None);
}

/// The second one lapses so early that nobody was warned of it.
#[test]
fn each_authorization_that_lapses_is_a_loss_of_its_own() {
    let mut order = placed(OrderStatus::Created, LineStatus::Created).order().clone();
    order.payments = vec![ended(PaymentStatus::Expired, 500)];
    assert_eq!(told(&order, loss(500)), None);
    order.payments.push(Payment { authorized_time: Some(at(600)), ..ended(PaymentStatus::Expired, 700) });
    assert_eq!(told(&order, loss(500)), loss(700));
    assert_eq!(told(&order, loss(700)), None);
    order.facts.status = Some(OrderStatus::Expired);
    assert_eq!(told(&order, loss(700)), None, "then nobody pays it any more");
    // What was lost was lost by the time it was read, even if nobody says when.
    (order.facts.status, order.observed_time) = (Some(OrderStatus::Created), Some(at(800)));
    order.payments[1].ended_time = None;
    assert_eq!(told(&order, loss(500)), loss(800));
}

#[test]
fn nothing_is_lost_while_a_payment_holds_the_money_or_may() {
    let mut order = placed(OrderStatus::Created, LineStatus::Created).order().clone();
    let second = |status| Payment { status, authorized_time: None, ..ended(PaymentStatus::Open, 1) };
    order.payments = vec![ended(PaymentStatus::Expired, 500), second(Read::Known(PaymentStatus::Authorized))];
    assert_eq!(told(&order, warned()), None);
    order.payments[1] = second(Read::Unknown("parked".to_owned()));
    assert_eq!(told(&order, warned()), None);
    order.payments[1] = second(Read::Known(PaymentStatus::Open));
    assert_eq!(told(&order, warned()), loss(500));
    // The last authorization decides.
    order.payments[1] = Payment { authorized_time: Some(at(600)), ..ended(PaymentStatus::Canceled, 700) };
    assert_eq!(told(&order, warned()), None);
}

#[test]
fn where_all_was_shipped_nothing_is_lost() {
    let mut order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    order.payments = vec![ended(PaymentStatus::Expired, 500)];
    for line in &mut order.lines {
        line.shipped = Part { quantity: line.quantity, amount: line.total_amount };
    }
    assert_eq!(told(&order, warned()), None);
}
