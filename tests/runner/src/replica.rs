//! One process of the service, as far as the domain knows: its ports, the calls it serves, its hooks and its loops. What
//! production does around the workflow in tasks and loops is done here in the same shape; the workflow itself is polled as
//! it is. What is to fail is decided elsewhere.

mod loops;
mod ports;

use std::sync::Arc;
use std::time::Duration;

use domain::operations::cancel_lines;
use domain::operations::cancel_order::Cancel;
use domain::operations::cancel_refund::CallOff;
use domain::operations::create_payment::Pay;
use domain::operations::create_refund::GiveBack;
use domain::operations::create_shipment::Ship;
use domain::operations::manage_lines::Manage;
use domain::operations::return_lines::TakeBack;
use domain::operations::update_order::Update;
use domain::operations::update_shipment::Track;
use domain::ports::{Clock, OrderKey, Settings, Store, StoreError};
use domain::rules::draft::OrderDraft;
use domain::rules::ids::{OperationId, OrderId, ProfileName};
use domain::rules::line_cancellation::LineCancellationRequest;
use domain::rules::line_change::LineChangesInput;
use domain::rules::line_return::ReturnRequest;
use domain::rules::operation::OperationState;
use domain::rules::order_payment::PaymentRequest;
use domain::rules::order_update::OrderUpdate;
use domain::rules::placement::{Mode, Placement};
use domain::rules::refund::RefundRequest;
use domain::rules::shipment::{ShipmentRequest, ShipmentState};
use domain::workflow::place::place_in_stead;
use domain::workflow::submit::{On, submit};
use domain::workflow::{Intent, MutationError, Recorded, parse_hook_path};
use mollie_adapter::{Credential, MollieAdapter};
use mollie_simulator::rules::EffectKind;

use crate::journal::{Reply, Said};
use crate::mollie::{BASE, KEY, Wire};
use crate::sim::Process;
use crate::site::Site;
use crate::storage::Storage;
use crate::story;

use loops::WakeUp;
use ports::{SiteClock, settings};

pub use ports::{MOST_CHANCES, PlainVault};

/// How long a call is waited for before it is answered with what is durably true.
const PATIENCE: Duration = Duration::from_secs(8);
/// How often a waiting call looks whether its operation has ended.
const LOOK: Duration = Duration::from_millis(250);

/// The profile of every order.
pub fn profile() -> ProfileName {
    ProfileName::new("main")
}

/// Whether a history's profile cancels in time what was not shipped.
pub const fn cancels_unshipped(seed: u64) -> bool {
    seed % 16 == 3
}

/// Whether a history's profile gives up what nobody pays.
pub const fn gives_up(seed: u64) -> bool {
    seed % 8 == 1
}

/// Whether a history's profile gives shoppers a second chance.
pub const fn gives_chances(seed: u64) -> bool {
    seed % 16 == 11
}

/// Whether a history's profile ships what nobody packs: its lamps.
pub const fn ships_unasked(seed: u64) -> bool {
    seed % 16 == 7
}

/// Whether the service does nothing in a history's stead that its calls are about.
pub const fn is_left_alone(seed: u64) -> bool {
    !gives_up(seed) && !gives_chances(seed) && !ships_unasked(seed)
}

/// A process.
pub struct Replica {
    pub site: Arc<Site>,
    pub process: Process,
    storage: Storage,
    gateway: MollieAdapter<Wire>,
    clock: SiteClock,
    vault: PlainVault,
    settings: Settings,
    wake_ups: [WakeUp; 3],
}

/// What a call changes.
#[derive(Clone, Debug)]
pub enum Wish {
    /// Perhaps in place of an earlier order.
    Place(Box<OrderDraft>, Option<OrderId>),
    Ship(OrderId, ShipmentRequest),
    Track(OrderId, Track),
    /// With the lines to be given up.
    Cancel(OrderId, Vec<String>),
    CancelLines(OrderId, LineCancellationRequest),
    Refund(OrderId, RefundRequest),
    CallOff(OrderId, CallOff),
    TakeBack(OrderId, ReturnRequest),
    Pay(OrderId, PaymentRequest),
    Update(OrderId, Box<OrderUpdate>),
    /// With the name that it gives a line.
    Manage(OrderId, String, Box<LineChangesInput>),
}

impl Replica {
    /// A process with its loops running.
    ///
    /// # Panics
    /// Never: address and key are fixed and right.
    pub fn start(site: &Arc<Site>, number: usize) -> Arc<Self> {
        let key = Credential::key(KEY).unwrap_or_else(|error| unreachable!("{error}"));
        let gateway = MollieAdapter::over(Wire(Arc::clone(site)), BASE, [(profile(), key)])
            .unwrap_or_else(|error| unreachable!("{error}"));
        let replica = Arc::new(Self {
            site: Arc::clone(site),
            process: Process(number),
            storage: Storage(Arc::clone(site)),
            gateway,
            clock: SiteClock(Arc::clone(site)),
            vault: PlainVault,
            settings: settings(site.keys, site.seed),
            wake_ups: Default::default(),
        });
        site.spawn(replica.process, Arc::clone(&replica).work_on_operations());
        site.spawn(replica.process, Arc::clone(&replica).work_on_lookups());
        site.spawn(replica.process, Arc::clone(&replica).work_on_timers());
        replica
    }

    /// Serves one call.
    pub async fn serve(self: Arc<Self>, intent: Intent, wish: Wish) -> Reply {
        let decided = match wish {
            Wish::Place(draft, old) => {
                let profile = (profile(), Mode::Test);
                Box::pin(place_in_stead(&*self, &intent, profile, *draft, old)).await
            }
            Wish::Ship(order, request) => {
                Box::pin(submit(&*self, &intent, On::Order(order), &Ship(request))).await
            }
            Wish::Track(order, track) => Box::pin(submit(&*self, &intent, On::Order(order), &track)).await,
            Wish::Cancel(order, release) => {
                Box::pin(submit(&*self, &intent, On::Order(order), &Cancel { release })).await
            }
            Wish::CancelLines(order, request) => {
                let request = cancel_lines::Cancel(request);
                Box::pin(submit(&*self, &intent, On::Order(order), &request)).await
            }
            Wish::Refund(order, request) => {
                Box::pin(submit(&*self, &intent, On::Order(order), &GiveBack(request))).await
            }
            Wish::Pay(order, request) => {
                Box::pin(submit(&*self, &intent, On::Order(order), &Pay(request))).await
            }
            Wish::Update(order, update) => {
                Box::pin(submit(&*self, &intent, On::Order(order), &Update(*update))).await
            }
            Wish::Manage(order, _, changes) => {
                Box::pin(submit(&*self, &intent, On::Order(order), &Manage(*changes))).await
            }
            Wish::TakeBack(order, request) => {
                Box::pin(submit(&*self, &intent, On::Order(order), &TakeBack(request))).await
            }
            Wish::CallOff(order, request) => {
                Box::pin(submit(&*self, &intent, On::Order(order), &request)).await
            }
        };
        match decided {
            Ok(mut accepted) => {
                if let Some((claim, claimed_at)) = accepted.claim.take() {
                    self.take(claim, claimed_at);
                }
                if let Some(id) = accepted.operation_id() {
                    self.wait(id).await;
                }
                self.reply(&accepted).await
            }
            Err(error) => refusal(&error),
        }
    }

    async fn wait(&self, id: OperationId) {
        let until = self.clock.elapsed() + PATIENCE;
        while self.clock.elapsed() < until {
            self.clock.sleep(LOOK).await;
            match self.storage.load_operation(id).await {
                Ok(Some(operation)) => match operation.state.name() {
                    OperationState::Succeeded
                    | OperationState::Rejected
                    | OperationState::Withdrawn
                    | OperationState::NeedsAttention => return,
                    OperationState::Pending if operation.last_problem.is_some() => return,
                    OperationState::Pending | OperationState::InFlight | OperationState::Resolving => (),
                },
                Ok(None) => return,
                Err(_) => (),
            }
        }
    }

    async fn reply(&self, accepted: &Recorded) -> Reply {
        let said = match self.said(accepted).await {
            Ok(said) => said,
            Err(_) => return Reply::Unavailable,
        };
        Reply::Accepted {
            order: accepted.order_id,
            shipment: accepted.answer.shipment(),
            operation: accepted.operation_id(),
            said,
        }
    }

    /// What an answer of the API would say of it.
    async fn said(&self, accepted: &Recorded) -> Result<Said, StoreError> {
        let operation = match accepted.operation_id() {
            Some(id) => self.storage.load_operation(id).await?,
            None => None,
        };
        // A parcel that is held has no operation yet.
        let is_registration =
            operation.as_ref().is_none_or(|one| story::causes(one.task.name(), EffectKind::ShipmentCreated));
        if let Some(id) = accepted.answer.shipment().filter(|_| is_registration) {
            let shipment = self.storage.load_shipment(id).await?;
            return Ok(match shipment.map(|shipment| shipment.state) {
                Some(ShipmentState::Registered) => Said::Done,
                Some(ShipmentState::Refused) => Said::NotDone,
                Some(ShipmentState::Recorded | ShipmentState::NeedsAttention) | None => Said::UnderWay,
            });
        }
        if operation.is_none() {
            return Ok(Said::Done);
        }
        let order = OrderKey::Id(accepted.order_id);
        let placement = self.storage.load_order(&order).await?.map(|order| order.placement);
        Ok(match (placement, operation.map(|operation| operation.state.name())) {
            (Some(Placement::Refused | Placement::Abandoned), _) | (_, Some(OperationState::Rejected)) => {
                Said::NotDone
            }
            (_, Some(OperationState::Succeeded)) => Said::Done,
            (_, _) => Said::UnderWay,
        })
    }

    /// A hook has come: the status it is answered with.
    pub async fn hook(&self, url: &str, id: &str) -> u16 {
        let path = url.strip_prefix(&self.settings.public_url).unwrap_or(url);
        let Some(address) = parse_hook_path(self, path) else { return 200 };
        match self.storage.hook_arrived(address.order_id, Some(id), self.clock.now()).await {
            Ok(_) => 200,
            Err(_) => 503,
        }
    }
}

/// What the API answers to what is not accepted.
fn refusal(error: &MutationError) -> Reply {
    match error {
        MutationError::Precondition(refusal) => Reply::Refused(format!("{:?}", refusal.reason)),
        MutationError::Invalid(faults) => {
            Reply::Refused(faults.iter().map(|fault| fault.rule).collect::<Vec<_>>().join(", "))
        }
        MutationError::RequestReused { .. }
        | MutationError::OrderNotFound(_)
        | MutationError::Forbidden { .. }
        | MutationError::EtagMismatch { .. }
        | MutationError::NumberHeld { .. } => Reply::Refused(error.to_string()),
        MutationError::Unconfirmed(_)
        | MutationError::DeadlinePassed
        | MutationError::Contended
        | MutationError::Store(_) => Reply::Unavailable,
    }
}
