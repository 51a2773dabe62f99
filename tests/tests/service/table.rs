//! What may be done with an order and with a line, by its status: two tables, written by hand from Mollie's guides ("Order status
//! changes", "Order line status changes", and the pages of each call) and from this service's promises. Each cell is tried: what is
//! allowed works through to Mollie's books; all else is refused by a name, in words that tell the status and the rule, and Mollie is
//! asked to change nothing.

use serde_json::Value;
use tests::proto::{CreateRefundRequest, Order, OrderLineStatus, OrderStatus, ShipmentLineSelection};
use tests::{Refusal, World, new_request_id, numbered, on_both_engines, refusal};
use tonic::Code;

use Cell::{No, Nothing, Works};

use crate::requests::{
    cancel, cancel_lines, come_back_to, manage, move_to, pay, rename_line, ship, ship_rest, sync, take_back,
    thing,
};

on_both_engines!(what_an_order_allows_in_each_status, what_a_line_allows_in_each_status);

/// What comes of a call.
#[derive(Clone, Copy, Debug)]
enum Cell {
    /// It is done at Mollie.
    Works,
    /// It is so already: the call succeeds, and nothing is sent.
    Nothing,
    /// It is refused by this name, and the words hold this rule.
    No(&'static str, &'static str),
}

const UNSHIPPED: &str = "Goods are shipped while it is authorized, paid or shipping";
const KEPT: &str = "An order is canceled while it is created or authorized, or shipping and not paid at once";
const HELD: &str = "Lines are canceled while the order is authorized, or shipping and not paid at once";
const UNPAID: &str = "An order is refunded while it is paid, shipping or completed";

const NO_SHIPPING: Cell = No("ORDER_NOT_SHIPPABLE", UNSHIPPED);
const NO_CANCELING: Cell = No("ORDER_NOT_CANCELABLE", KEPT);
const NO_RELEASE: Cell = No("ORDER_NOT_CANCELABLE", HELD);
const NO_REFUND: Cell = No("ORDER_NOT_REFUNDABLE", UNPAID);
const NO_PAY: Cell = No("ORDER_NOT_PAYABLE", "A further payment is made while it is created");
const NO_PAGE: Cell =
    No("PAYMENT_FINAL", "redirect_url and cancel_url can be changed until its payment is final");
const NO_CHANGE: Cell =
    No("ORDER_NOT_CHANGEABLE", "Lines are changed while the order is created, pending or authorized");
/// Every unit went somewhere.
const GONE: Cell = No("QUANTITY_NOT_AVAILABLE", "0 available");
const NO_LINE_REFUND: Cell = No("LINE_NOT_REFUNDABLE", "paid, shipping and completed lines are refunded");

/// Nothing of it has left, so nothing of it came back.
const NOT_BACK: Cell = No("LINE_NOT_REFUNDABLE", "0 left and not given back");

/// By the order's status, and where that makes a difference by whether its money was authorized, and is captured by shipments, or
/// was paid at once. One unit is shipped, canceled or refunded; a further payment is asked for, another address, another page to come
/// back to, another name of a line, a line more. A created order has an attempt that is open, and so needs no further one. A unit came
/// back, or does not leave.
#[rustfmt::skip]
const ORDERS: [(&str, &str, [Cell; 11]); 11] = [
    // status       money         ship         cancel        cancel lines  refund     pay      address  page     line       lines      came back  does not leave
    ("created",    "none",       [NO_SHIPPING, Works,        NO_RELEASE,   NO_REFUND, Nothing, Works,   Works,   Works,     Works,     NO_REFUND, NO_REFUND]),
    ("pending",    "none",       [NO_SHIPPING, NO_CANCELING, NO_RELEASE,   NO_REFUND, NO_PAY,  Works,   Works,   Works,     Works,     NO_REFUND, NO_REFUND]),
    ("authorized", "authorized", [Works,       Works,        Works,        NO_REFUND, NO_PAY,  Works,   NO_PAGE, Works,     Works,     NO_REFUND, Works]),
    ("paid",       "paid",       [Works,       NO_CANCELING, NO_RELEASE,   Works,     NO_PAY,  Works,   NO_PAGE, NO_CHANGE, NO_CHANGE, NOT_BACK,  Works]),
    ("shipping",   "authorized", [Works,       Works,        Works,        Works,     NO_PAY,  Works,   NO_PAGE, NO_CHANGE, NO_CHANGE, Works,     Works]),
    ("shipping",   "paid",       [Works,       NO_CANCELING, NO_RELEASE,   Works,     NO_PAY,  Works,   NO_PAGE, NO_CHANGE, NO_CHANGE, Works,     Works]),
    ("completed",  "authorized", [GONE,        NO_CANCELING, GONE,         Works,     NO_PAY,  Works,   NO_PAGE, NO_CHANGE, NO_CHANGE, Works,     GONE]),
    ("completed",  "paid",       [GONE,        NO_CANCELING, NO_RELEASE,   Works,     NO_PAY,  Works,   NO_PAGE, NO_CHANGE, NO_CHANGE, Works,     GONE]),
    ("canceled",   "none",       [NO_SHIPPING, Nothing,      Nothing,      NO_REFUND, NO_PAY,  Works,   NO_PAGE, NO_CHANGE, NO_CHANGE, NO_REFUND, NO_REFUND]),
    ("canceled",   "authorized", [NO_SHIPPING, Nothing,      Nothing,      NO_REFUND, NO_PAY,  Works,   NO_PAGE, NO_CHANGE, NO_CHANGE, NO_REFUND, GONE]),
    ("expired",    "authorized", [NO_SHIPPING, NO_CANCELING, NO_RELEASE,   NO_REFUND, NO_PAY,  Works,   NO_PAGE, NO_CHANGE, NO_CHANGE, NO_REFUND, NO_RELEASE]),
];

/// By the line's status, in an order that another line keeps open. A line of an unpaid order, or of one that was paid at once, is
/// judged by the order, whose status the refusal names then.
#[rustfmt::skip]
const LINES: [(&str, &str, [Cell; 6]); 8] = [
    // status       money         ship         cancel lines  refund          line       came back       does not leave
    ("created",    "none",       [NO_SHIPPING, NO_RELEASE,   NO_REFUND,      Works,     NO_REFUND,      NO_REFUND]),
    ("authorized", "authorized", [Works,       Works,        NO_LINE_REFUND, NO_CHANGE, NO_LINE_REFUND, Works]),
    ("paid",       "paid",       [Works,       NO_RELEASE,   Works,          NO_CHANGE, NOT_BACK,       Works]),
    ("shipping",   "authorized", [Works,       Works,        Works,          NO_CHANGE, Works,          Works]),
    ("shipping",   "paid",       [Works,       NO_RELEASE,   Works,          NO_CHANGE, Works,          Works]),
    ("completed",  "authorized", [GONE,        GONE,         Works,          NO_CHANGE, Works,          GONE]),
    ("completed",  "paid",       [GONE,        NO_RELEASE,   Works,          NO_CHANGE, Works,          GONE]),
    ("canceled",   "authorized", [No("LINE_NOT_SHIPPABLE", "only authorized, paid or shipping lines are shipped"),
                                               Nothing,      NO_LINE_REFUND, NO_CHANGE, NO_LINE_REFUND, GONE]),
];

/// The columns of both tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Ship,
    Cancel,
    CancelLines,
    Refund,
    Pay,
    Address,
    Page,
    Line,
    Lines,
    CameBack,
    DoesNotLeave,
}

const OF_ORDERS: [Call; 11] = [
    Call::Ship,
    Call::Cancel,
    Call::CancelLines,
    Call::Refund,
    Call::Pay,
    Call::Address,
    Call::Page,
    Call::Line,
    Call::Lines,
    Call::CameBack,
    Call::DoesNotLeave,
];
const OF_LINES: [Call; 6] =
    [Call::Ship, Call::CancelLines, Call::Refund, Call::Line, Call::CameBack, Call::DoesNotLeave];

async fn what_an_order_allows_in_each_status(world: World) {
    for (status, money, cells) in ORDERS {
        let mut order = None;
        for (call, cell) in OF_ORDERS.into_iter().zip(cells) {
            // What changed the order leaves it in another status.
            let ready = match order.take() {
                Some(order) => order,
                None => {
                    Box::pin(in_status(&world, status, money, &format!("{status}-{money}-{call:?}"))).await
                }
            };
            assert_eq!(status_of(&ready), status, "{money}");
            tried(&world, (status, call, cell), &ready, 0).await;
            let is_kept = !matches!(cell, Works) || call.is_update();
            order = is_kept.then_some(ready);
        }
        world.simulator.mend().await;
    }
}

async fn what_a_line_allows_in_each_status(world: World) {
    for (status, money, cells) in LINES {
        let mut order = None;
        for (call, cell) in OF_LINES.into_iter().zip(cells) {
            let ready = match order.take() {
                Some(order) => order,
                None => {
                    let number = format!("{status}-{money}-{call:?}");
                    Box::pin(with_line_in(&world, status, money, &number)).await
                }
            };
            let line = place(status);
            assert_eq!(ready.lines[line].status(), line_status(status), "{status}, {money}");
            tried(&world, (status, call, cell), &ready, line).await;
            order = (!matches!(cell, Works)).then_some(ready);
        }
    }
}

/// Tries a cell.
async fn tried(world: &World, (status, call, cell): (&str, Call, Cell), order: &Order, line: usize) {
    let what = format!("{call:?} where it is {status}");
    let (before, asked) = (world.simulator.books(order).await, world.simulator.traffic().await.changes());
    let updates = updates(world, order).await;
    let outcome = called(world, call, order, line).await;
    match (cell, outcome) {
        (Works, None) => {
            world.settles(&order.id).await;
            if call.is_update() {
                assert_eq!(self::updates(world, order).await, updates + 1, "{what}");
                return;
            }
            shows(call, line, &before, &world.simulator.books(order).await, &what);
            return;
        }
        (Nothing, None) => (),
        (No(reason, rule), Some(refused)) => {
            assert_eq!(refused.kind(), (Code::FailedPrecondition, reason), "{what}: {refused:?}");
            let words: Vec<_> = refused.unmet.iter().map(|(_, words)| words.as_str()).collect();
            let words = words.join(" ");
            let of_order = format!("\"{}\"", status_of(order));
            let names = words.contains(status) || words.contains(&of_order);
            assert!(names && words.contains(rule), "{what}: {words}");
        }
        (cell, outcome) => panic!("{what} should be {cell:?}, and is {outcome:?}"),
    }
    assert_eq!(world.simulator.traffic().await.changes(), asked, "{what}: nothing is sent");
    assert_eq!(world.simulator.books(order).await, before, "{what}: nothing is done");
}

fn status_of(order: &Order) -> String {
    order.status().as_str_name().trim_start_matches("ORDER_STATUS_").to_lowercase()
}

/// Makes the call, for one unit of the line. Gives its refusal, if it is refused.
async fn called(world: &World, call: Call, order: &Order, line: usize) -> Option<Refusal> {
    let mut orders = world.orders();
    let refused = match call {
        Call::Ship => orders.create_shipment(ship(order, line, 1, None)).await.err(),
        Call::Cancel => orders.cancel_order(cancel(order)).await.err(),
        Call::CancelLines => orders.cancel_order_lines(cancel_lines(order, line, 1, None)).await.err(),
        Call::Refund => orders.create_refund(refund(order, line)).await.err(),
        Call::Pay => orders.create_order_payment(pay(order)).await.err(),
        Call::Address => orders.update_order(move_to(order, "Utrecht")).await.err(),
        Call::Page => orders.update_order(come_back_to(order, "https://shop.example/back")).await.err(),
        Call::Line => orders.update_order_line(rename_line(order, line, "Box")).await.err(),
        Call::Lines => orders.manage_order_lines(manage(order, vec![thing("Mug", 1)])).await.err(),
        Call::CameBack => orders.return_lines(take_back(order, &[(line, 1, 0)])).await.err(),
        Call::DoesNotLeave => orders.return_lines(take_back(order, &[(line, 0, 1)])).await.err(),
    };
    refused.map(|status| refusal::<()>(Err(status)))
}

fn refund(order: &Order, line: usize) -> CreateRefundRequest {
    let line_id = order.lines[line].id.clone();
    let lines = vec![ShipmentLineSelection { line_id, quantity: 1, amount: None }];
    CreateRefundRequest {
        request_id: new_request_id(),
        order_id: order.id.clone(),
        lines,
        ..Default::default()
    }
}

/// How often the order's terms, addresses or lines were changed at Mollie.
async fn updates(world: &World, order: &Order) -> usize {
    let ledger = world.simulator.ledger().await;
    let kinds = ["order_updated", "line_updated", "lines_managed"];
    let effects = kinds.into_iter().flat_map(|kind| ledger.of(kind));
    effects.filter(|effect| effect["order_id"] == *order.mollie_order_id).count()
}

impl Call {
    /// Whether it changes no money, and no status.
    const fn is_update(self) -> bool {
        match self {
            Self::Address | Self::Page | Self::Line | Self::Lines => true,
            Self::Ship
            | Self::Cancel
            | Self::CancelLines
            | Self::Refund
            | Self::Pay
            | Self::CameBack
            | Self::DoesNotLeave => false,
        }
    }
}

/// Mollie's books show the effect: a unit more went where the call sent it, or nothing is left.
fn shows(call: Call, line: usize, before: &Value, after: &Value, what: &str) {
    let units = |books: &Value, line: usize, pool: &str| {
        books["lines"][line][pool]["quantity"].as_u64().expect("a book has units")
    };
    let pool = match call {
        Call::Ship => "shipped",
        Call::CancelLines => "canceled",
        Call::Refund | Call::CameBack => "refunded",
        // Where it is only authorized it is canceled, where it is paid it is refunded.
        Call::DoesNotLeave => {
            let both = |books| units(books, line, "canceled") + units(books, line, "refunded");
            assert_eq!(both(after), both(before) + 1, "{what}: {after:#}");
            return;
        }
        Call::Pay | Call::Address | Call::Page | Call::Line | Call::Lines => panic!("{what} moves no units"),
        Call::Cancel => {
            let lines = after["lines"].as_array().expect("books have lines").len();
            let sum = |pools: &[&str]| -> u64 {
                (0..lines).flat_map(|line| pools.iter().map(move |pool| units(after, line, pool))).sum()
            };
            assert_eq!(sum(&["shipped", "canceled"]), sum(&["ordered"]), "{what}: {after:#}");
            assert!(sum(&["canceled"]) > 0, "{what}: {after:#}");
            return;
        }
    };
    assert_eq!(units(after, line, pool), units(before, line, pool) + 1, "{what}: {after:#}");
}

/// An order in a status: two boxes and one more.
async fn in_status(world: &World, status: &str, money: &str, number: &str) -> Order {
    let order = match money {
        "authorized" => checked_out(world, number, "klarnapaylater", "authorized").await,
        "paid" => checked_out(world, number, "ideal", "paid").await,
        _ => world.create(numbered(number, "klarnapaylater")).await,
    };
    match status {
        "created" | "authorized" | "paid" => order,
        "pending" => pending(world, &order).await,
        "shipping" => shipped(world, &order, OrderStatus::Shipping).await,
        "completed" => shipped(world, &order, OrderStatus::Completed).await,
        "canceled" => {
            world.orders().cancel_order(cancel(&order)).await.expect("it is canceled");
            world.reaches(&order.id, OrderStatus::Canceled).await;
            world.settles(&order.id).await
        }
        "expired" => {
            world.advance("P29D").await;
            world.reaches(&order.id, OrderStatus::Expired).await
        }
        other => panic!("no order is {other}"),
    }
}

async fn checked_out(world: &World, number: &str, method: &str, result: &str) -> Order {
    world.create_and_check_out(numbered(number, method), result).await
}

/// Ships one of the two boxes, or all.
async fn shipped(world: &World, order: &Order, until: OrderStatus) -> Order {
    let request = if until == OrderStatus::Completed { ship_rest(order) } else { ship(order, 0, 1, None) };
    world.orders().create_shipment(request).await.expect("it is shipped");
    world.reaches(&order.id, until).await;
    world.settles(&order.id).await
}

/// The shopper's payment is being processed.
async fn pending(world: &World, order: &Order) -> Order {
    world.simulator.check_out(&order.checkout_url, "pending").await;
    sync(world, order).await.expect("the order is read")
}

/// An order one line of which is in a status, and is kept open by the other where that is needed.
async fn with_line_in(world: &World, status: &str, money: &str, number: &str) -> Order {
    let of_order = if status == "created" { "created" } else { "shipping" };
    match status {
        "completed" => {
            let order = Box::pin(in_status(world, money, money, number)).await;
            world.orders().create_shipment(ship(&order, 0, 2, None)).await.expect("it is shipped");
            world.reaches(&order.id, OrderStatus::Shipping).await;
            world.settles(&order.id).await
        }
        "canceled" => {
            let order = Box::pin(in_status(world, of_order, money, number)).await;
            world
                .orders()
                .cancel_order_lines(cancel_lines(&order, 1, 1, None))
                .await
                .expect("it is canceled");
            world.settles(&order.id).await;
            sync(world, &order).await.expect("the order is read")
        }
        _ => Box::pin(in_status(world, of_order, money, number)).await,
    }
}

/// The line that is in the status: the two boxes where some have left, else the other.
fn place(status: &str) -> usize {
    usize::from(!["shipping", "completed"].contains(&status))
}

fn line_status(status: &str) -> OrderLineStatus {
    let name = format!("ORDER_LINE_STATUS_{}", status.to_uppercase());
    OrderLineStatus::from_str_name(&name).expect("a status of lines")
}
