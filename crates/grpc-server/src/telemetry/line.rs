//! The form of a log line: as `tracing` writes it, with the ids of the trace and span that it belongs to, if there are any. It is one line
//! whatever stands in it, and what Mollie or a person wrote is left out: that may be personal, and stands in `order-service operations`.

use std::borrow::Cow;
use std::fmt;

use domain::rules::quote::without_quotations;
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};
use serde_json::Value;
use tracing::{Event, Subscriber};
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::format::{Writer, debug_fn};
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

/// A line break within a text is shown as `\\n`, so that nobody's text can begin a line.
fn on_one_line(line: &str) -> Cow<'_, str> {
    let breaks = |c: char| matches!(c, '\n' | '\r' | '\u{b}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    if line.contains(breaks) {
        Cow::Owned(line.replace("\r\n", "\\n").replace(breaks, "\\n"))
    } else {
        Cow::Borrowed(line)
    }
}

/// The fields of a line of text. A quotation ends with its field at the latest.
pub fn fields() -> impl for<'writer> FormatFields<'writer> + Send + Sync + 'static {
    debug_fn(|writer, field, value| {
        let value = format!("{value:?}");
        let shown = match value.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(text) => Cow::Owned(format!("\"{}\"", without_quotations(text))),
            None => without_quotations(&value),
        };
        match field.name() {
            "message" => write!(writer, "{shown}"),
            name => write!(writer, "{}={shown}", name.trim_start_matches("r#")),
        }
    })
    .delimited(" ")
}

/// The same object without what others said: a quotation ends with its text at the latest.
fn without_quotations_in(object: &str) -> Cow<'_, str> {
    if matches!(without_quotations(object), Cow::Borrowed(_)) {
        return Cow::Borrowed(object);
    }
    let cleared = serde_json::from_str(object).map(|mut value: Value| {
        clear(&mut value);
        value.to_string()
    });
    Cow::Owned(cleared.unwrap_or_else(|_| without_quotations(object).into_owned()))
}

fn clear(value: &mut Value) {
    match value {
        Value::String(text) => *text = without_quotations(text).into_owned(),
        Value::Array(values) => values.iter_mut().for_each(clear),
        Value::Object(fields) => fields.values_mut().for_each(clear),
        Value::Null | Value::Bool(_) | Value::Number(_) => (),
    }
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
        let mut line = String::new();
        self.0.format_event(ctx, Writer::new(&mut line), event)?;
        let line = on_one_line(line.trim_end());
        match current() {
            Some(at) => writeln!(writer, "{line} trace_id={} span_id={}", at.trace_id(), at.span_id()),
            None => writeln!(writer, "{line}"),
        }
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
        let mut line = String::new();
        self.0.format_event(ctx, Writer::new(&mut line), event)?;
        let line = without_quotations_in(line.trim_end());
        let Some(at) = current() else { return writeln!(writer, "{line}") };
        // An object ends with its brace.
        let open = line.strip_suffix('}').unwrap_or(&line);
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
        let text = (!json).then(|| {
            lines.with_writer(Mutex::new(writer.clone())).fmt_fields(fields()).map_event_format(TextWithIds)
        });
        let lines = tracing_subscriber::fmt::layer().json().without_time();
        let json = json.then(|| lines.with_writer(Mutex::new(writer)).map_event_format(JsonWithIds));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(text).with(json), || {
            info!(order = 1, "outside");
            let (trace, span) = (TraceId::from(1_u128), SpanId::from(2_u64));
            let at = SpanContext::new(trace, span, TraceFlags::SAMPLED, true, TraceState::NONE);
            let _within = Context::new().with_remote_span_context(at).attach();
            info!(order = 1, "within");
            let problem = "Mollie answered 422 “Piet\u{a0}Mondriaan”\nERROR forged";
            info!(cut = "400 “Piet", shown = %"401 “Piet", problem, r#type = 1, "quoted");
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
        let within: Value = serde_json::from_str(&json[1]).unwrap();
        assert_eq!(within["trace_id"], "00000000000000000000000000000001");
        assert_eq!((&within["span_id"], &within["fields"]["order"]), (&"0000000000000002".into(), &1.into()));
        serde_json::from_str::<Value>(&json[0]).unwrap();
    }

    #[test]
    fn what_others_said_is_left_out_and_no_text_begins_a_line() {
        let (text, json) = (logged(false), logged(true));
        assert_eq!((text.len(), json.len()), (3, 3), "{text:?} {json:?}");
        let shown =
            r#"quoted cut="400 “…”" shown=401 “…” problem="Mollie answered 422 “…”\nERROR forged" type=1"#;
        assert!(text[2].contains(shown), "{}", text[2]);
        let fields: Value = serde_json::from_str(&json[2]).unwrap();
        assert_eq!(fields["fields"]["problem"], "Mollie answered 422 “…”\nERROR forged");
        assert_eq!(fields["fields"]["cut"], "400 “…”");
    }
}
