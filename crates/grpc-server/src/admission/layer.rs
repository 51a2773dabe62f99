//! Around a service of the API: a call has its place from before its message is read until its answer was
//! taken and the work that it has started is done.

use std::convert::Infallible;
use std::sync::Arc;

use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Context, Poll, Service, http};
use tonic::server::NamedService;

use super::message::Incoming;
use super::{CallerKey, Gate, Kind, Limits, Pass, place};
use crate::listen::Kept;
use crate::rpc::errors::{self, Bound};
use crate::telemetry::{label, meters};

/// The places of all calls of this process.
#[derive(Clone, Debug)]
pub struct Gates {
    reads: Gate,
    changes: Gate,
    waits: Gate,
}

impl Gates {
    pub fn new(limits: &Limits) -> Self {
        let gate = |most| Gate::new(most, limits.caller_share);
        Self { reads: gate(limits.reads), changes: gate(limits.changes), waits: gate(limits.waits) }
    }

    /// `None`: the call needs no place here.
    fn of(&self, kind: Kind) -> Option<(&Gate, &'static str)> {
        match kind {
            Kind::Read => Some((&self.reads, "grpc.max_reads")),
            Kind::Change => Some((&self.changes, "grpc.max_changes")),
            Kind::Wait => Some((&self.waits, "grpc.max_waits")),
            Kind::Stream => None,
        }
    }

    fn enter(&self, request: &http::Request<Body>) -> Result<Option<Pass>, Status> {
        let Some((gate, setting)) = self.of(Kind::of(request.uri().path())) else { return Ok(None) };
        let entered = gate.enter(CallerKey::of(request.extensions()));
        entered.map(Some).map_err(|full| {
            meters().shed.add(1, &[label("gate", setting)]);
            errors::too_many_calls(Bound { full, setting })
        })
    }
}

/// A service whose calls need a place.
#[derive(Clone, Debug)]
pub struct Admission<S> {
    inner: S,
    gates: Gates,
}

impl<S> Admission<S> {
    pub const fn new(inner: S, gates: Gates) -> Self {
        Self { inner, gates }
    }
}

impl<S: NamedService> NamedService for Admission<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<http::Request<Body>> for Admission<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let pass = match self.gates.enter(&request) {
            Ok(pass) => pass,
            Err(status) => return Box::pin(std::future::ready(Ok(status.into_http()))),
        };
        let answer = self.inner.call(request.map(Incoming::bounded));
        let Some(pass) = pass.map(Arc::new) else { return Box::pin(answer) };
        Box::pin(async move {
            let answer = place::with(Arc::clone(&pass), answer).await?;
            // What waits for slow readers is bounded, too.
            Ok(answer.map(|body| Body::new(Kept::new(body, pass))))
        })
    }
}
