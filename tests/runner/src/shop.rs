//! Those who call the service: shops and warehouses with their patience. A caller repeats what it was not answered under the
//! same request id. Those whom the service never sees are with them: shoppers at the checkout, and people in Mollie's
//! dashboard. None of them writes what the service stores: they call one of its processes, or act at Mollie.

mod care;
mod cart;
mod dashboard;
mod shopper;
mod warehouse;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use domain::operations::task::OperationKind;
use domain::ports::{Fingerprint, Store};
use domain::rules::access::Access;
use domain::rules::ids::{Caller, OrderId, RequestId};
use domain::workflow::Intent;
use domain::workflow::sync::sync;
use jiff::SignedDuration;
use mollie_simulator::rules;

use crate::basket::Basket;
use crate::chance::mix;
use crate::journal::{Act, Reply};
use crate::replica::{Replica, Wish};
use crate::site::Site;
use crate::story;

pub use dashboard::read;

/// How long a caller waits for an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a caller repeats a call before it leaves it.
const TRIES: u32 = 12;

/// What was read at Mollie may be relied on for two seconds; Mollie's times have whole ones.
const NEWS: SignedDuration = SignedDuration::from_secs(4);

/// The processes that can be called.
pub type Fleet = Mutex<Vec<Option<Arc<Replica>>>>;

/// Everybody outside.
#[derive(Clone)]
pub struct World {
    pub site: Arc<Site>,
    pub fleet: Arc<Fleet>,
    pub seed: u64,
    /// What was asked for under each request id: a repeat asks for the same.
    pub wishes: Arc<Mutex<BTreeMap<String, (String, Wish)>>>,
}

#[derive(Default)]
struct Slot {
    reply: Option<Reply>,
    waker: Option<Waker>,
}

impl World {
    /// A process that runs, as a load balancer would choose it.
    pub fn some_replica(&self) -> Option<Arc<Replica>> {
        let alive: Vec<_> =
            self.fleet.lock().unwrap_or_else(PoisonError::into_inner).iter().flatten().cloned().collect();
        (!alive.is_empty()).then(|| self.site.time.chance(|chance| chance.pick(&alive)))
    }

    fn wishes(&self) -> MutexGuard<'_, BTreeMap<String, (String, Wish)>> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wished(&self, request_id: &str) -> Option<(String, Wish)> {
        self.wishes().get(request_id).cloned()
    }

    /// One call: an answer, or none in time.
    async fn call(&self, intent: Intent, wish: Wish) -> Option<Reply> {
        let replica = self.some_replica()?;
        let slot = Arc::new(Mutex::new(Slot::default()));
        let (process, letterbox) = (replica.process, Arc::clone(&slot));
        self.site.spawn(process, async move {
            replica.site.pause(0, 5).await;
            let reply = Arc::clone(&replica).serve(intent, wish).await;
            replica.site.pause(0, 5).await;
            let mut slot = letterbox.lock().unwrap_or_else(PoisonError::into_inner);
            slot.reply = Some(reply);
            if let Some(waker) = slot.waker.take() {
                waker.wake();
            }
        });
        self.reply_in(&slot).await
    }

    async fn reply_in(&self, slot: &Mutex<Slot>) -> Option<Reply> {
        let mut patience = std::pin::pin!(self.site.time.sleep(PATIENCE));
        std::future::poll_fn(|context| {
            let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(reply) = slot.reply.take() {
                return Poll::Ready(Some(reply));
            }
            slot.waker = Some(context.waker().clone());
            drop(slot);
            patience.as_mut().poll(context).map(|()| None)
        })
        .await
    }

    /// Calls until it is told, and again now and then although it was.
    async fn carry(&self, kind: OperationKind, order: u64, request_id: &str, command: &str, wish: Wish) {
        self.site.journal().intent(kind, order, request_id, &wish);
        for _ in 0..TRIES {
            let (kept, before) = (self.is_kept(request_id).await, self.status_at_mollie(order));
            let reply = self.call(intent(kind, request_id, command), wish.clone()).await;
            self.site.note(|| format!("{request_id} {}: {reply:?}", kind.as_str()));
            self.site.tally().call(format!("{}: {}", kind.as_str(), name(reply.as_ref())));
            let reported = matches!(reply, Some(Reply::Accepted { .. } | Reply::Refused(_)));
            let refused = matches!(reply, Some(Reply::Refused(_)));
            if let Some(reply) = reply {
                self.question((kind, request_id), &reply, kept, (before, self.status_at_mollie(order)));
                self.question_deductions(request_id, &reply, order);
                self.site.journal().intent(kind, order, request_id, &wish).replies.push(reply);
            }
            let again = self.site.time.chance(|chance| chance.permille(80));
            if reported && (refused || !again) {
                return;
            }
            self.site.pause(200, 6_000).await;
        }
    }

    async fn is_kept(&self, request_id: &str) -> bool {
        let kept = self.site.store.find_request(&Caller::new("shop"), &RequestId::new(request_id)).await;
        kept.is_ok_and(|kept| kept.is_some())
    }

    /// The order's status, unless it has changed just now.
    pub fn status_at_mollie(&self, order: u64) -> Option<&'static str> {
        let number = Basket::of(self.seed, order).order_number();
        let mollie = self.site.mollie();
        let own = mollie.world.orders().find(|order| order.particulars.order_number == number)?;
        let mut effects = mollie.world.ledger().iter().rev();
        let changed = effects.find(|effect| effect.order_id == own.id)?.at;
        // What was read so shortly before may be what was before.
        let is_settled = self.site.now().duration_since(changed) > NEWS;
        is_settled.then(|| own.status.as_text())
    }

    /// A refusal must be true: nothing was kept before, and Mollie would not have let it be done at any time of the call.
    fn question(
        &self,
        (kind, request_id): (OperationKind, &str),
        reply: &Reply,
        kept: bool,
        (before, after): (Option<&'static str>, Option<&'static str>),
    ) {
        let Reply::Refused(reason) = reply else { return };
        let of_status = story::of(kind).refusal().filter(|it| it.reason == reason);
        let possible = of_status.map_or(&[][..], |refusal| refusal.possible);
        let could = |status: Option<&str>| status.is_some_and(|status| possible.contains(&status));
        if kept || (could(before) && could(after)) {
            let text = format!("{request_id}: refused ({reason}), kept before: {kept}, at Mollie {after:?}");
            self.site.journal().acts.push(Act::RequestError(text));
        }
    }

    /// Only what takes money off can be left, or be missing beside goods. But if somebody cancels in the dashboard what a
    /// cancellation of ours holds too, the order's shipments wait until that is settled.
    fn question_deductions(&self, request_id: &str, reply: &Reply, order: u64) {
        let Reply::Refused(reason) = reply else { return };
        let basket = Basket::of(self.seed, order);
        let is_about = match reason.as_str() {
            "CaptureOutOfBounds" => !self.was_line_canceled(&basket.order_number()),
            "DeductionLeft" => true,
            _ => false,
        };
        if is_about && basket.gift_card().is_none() {
            let text = format!("{request_id}: refused ({reason}), and the order has no gift card");
            self.site.journal().acts.push(Act::RequestError(text));
        }
    }

    /// Whether somebody canceled units of the order's lines in the dashboard.
    fn was_line_canceled(&self, order_number: &str) -> bool {
        let id = find(&self.site.mollie().world, order_number);
        let is_it = |act: &Act| matches!(act, Act::LineCanceled { mollie_order, .. } if Some(mollie_order) == id.as_ref());
        self.site.journal().acts.iter().any(is_it)
    }

    pub async fn place(self, order: u64) {
        let draft = Basket::of(self.seed, order).draft();
        self.site.tally().order("placed by a shop");
        self.carry(
            OperationKind::PlaceOrder,
            order,
            &format!("place-{order}"),
            "draft",
            Wish::Place(Box::new(draft), None),
        )
        .await;
    }

    pub async fn cancel(self, order: u64, intent: u64) {
        let Some(id) = self.known(order).await else { return };
        // Every other desk gives up the gift card, if there is one.
        let gives_up = mix(self.seed ^ intent).is_multiple_of(2);
        let release: Vec<_> =
            Basket::of(self.seed, order).gift_card().filter(|_| gives_up).into_iter().collect();
        let (request_id, command) = (format!("cancel-{intent}"), format!("cancel {release:?}"));
        self.carry(OperationKind::CancelOrder, order, &request_id, &command, Wish::Cancel(id, release)).await;
    }

    /// Has the order read at Mollie.
    pub async fn sync(self, order: u64) {
        let Some(id) = self.known(order).await else { return };
        self.sync_one(id).await;
    }

    /// Has the order read at Mollie by some process.
    pub async fn sync_one(&self, id: OrderId) {
        if let Some(replica) = self.some_replica() {
            let site = Arc::clone(&self.site);
            self.site.spawn(replica.process, async move {
                let outcome = Box::pin(sync(&*replica, id)).await;
                let name = if outcome.is_ok() { "sync: done" } else { "sync: not now" };
                site.tally().call(name.to_owned());
            });
        }
    }

    /// The order's id, once its shop knows it.
    async fn known(&self, order: u64) -> Option<OrderId> {
        for _ in 0..40 {
            let id = self.site.journal().order(order);
            if id.is_some() {
                return id;
            }
            self.site.pause(500, 2_000).await;
        }
        None
    }
}

fn find(world: &rules::World, order_number: &str) -> Option<String> {
    world.orders().find(|order| order.particulars.order_number == order_number).map(|order| order.id.clone())
}

fn intent(kind: OperationKind, request_id: &str, command: &str) -> Intent {
    Intent {
        caller: Caller::new("shop"),
        access: Access::everything(),
        earlier: None,
        request_id: RequestId::new(request_id),
        method: story::of(kind).method(),
        fingerprint: Fingerprint(command.to_owned()),
        other_fingerprints: Vec::new(),
        actor: None,
        etag: None,
        deadline: None,
    }
}

fn name(reply: Option<&Reply>) -> String {
    match reply {
        None => "no answer".to_owned(),
        Some(Reply::Accepted { said, .. }) => format!("accepted, {said:?}"),
        Some(Reply::Refused(reason)) => {
            format!("refused, {}", reason.split(" by order").next().unwrap_or_default())
        }
        Some(Reply::Unavailable) => "unavailable".to_owned(),
    }
}
