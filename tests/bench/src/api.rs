//! The calls that are measured, each checked to have done what it was for.

use std::net::SocketAddr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};
use grpc_server::proto::order_service_client::OrderServiceClient;
use grpc_server::proto::{
    CancelOrderRequest, CreateOrderRequest, CreateShipmentRequest, GetOrderRequest, ListOrderEventsRequest,
    ListOrdersRequest, Order, OrderDraft, OrderFilter, OrderStatus, Placement, ShipmentState,
    SyncOrderRequest, get_order_request,
};
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic_prost::ProstCodec;

use crate::accounting::Watched;
use crate::echo;
use crate::load::{Call, Load, Timetable, Until, closed, open};

/// Connections of a client; eight callers share one.
pub const CONNECTIONS: usize = 4;
const CALLERS_ON_ONE: usize = 8;

/// A client of the service or of the echo.
#[derive(Clone)]
pub struct Api {
    channels: Vec<Channel>,
    /// Whose CPU time belongs to its calls.
    watched: Watched,
}

impl Api {
    pub async fn connect(address: SocketAddr, watched: Watched) -> Result<Self> {
        let endpoint = Endpoint::from_shared(format!("http://{address}"))?.tcp_nodelay(true);
        let mut channels = Vec::new();
        for _ in 0..CONNECTIONS {
            channels.push(endpoint.connect().await.with_context(|| format!("connecting to {address}"))?);
        }
        Ok(Self { channels, watched })
    }

    fn channel(&self, caller: usize) -> Channel {
        self.channels[caller / CALLERS_ON_ONE % CONNECTIONS].clone()
    }

    fn client(&self, caller: usize) -> OrderServiceClient<Channel> {
        OrderServiceClient::new(self.channel(caller))
    }

    pub async fn closed<F, R>(&self, callers: usize, until: Until, call: F) -> Result<Load>
    where
        F: Fn(Self, Call) -> R + Clone + Send + 'static,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        let api = self.clone();
        closed(callers, until, &self.watched, move |number| call(api.clone(), number)).await
    }

    pub async fn open<F, R>(&self, timetable: Timetable, call: F) -> Result<Load>
    where
        F: Fn(Self, Call) -> R + Send + 'static,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        let api = self.clone();
        open(timetable, &self.watched, move |number| call(api.clone(), number)).await
    }

    pub async fn create(&self, caller: usize) -> Result<Order> {
        let answer = self.client(caller).create_order(new_order()).await.context("CreateOrder")?.into_inner();
        ensure!(
            answer.placement() == Placement::Placed,
            "CreateOrder left an order {:?}",
            answer.placement()
        );
        Ok(answer)
    }

    pub async fn get(&self, caller: usize, id: &str) -> Result<Order> {
        let key = Some(get_order_request::Key::Id(id.to_owned()));
        let answer =
            self.client(caller).get_order(GetOrderRequest { key }).await.context("GetOrder")?.into_inner();
        ensure!(answer.id == id, "GetOrder answered another order");
        Ok(answer)
    }

    /// The newest fifty orders of the profile with a status.
    pub async fn list(&self, caller: usize, status: OrderStatus) -> Result<Vec<Order>> {
        let filter =
            OrderFilter { profile: "main".to_owned(), statuses: vec![status.into()], ..Default::default() };
        let request = ListOrdersRequest { filter: Some(filter), page_size: 50, page_token: String::new() };
        let answer = self.client(caller).list_orders(request).await.context("ListOrders")?.into_inner();
        ensure!(answer.orders.len() == 50, "ListOrders gave {} orders, not 50", answer.orders.len());
        Ok(answer.orders)
    }

    pub async fn ship(&self, caller: usize, id: &str) -> Result<()> {
        let (request_id, order_id) = (format!("ship-{id}"), id.to_owned());
        let request =
            CreateShipmentRequest { request_id, order_id, all_remaining: true, ..Default::default() };
        let answer =
            self.client(caller).create_shipment(request).await.context("CreateShipment")?.into_inner();
        ensure!(answer.state() == ShipmentState::Registered, "CreateShipment left it {:?}", answer.state());
        Ok(())
    }

    pub async fn cancel(&self, caller: usize, id: &str) -> Result<()> {
        let request = CancelOrderRequest {
            request_id: format!("cancel-{id}"),
            id: id.to_owned(),
            ..Default::default()
        };
        let answer = self.client(caller).cancel_order(request).await.context("CancelOrder")?.into_inner();
        ensure!(answer.status() == OrderStatus::Canceled, "CancelOrder left it {:?}", answer.status());
        Ok(())
    }

    /// Has an order read at Mollie.
    pub async fn sync(&self, caller: usize, id: &str) -> Result<Order> {
        let request = SyncOrderRequest { id: id.to_owned() };
        Ok(self.client(caller).sync_order(request).await.context("SyncOrder")?.into_inner())
    }

    /// Kinds of the events an order has had after one of them.
    pub async fn events(&self, id: &str) -> Result<Vec<String>> {
        let request =
            ListOrderEventsRequest { order_id: id.to_owned(), page_size: 50, page_token: String::new() };
        let answer = self.client(0).list_order_events(request).await.context("ListOrderEvents")?.into_inner();
        Ok(answer.events.into_iter().map(|event| event.kind).collect())
    }

    /// Has a request to create an order echoed.
    pub async fn echo_create(&self, caller: usize) -> Result<()> {
        let request = new_order();
        let id = request.request_id.clone();
        let answer: CreateOrderRequest = self.echo(caller, request, echo::CREATE).await?;
        ensure!(answer.request_id == id, "the echo answered another request");
        Ok(())
    }

    /// Has the echo answer with its order.
    pub async fn echo_get(&self, caller: usize) -> Result<()> {
        let key = Some(get_order_request::Key::Id("01a22330-3db5-7281-8784-c9304cc66184".to_owned()));
        let request = GetOrderRequest { key };
        let answer: Order = self.echo(caller, request, echo::GET).await?;
        ensure!(!answer.id.is_empty(), "the echo answered no order");
        Ok(())
    }

    async fn echo<Q, A>(&self, caller: usize, request: Q, path: &'static str) -> Result<A>
    where
        Q: prost::Message + Send + Sync + 'static,
        A: prost::Message + Default + Send + Sync + 'static,
    {
        let mut client = Grpc::new(self.channel(caller));
        client.ready().await.context("the echo is gone")?;
        let (path, codec) = (axum::http::uri::PathAndQuery::from_static(path), ProstCodec::default());
        Ok(client.unary(tonic::Request::new(request), path, codec).await.context("echo")?.into_inner())
    }
}

/// A request for an order nobody has asked for yet.
fn new_order() -> CreateOrderRequest {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    static DRAFT: LazyLock<OrderDraft> = LazyLock::new(|| tests::draft(tests::LEGO, "klarnapaylater"));
    let draft = OrderDraft { order_number: format!("B{number:09}"), ..DRAFT.clone() };
    let (request_id, profile) = (format!("bench-{number:09}"), "main".to_owned());
    CreateOrderRequest { request_id, draft: Some(draft), profile, ..Default::default() }
}
