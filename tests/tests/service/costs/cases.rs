//! The use cases, each run several times, and what keeps others from falling in.
//!
//! Orders are read at Mollie a quarter of an hour after they were placed, and at once after they were shipped or canceled. The
//! former is later than any test; for the latter, as many look-ups as are made at once hang at Mollie while it is counted,
//! so that none is claimed.

use serde_json::json;
use tests::proto::get_order_request::{self, Key};
use tests::proto::{
    BatchGetOrdersRequest, CheckOrderDraftRequest, CreateOrderRequest, CreateRefundRequest,
    GetOperationRequest, GetOrderRequest, GetRefundRequest, ListDeadlinesRequest, ListOrderEventsRequest,
    ListOrdersRequest, ListRefundsRequest, ListShipmentsRequest, Mode, Order, OrderFilter, OrderStatus,
    Refund, RefundFilter, RefundStatus, WaitOperationRequest,
};
use tests::{COUNTED, Ledger, Meter, Orders, WARM, World, amount, new_request_id, numbered};

use super::{NOBODY, PROFILES};
use crate::requests::{
    cancel, cancel_lines, create, manage, move_to, pay, rename_line, ship, sync, take_back, thing, track,
    without,
};

const RUNS: usize = WARM + COUNTED;
/// How many look-ups the service makes at once.
const LOOKUPS: usize = 16;

type KeyOf<'a> = &'a dyn Fn(&Order) -> Key;

/// The use cases of one world.
pub struct Cases<'a> {
    world: &'a World,
    meter: Meter,
    client: Orders,
    there: Vec<Order>,
    placed: Vec<Order>,
    paid: Vec<Order>,
    unpaid: Vec<Order>,
    refunds: Vec<Refund>,
    ledger: Ledger,
}

impl<'a> Cases<'a> {
    pub async fn new(world: &'a World, meter: Meter, there: Vec<Order>) -> Self {
        let (client, ledger) = (world.orders(), world.simulator.ledger().await);
        let (placed, paid, unpaid, refunds) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { world, meter, client, there, placed, paid, unpaid, refunds, ledger }
    }

    pub async fn run(&mut self) {
        self.placing().await;
        self.hooks().await;
        self.reading_deadlines().await;
        self.pay().await;
        self.occupy_lookups().await;
        self.changes().await;
        self.refunding().await;
        self.reading_orders().await;
        self.reading_lists().await;
        self.reading_refunds().await;
    }

    pub fn end(self) -> Meter {
        self.meter
    }

    /// Two orders for each run: one to ship, one to cancel.
    async fn placing(&mut self) {
        let (world, client) = (self.world, &self.client);
        let mut requests = Vec::new();
        let mut placed = Vec::new();
        self.meter
            .count(world, "CreateOrder", 2 * RUNS, async |n| {
                let request = create(&new_request_id(), numbered(&format!("counted-{n}"), "klarnapaylater"));
                let request = CreateOrderRequest { profile: PROFILES[0].to_owned(), ..request };
                placed.push(client.clone().create_order(request.clone()).await.unwrap().into_inner());
                requests.push(request);
            })
            .await;
        self.meter
            .count(world, "CreateOrder, again under its request_id", RUNS, async |n| {
                client.clone().create_order(requests[n].clone()).await.unwrap();
            })
            .await;
        self.ledger = world.simulator.ledger().await;
        self.placed = placed;
    }

    async fn hooks(&mut self) {
        let (world, ledger) = (self.world, &self.ledger);
        for order in &self.placed {
            world.simulator.check_out(&order.checkout_url, "authorized").await;
        }
        for (name, orders) in [
            ("a hook, until its event is saved", &self.placed[..]),
            ("a hook that tells nothing new", &self.placed[..RUNS]),
        ] {
            self.meter
                .count(world, name, orders.len(), async |n| {
                    let order = &orders[n];
                    Meter::looked_up(world, &order.id, async || hook(world, ledger, order).await).await;
                })
                .await;
        }
        for order in &mut self.placed {
            *order = world.order(&order.id).await;
            assert_eq!(order.status(), OrderStatus::Authorized);
        }
    }

    /// Lets some of the orders that are there be paid, and some fail.
    async fn reading_deadlines(&mut self) {
        let (world, client) = (self.world, &self.client);
        self.meter
            .count(world, "ListDeadlines, five and their sums", RUNS, async |_| {
                let mode = Mode::Test.into();
                // Far ahead: the year 2100.
                let before_time = Some(prost_types::Timestamp { seconds: 4_102_444_800, nanos: 0 });
                let request = ListDeadlinesRequest { mode, before_time, page_size: 5, ..Default::default() };
                let page = client.clone().list_deadlines(request).await.unwrap().into_inner();
                assert_eq!((page.deadlines.len(), page.sums.is_empty()), (5, false));
            })
            .await;
    }

    async fn pay(&mut self) {
        let orders = &self.there[2 * LOOKUPS..];
        for (orders, result, into) in
            [(&orders[..RUNS], "paid", &mut self.paid), (&orders[RUNS..2 * RUNS], "failed", &mut self.unpaid)]
        {
            for order in orders {
                self.world.simulator.check_out(&order.checkout_url, result).await;
                into.push(sync(self.world, order).await.unwrap());
            }
        }
    }

    /// Lets as many look-ups hang as are made at once. From now on no other is made.
    async fn occupy_lookups(&self) {
        let hang = json!([{ "fault": "hang", "effect": true, "method": "GET", "path": "/v2/orders/*", "count": "all" }]);
        self.world.simulator.fail(hang).await;
        for order in &self.there[..LOOKUPS] {
            hook(self.world, &self.ledger, order).await;
        }
        self.world.simulator.has_hanging(LOOKUPS).await;
    }

    async fn changes(&mut self) {
        let (world, client, ledger) = (self.world, &self.client, &self.ledger);
        let (there, placed, unpaid) = (&self.there[LOOKUPS..], &self.placed, &self.unpaid);
        let mut parcels = Vec::new();
        self.meter
            .count(world, "a hook, until it is acknowledged", RUNS, async |n| {
                hook(world, ledger, &there[n]).await;
            })
            .await;
        self.meter
            .count(world, "CreateShipment", RUNS, async |n| {
                let request = ship(&placed[n], 0, 1, Some("299.00"));
                parcels.push(client.clone().create_shipment(request).await.unwrap().into_inner());
            })
            .await;
        self.meter
            .count(world, "UpdateShipment", RUNS, async |n| {
                client.clone().update_shipment(track(&parcels[n], "JD01")).await.unwrap();
            })
            .await;
        self.meter
            .count(world, "UpdateOrder", RUNS, async |n| {
                client.clone().update_order(move_to(&placed[n], "Utrecht")).await.unwrap();
            })
            .await;
        self.meter
            .count(world, "UpdateOrderLine", RUNS, async |n| {
                client.clone().update_order_line(rename_line(&placed[RUNS + n], 0, "Box")).await.unwrap();
            })
            .await;
        self.meter
            .count(world, "ManageOrderLines", RUNS, async |n| {
                let order = &placed[RUNS + n];
                let request = manage(order, vec![thing("Mug", 1), without(order, 1, 1)]);
                client.clone().manage_order_lines(request).await.unwrap();
            })
            .await;
        self.meter
            .count(world, "CreateOrderPayment", RUNS, async |n| {
                client.clone().create_order_payment(pay(&unpaid[n])).await.unwrap();
            })
            .await;
        self.meter
            .count(world, "CancelOrderLines", RUNS, async |n| {
                let request = cancel_lines(&placed[n], 1, 1, None);
                client.clone().cancel_order_lines(request).await.unwrap();
            })
            .await;
        self.meter
            .count(world, "ReturnLines, one shipped and one not", RUNS, async |n| {
                client.clone().return_lines(take_back(&placed[n], &[(0, 1, 1)])).await.unwrap();
            })
            .await;
        self.meter
            .count(world, "CancelOrder", RUNS, async |n| {
                client.clone().cancel_order(cancel(&placed[RUNS + n])).await.unwrap();
            })
            .await;
    }

    async fn refunding(&mut self) {
        let (world, client, paid, refunds) = (self.world, &self.client, &self.paid, &mut self.refunds);
        self.meter
            .count(world, "CreateRefund", RUNS, async |n| {
                let (request_id, order_id) = (new_request_id(), paid[n].id.clone());
                let amount = Some(amount("1.00"));
                let request = CreateRefundRequest { request_id, order_id, amount, ..Default::default() };
                refunds.push(client.clone().create_refund(request).await.unwrap().into_inner());
            })
            .await;
    }

    async fn reading_refunds(&mut self) {
        let (world, client, refunds) = (self.world, &self.client, &self.refunds);
        self.meter
            .count(world, "GetRefund", RUNS, async |n| {
                let request = GetRefundRequest { id: refunds[n].id.clone() };
                client.clone().get_refund(request).await.unwrap();
            })
            .await;
        self.meter
            .count(world, "ListRefunds of an order", RUNS, async |n| {
                let order_id = refunds[n].order_id.clone();
                let request = ListRefundsRequest { order_id, ..Default::default() };
                let page = client.clone().list_refunds(request).await.unwrap().into_inner();
                assert_eq!(page.refunds.len(), 1);
            })
            .await;
        self.meter
            .count(world, "ListRefunds of a status, and their sum", RUNS, async |_| {
                let statuses = vec![RefundStatus::Pending.into()];
                let filter = Some(RefundFilter { statuses, ..Default::default() });
                let request = ListRefundsRequest { filter, page_size: 5, ..Default::default() };
                let page = client.clone().list_refunds(request).await.unwrap().into_inner();
                assert_eq!((page.refunds.len(), page.sums.len()), (5, 1));
            })
            .await;
    }

    async fn reading_orders(&mut self) {
        let (world, client, placed) = (self.world, &self.client, &self.placed);
        let number = |order: &Order| get_order_request::OrderNumber {
            order_number: order.order_number.clone(),
            profile: PROFILES[0].to_owned(),
        };
        self.meter
            .count(world, "CheckOrderDraft", RUNS, async |_| {
                let draft = Some(numbered(&new_request_id(), "ideal"));
                let request = CheckOrderDraftRequest { draft, profile: PROFILES[0].to_owned() };
                let report = client.clone().check_order_draft(request).await.unwrap().into_inner();
                assert!(report.order.is_some());
            })
            .await;
        let keys: [(&str, KeyOf<'_>); 3] = [
            ("GetOrder by id", &|order| Key::Id(order.id.clone())),
            ("GetOrder by order_number", &|order| Key::OrderNumber(number(order))),
            ("GetOrder by mollie_order_id", &|order| Key::MollieOrderId(order.mollie_order_id.clone())),
        ];
        for (name, key) in keys {
            self.meter
                .count(world, name, RUNS, async |n| {
                    let key = Some(key(&placed[n]));
                    client.clone().get_order(GetOrderRequest { key }).await.unwrap();
                })
                .await;
        }
        self.meter
            .count(world, "BatchGetOrders, three by three keys", RUNS, async |_| {
                let requests =
                    (0..3).map(|n| GetOrderRequest { key: Some(keys[n % 3].1(&placed[n % placed.len()])) });
                let request = BatchGetOrdersRequest { requests: requests.collect() };
                client.clone().batch_get_orders(request).await.unwrap();
            })
            .await;
        let filter = OrderFilter {
            profile: PROFILES[0].to_owned(),
            statuses: vec![OrderStatus::Created.into()],
            ..OrderFilter::default()
        };
        let request = ListOrdersRequest { filter: Some(filter), page_size: 50, ..Default::default() };
        self.meter
            .count(world, "ListOrders, 50 of a profile and status", RUNS, async |_| {
                let page = client.clone().list_orders(request.clone()).await.unwrap().into_inner();
                assert_eq!(page.orders.len(), 50);
            })
            .await;
    }

    async fn reading_lists(&mut self) {
        let (world, client, placed) = (self.world, &self.client, &self.placed);
        let changed_after_time = placed[placed.len() / 2].created_time;
        let filter = OrderFilter { changed_after_time, ..OrderFilter::default() };
        let request = ListOrdersRequest { filter: Some(filter), page_size: 20, ..Default::default() };
        self.meter
            .count(world, "ListOrders, 20 changed after a time", RUNS, async |_| {
                let page = client.clone().list_orders(request.clone()).await.unwrap().into_inner();
                assert_eq!(page.orders.len(), 20);
            })
            .await;
        let mut operations = Vec::new();
        self.meter
            .count(world, "ListOrderEvents", RUNS, async |n| {
                let request = ListOrderEventsRequest { order_id: placed[n].id.clone(), ..Default::default() };
                let page = client.clone().list_order_events(request).await.unwrap().into_inner();
                operations.extend(page.events.into_iter().map(|event| event.operation_id));
            })
            .await;
        operations.retain(|id| !id.is_empty());
        self.meter
            .count(world, "GetOperation", RUNS, async |n| {
                let request = GetOperationRequest { id: operations[n].clone() };
                client.clone().get_operation(request).await.unwrap();
            })
            .await;
        self.meter
            .count(world, "WaitOperation, when it is settled", RUNS, async |n| {
                let request = WaitOperationRequest { id: operations[n].clone() };
                client.clone().wait_operation(request).await.unwrap();
            })
            .await;
        self.meter
            .count(world, "ListShipments", RUNS, async |n| {
                let request = ListShipmentsRequest { order_id: placed[n].id.clone(), ..Default::default() };
                let page = client.clone().list_shipments(request).await.unwrap().into_inner();
                assert_eq!(page.shipments.len(), 1);
            })
            .await;
    }
}

/// Sends a hook as Mollie does, to where the service listens, and sees it acknowledged.
async fn hook(world: &World, ledger: &Ledger, order: &Order) {
    let address = ledger.hook_address(&order.mollie_order_id);
    let path = address.strip_prefix(NOBODY).expect("the public address comes first");
    let url = format!("http://{}{path}", world.service.webhook());
    let form = [("id", &order.mollie_order_id)];
    let answer = world.simulator.web().post(url).form(&form).send().await.unwrap();
    assert!(answer.status().is_success());
}
