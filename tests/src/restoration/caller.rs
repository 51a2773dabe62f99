//! A caller with an order of its own: what it asks for, and what it was told.

use tonic::Code;

use crate::answers::{asks_to_come_again, refusal};
use crate::drafts::numbered;
use crate::proto::{
    CancelOrderLinesRequest, CancelOrderRequest, CloseReviewItemRequest, CreateOrderRequest,
    CreateRefundRequest, CreateShipmentRequest, Order, OrderStatus, ReviewItemKind, ShipmentLineSelection,
    SyncOrderRequest, Tracking,
};
use crate::seed::Dice;
use crate::wait::{SOON, until};
use crate::world::{World, new_request_id};

/// What a caller asks for.
#[derive(Clone, Debug)]
enum Request {
    Create(Box<CreateOrderRequest>),
    Ship(CreateShipmentRequest),
    CancelUnits(CancelOrderLinesRequest),
    Refund(CreateRefundRequest),
    Cancel(CancelOrderRequest),
}

/// What is wanted of an order after it was made.
#[derive(Clone, Copy, Debug)]
enum Wish {
    Ship,
    CancelUnits,
    Refund,
    Cancel,
}

/// What a repeated request came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Same,
    /// Nobody knows whether it is done: a person compares.
    ForAPerson,
    Other(String),
}

impl Answer {
    pub fn fault(self) -> Option<String> {
        match self {
            Self::Same | Self::ForAPerson => None,
            Self::Other(what) => Some(what),
        }
    }
}

pub struct Caller {
    number: String,
    method: &'static str,
    wishes: Vec<Wish>,
    made: Vec<Request>,
    /// The order as it was first answered.
    pub order: Option<Order>,
    /// How many effects of each kind its order must have.
    pub effects: Vec<(&'static str, usize)>,
}

/// What callers do, and how the shopper pays: a parcel can be registered of either, and only what was paid or shipped is refunded.
const WISHES: [(&str, &[Wish]); 6] = [
    ("klarnapaylater", &[Wish::Ship]),
    ("klarnapaylater", &[Wish::CancelUnits]),
    ("klarnapaylater", &[Wish::Cancel]),
    ("klarnapaylater", &[]),
    ("ideal", &[Wish::Ship]),
    ("ideal", &[Wish::Ship, Wish::Refund]),
];

impl Caller {
    pub fn new(number: usize, dice: &mut Dice) -> Self {
        let (method, wishes) = dice.one_of(&WISHES);
        let kinds =
            ["order_created", "shipment_created", "lines_canceled", "lines_refunded", "order_canceled"];
        Self {
            number: format!("R-{number}"),
            method,
            wishes: wishes.to_vec(),
            made: Vec::new(),
            order: None,
            effects: kinds.map(|kind| (kind, 0)).to_vec(),
        }
    }

    /// How many requests it makes.
    pub fn steps(&self) -> usize {
        1 + self.wishes.len()
    }

    /// The call of Mollie that the next step makes.
    pub fn next_call(&self) -> (&'static str, &'static str) {
        if self.order.is_none() {
            return ("POST", "/v2/orders");
        }
        match self.wishes[self.made.len() - 1] {
            Wish::Ship => ("POST", "/v2/orders/*/shipments"),
            Wish::CancelUnits => ("DELETE", "/v2/orders/*/lines"),
            Wish::Refund => ("POST", "/v2/orders/*/refunds"),
            Wish::Cancel => ("DELETE", "/v2/orders/*"),
        }
    }

    /// Makes the next request, until it is answered.
    pub async fn go_on(&mut self, world: &World) {
        let request = match &self.order {
            None => Request::Create(Box::new(CreateOrderRequest {
                request_id: new_request_id(),
                draft: Some(numbered(&self.number, self.method)),
                ..Default::default()
            })),
            Some(order) => wanted(self.wishes[self.made.len() - 1], order),
        };
        self.made.push(request.clone());
        self.count(request.effect());
        let answered = request.send(world).await.unwrap_or_else(|answer| panic!("{request:?}: {answer:?}"));
        if self.order.is_none() {
            let order = answered.expect("a placed order");
            let (result, status) = match self.method {
                "ideal" => ("paid", OrderStatus::Paid),
                _ => ("authorized", OrderStatus::Authorized),
            };
            world.simulator.check_out(&order.checkout_url, result).await;
            self.order = Some(read_as(world, &order, status).await);
        }
    }

    fn count(&mut self, effect: &str) {
        self.effects.iter_mut().filter(|(kind, _)| *kind == effect).for_each(|(_, count)| *count += 1);
    }

    /// Repeats all of its requests, as they were.
    pub async fn repeat(&self, world: &World) -> Vec<Answer> {
        let (mut answers, order) = (Vec::new(), self.order.as_ref().expect("it has an order"));
        for request in &self.made {
            answers.push(match request.send(world).await {
                Ok(Some(again))
                    if (&again.id, &again.mollie_order_id) != (&order.id, &order.mollie_order_id) =>
                {
                    Answer::Other(format!("{}: order {} became {}", self.number, order.id, again.id))
                }
                Ok(_) => Answer::Same,
                Err(answer) => answer,
            });
        }
        answers
    }

    /// A person sees what Mollie shows, knows from this caller that all of it was wanted and is done, and closes the item.
    pub async fn compare(&self, world: &World) {
        let order = world.order(&self.order.as_ref().expect("it has an order").id).await;
        let found = |kind: i32| kind == i32::from(ReviewItemKind::FoundAfterRestore);
        for item in order.items.iter().filter(|item| item.closed.is_none() && found(item.kind)) {
            let request = CloseReviewItemRequest {
                order_id: order.id.clone(),
                number: item.number,
                actor: "the operator".to_owned(),
                reason: "compared with what the caller has asked for".to_owned(),
            };
            world.operators().close_review_item(request).await.expect("an item can be closed");
        }
    }

    /// Something new, which must go on as if nothing had happened.
    pub async fn ship_the_rest(&mut self, world: &World) {
        let id = self.order.as_ref().expect("it has an order").id.clone();
        let request = CreateShipmentRequest {
            request_id: new_request_id(),
            order_id: id,
            all_remaining: true,
            ..Default::default()
        };
        let request = Request::Ship(request);
        match request.send(world).await {
            Ok(_) => self.count(request.effect()),
            Err(Answer::Other(why)) if why.contains("NOT_SHIPPABLE") || why.contains("REMAINING") => (),
            Err(answer) => panic!("{}: {answer:?}", self.number),
        }
    }
}

fn wanted(wish: Wish, order: &Order) -> Request {
    let (request_id, order_id) = (new_request_id(), order.id.clone());
    let line_id = order.lines[0].id.clone();
    match wish {
        Wish::Ship => Request::Ship(CreateShipmentRequest {
            request_id,
            order_id,
            lines: vec![ShipmentLineSelection { line_id, quantity: 1, amount: None }],
            tracking: Some(Tracking {
                carrier: "PostNL".to_owned(),
                code: "3SKABA000000000".to_owned(),
                url: String::new(),
            }),
            ..Default::default()
        }),
        Wish::CancelUnits => Request::CancelUnits(CancelOrderLinesRequest {
            request_id,
            order_id,
            lines: vec![ShipmentLineSelection { line_id, quantity: 1, amount: None }],
            ..Default::default()
        }),
        Wish::Refund => Request::Refund(CreateRefundRequest {
            request_id,
            order_id,
            lines: vec![ShipmentLineSelection { line_id, quantity: 1, amount: None }],
            ..Default::default()
        }),
        Wish::Cancel => {
            Request::Cancel(CancelOrderRequest { request_id, id: order_id, ..Default::default() })
        }
    }
}

impl Request {
    const fn effect(&self) -> &'static str {
        match self {
            Self::Create(_) => "order_created",
            Self::Ship(_) => "shipment_created",
            Self::CancelUnits(_) => "lines_canceled",
            Self::Refund(_) => "lines_refunded",
            Self::Cancel(_) => "order_canceled",
        }
    }

    /// Sends it until it is answered. A placed order is given back.
    async fn send(&self, world: &World) -> Result<Option<Order>, Answer> {
        until("a request is answered", SOON * 3, async || {
            let mut orders = world.orders();
            let answered = match self.clone() {
                Self::Create(it) => Box::pin(orders.create_order(*it)).await.map(|it| Some(it.into_inner())),
                Self::Ship(it) => orders.create_shipment(it).await.map(|_| None),
                Self::CancelUnits(it) => orders.cancel_order_lines(it).await.map(|_| None),
                Self::Refund(it) => orders.create_refund(it).await.map(|_| None),
                Self::Cancel(it) => orders.cancel_order(it).await.map(|_| None),
            };
            match answered {
                Err(status) if asks_to_come_again(&status) => None,
                Err(status) => {
                    let refused = refusal::<()>(Err(status));
                    Some(Err(match refused.kind() {
                        (Code::FailedPrecondition, "ORDER_RESTORED") => Answer::ForAPerson,
                        _ => Answer::Other(format!("{self:?}: {refused:?}")),
                    }))
                }
                Ok(order) => Some(Ok(order)),
            }
        })
        .await
    }
}

async fn read_as(world: &World, order: &Order, status: OrderStatus) -> Order {
    until("the order is paid", SOON * 3, async || {
        let request = SyncOrderRequest { id: order.id.clone() };
        let order = world.orders().sync_order(request).await.ok()?.into_inner();
        (order.status() == status).then_some(order)
    })
    .await
}

/// Whether calls are refused because Mollie is read first.
pub async fn is_refused(world: &World) -> bool {
    until("a call is answered", SOON, async || {
        match world.operators().list_operations(crate::proto::ListOperationsRequest::default()).await {
            Ok(_) => Some(false),
            Err(status) if status.code() == Code::Unavailable && status.message().contains("restored") => {
                assert_eq!(refusal::<()>(Err(status)).kind(), (Code::Unavailable, "RESTORING"));
                Some(true)
            }
            Err(_) => None,
        }
    })
    .await
}
