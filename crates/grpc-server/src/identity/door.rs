//! The door of the gRPC port: every request passes here before it is read. It recognises the caller, refuses methods that none of his
//! roles allows on any profile, and notes for the others what he may do. Only health is open to everybody.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::rules::access::Access;
use domain::rules::ids::Caller;
use tonic::Status;
use tonic::body::Body;

use super::callers::{ANONYMOUS, Known};
use super::guard::{Guard, Shown};
use super::roles::Method;
use super::validity::Validity;
use crate::admission::CallerName;
use crate::rpc::errors;

/// Under this path nobody has to be known: it says whether the process serves, and nothing else.
const HEALTH: &str = "/grpc.health.v1.Health/";

/// Who calls a method of ours, and what he may do by it.
#[derive(Debug)]
pub struct Visitor {
    /// His request ids are his own.
    pub caller: Caller,
    /// The name of all callers before they had names, as some of his requests may be recorded under it.
    pub earlier: Option<Caller>,
    pub access: Access,
    pub method: Method,
    /// How long he is known by what he has shown.
    pub validity: Validity,
}

/// Whether callers must be known.
pub enum Door {
    /// Nobody is asked: all are one caller, who may do everything.
    Open,
    Guarded(Guard),
}

/// Lets a request in, or answers it.
pub async fn enter(State(door): State<Arc<Door>>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with(HEALTH) {
        return next.run(request).await;
    }
    let (method, shown) = (Method::of(path), Shown::of(request.headers(), request.extensions()));
    match door.visitor(method, shown).await {
        Ok(Some(visitor)) => {
            // Who has a name is bounded by it, wherever he calls from.
            if let Door::Guarded(_) = *door {
                request.extensions_mut().insert(CallerName(visitor.caller.as_str().into()));
            }
            request.extensions_mut().insert(Arc::new(visitor));
        }
        // Reflection, or nothing of ours: to say which is for those who are known.
        Ok(None) => (),
        Err(refused) => return refused.into_http::<Body>().into_response(),
    }
    next.run(request).await
}

impl Door {
    async fn visitor(&self, method: Option<Method>, shown: Shown) -> Result<Option<Visitor>, Status> {
        match self {
            Self::Open => Ok(method.map(anybody)),
            Self::Guarded(guard) => {
                let known = guard.recognise(shown).await;
                let known = known.map_err(|why| errors::not_recognised(why, guard.takes_certificates()))?;
                method.map(|method| visitor(known, method)).transpose()
            }
        }
    }
}

fn anybody(method: Method) -> Visitor {
    let (caller, access, validity) = (Caller::new(ANONYMOUS), Access::everything(), Validity::Connection);
    Visitor { caller, earlier: None, access, method, validity }
}

fn visitor((known, validity): (&Known, Validity), method: Method) -> Result<Visitor, Status> {
    let access = known.roles.access(method).ok_or_else(|| errors::role_missing(method, None))?;
    let (caller, earlier) = (known.name.clone(), Some(Caller::new(ANONYMOUS)));
    Ok(Visitor { caller, earlier, access, method, validity })
}
