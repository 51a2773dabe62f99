//! Orders, operations and events on SQLite and PostgreSQL: the storage port of the domain. It may not decide anything
//! about orders, and no type of the database library leaves it.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::{
    Change, CommitError, LookupClaim, OrderFilter, OrderKey, Page, PageKey, RequestRecord, Store, StoreError,
};
use domain::rules::event::Event;
use domain::rules::ids::{Caller, LeaseToken, OperationId, OrderId, RequestId, ShipmentId};
use domain::rules::operation::{Claim, Operation};
use domain::rules::order::Order;
use domain::rules::shipment::Shipment;
use jiff::Timestamp;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Where the database is, and how many connections it may take.
#[derive(Clone, Debug)]
pub struct Options {
    pub url: String,
    pub max_connections: u32,
}

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("the database is not available: {0}")]
    Unavailable(String),
}

/// The store.
#[derive(Clone, Debug)]
pub struct Database(Arc<()>);

fn missing<T>() -> Result<T, StoreError> {
    Err(StoreError::Unavailable("not built yet".to_owned()))
}

impl Database {
    pub async fn connect(_options: &Options) -> Result<Self, ConnectError> {
        Err(ConnectError::Unavailable("not built yet".to_owned()))
    }
    pub async fn migrate(&self) -> Result<Vec<String>, ConnectError> {
        Ok(Vec::new())
    }
    pub async fn pending_migrations(&self) -> Result<Vec<String>, ConnectError> {
        Ok(Vec::new())
    }
    pub async fn service_secret(&self, _name: &str, _fresh: &[u8]) -> Result<Vec<u8>, StoreError> {
        missing()
    }
    pub async fn ping(&self) -> Result<(), StoreError> {
        missing()
    }
    pub fn engine(&self) -> Engine {
        Engine::Sqlite
    }
    pub async fn version(&self) -> Result<String, StoreError> {
        missing()
    }
    pub async fn close(self) {}
}

impl Store for Database {
    async fn commit(&self, _change: Change) -> Result<(), CommitError> {
        Ok(missing()?)
    }
    async fn find_request(
        &self,
        _caller: &Caller,
        _id: &RequestId,
    ) -> Result<Option<RequestRecord>, StoreError> {
        missing()
    }
    async fn load_order(&self, _key: &OrderKey) -> Result<Option<Order>, StoreError> {
        missing()
    }
    async fn list_orders(
        &self,
        _filter: &OrderFilter,
        _after: Option<PageKey>,
        _limit: u32,
    ) -> Result<Page<Order, PageKey>, StoreError> {
        missing()
    }
    async fn list_events(
        &self,
        _order: OrderId,
        _after: u64,
        _limit: u32,
    ) -> Result<Page<Event, u64>, StoreError> {
        missing()
    }
    async fn load_shipment(&self, _id: ShipmentId) -> Result<Option<Shipment>, StoreError> {
        missing()
    }
    async fn list_shipments(&self, _order: OrderId) -> Result<Vec<Shipment>, StoreError> {
        missing()
    }
    async fn load_operation(&self, _id: OperationId) -> Result<Option<Operation>, StoreError> {
        missing()
    }
    async fn unsettled_operations(&self, _order: OrderId) -> Result<Vec<Operation>, StoreError> {
        missing()
    }
    async fn note_observed(
        &self,
        _order: OrderId,
        _version: u64,
        _time: Timestamp,
    ) -> Result<(), StoreError> {
        missing()
    }
    async fn claim_operations(
        &self,
        _now: Timestamp,
        _lease: Duration,
        _token: LeaseToken,
        _limit: u32,
    ) -> Result<Vec<Claim>, StoreError> {
        missing()
    }
    async fn renew_lease(
        &self,
        _id: OperationId,
        _token: LeaseToken,
        _lease: Duration,
    ) -> Result<bool, StoreError> {
        missing()
    }
    async fn defer(&self, _operation: &Operation, _token: LeaseToken) -> Result<bool, StoreError> {
        missing()
    }
    async fn hook_arrived(&self, _order: OrderId, _now: Timestamp) -> Result<bool, StoreError> {
        missing()
    }
    async fn claim_lookups(
        &self,
        _now: Timestamp,
        _lease: Duration,
        _token: LeaseToken,
        _limit: u32,
    ) -> Result<Vec<LookupClaim>, StoreError> {
        missing()
    }
    async fn finish_lookup(
        &self,
        _claim: &LookupClaim,
        _next: Option<Timestamp>,
        _failures: u32,
    ) -> Result<(), StoreError> {
        missing()
    }
}
