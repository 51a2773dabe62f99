//! What was read of a request is decided, saved, sent and settled as in the service, and what must hold of its order afterwards.

use domain::operations::facts::Needs;
use domain::operations::{Pen, Request};
use domain::ports::{Fingerprint, Gateway, Ports, Store};
use domain::rules::access::Access;
use domain::rules::event::Event;
use domain::rules::ids::{Caller, OrderId, RequestId};
use domain::rules::order::Order;
use domain::rules::placement::Mode;
use domain::rules::request_error::RequestError;
use domain::rules::subject::Subject;
use domain::workflow::place::place;
use domain::workflow::submit::{On, submit};
use domain::workflow::{Intent, MutationError};
use grpc_server::untrusted::{Asked, told};
use sequences::desk::profile;

use crate::desk::{Desk, now, taken};

/// A change, whichever it is.
struct Change(Box<dyn Request>);

impl Request for Change {
    fn needs(&self) -> Needs {
        self.0.needs()
    }

    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, RequestError> {
        self.0.decide(pen)
    }
}

/// Does what is asked, of this order or of a new one. Gives the order that it is about, if there is one.
///
/// # Errors
/// Why nothing was saved.
pub fn play(desk: &Desk, of: OrderId, asked: Asked) -> Result<Option<OrderId>, MutationError> {
    let mut recorded = match asked {
        Asked::Other => return Ok(Some(of)),
        Asked::Methods(wanted) => {
            let listed = now(desk.gateway().methods(&profile(), &wanted));
            return listed.map(|_| None).map_err(MutationError::Unconfirmed);
        }
        Asked::Draft(draft) => now(Box::pin(place(desk, &intent(), (profile(), Mode::Test), *draft)))?,
        Asked::Change(change) => now(Box::pin(submit(desk, &intent(), On::Order(of), &Change(change))))?,
    };
    desk.work(recorded.claim.take());
    Ok(Some(recorded.order_id))
}

fn intent() -> Intent {
    Intent {
        caller: Caller::new("fuzz"),
        access: Access::everything(),
        earlier: None,
        request_id: RequestId::new("fuzz"),
        method: "fuzz",
        fingerprint: Fingerprint("fuzz".to_owned()),
        other_fingerprints: Vec::new(),
        actor: None,
        etag: None,
        deadline: None,
    }
}

/// What holds whatever was asked and answered: the events make up the order, and it can be told.
///
/// # Panics
/// It does not hold.
pub fn judge(desk: &Desk, id: OrderId) -> Order {
    let (order, unsettled) = desk.load(id).unwrap_or_else(|| panic!("the order is gone"));
    let events: Vec<Event> = taken(now(desk.store.list_events(id, 0, u32::MAX - 1))).items;
    let gapless = (1..).zip(&events).all(|(sequence, event)| event.sequence == sequence);
    assert!(gapless, "the events have gaps");
    let folded = events.iter().fold(None, Order::after);
    let folded = folded.map(|it| Order { observed_time: order.observed_time, ..it.impersonal() });
    assert_eq!(folded, Some(order.impersonal()), "the events make up another order");
    assert!(!told(&order, &unsettled).is_empty(), "the order is told by nothing");
    order
}

/// What holds while Mollie has said nothing: no line gives away more than it has.
///
/// # Panics
/// It does not hold.
pub fn judge_sums(order: &Order) {
    for line in &order.lines {
        let gone = [line.shipped, line.reserved, line.canceled, line.canceling];
        let units: u32 = gone.iter().map(|part| part.quantity).sum();
        assert!(units <= line.quantity, "line {}: {units} of {} units go", line.id, line.quantity);
        let worth: i64 = gone.iter().map(|part| part.amount.minor()).sum();
        let total = line.total_amount.minor();
        let fits = if total < 0 { (total..=0).contains(&worth) } else { (0..=total).contains(&worth) };
        assert!(fits, "line {}: {worth} of {total} goes", line.id);
        // Of a price a caller may give back more than there is, if he says so, but never more units.
        let back = [line.refunded, line.refunding, line.payment_refunded, line.payment_refunding];
        let units: u32 = back.iter().map(|part| part.quantity).sum();
        assert!(units <= line.quantity, "line {}: {units} of {} units come back", line.id, line.quantity);
    }
}
