//! Owned tasks: work that moves money runs here, never in a future that a caller's deadline can drop.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use domain::operations::claim::Claim;
use domain::operations::operation::{Operation, State};
use domain::ports::{Clock, Ports, Store};
use domain::rules::ids::{GroupId, OperationId, OrderId};
use domain::workflow::Recorded;
use domain::workflow::drive::drive;
use domain::workflow::step::Progress;
use opentelemetry::context::FutureExt;
use persistence::Repeats;
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{Instrument, Span, debug, debug_span, error, field, warn};

use crate::admission::place;
use crate::feed::Feed;
use crate::key_alerts::KeyAlerts;
use crate::service::Service;
use crate::telemetry;
use crate::waits::Waits;

/// How often a waiting call checks whether its operation is settled, if another task or replica drives it.
const LOOK: Duration = Duration::from_millis(50);

/// A step under way, which returns its progress; `None` if the store failed.
pub type Step = JoinHandle<Option<Progress>>;

/// Runs the workflow's steps in separate tasks.
#[derive(Clone)]
pub struct Driver {
    pub service: Arc<Service>,
    tasks: TaskTracker,
    /// The wake-up for when an operation may have become due.
    pub wake_up: Arc<Notify>,
    /// The wake-up for when a webhook arrives.
    pub hook_wake_up: Arc<Notify>,
    key_alerts: Arc<KeyAlerts>,
    /// What callers wait for.
    pub waits: Arc<Waits>,
    /// The stream of events, for those who watch it.
    pub feed: Arc<Feed>,
    /// Canceled late while the process stops: callers get what is known.
    stopping: CancellationToken,
}

impl Driver {
    pub fn new(service: Arc<Service>, feed: Feed) -> Self {
        let (wake_up, hook_wake_up) = (Arc::default(), Arc::default());
        let (key_alerts, waits) = (Arc::default(), Arc::default());
        Self {
            service,
            tasks: TaskTracker::new(),
            wake_up,
            hook_wake_up,
            key_alerts,
            waits,
            feed: Arc::new(feed),
            stopping: CancellationToken::new(),
        }
    }

    /// Runs work to its end, even if the caller stops waiting. It keeps the place of the call that starts it, and belongs to its trace.
    pub fn own<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.tasks.spawn(place::kept(work).with_current_context())
    }

    /// Drives a claimed operation one step further. `permit` is returned when the step is done.
    pub fn take(&self, claim: Claim, claimed_at: Duration, permit: Option<OwnedSemaphorePermit>) -> Step {
        let Operation { id, order_id, task, state, .. } = &claim.operation;
        let (kind, state) = (task.name(), state.name());
        // Only this line shows which operations a process held when it died.
        debug!(operation = %id, order = %order_id, kind = kind.as_str(), state = state.as_str(), "operation claimed");
        let driver = self.clone();
        let span = telemetry::resumed(span_of(&claim), claim.trace.as_ref());
        let taken = async move {
            let progress = Box::pin(step(&driver.service, &claim, claimed_at)).await;
            Span::current().record("orders.operation.progress", progress.map(Progress::name));
            if progress == Some(Progress::KeyRefused) {
                driver.key_alerts.raise(&claim.operation);
            }
            drop(permit);
            // Operations behind it in its order may be due now.
            driver.wake_up.notify_one();
            driver.waits.look();
            progress
        };
        self.own(taken.instrument(span))
    }

    /// Waits until every operation of a request is settled, or certainly could not be sent for now, or time is up. `own`: the
    /// step under way for it.
    pub async fn wait(&self, accepted: &Recorded, own: Option<Step>, answer_by: Instant) {
        let Some(group) = accepted.group else { return };
        let waiting = async {
            if let Some(task) = own {
                match task.await {
                    Ok(Some(Progress::Settled)) if accepted.is_single => return,
                    Ok(
                        Some(
                            Progress::Settled
                            | Progress::Deferred
                            | Progress::KeyRefused
                            | Progress::LeaseLost,
                        )
                        | None,
                    ) => (),
                    Err(error) => {
                        let operation = group.first();
                        error!(%operation, %error, "a step ended unexpectedly; the operation is claimed again when its lease runs out");
                    }
                }
            }
            while !self.rests(accepted.order_id, group).await {
                tokio::time::sleep(LOOK).await;
            }
        };
        self.within(answer_by, waiting).await;
    }

    /// The same for one operation.
    pub async fn wait_for(&self, id: OperationId, answer_by: Instant) {
        let waiting = async {
            loop {
                match self.service.store.load_operation(id).await {
                    Ok(Some(operation)) if !is_at_rest(&operation) => tokio::time::sleep(LOOK).await,
                    Err(error) if error.retryable() => tokio::time::sleep(LOOK).await,
                    Ok(_) | Err(_) => return,
                }
            }
        };
        self.within(answer_by, waiting).await;
    }

    /// Waits until time is up or the process stops at most: then the caller gets the durable state.
    async fn within(&self, answer_by: Instant, waiting: impl Future<Output = ()>) {
        tokio::select! {
            _ = tokio::time::timeout_at(answer_by, waiting) => (),
            () = self.stopping.cancelled() => (),
        }
    }

    /// Has nobody wait any longer after a time: whatever was under way until then has been answered or never will be.
    pub async fn stop_waiting_after(&self, time: Duration) -> Infallible {
        tokio::time::sleep(time).await;
        self.stopping.cancel();
        std::future::pending().await
    }

    async fn rests(&self, order: OrderId, group: GroupId) -> bool {
        let operations = match self.service.store.group_operations(order, group).await {
            Ok(operations) => operations,
            Err(error) => return !error.retryable(),
        };
        for operation in &operations {
            if !is_at_rest(operation) && !self.waits_for_one_at_rest(operation).await {
                return false;
            }
        }
        true
    }

    /// Whether the operation that it follows is not settled and not due.
    async fn waits_for_one_at_rest(&self, operation: &Operation) -> bool {
        let (State::Pending { .. }, Some(after)) = (&operation.state, operation.after) else { return false };
        match self.service.store.load_operation(after).await {
            Ok(before) => before.is_some_and(|before| !before.state.is_settled() && is_at_rest(&before)),
            Err(error) => !error.retryable(),
        }
    }

    /// Waits for every task to end.
    pub async fn drain(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

fn is_at_rest(operation: &Operation) -> bool {
    match operation.state {
        State::Succeeded { .. }
        | State::Rejected { .. }
        | State::Withdrawn { .. }
        | State::NeedsAttention { .. } => true,
        State::Pending { .. } => operation.last_problem.is_some(),
        State::InFlight { .. } | State::Resolving { .. } => false,
    }
}

fn span_of(claim: &Claim) -> Span {
    let Operation { id, order_id, profile, task, state, tries, .. } = &claim.operation;
    debug_span!(
        parent: None,
        "operation",
        orders.operation.kind = task.name().as_str(),
        orders.operation.id = %id,
        orders.id = %order_id,
        orders.profile = %profile,
        orders.operation.lane = task.lane().as_str(),
        orders.operation.state = state.name().as_str(),
        orders.operation.attempt = i64::from(tries.unknown) + 1,
        orders.operation.progress = field::Empty,
    )
}

static TOLD: Repeats = Repeats::new();

async fn step(service: &Service, claim: &Claim, claimed_at: Duration) -> Option<Progress> {
    let Operation { id, order_id, task, .. } = &claim.operation;
    let kind = task.name();
    match Box::pin(drive(service, claim, claimed_at)).await {
        Ok(progress) => {
            debug!(operation = %id, order = %order_id, kind = kind.as_str(), ?progress, "operation taken a step further");
            return Some(progress);
        }
        Err(error) if error.retryable() => {
            if let Some(left_out) = TOLD.due() {
                warn!(operation = %id, order = %order_id, kind = kind.as_str(), %error, left_out, "step failed; claimed again when its lease runs out");
            }
        }
        Err(error) => {
            error!(operation = %id, order = %order_id, kind = kind.as_str(), %error, "step failed; the stored data must be inspected");
        }
    }
    None
}

/// [`Clock::elapsed`] of the service, taken just before a claim.
pub fn claim_time(service: &Service) -> Duration {
    service.clock().elapsed()
}
