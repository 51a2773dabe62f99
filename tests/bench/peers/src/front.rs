//! The way in: CreateOrder of the service's API, and no other method.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tonic::body::Body;
use tonic::codegen::http;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

use crate::proto::{CreateOrderRequest, Order, OrderStatus, Placement};
use crate::{Place, Wanted, document, place};

#[derive(Clone)]
pub struct Front {
    workflow: Place,
}

impl Front {
    pub const fn new(workflow: Place) -> Self {
        Self { workflow }
    }
}

impl NamedService for Front {
    const NAME: &'static str = "orders.v1.OrderService";
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl tonic::codegen::Service<http::Request<Body>> for Front {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Boxed<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let create = Create(self.workflow.clone());
        Box::pin(async move {
            Ok(match request.uri().path() {
                "/orders.v1.OrderService/CreateOrder" => {
                    Grpc::new(ProstCodec::default()).unary(create, request).await
                }
                _ => Status::unimplemented("it only creates orders").into_http(),
            })
        })
    }
}

struct Create(Place);

impl UnaryService<CreateOrderRequest> for Create {
    type Response = Order;
    type Future = Boxed<Result<Response<Order>, Status>>;

    fn call(&mut self, request: Request<CreateOrderRequest>) -> Self::Future {
        let workflow = self.0.clone();
        Box::pin(async move { create(&workflow, request.into_inner()).await.map(Response::new) })
    }
}

async fn create(workflow: &Place, request: CreateOrderRequest) -> Result<Order, Status> {
    let draft = request.draft.ok_or_else(|| Status::invalid_argument("draft"))?;
    let id = request.request_id;
    let document = document::Order::of(&draft, &id);
    let placed = place(workflow, Wanted { request_id: id.clone(), document }).await;
    let placed = placed.map_err(|error| Status::unavailable(error.to_string()))?;
    Ok(Order {
        id,
        mollie_order_id: placed.id,
        placement: Placement::Placed.into(),
        status: OrderStatus::Created.into(),
        order_number: draft.order_number,
        checkout_url: placed.checkout.unwrap_or_default(),
        ..Order::default()
    })
}
