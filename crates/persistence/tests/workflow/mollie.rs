//! The part of Mollie that the workflow sees: orders by hook address, shipments, cancellation. The fate of each call is scripted;
//! every call, effect and reading is counted. It knows Mollie's rules only if the workflow's safety depends on them: keys are
//! recognised for an hour, and nothing is shipped or canceled twice.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use domain::ports::{Acceptance, Clock, Command, Gateway, GatewayError, Listed, Listing, Outcome};
use domain::rules::call_rate::Rank;
use domain::rules::chargeback::Chargeback;
use domain::rules::ids::{
    IdempotencyKey, MollieCaptureId, MollieOrderId, MolliePaymentId, MollieShipmentId, ProfileName,
};
use domain::rules::money::Money;
use domain::rules::payment_method::{MethodsWanted, PaymentMethod};
use domain::rules::rejection::{RejectedBy, Rejection};
use domain::rules::restored::Agreed;
use domain::rules::shipment::{Capture, CaptureStatus, ListedCapture};
use domain::rules::snapshot::{RefundSnapshot, ShipmentSnapshot, Snapshot};
use domain::rules::status::Read;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use crate::clock::ManualClock;
use crate::ledger::{Ledger, without_counters};

/// Something that happens while a call or a reading is under way.
pub type Meanwhile = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

pub fn meanwhile<F: Future<Output = ()> + Send + 'static>(work: F) -> Meanwhile {
    Box::new(move || Box::pin(work))
}

/// The fate of a call.
#[derive(Clone, Debug)]
pub enum Fate {
    /// Done, unless Mollie's rules reject it, and answered.
    Answered,
    Rejected,
    /// The order belongs to another website profile than the key.
    OtherProfile,
    /// Mollie does not know something that the call names.
    NotKnown,
    /// The balance does not cover the refund.
    NoBalance,
    NotSent(Option<Duration>),
    /// The key is not accepted.
    KeyRefused,
    /// Answered 500; not done.
    Stumbles,
    /// Done, and the answer lost.
    LostAnswer,
    /// Not done, and no answer.
    LostCall,
    /// No answer; done after this time.
    Late(Duration),
    /// Never returns; not done.
    HangsBefore,
    /// Never returns; done.
    HangsAfter,
}

/// One call as received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub kind: &'static str,
    pub key: IdempotencyKey,
}

#[derive(Default)]
pub struct Side {
    pub ledger: Ledger,
    pub calls: Vec<Call>,
    pub readings: usize,
    /// The current reason why nothing can be read.
    pub unreadable: Option<GatewayError>,
    /// Whether readings leave out the lines' counters.
    pub leaves_counters_out: bool,
    /// Whether readings leave out the shipments.
    pub leaves_shipments_out: bool,
    /// Whether readings of an order leave out the refunds made on its payments.
    pub lists_refunds_on_payments_only: bool,
    /// The shipments whose captures failed; all others succeed.
    pub failed_captures: Vec<MollieShipmentId>,
    /// Whether Mollie lists no captures at all.
    pub lists_no_captures: bool,
    /// What Mollie answers to whoever reads a payment's chargebacks.
    pub chargebacks: Vec<Chargeback>,
    /// Why nobody can read them.
    pub chargebacks_fail: Option<GatewayError>,
    /// The current distortion of each order in an answer.
    pub distorts: Option<fn(&mut Snapshot)>,
    script: VecDeque<(Fate, Option<Meanwhile>)>,
    during_readings: VecDeque<Meanwhile>,
    late: Vec<(Duration, Command, IdempotencyKey)>,
    /// The bodies of the made-up calls.
    #[cfg(feature = "made-up")]
    pub bodies: Vec<String>,
    /// The last order placed with payment parameters.
    pub secrets: Vec<String>,
}

impl Side {
    /// The same for an answer to a command; none holds shipments.
    fn accepted(&self, acceptance: Acceptance) -> Acceptance {
        match acceptance {
            Acceptance::Order(order) => Acceptance::Order(Box::new(self.as_answered(*order))),
            other @ (Acceptance::Shipment(_)
            | Acceptance::Refund(_)
            | Acceptance::Payment(_)
            | Acceptance::Nothing) => other,
        }
    }

    /// The order as currently answered: with parts left out, and distorted.
    fn as_answered(&self, mut order: Snapshot) -> Snapshot {
        self.distorts.into_iter().for_each(|distort| distort(&mut order));
        let mut order = if self.leaves_counters_out { without_counters(order) } else { order };
        let shipments = order.shipments.clone().filter(|_| !self.leaves_shipments_out);
        if self.lists_refunds_on_payments_only
            && let Some(refunds) = &mut order.refunds
        {
            refunds.retain(|refund| !refund.lines.is_empty());
        }
        Snapshot { shipments, ..order }
    }
}

pub struct Mollie {
    side: Mutex<Side>,
    clock: ManualClock,
    hung: Notify,
}

impl Mollie {
    pub fn new(clock: ManualClock) -> Self {
        Self { side: Mutex::default(), clock, hung: Notify::new() }
    }

    /// Mollie's records as they are now.
    pub fn side(&self) -> MutexGuard<'_, Side> {
        let mut side = self.side.lock().unwrap();
        let (now, time) = (self.clock.elapsed(), self.clock.now());
        let (due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut side.late).into_iter().partition(|(at, ..)| *at <= now);
        side.late = later;
        for (at, command, key) in due {
            let landed = time - SignedDuration::try_from(now - at).unwrap();
            // Too late for any answer.
            let _ = side.ledger.take(&command, key, landed);
        }
        side
    }

    /// Sets how the next call without a fate ends.
    pub fn next(&self, fate: Fate) {
        self.side().script.push_back((fate, None));
    }

    /// The calls to come have no fate.
    pub fn forget_script(&self) {
        self.side().script.clear();
    }

    /// The same, and `work` happens after the effect and before the answer.
    pub fn next_during(&self, fate: Fate, work: Meanwhile) {
        self.side().script.push_back((fate, Some(work)));
    }

    /// `work` happens during the next reading: after it was taken, before it is answered.
    pub fn during_reading(&self, work: Meanwhile) {
        self.side().during_readings.push_back(work);
    }

    pub fn calls(&self) -> Vec<Call> {
        self.side().calls.clone()
    }

    pub fn readings(&self) -> usize {
        self.side().readings
    }

    /// How many orders, shipments and cancellations took effect.
    pub fn effects(&self) -> (usize, usize, usize) {
        let side = self.side();
        (side.ledger.orders.len(), side.ledger.shipments(), side.ledger.cancellations)
    }

    /// Waits for a call that never returns.
    pub async fn hung(&self) {
        self.hung.notified().await;
    }

    async fn read<T>(&self, find: impl Fn(&Ledger) -> T) -> Result<T, GatewayError> {
        let (found, work) = {
            let mut side = self.side();
            // Without a key nobody is asked.
            side.readings += usize::from(!matches!(side.unreadable, Some(GatewayError::NoKey(_))));
            if let Some(error) = &side.unreadable {
                return Err(error.clone());
            }
            (find(&side.ledger), side.during_readings.pop_front())
        };
        if let Some(work) = work {
            work().await;
        }
        Ok(found)
    }

    fn begin(&self, command: &Command, key: IdempotencyKey) -> (Fate, Option<Meanwhile>, Outcome) {
        let (elapsed, now) = (self.clock.elapsed(), self.clock.now());
        let mut side = self.side();
        let kind = match command {
            Command::PlaceOrder(place) => {
                side.secrets = place.payment.0.values().cloned().collect();
                "place"
            }
            Command::CreateShipment(_) => "ship",
            Command::UpdateShipment(_) => "track",
            Command::CancelOrder { .. } => "cancel",
            Command::CancelLines(_) => "cancel lines",
            Command::CreateRefund(_) => "refund",
            Command::CancelRefund { .. } => "call off",
            Command::CreatePayment(open) => {
                side.secrets = open.payment.0.values().cloned().collect();
                "pay"
            }
            Command::UpdateOrder(_) => "update",
            Command::ManageLines(_) => "manage lines",
            #[cfg(feature = "made-up")]
            Command::MadeUp { body, .. } => {
                side.bodies.push(body.clone());
                "made up"
            }
        };
        side.calls.push(Call { kind, key });
        let (fate, work) = side.script.pop_front().unwrap_or((Fate::Answered, None));
        let lost = Outcome::Unknown { problem: "no answer".to_owned(), stumbled: false };
        let outcome = match &fate {
            Fate::Answered => match side.ledger.take(command, key, now) {
                Ok(acceptance) => Outcome::Accepted(side.accepted(acceptance)),
                Err(rejection) => Outcome::Rejected(*rejection),
            },
            Fate::Rejected => Outcome::Rejected(rejection()),
            Fate::OtherProfile => not_found(
                "Order ord_1 exists, but belongs to a different website profile than the API key used.",
            ),
            Fate::NotKnown => not_found("No order line exists with token odl_1."),
            Fate::NoBalance => Outcome::Rejected(Rejection {
                detail: "The specified amount cannot be refunded".to_owned(),
                ..rejection()
            }),
            Fate::NotSent(pause) => Outcome::NotSent { problem: "no connection".to_owned(), pause: *pause },
            Fate::KeyRefused => Outcome::KeyRefused { problem: "401 for profile main".to_owned() },
            Fate::LostAnswer | Fate::HangsAfter => {
                let done: Result<Acceptance, Box<Rejection>> = side.ledger.take(command, key, now);
                done.unwrap();
                lost
            }
            Fate::LostCall | Fate::HangsBefore => lost,
            Fate::Stumbles => Outcome::Unknown { problem: "Mollie answered 500".to_owned(), stumbled: true },
            Fate::Late(after) => {
                side.late.push((elapsed + *after, command.clone(), key));
                lost
            }
        };
        (fate, work, outcome)
    }
}

fn not_found(detail: &str) -> Outcome {
    Outcome::Rejected(Rejection { by: RejectedBy::Mollie(404), detail: detail.to_owned(), ..rejection() })
}

pub fn rejection() -> Rejection {
    Rejection {
        by: RejectedBy::Mollie(422),
        title: "Unprocessable Entity".to_owned(),
        detail: "Mollie does not like it".to_owned(),
        field: None,
        extra: None,
    }
}

impl Gateway for Mollie {
    fn has_key(&self, _: &ProfileName) -> Result<(), GatewayError> {
        match &self.side().unreadable {
            Some(error @ GatewayError::NoKey(_)) => Err(error.clone()),
            _ => Ok(()),
        }
    }

    async fn execute(&self, _: &ProfileName, command: &Command, key: IdempotencyKey) -> Outcome {
        let (fate, work, outcome) = self.begin(command, key);
        if let Some(work) = work {
            work().await;
        }
        if matches!(fate, Fate::HangsBefore | Fate::HangsAfter) {
            self.hung.notify_one();
            std::future::pending::<()>().await;
        }
        outcome
    }

    async fn observe(
        &self,
        _rank: Rank,
        _: &ProfileName,
        id: &MollieOrderId,
    ) -> Result<Snapshot, GatewayError> {
        let found = self.read(|ledger| ledger.find(id).cloned()).await?;
        found.map(|order| self.side().as_answered(order)).ok_or(GatewayError::NotFound)
    }

    async fn refunds_of(
        &self,
        _rank: Rank,
        _: &ProfileName,
        payment: &MolliePaymentId,
    ) -> Result<Vec<RefundSnapshot>, GatewayError> {
        let is_on = |refund: &&RefundSnapshot| refund.payment_id.as_ref() == Some(payment);
        self.read(|ledger| {
            let all = ledger.orders.iter().flat_map(|order| order.refunds.iter().flatten());
            all.filter(is_on).cloned().collect()
        })
        .await
    }

    async fn captures_of(
        &self,
        _rank: Rank,
        _: &ProfileName,
        _: &MolliePaymentId,
    ) -> Result<Vec<ListedCapture>, GatewayError> {
        if self.side().lists_no_captures {
            return Ok(Vec::new());
        }
        let failed = self.side().failed_captures.clone();
        self.read(|ledger| {
            let shipments = ledger.orders.iter().flat_map(|order| order.shipments.iter().flatten());
            shipments.map(|shipment| capture_of(shipment, &failed)).collect()
        })
        .await
    }

    async fn chargebacks_of(
        &self,
        _rank: Rank,
        _: &ProfileName,
        _: &MolliePaymentId,
    ) -> Result<Vec<Chargeback>, GatewayError> {
        let side = self.side();
        side.chargebacks_fail.clone().map_or_else(|| Ok(side.chargebacks.clone()), Err)
    }

    async fn methods(
        &self,
        _profile: &ProfileName,
        _wanted: &MethodsWanted,
    ) -> Result<Result<Vec<PaymentMethod>, Box<Rejection>>, GatewayError> {
        self.read(|_| Ok(Vec::new())).await
    }

    async fn find_by_hook(
        &self,
        _rank: Rank,
        _: &ProfileName,
        hook_address: &str,
        since: Timestamp,
    ) -> Result<Vec<Snapshot>, GatewayError> {
        let ours = |order: &&Snapshot| {
            order.webhook_url.as_deref() == Some(hook_address) && order.created_time >= since
        };
        let found: Vec<_> = self.read(|ledger| ledger.orders.iter().filter(ours).cloned().collect()).await?;
        let side = self.side();
        Ok(found.into_iter().map(|order| side.as_answered(order)).collect())
    }

    async fn list_orders(
        &self,
        _rank: Rank,
        _: &ProfileName,
        since: Timestamp,
        _from: Option<&str>,
    ) -> Result<Listing, GatewayError> {
        let listed = |order: &Snapshot| {
            let hook_address = order.webhook_url.clone().filter(|_| order.created_time >= since)?;
            Some(Listed { mollie_id: order.mollie_id.clone(), hook_address })
        };
        let orders = self.read(|ledger| ledger.orders.iter().rev().filter_map(listed).collect()).await?;
        Ok(Listing { orders, next: None })
    }

    async fn observe_whole(
        &self,
        rank: Rank,
        profile: &ProfileName,
        id: &MollieOrderId,
    ) -> Result<(Snapshot, Agreed), GatewayError> {
        let agreed = Agreed { locale: Some("nl_NL".to_owned()), ..Agreed::default() };
        Ok((self.observe(rank, profile, id).await?, agreed))
    }
}

fn capture_of(shipment: &ShipmentSnapshot, failed: &[MollieShipmentId]) -> ListedCapture {
    let id = &shipment.mollie_id;
    let status = if failed.contains(id) { CaptureStatus::Failed } else { CaptureStatus::Succeeded };
    let amounts: Vec<_> = shipment.lines.iter().map(|(_, part)| part.amount).collect();
    let amount = Money::from_minor(amounts.iter().map(|it| it.minor()).sum(), amounts[0].currency());
    let mollie_id = Some(MollieCaptureId::new(format!("cpt_{id}")));
    ListedCapture {
        shipment_id: Some(id.clone()),
        capture: Capture { mollie_id, payment: None, amount, status: Read::Known(status) },
    }
}
