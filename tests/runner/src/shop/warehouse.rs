//! The warehouse: looks at an order until something of it can be shipped, and asks for that. It may ask for too much, or too
//! late: to refuse that is the service's business, not its own.

use domain::operations::task::OperationKind;
use domain::operations::update_shipment::Track;
use domain::ports::{OrderKey, Store};
use domain::rules::ids::{LineId, OrderId, ShipmentId};
use domain::rules::line_cancellation::LineCancellationRequest;
use domain::rules::money::Money;
use domain::rules::order::Order;
use domain::rules::shipment::{LineSelection, Selection, ShipmentRequest, Tracking};
use domain::rules::status::OrderStatus;

use super::World;
use crate::basket::Basket;
use crate::chance::mix;
use crate::replica::Wish;
use crate::script::Pick;

impl World {
    pub async fn ship(self, order: u64, intent: u64, pick: Pick) {
        let request_id = format!("ship-{intent}");
        if let Some((command, wish)) = self.wished(&request_id) {
            self.carry(OperationKind::CreateShipment, order, &request_id, &command, wish).await;
            return;
        }
        let Some(id) = self.known(order).await else { return };
        let Some(now) =
            self.when(id, |order| order.facts.status.is_some_and(OrderStatus::allows_shipping)).await
        else {
            return;
        };
        let request = request(&now, pick, self.seed, intent);
        let command = format!("{request:?}");
        let wish = Wish::Ship(id, request);
        self.wishes().insert(request_id.clone(), (command.clone(), wish.clone()));
        self.carry(OperationKind::CreateShipment, order, &request_id, &command, wish).await;
    }

    /// Customer care cancels units of a line, once it may be canceled.
    pub async fn cancel_lines(
        self,
        order: u64,
        intent: u64,
        (line, quantity): (u32, u32),
        cents: Option<u64>,
    ) {
        let request_id = format!("cancel-lines-{intent}");
        if let Some((command, wish)) = self.wished(&request_id) {
            self.carry(OperationKind::CancelLines, order, &request_id, &command, wish).await;
            return;
        }
        let Some(id) = self.known(order).await else { return };
        let Some(now) =
            self.when(id, |order| order.facts.status.is_some_and(OrderStatus::allows_shipping)).await
        else {
            return;
        };
        let line_id = LineId::new(line);
        let amount = cents.and_then(|cents| amount(&now, line_id, quantity, cents));
        let selection = Selection::Lines(vec![LineSelection { line_id, quantity, amount }]);
        // Every other desk gives up the gift card, if there is one.
        let gives_up = mix(self.seed ^ intent).is_multiple_of(2);
        let release = Basket::of(self.seed, order).gift_card().filter(|_| gives_up).into_iter().collect();
        let request = LineCancellationRequest { selection, release };
        let command = format!("{request:?}");
        let wish = Wish::CancelLines(id, request);
        self.wishes().insert(request_id.clone(), (command.clone(), wish.clone()));
        self.carry(OperationKind::CancelLines, order, &request_id, &command, wish).await;
    }

    /// Changes how a parcel is followed, once there is one.
    pub async fn track(self, order: u64, intent: u64, parcel: u64) {
        let request_id = format!("track-{intent}");
        if let Some((command, wish)) = self.wished(&request_id) {
            self.carry(OperationKind::UpdateShipment, order, &request_id, &command, wish).await;
            return;
        }
        let Some(id) = self.known(order).await else { return };
        let Some(shipment_id) = self.parcel(id, parcel).await else { return };
        // Few codes, so that the same is wanted again.
        let code = format!("T{}", mix(self.seed ^ intent) % 3);
        let tracking = Tracking { carrier: "DHL".to_owned(), code, url: None };
        let request = Track { shipment_id, tracking };
        let command = format!("{request:?}");
        let wish = Wish::Track(id, request);
        self.wishes().insert(request_id.clone(), (command.clone(), wish.clone()));
        self.carry(OperationKind::UpdateShipment, order, &request_id, &command, wish).await;
    }

    /// One of the order's parcels, by whomever, wherever it stands.
    async fn parcel(&self, id: OrderId, parcel: u64) -> Option<ShipmentId> {
        for _ in 0..20 {
            let all = self.site.store.list_shipments(id).await.ok()?;
            let count = u64::try_from(all.len()).unwrap_or(0);
            let chosen = parcel.checked_rem(count).and_then(|n| all.get(usize::try_from(n).ok()?));
            if let Some(shipment) = chosen {
                return Some(shipment.id);
            }
            self.site.pause(1_000, 5_000).await;
        }
        None
    }

    /// Waits until the order is as wanted, has it read now and then, and in the end goes on as it is.
    pub(super) async fn when(&self, id: OrderId, wanted: impl Fn(&Order) -> bool + Send) -> Option<Order> {
        for round in 0..25 {
            let order = self.site.store.load_order(&OrderKey::Id(id)).await.ok().flatten()?;
            if wanted(&order) || order.closed_time.is_some() {
                return Some(order);
            }
            if round % 4 == 3 {
                self.sync_one(id).await;
            }
            self.site.pause(1_000, 5_000).await;
        }
        let tries_anyway = self.site.time.chance(|chance| chance.permille(300));
        let order = self.site.store.load_order(&OrderKey::Id(id)).await.ok().flatten()?;
        tries_anyway.then_some(order)
    }
}

/// What the warehouse asks for, looking at the order as it is.
fn request(order: &Order, pick: Pick, seed: u64, intent: u64) -> ShipmentRequest {
    let tracking = |tracked: bool| {
        let code = format!("3S{:08}", mix(seed ^ intent) % 100_000_000);
        tracked.then(|| Tracking { carrier: "PostNL".to_owned(), code, url: None })
    };
    match pick {
        Pick::All { tracked } => ShipmentRequest {
            selection: Selection::AllRemaining,
            include_refunded: false,
            goods_left: false,
            tracking: tracking(tracked),
        },
        Pick::Part { line, quantity, cents, tracked } => {
            let line_id = LineId::new(line);
            let amount = cents.and_then(|cents| amount(order, line_id, quantity, cents));
            let selection = Selection::Lines(vec![LineSelection { line_id, quantity, amount }]);
            ShipmentRequest {
                selection,
                include_refunded: false,
                goods_left: false,
                tracking: tracking(tracked),
            }
        }
    }
}

/// One of the amounts that the bounds admit, which few others will share.
fn amount(order: &Order, line: LineId, quantity: u32, cents: u64) -> Option<Money> {
    let bounds = order.line(line)?.remainder().bounds(quantity)?;
    let (low, high) = (bounds.min.minor(), bounds.max.minor());
    let room = u64::try_from(high - low).ok()?;
    let over = i64::try_from(cents % (room + 1)).ok()?;
    Some(Money::from_minor(low + over, bounds.min.currency()))
}
