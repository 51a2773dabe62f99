//! Operations, their queues and their leases. It may not decide what becomes of an operation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::operations::claim::Claim;
use domain::operations::operation::{Operation, State};
use domain::ports::{CommitError, OperationFilter, OperationPageKey, OperationWrite, Page};
use domain::rules::ids::{GroupId, LeaseToken, OperationId, OrderId};
use jiff::Timestamp;
use uuid::Uuid;

use super::lease::{Lease, is_free, is_held};
use super::{Due, broken, page};

#[derive(Default)]
pub(super) struct Operations {
    rows: BTreeMap<OperationId, Row>,
    /// Unsettled ones by turn.
    queues: BTreeSet<(OrderId, u64, OperationId)>,
    /// Those somebody may have to take up, in the order they are given out in. Settled ones are nearly all there are.
    open: BTreeSet<(Timestamp, OperationId)>,
}

/// An operation and who works on it.
#[derive(Clone)]
pub(super) struct Row {
    operation: Arc<Operation>,
    lease: Option<Lease>,
}

impl Row {
    /// Without a lease.
    fn free(operation: Operation) -> Self {
        Self { operation: Arc::new(operation), lease: None }
    }

    pub fn order_id(&self) -> OrderId {
        self.operation.order_id
    }

    fn place_in_queue(&self) -> Option<(OrderId, u64, OperationId)> {
        let Operation { id, order_id, turn, state, .. } = &*self.operation;
        (!state.is_settled()).then_some((*order_id, *turn, *id))
    }

    fn place_among_open(&self) -> Option<(Timestamp, OperationId)> {
        match self.operation.state {
            State::Pending { .. } | State::InFlight { .. } | State::Resolving { .. } => {
                Some((self.operation.not_before, self.operation.id))
            }
            State::Succeeded { .. }
            | State::Rejected { .. }
            | State::Withdrawn { .. }
            | State::NeedsAttention { .. } => None,
        }
    }

    /// Whether somebody has to take it up. One in flight waits for nothing but the end of its lease.
    fn has_come(&self, now: Timestamp, clock: Duration) -> bool {
        let in_time = match self.operation.state {
            State::Pending { .. } | State::Resolving { .. } => self.operation.not_before <= now,
            State::InFlight { .. } => true,
            State::Succeeded { .. }
            | State::Rejected { .. }
            | State::Withdrawn { .. }
            | State::NeedsAttention { .. } => false,
        };
        in_time && is_free(self.lease, clock)
    }

    /// Waits for an operator, and nobody works on it.
    fn may_be_decided(&self, clock: Duration) -> bool {
        matches!(self.operation.state, State::NeedsAttention { .. }) && is_free(self.lease, clock)
    }

    /// Pending, never sent, and nobody is about to.
    fn may_be_withdrawn(&self, clock: Duration) -> bool {
        matches!(self.operation.state, State::Pending { sent: None, .. }) && is_free(self.lease, clock)
    }
}

impl Operations {
    /// The rows a change would leave, each guarded by the row before it: what is stored, or what an earlier write of the
    /// same change makes of it.
    pub fn plan(&self, writes: Vec<OperationWrite>, clock: Duration) -> Result<Vec<Row>, CommitError> {
        let mut planned: Vec<Row> = Vec::with_capacity(writes.len());
        for write in writes {
            let before =
                |id| planned.iter().rev().find(|row| row.operation.id == id).or_else(|| self.rows.get(&id));
            let row = after(write, before, clock)?;
            planned.push(row);
        }
        Ok(planned)
    }

    pub fn save(&mut self, row: Row) {
        let (queued, open) = (row.place_in_queue(), row.place_among_open());
        if let Some(before) = self.rows.insert(row.operation.id, row) {
            before.place_in_queue().map(|place| self.queues.remove(&place));
            before.place_among_open().map(|place| self.open.remove(&place));
        }
        self.queues.extend(queued);
        self.open.extend(open);
    }

    /// Writes an operation and gives up its lease; `false` if it is in other hands.
    pub fn release(&mut self, operation: Operation, token: LeaseToken) -> bool {
        let held = self.rows.get(&operation.id).is_some_and(|row| is_held(row.lease, token));
        if held {
            self.save(Row::free(operation));
        }
        held
    }

    /// Gives out those that are due and that nothing holds up, under `lease`; of each order one that is to be sent.
    pub fn claim(&mut self, now: Timestamp, clock: Duration, lease: Lease, limit: u32) -> Vec<Claim> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let rows = self.open.iter().filter_map(|(_, id)| self.rows.get(id));
        let due = rows.filter(|row| row.has_come(now, clock) && !self.is_held_up(&row.operation, now));
        let (mut sending, mut chosen) = (BTreeSet::new(), Vec::new());
        for row in due.take(limit) {
            let is_pending = matches!(row.operation.state, State::Pending { .. });
            if !is_pending || sending.insert(row.order_id()) {
                chosen.push(row.operation.id);
            }
        }
        chosen.into_iter().filter_map(|id| self.take(id, now, lease)).collect()
    }

    /// Whether another of its order is in its way: one in flight, or one before it in its lane.
    fn is_held_up(&self, operation: &Operation, now: Timestamp) -> bool {
        let is_pending = matches!(operation.state, State::Pending { .. });
        let others = self.queue(operation.order_id).filter_map(|(_, _, id)| self.rows.get(id));
        let mut others = others.filter(|other| other.operation.id != operation.id);
        others.any(|other| {
            let in_flight = is_pending && matches!(other.operation.state, State::InFlight { .. });
            in_flight || other.operation.holds_up(operation, now, |id| self.is_open(id))
        })
    }

    fn is_open(&self, id: OperationId) -> bool {
        self.rows.get(&id).is_some_and(|row| !row.operation.state.is_settled())
    }

    fn queue(&self, order: OrderId) -> impl Iterator<Item = &(OrderId, u64, OperationId)> {
        let begin = (order, 0, OperationId::new(Uuid::nil()));
        self.queues.range(begin..).take_while(move |(owner, _, _)| *owner == order)
    }

    /// Nothing that an index knows is changed.
    fn take(&mut self, id: OperationId, now: Timestamp, lease: Lease) -> Option<Claim> {
        let row = self.rows.get_mut(&id)?;
        row.lease = Some(lease);
        let operation = Arc::make_mut(&mut row.operation);
        operation.state = operation.state.clone().claimed(now);
        Some(Claim { operation: operation.clone(), token: lease.token, known: None, trace: None })
    }

    /// Puts a new lease in the place of one of the same token that stands; `false` if there is none.
    pub fn renew(&mut self, id: OperationId, clock: Duration, lease: Lease) -> bool {
        let row = self.rows.get_mut(&id);
        let standing = row.filter(|row| is_held(row.lease, lease.token) && !is_free(row.lease, clock));
        standing.map(|row| row.lease = Some(lease)).is_some()
    }

    pub fn load(&self, id: OperationId) -> Option<Operation> {
        self.rows.get(&id).map(|row| Operation::clone(&row.operation))
    }

    /// Those of one group of an order, by turn.
    pub fn group(&self, order: OrderId, group: GroupId) -> Vec<Operation> {
        let rows = self.rows.values().map(|row| &row.operation);
        let mut found: Vec<_> = rows
            .filter(|operation| operation.order_id == order && operation.group == group)
            .map(|operation| Operation::clone(operation))
            .collect();
        found.sort_by_key(|operation| (operation.turn, operation.id));
        found
    }

    /// An order's unsettled ones by turn.
    pub fn unsettled(&self, order: OrderId) -> Vec<Operation> {
        self.queue(order).filter_map(|(_, _, id)| self.load(*id)).collect()
    }

    /// When each that nothing holds up can be claimed.
    pub fn next_due(&self, now: Timestamp) -> impl Iterator<Item = Due> {
        let open = self.open.iter().filter_map(|(_, id)| self.rows.get(id));
        open.filter(move |row| !self.is_held_up(&row.operation, now)).map(|row| Due {
            time: (!matches!(row.operation.state, State::InFlight { .. }))
                .then_some(row.operation.not_before),
            lease_end: row.lease.map(|lease| lease.until),
        })
    }

    /// Oldest first. Operators ask seldom: no index is kept for it.
    pub fn list(
        &self,
        filter: &OperationFilter,
        after: Option<OperationPageKey>,
        limit: u32,
    ) -> Page<Operation, OperationPageKey> {
        let key = |operation: &Operation| OperationPageKey {
            created_time: operation.created_time,
            id: operation.id,
        };
        let place = |key: OperationPageKey| (key.created_time, key.id);
        let mut wanted: Vec<_> = self.rows.values().filter(|row| passes(filter, &row.operation)).collect();
        wanted.sort_by_key(|row| place(key(&row.operation)));
        let behind = wanted
            .into_iter()
            .filter(|row| after.is_none_or(|after| place(key(&row.operation)) > place(after)));
        let page = page::first(behind, limit, |row| key(&row.operation));
        let items = page.items.into_iter().map(|row| Operation::clone(&row.operation)).collect();
        Page { items, next: page.next }
    }

    pub fn all(&self) -> BTreeMap<OperationId, Arc<Operation>> {
        self.rows.iter().map(|(id, row)| (*id, Arc::clone(&row.operation))).collect()
    }

    pub fn leases(&self) -> BTreeMap<OperationId, Lease> {
        self.rows.iter().filter_map(|(id, row)| row.lease.map(|lease| (*id, lease))).collect()
    }
}

fn passes(filter: &OperationFilter, operation: &Operation) -> bool {
    let in_state = match filter.states.as_slice() {
        [] => !operation.state.is_settled(),
        states => states.contains(&operation.state.name()),
    };
    in_state
        && filter.profiles.contains(&operation.profile)
        && filter.order_id.is_none_or(|order| order == operation.order_id)
        && (filter.kinds.is_empty() || filter.kinds.contains(&operation.task.name()))
}

/// The row that a write leaves, if the row before it lets it.
fn after<'a>(
    write: OperationWrite,
    before: impl Fn(OperationId) -> Option<&'a Row>,
    clock: Duration,
) -> Result<Row, CommitError> {
    match write {
        OperationWrite::Insert { operation, .. } if before(operation.id).is_some() => {
            Err(broken("an operation is inserted once").into())
        }
        OperationWrite::Insert { operation, claim } => {
            let lease = claim.map(|(token, length)| Lease::given(token, clock, length));
            Ok(Row { lease, ..Row::free(operation) })
        }
        OperationWrite::Release { operation, token } => {
            let held = before(operation.id).is_some_and(|row| is_held(row.lease, token));
            if held { Ok(Row::free(operation)) } else { Err(CommitError::LeaseLost) }
        }
        OperationWrite::Decide { operation } => {
            let free = before(operation.id).is_some_and(|row| row.may_be_decided(clock));
            if free { Ok(Row::free(operation)) } else { Err(CommitError::LeaseLost) }
        }
        OperationWrite::Withdraw { operation } => {
            let free = before(operation.id).is_some_and(|row| row.may_be_withdrawn(clock));
            if free { Ok(Row::free(operation)) } else { Err(CommitError::LeaseLost) }
        }
    }
}
