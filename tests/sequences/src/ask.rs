//! Asking the service for a change: previewed first, then submitted. The preview must say what then happens, and whatever is
//! refused may not have changed anything at Mollie.

use domain::operations::Request;
use domain::operations::operation::Operation;
use domain::ports::{Change, Fingerprint, OrderKey, Store};
use domain::rules::access::Access;
use domain::rules::event::{Event, EventData};
use domain::rules::ids::{Caller, OrderId, RefundId, RequestId};
use domain::rules::ledger::Entry;
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::refund::Refund;
use domain::rules::subject::Subject;
use domain::workflow::preview::{Preview, preview};
use domain::workflow::submit::{On, submit};
use domain::workflow::{Intent, MutationError, Recorded};
use uuid::Uuid;

use crate::desk::{Desk, now};

/// What became of a request.
#[derive(Debug)]
pub enum Asked {
    /// Nothing was changed.
    Refused(MutationError),
    Accepted {
        /// The subject of the answer.
        answer: Subject,
        /// What it reserved.
        entries: Vec<Entry>,
        /// How its first operation stands now; `None`: there was nothing to do.
        state: Option<OperationState>,
    },
}

/// A request under this id.
#[must_use]
pub fn intent(request_id: &str) -> Intent {
    Intent {
        caller: Caller::new("shop"),
        access: Access::everything(),
        earlier: None,
        request_id: RequestId::new(request_id),
        method: "sequence",
        fingerprint: Fingerprint(request_id.to_owned()),
        other_fingerprints: Vec::new(),
        actor: None,
        etag: None,
        deadline: None,
    }
}

/// The order as it is stored.
///
/// # Errors
/// It is not there.
pub fn order(desk: &Desk, id: OrderId) -> Result<Order, String> {
    let found = now(desk.store.load_order(&OrderKey::Id(id)))?.map_err(|error| error.to_string())?;
    found.ok_or_else(|| "the order is gone".to_owned())
}

/// Asks, and works on all that is due then.
///
/// # Errors
/// The preview says otherwise, or a refusal has changed something.
pub fn ask<R: Request>(desk: &Desk, id: OrderId, request_id: &str, request: &R) -> Result<Asked, String> {
    let intent = intent(request_id);
    let (effects, calls) = (desk.world().ledger().len(), desk.changes());
    let is_untouched = || desk.world().ledger().len() == effects && desk.changes() == calls;
    let seen = now(Box::pin(preview(desk, &intent, id, request)))?;
    if !is_untouched() {
        return Err("the preview has changed something at Mollie".to_owned());
    }
    let done = now(Box::pin(submit(desk, &intent, On::Order(id), request)))?;
    match (seen, done) {
        (Err(seen), Err(done)) if !is_untouched() => {
            Err(format!("{seen:?}: refused ({done:?}), yet changed"))
        }
        (Err(seen), Err(done)) if format!("{seen:?}") != format!("{done:?}") => {
            Err(format!("the preview refuses by {seen:?}, the call by {done:?}"))
        }
        (Err(_), Err(done)) => Ok(Asked::Refused(done)),
        (Ok(Preview::Now { before, change }), Ok(mut recorded)) => {
            as_previewed(desk, &before.order, &change)?;
            let entries = change.events.iter().flat_map(|event| event.data.entries()).copied().collect();
            desk.work(recorded.claim.take())?;
            let state = state(desk, &recorded)?.map(|operation| operation.state.name());
            Ok(Asked::Accepted { answer: recorded.answer, entries, state })
        }
        (seen, done) => Err(format!("the preview says {seen:?}, the call {done:?}")),
    }
}

/// The first operation of a request, as it stands.
fn state(desk: &Desk, recorded: &Recorded) -> Result<Option<Operation>, String> {
    let Some(id) = recorded.operation_id() else { return Ok(None) };
    now(desk.store.load_operation(id))?.map_err(|error| error.to_string())
}

/// What was saved is what was previewed: the same events with the same entries, and the same refunds.
fn as_previewed(desk: &Desk, before: &Order, change: &Change) -> Result<(), String> {
    let saved = now(desk.store.list_events(before.id, before.version, 1_000))?;
    let saved = saved.map_err(|error| error.to_string())?.items;
    let (seen, done): (Vec<_>, Vec<_>) =
        (change.events.iter().map(told).collect(), saved.iter().map(told).collect());
    if seen == done { Ok(()) } else { Err(format!("previewed was {seen:?}, saved {done:?}")) }
}

/// An event without what is drawn or counted.
fn told(event: &Event) -> (&'static str, Vec<Entry>, Option<Refund>) {
    let refund = if let EventData::RefundRecorded { refund, .. } = &event.data {
        Some(Refund { id: RefundId::new(Uuid::nil()), ..(**refund).clone() })
    } else {
        None
    };
    (event.data.kind(), event.data.entries().to_vec(), refund)
}
