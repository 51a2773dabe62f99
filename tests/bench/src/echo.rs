//! The floor of every call: tonic alone, in a separate process. It answers a request to create an order with that
//! same request, and a request to get one with a fixed order.

use std::future::ready;
use std::sync::Arc;
use std::task::{Context, Poll};

use anyhow::Result;
use axum::http;
use futures_util::future::BoxFuture;
use grpc_server::proto::{CreateOrderRequest, GetOrderRequest, Order};
use prost::Message;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;
use tower::{Service, service_fn};

pub const CREATE: &str = "/bench.Echo/Create";
pub const GET: &str = "/bench.Echo/Get";

#[derive(Clone)]
struct Echo(Arc<Order>);

impl NamedService for Echo {
    const NAME: &'static str = "bench.Echo";
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
                CREATE => {
                    let same =
                        |request: Request<CreateOrderRequest>| ready(Ok(Response::new(request.into_inner())));
                    Grpc::new(ProstCodec::default()).unary(service_fn(same), request).await
                }
                GET => {
                    let fixed =
                        move |_: Request<GetOrderRequest>| ready(Ok(Response::new(Order::clone(&order))));
                    Grpc::new(ProstCodec::default()).unary(service_fn(fixed), request).await
                }
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
