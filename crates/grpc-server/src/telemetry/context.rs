//! Where work is in its caller's trace, across tasks, processes and restarts. Work that outlives its caller gets a span of its own that
//! does not hold the caller's open.

use domain::ports::TraceParent;
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Where the current work is, as it is kept with what it records.
pub fn here() -> Option<TraceParent> {
    Context::map_current(|context| {
        let span = context.span();
        let at = span.span_context();
        at.is_valid().then(|| {
            let (trace, span, flags) = (at.trace_id(), at.span_id(), at.trace_flags().to_u8());
            TraceParent(format!("00-{trace}-{span}-{flags:02x}"))
        })
    })
}

/// Makes a span that was made without a parent a part of the current work's trace. The current span does not wait for its end.
pub fn child(span: Span) -> Span {
    if !span.is_disabled() {
        let _ = span.set_parent(Context::current());
    }
    span
}

/// The same, for work that was recorded elsewhere in a trace; if that is unknown, it is a part of the current work.
pub fn resumed(span: Span, at: Option<&TraceParent>) -> Span {
    let Some(at) = at.and_then(read) else { return child(span) };
    if !span.is_disabled() {
        let _ = span.set_parent(Context::new().with_remote_span_context(at));
    }
    span
}

/// A trace of its own that names where it comes from.
pub fn linked<'a>(span: Span, to: impl IntoIterator<Item = &'a TraceParent>) -> Span {
    if !span.is_disabled() {
        to.into_iter().filter_map(read).for_each(|at| span.add_link(at));
    }
    span
}

/// Reads what [`here`] wrote, maybe in another release. What cannot be read is not known.
fn read(text: &TraceParent) -> Option<SpanContext> {
    let mut parts = text.0.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let trace = TraceId::from(u128::from_str_radix(trace, 16).ok()?);
    let span = SpanId::from(u64::from_str_radix(span, 16).ok()?);
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?);
    let at = SpanContext::new(trace, span, flags, true, TraceState::NONE);
    (version == "00" && at.is_valid()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written_and_anything_else_is_unknown() {
        let written = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let at = read(&TraceParent(written.to_owned())).unwrap();
        let _in_it = Context::new().with_remote_span_context(at.clone()).attach();
        assert!(at.is_sampled() && at.is_remote());
        assert_eq!(here(), Some(TraceParent(written.to_owned())));
        for odd in ["", "00", "00-0-0-01", "01-1-1-00", "00-x-b7ad6b7169203331-01", "00-1-1-zz"] {
            assert_eq!(read(&TraceParent(odd.to_owned())), None, "{odd}");
        }
    }
}
