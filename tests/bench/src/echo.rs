//! The floor of every call: tonic alone, in a process of its own. It answers a request to create an order with that
//! same request, and a request to get one with a fixed order.

use std::sync::Arc;
use std::task::{Context, Poll};

use anyhow::Result;
use axum::http;
use futures_util::future::BoxFuture;
use grpc_server::proto::{CreateOrderRequest, GetOrderRequest, Order};
use prost::Message;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;
use tower::Service;

/// The path of the echo of a request to create an order.
pub const CREATE: &str = "/bench.Echo/Create";
/// The path of the fixed order.
pub const GET: &str = "/bench.Echo/Get";

#[derive(Clone)]
struct Echo(Arc<Order>);

impl NamedService for Echo {
    const NAME: &'static str = "bench.Echo";
}

struct Same;

impl UnaryService<CreateOrderRequest> for Same {
    type Response = CreateOrderRequest;
    type Future = std::future::Ready<Result<Response<CreateOrderRequest>, Status>>;

    fn call(&mut self, request: Request<CreateOrderRequest>) -> Self::Future {
        std::future::ready(Ok(Response::new(request.into_inner())))
    }
}

struct Fixed(Arc<Order>);

impl UnaryService<GetOrderRequest> for Fixed {
    type Response = Order;
    type Future = std::future::Ready<Result<Response<Order>, Status>>;

    fn call(&mut self, _: Request<GetOrderRequest>) -> Self::Future {
        std::future::ready(Ok(Response::new(Order::clone(&self.0))))
    }
}

impl Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = std::convert::Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let order = Arc::clone(&self.0);
        Box::pin(async move {
            Ok(match request.uri().path() {
                CREATE => Grpc::new(ProstCodec::default()).unary(Same, request).await,
                GET => Grpc::new(ProstCodec::default()).unary(Fixed(order), request).await,
                _ => Status::unimplemented("there is only the echo").into_http(),
            })
        })
    }
}

/// Serves until the process ends. `order` is a file with the order it answers with, as the service encoded it.
pub async fn serve(listen: &str, order: &std::path::Path) -> Result<()> {
    let order = Order::decode(std::fs::read(order)?.as_slice())?;
    // Where the listener comes from outside, the server's own setting of it is not heeded.
    let incoming = TcpIncoming::bind(listen.parse()?)?.with_nodelay(Some(true));
    let server = Server::builder().max_concurrent_streams(256).add_service(Echo(Arc::new(order)));
    Ok(server.serve_with_incoming(incoming).await?)
}
