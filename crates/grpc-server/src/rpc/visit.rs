//! One call, and what it may read. Everything that an RPC reads of the store goes through here, so that what is kept from its caller
//! looks as if it were not there. Changes are checked again where they are decided: their `Intent` carries the same access.

use std::sync::Arc;

use domain::operations::operation::Operation;
use domain::ports::{EventStream, OrderKey, OrderWithOperations, Place, Store, StoreError};
use domain::rules::access::{Access, Denied, Profiles};
use domain::rules::ids::{GroupId, OperationId, OrderId, ProfileName, RefundId, ShipmentId};
use domain::rules::order::Order;
use domain::rules::placement::Mode;
use domain::rules::refund::Refund;
use domain::rules::shipment::Shipment;
use domain::rules::violation::Violation;
use tonic::Status;

use super::errors;
use crate::driver::Driver;
use crate::identity::Visitor;
use crate::proto::ErrorReason;
use crate::service::{Service, Storage};

/// A call by somebody who may make it on some profile at least.
pub struct Visit {
    pub driver: Driver,
    pub visitor: Arc<Visitor>,
}

impl Visit {
    pub fn service(&self) -> &Arc<Service> {
        &self.driver.service
    }

    pub fn access(&self) -> &Access {
        &self.visitor.access
    }

    /// The profile that is named for a new order, or the only one that the caller sees; otherwise what is expected.
    pub fn profile(&self, name: &str) -> Result<(ProfileName, Mode), String> {
        self.service().profile(name, |profile| self.access().shows(profile))
    }

    /// The profile that is named in a query, including retired ones; otherwise what is expected.
    pub fn known_profile(&self, name: &str) -> Result<ProfileName, String> {
        self.service().known_profile(name, |profile| self.access().shows(profile))
    }

    /// What is wrong with the profile of a list's filter: a slip in its name would look like an empty list.
    pub fn unknown(&self, asked: &Profiles) -> Vec<Violation> {
        let Profiles::These(names) = asked else { return Vec::new() };
        let unknown = names.iter().filter_map(|name| {
            let expected = self.known_profile(name.as_str()).err()?;
            let got = name.to_string();
            Some(Violation { path: "filter.profile".to_owned(), rule: "filter.profile", expected, got })
        });
        unknown.collect()
    }

    /// Whether the call is allowed on a profile that the caller sees. One that is hidden is refused by its name, like one that is not
    /// configured.
    pub fn may(&self, profile: &ProfileName) -> Result<(), Status> {
        match self.access().check(profile) {
            Ok(()) | Err(Denied::Hidden) => Ok(()),
            Err(Denied::Forbidden) => Err(errors::role_missing(self.visitor.method, Some(profile))),
        }
    }

    /// The same for the profile of a request, before anything else of it is looked at.
    pub fn may_use(&self, name: &str) -> Result<(), Status> {
        self.profile(name).map_or(Ok(()), |(profile, _)| self.may(&profile))
    }

    /// What was found of a profile, or nothing, if it is hidden.
    fn shown<T>(&self, found: Option<T>, profile: impl Fn(&T) -> &ProfileName) -> Result<Option<T>, Status> {
        let Some(found) = found else { return Ok(None) };
        match self.access().check(profile(&found)) {
            Ok(()) => Ok(Some(found)),
            Err(Denied::Hidden) => Ok(None),
            Err(Denied::Forbidden) => Err(errors::role_missing(self.visitor.method, Some(profile(&found)))),
        }
    }

    fn store(&self) -> &Storage {
        &self.service().store
    }

    /// The order as it is now.
    pub async fn order_with_operations(&self, key: &OrderKey) -> Result<OrderWithOperations, Status> {
        let found = self.store().load_with_operations(key).await.map_err(errors::store)?;
        let found = self.shown(found, |found| &found.order.profile)?;
        found.ok_or_else(|| errors::not_found(ErrorReason::OrderNotFound, named(key)))
    }

    /// Several orders, each for itself.
    pub async fn orders(&self, keys: &[OrderKey]) -> Result<Vec<Option<OrderWithOperations>>, Status> {
        let loaded = self.store().load_many_with_operations(keys).await.map_err(errors::store)?;
        loaded.into_iter().map(|found| self.shown(found, |found| &found.order.profile)).collect()
    }

    pub async fn find_order(&self, key: &OrderKey) -> Result<Option<Order>, Status> {
        let found = self.store().load_order(key).await.map_err(errors::store)?;
        self.shown(found, |order| &order.profile)
    }

    pub async fn find_operation(&self, id: OperationId) -> Result<Option<Operation>, Status> {
        let found = self.store().load_operation(id).await.map_err(errors::store)?;
        self.shown(found, |operation| &operation.profile)
    }

    pub async fn operation(&self, id: OperationId) -> Result<Operation, Status> {
        let missing = || errors::not_found(ErrorReason::OperationNotFound, format_args!("operation {id}"));
        self.find_operation(id).await?.ok_or_else(missing)
    }

    pub async fn shipment(&self, id: ShipmentId) -> Result<Shipment, Status> {
        let found = self.store().load_shipment(id).await.map_err(errors::store)?;
        let found = self.part(found, |shipment| shipment.order_id).await?;
        found.ok_or_else(|| errors::not_found(ErrorReason::ShipmentNotFound, format_args!("shipment {id}")))
    }

    pub async fn refund(&self, id: RefundId) -> Result<Refund, Status> {
        let found = self.store().load_refund(id).await.map_err(errors::store)?;
        let found = self.part(found, |refund| refund.order_id).await?;
        found.ok_or_else(|| errors::not_found(ErrorReason::RefundNotFound, format_args!("refund {id}")))
    }

    /// A part of an order, or nothing, if the order is hidden.
    async fn part<T>(&self, found: Option<T>, order: impl Fn(&T) -> OrderId) -> Result<Option<T>, Status> {
        let Some(part) = found else { return Ok(None) };
        if self.access().is_unlimited() {
            return Ok(Some(part));
        }
        let order = self.find_order(&OrderKey::Id(order(&part))).await?;
        Ok(order.map(|_| part))
    }

    /// The store, for what belongs to this order. Without limits its profile does not matter, and is not read.
    pub async fn store_of(&self, id: OrderId) -> Result<&Storage, Status> {
        if !self.access().is_unlimited() && self.find_order(&OrderKey::Id(id)).await?.is_none() {
            return Err(errors::not_found(ErrorReason::OrderNotFound, format_args!("order {id}")));
        }
        Ok(self.store())
    }

    /// Whether the caller may decide about this operation. Without limits it is not read here.
    pub async fn may_decide(&self, id: OperationId) -> Result<(), Status> {
        if self.access().is_unlimited() { Ok(()) } else { self.operation(id).await.map(drop) }
    }

    /// The store and the stream, for a list that is cut to the profiles that the caller may read by this method.
    pub fn listed(&self, profiles: &mut Profiles) -> Result<(&Storage, &persistence::Database), Status> {
        if let Profiles::These(asked) = &*profiles {
            asked.iter().try_for_each(|profile| self.may(profile))?;
        }
        *profiles = profiles.and(self.access().allowed());
        Ok((self.store(), &self.service().stream))
    }

    /// The operations of a request that was recorded for this caller.
    pub async fn recorded(&self, order: OrderId, group: GroupId) -> Result<Vec<Operation>, Status> {
        self.store().group_operations(order, group).await.map_err(errors::store)
    }

    /// Where a stream begins; says nothing of what lies there.
    pub async fn place(&self, position: Option<u64>) -> Result<Option<Place>, StoreError> {
        self.service().stream.place(position).await
    }
}

/// The order, as the caller named it.
fn named(key: &OrderKey) -> String {
    match key {
        OrderKey::Id(id) => format!("order {id}"),
        OrderKey::MollieId(id) => format!("order with Mollie's id {}", errors::shown(id)),
        OrderKey::Number { profile, order_number } => {
            format!("order of profile {profile} with the order_number \"{}\"", errors::shown(order_number))
        }
    }
}
