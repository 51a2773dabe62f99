//! A client as gRPC's own are: it makes a call again by itself only if the call certainly never reached a service, at the next
//! replica. tonic's channel leaves that to its callers. What may have been begun is never made again here, so nothing is hidden.

use std::error::Error;

use tonic::{ConnectError, Response, Status};

use crate::service::Orders;

/// How often a call is made at most. More replicas than that are never away at once.
const TRIES: usize = 6;

pub struct Client<'a> {
    replicas: &'a [Orders],
    next: usize,
    unsent: usize,
}

impl<'a> Client<'a> {
    pub const fn new(replicas: &'a [Orders], first: usize) -> Self {
        Self { replicas, next: first, unsent: 0 }
    }

    /// Calls one replica after the other in turn.
    pub async fn call<T>(
        &mut self,
        call: impl AsyncFn(Orders) -> Result<Response<T>, Status>,
    ) -> Result<Response<T>, Status> {
        let mut answer = self.once(&call).await;
        for _ in 1..TRIES {
            if !answer.as_ref().is_err_and(is_unsent) {
                break;
            }
            self.unsent += 1;
            answer = self.once(&call).await;
        }
        answer
    }

    /// How many calls were made again since this was asked.
    pub fn take_unsent(&mut self) -> usize {
        std::mem::take(&mut self.unsent)
    }

    async fn once<T>(
        &mut self,
        call: &impl AsyncFn(Orders) -> Result<Response<T>, Status>,
    ) -> Result<Response<T>, Status> {
        let orders = self.replicas[self.next % self.replicas.len()].clone();
        self.next += 1;
        call(orders).await
    }
}

/// Whether the call never left, or came after the last one that the service has promised to answer (GOAWAY, REFUSED_STREAM).
pub fn is_unsent(status: &Status) -> bool {
    let mut cause = status.source();
    while let Some(error) = cause {
        let refused = error.downcast_ref::<h2::Error>();
        let refused = refused.is_some_and(|it| {
            it.reason() == Some(h2::Reason::REFUSED_STREAM) || it.is_go_away() && it.is_remote()
        });
        let never_left = error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled);
        if refused || never_left || error.is::<ConnectError>() {
            return true;
        }
        cause = error.source();
    }
    false
}
