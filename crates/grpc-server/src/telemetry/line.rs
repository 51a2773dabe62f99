//! The form of a log line: as `tracing` writes it, with the ids of the trace and span that it belongs to, if there are any.

use std::fmt;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// Lines of text.
pub struct TextWithIds<F>(pub F);

/// One JSON object a line.
pub struct JsonWithIds<F>(pub F);

fn current() -> Option<SpanContext> {
    Context::map_current(|context| {
        let at = context.span().span_context().clone();
        at.is_valid().then_some(at)
    })
}

impl<S, N, F> FormatEvent<S, N> for TextWithIds<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        ctx: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(at) = current() else { return self.0.format_event(ctx, writer, event) };
        let mut line = String::new();
        self.0.format_event(ctx, Writer::new(&mut line), event)?;
        writeln!(writer, "{} trace_id={} span_id={}", line.trim_end(), at.trace_id(), at.span_id())
    }
}

impl<S, N, F> FormatEvent<S, N> for JsonWithIds<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        ctx: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(at) = current() else { return self.0.format_event(ctx, writer, event) };
        let mut line = String::new();
        self.0.format_event(ctx, Writer::new(&mut line), event)?;
        // An object ends with its brace.
        let open = line.trim_end().strip_suffix('}').unwrap_or(&line);
        writeln!(writer, r#"{open},"trace_id":"{}","span_id":"{}"}}"#, at.trace_id(), at.span_id())
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use opentelemetry::trace::{SpanId, TraceFlags, TraceId, TraceState};
    use tracing::info;
    use tracing_subscriber::prelude::*;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(json: bool) -> Vec<String> {
        let writer = Written::default();
        let target = Arc::clone(&writer.0);
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).without_time();
        let text =
            (!json).then(|| lines.with_writer(Mutex::new(writer.clone())).map_event_format(TextWithIds));
        let lines = tracing_subscriber::fmt::layer().json().without_time();
        let json = json.then(|| lines.with_writer(Mutex::new(writer)).map_event_format(JsonWithIds));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(text).with(json), || {
            info!(order = 1, "outside");
            let (trace, span) = (TraceId::from(1_u128), SpanId::from(2_u64));
            let at = SpanContext::new(trace, span, TraceFlags::SAMPLED, true, TraceState::NONE);
            let _within = Context::new().with_remote_span_context(at).attach();
            info!(order = 1, "within");
        });
        let said = String::from_utf8(target.lock().unwrap().clone()).unwrap();
        said.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_line_has_the_ids_of_its_trace_and_span() {
        let text = logged(false);
        assert!(!text[0].contains("trace_id") && text[0].contains("outside order=1"), "{text:?}");
        assert!(
            text[1].ends_with(
                "within order=1 trace_id=00000000000000000000000000000001 span_id=0000000000000002"
            )
        );
        let json = logged(true);
        let within: serde_json::Value = serde_json::from_str(&json[1]).unwrap();
        assert_eq!(within["trace_id"], "00000000000000000000000000000001");
        assert_eq!((&within["span_id"], &within["fields"]["order"]), (&"0000000000000002".into(), &1.into()));
        serde_json::from_str::<serde_json::Value>(&json[0]).unwrap();
    }
}
