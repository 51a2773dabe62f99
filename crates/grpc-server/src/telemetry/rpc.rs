//! Around every call of the API: its span, which is the caller's child, and how it ended. A call ends with the last byte of its answer, or
//! when nobody waits for it any more.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use tonic::codegen::http::HeaderMap;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tracing::{Instrument, Span, debug_span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::metrics::{label, meters};
use super::propagation::of_caller;
use crate::identity::Method;

/// What the conventions call a method that there is not.
const OTHER: &str = "_OTHER";

/// Lets a request through, and sees how it ends. Health and reflection are asked all the time, and tell nothing.
pub async fn watch(request: Request, next: Next) -> Response {
    let call = match Method::of(request.uri().path()) {
        Some(method) => Call::begin(method, request.headers()),
        None if request.uri().path().starts_with("/grpc.") => return next.run(request).await,
        None => Call::of_none(),
    };
    let answer = next.run(request).instrument(call.span.clone()).await;
    call.answered(answer)
}

/// A call that has not ended.
struct Call {
    method: &'static str,
    began: Instant,
    span: Span,
    code: Option<Code>,
}

impl Call {
    fn begin(method: Method, headers: &HeaderMap) -> Self {
        let method = method.path().trim_start_matches('/');
        let span = debug_span!(
            parent: None,
            "rpc",
            rpc.system.name = "grpc",
            rpc.method = method,
            rpc.response.status_code = field::Empty,
            orders.reason = field::Empty,
            error.type = field::Empty,
        );
        if !span.is_disabled() {
            let _ = span.set_parent(of_caller(headers));
        }
        Self { method, began: Instant::now(), span, code: None }
    }

    /// A call of a method that there is not. Whoever guesses names makes no spans.
    fn of_none() -> Self {
        Self { method: OTHER, began: Instant::now(), span: Span::none(), code: None }
    }

    /// An answer without a body says at once how the call ended.
    fn answered(mut self, answer: Response) -> Response {
        self.hear(answer.headers());
        answer.map(|body| axum::body::Body::new(Watched { body, call: self }))
    }

    fn hear(&mut self, headers: &HeaderMap) {
        if headers.contains_key(Status::GRPC_STATUS)
            && let Some(status) = Status::from_header_map(headers)
        {
            self.code = Some(status.code());
            if status.code() != Code::Ok
                && !self.span.is_disabled()
                && let Some(info) = status.get_error_details().error_info()
            {
                self.span.record("orders.reason", info.reason.as_str());
            }
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // Who leaves before the end has canceled the call.
        let code = self.code.unwrap_or(Code::Cancelled);
        self.span.record("rpc.response.status_code", name(code));
        if is_ours(code) {
            self.span.record("error.type", name(code));
        }
        let labels = [label("rpc.method", self.method), label("rpc.response.status_code", name(code))];
        meters().calls.record(self.began.elapsed().as_secs_f64(), &labels);
    }
}

/// Whether the fault is the server's, as the conventions see it.
const fn is_ours(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

const fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// An answer's body, which says in the end how the call ended.
struct Watched {
    body: axum::body::Body,
    call: Call,
}

impl hyper::body::Body for Watched {
    type Data = <axum::body::Body as hyper::body::Body>::Data;
    type Error = <axum::body::Body as hyper::body::Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = &mut *self;
        let polled = Pin::new(&mut this.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(trailers) = frame.trailers_ref()
        {
            this.call.hear(trailers);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
