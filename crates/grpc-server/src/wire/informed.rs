//! The final check of every answer of our services: a status that is not OK has one of our reasons. Statuses set before a method
//! was reached, or instead of it, have none yet and get one here.

use std::convert::Infallible;
use std::time::Duration;

use domain::workflow::MutationError;
use futures_util::FutureExt;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Context, Poll, Service, http};
use tonic::server::NamedService;
use tonic::{Code, Status};
use tracing::debug;

use crate::rpc::{call_deadline, errors};

/// A service whose every error has a reason.
#[derive(Clone, Debug)]
pub struct Informed<S> {
    inner: S,
    /// The most bytes of a message.
    most: usize,
    /// The status that the service's own protocol returns without a reason.
    own: Option<Code>,
}

impl<S> Informed<S> {
    pub const fn new(inner: S, most: usize) -> Self {
        Self { inner, most, own: None }
    }

    /// The health service, which returns NOT_FOUND for a service that it does not watch: its clients rely on that code alone.
    pub const fn health(inner: S, most: usize) -> Self {
        Self { inner, most, own: Some(Code::NotFound) }
    }
}

impl<S: NamedService> NamedService for Informed<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<http::Request<Body>> for Informed<S>
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
        let (deadline, most, own) = (call_deadline::deadline(request.headers()), self.most, self.own);
        if deadline.is_some_and(|deadline| deadline <= AHEAD) {
            return Box::pin(std::future::ready(Ok(
                errors::mutation(MutationError::DeadlinePassed).into_http()
            )));
        }
        let answer = self.inner.call(request);
        match deadline {
            None => Box::pin(answer.map(move |answer| answer.map(|answer| informed(answer, most, own)))),
            Some(deadline) => Box::pin(in_time(answer, deadline, most, own)),
        }
    }
}

/// How much earlier than the transport we end a call. The transport would end it without a reason, and as CANCELLED; its timer
/// and ours have a resolution of a millisecond. A call with less time left is not started.
const AHEAD: Duration = Duration::from_millis(2);

/// Without this the transport would end the call a moment later, without a reason.
async fn in_time(
    answer: impl Future<Output = Result<http::Response<Body>, Infallible>>,
    deadline: Duration,
    most: usize,
    own: Option<Code>,
) -> Result<http::Response<Body>, Infallible> {
    match tokio::time::timeout(deadline.saturating_sub(AHEAD), answer).await {
        Ok(answer) => answer.map(|answer| informed(answer, most, own)),
        Err(_) => Ok(errors::outcome_pending().into_http()),
    }
}

fn informed(mut answer: http::Response<Body>, most: usize, own: Option<Code>) -> http::Response<Body> {
    let headers = answer.headers();
    if headers.get(Status::GRPC_STATUS).is_none_or(|code| code == "0")
        || headers.contains_key(Status::GRPC_STATUS_DETAILS)
    {
        return answer;
    }
    let Some(bare) = Status::from_header_map(headers).filter(|bare| Some(bare.code()) != own) else {
        return answer;
    };
    debug!(status = %bare, "refused before its method");
    let reported = reason(&bare, headers.contains_key(ACCEPTED), most).into_http::<Body>();
    answer.headers_mut().extend(reported.into_parts().0.headers);
    answer
}

/// The accepted compressions: the protocol names them if one is not accepted.
const ACCEPTED: &str = "grpc-accept-encoding";

/// The meaning of a status from the transport: our methods never return one without a reason.
fn reason(bare: &Status, is_about_compression: bool, most: usize) -> Status {
    match bare.code() {
        Code::OutOfRange | Code::ResourceExhausted => errors::too_large(most),
        Code::Unimplemented if is_about_compression => errors::compressed(),
        Code::Unimplemented => errors::no_such_method(),
        Code::Internal | Code::InvalidArgument | Code::DataLoss => errors::no_message(),
        Code::Cancelled | Code::DeadlineExceeded | Code::Unavailable => errors::outcome_pending(),
        Code::Ok
        | Code::Unknown
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::Unauthenticated => errors::internal(),
    }
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt;

    use super::*;

    /// A service that is one function.
    struct Called<F>(F);

    impl<F, A> Service<http::Request<Body>> for Called<F>
    where
        F: FnMut(http::Request<Body>) -> A,
        A: Future<Output = Result<http::Response<Body>, Infallible>>,
    {
        type Response = http::Response<Body>;
        type Error = Infallible;
        type Future = A;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: http::Request<Body>) -> A {
            (self.0)(request)
        }
    }

    fn reported(bare: Status) -> (Code, String) {
        let reported = Status::from_header_map(informed(bare.into_http(), 1_024, None).headers()).unwrap();
        (reported.code(), reported.get_error_details().error_info().unwrap().reason.clone())
    }

    #[test]
    fn every_status_of_the_transport_gets_a_reason() {
        for code in (1..=16).map(Code::from) {
            let (_, reason) = reported(Status::new(code, "words of the transport"));
            assert!(!reason.is_empty(), "{code:?}");
        }
        let large = reported(Status::out_of_range("Error, decoded message length too large"));
        assert_eq!(large, (Code::InvalidArgument, "REQUEST_TOO_LARGE".to_owned()));
        let method = reported(Status::unimplemented(""));
        assert_eq!(method, (Code::Unimplemented, "METHOD_UNKNOWN".to_owned()));
        let mut compressed = Status::unimplemented("Content is compressed with `gzip`");
        compressed.metadata_mut().insert(ACCEPTED, "identity".parse().unwrap());
        assert_eq!(reported(compressed), (Code::Unimplemented, "COMPRESSION_NOT_SUPPORTED".to_owned()));
    }

    #[tokio::test]
    async fn a_timed_out_call_gets_a_reason_before_the_transport_ends_it() {
        let never = std::future::pending();
        let reported = in_time(never, Duration::from_nanos(1), 1_024, None).await.unwrap();
        let reported = Status::from_header_map(reported.headers()).unwrap();
        assert_eq!(reported.get_error_details().error_info().unwrap().reason, "OUTCOME_PENDING");
    }

    #[tokio::test]
    async fn a_call_without_any_time_is_not_started_and_gets_deadline_passed() {
        let begun =
            |_| -> std::future::Ready<Result<http::Response<Body>, Infallible>> { panic!("it is begun") };
        let mut service = Informed::new(Called(begun), 1_024);
        for timeout in ["0S", "0H", "0n", "1n", "2m"] {
            let request =
                http::Request::builder().header("grpc-timeout", timeout).body(Body::empty()).unwrap();
            let reported = service.call(request).await.unwrap();
            let reported = Status::from_header_map(reported.headers()).unwrap();
            assert_eq!(reported.code(), Code::DeadlineExceeded, "{timeout}");
            assert_eq!(reported.get_error_details().error_info().unwrap().reason, "DEADLINE_PASSED");
        }
    }

    #[test]
    fn existing_reasons_and_ok_answers_stay_unchanged() {
        let ours = errors::not_found(crate::proto::ErrorReason::OrderNotFound, "order 1");
        assert_eq!(reported(ours), (Code::NotFound, "ORDER_NOT_FOUND".to_owned()));
        let fine = informed(http::Response::new(Body::empty()), 1_024, None);
        assert!(fine.headers().is_empty());
    }

    #[test]
    fn a_protocols_own_answer_stays_as_it_is() {
        let unwatched =
            informed(Status::not_found("unknown service").into_http(), 1_024, Some(Code::NotFound));
        let reported = Status::from_header_map(unwatched.headers()).unwrap();
        assert_eq!(
            (reported.code(), reported.message(), reported.details()),
            (Code::NotFound, "unknown service", &[][..])
        );
        let undecodable = informed(Status::internal("decoder").into_http(), 1_024, Some(Code::NotFound));
        let reported = Status::from_header_map(undecodable.headers()).unwrap();
        assert_eq!(reported.get_error_details().error_info().unwrap().reason, "REQUEST_NOT_READABLE");
    }
}
