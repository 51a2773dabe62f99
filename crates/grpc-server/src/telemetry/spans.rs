//! Every kind of span that there is: what it is called where it is made, and what OpenTelemetry is told. docs/operating.md is written
//! from this table.

use std::borrow::Cow;

use opentelemetry::trace::{SpanKind, Status};
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;

/// A kind of span.
pub struct SpanSpec {
    /// Its name where it is made; of Mollie's calls, how the name begins.
    pub name: &'static str,
    pub kind: SpanKind,
    /// What it is named after, by its attributes; an attribute that it does not have is left out.
    pub named: &'static [Part],
    /// Whether it may be the first of a trace in this process.
    pub begins: bool,
    pub meaning: &'static str,
}

/// A piece of a name.
pub enum Part {
    Text(&'static str),
    Of(&'static str),
}

use Part::{Of, Text};

pub const SPANS: &[SpanSpec] = &[
    SpanSpec {
        name: "rpc",
        kind: SpanKind::Server,
        named: &[Of("rpc.method")],
        begins: true,
        meaning: "A call, from its headers to the last byte of its answer. A child of the caller's span.",
    },
    SpanSpec {
        name: "decide",
        kind: SpanKind::Internal,
        named: &[Text("decide")],
        begins: true,
        meaning: "What a call decides on what is known, until that is saved. It goes on if the caller leaves.",
    },
    SpanSpec {
        name: "operation",
        kind: SpanKind::Internal,
        named: &[Text("operation "), Of("orders.operation.kind")],
        begins: true,
        meaning: "One step of an operation: sending it, or finding out what became of it. A part of the trace of the call \
                  that asked for it, whichever process takes the step, and whenever.",
    },
    SpanSpec {
        name: "webhook",
        kind: SpanKind::Server,
        named: &[Text("POST /webhooks/mollie")],
        begins: true,
        meaning: "A webhook for an order of ours is stored. A trace of its own.",
    },
    SpanSpec {
        name: "lookup",
        kind: SpanKind::Internal,
        named: &[Text("look-up")],
        begins: true,
        meaning: "An order is read at Mollie. A trace of its own, linked with the webhook that it answers and with the call or \
                  operation that changed the order last.",
    },
    SpanSpec {
        name: "timer",
        kind: SpanKind::Internal,
        named: &[Text("timer")],
        begins: true,
        meaning: "An order's time has come: a warning, a loss, or what its profile's policy does. A trace of its own.",
    },
    SpanSpec {
        name: "db.transaction",
        kind: SpanKind::Client,
        named: &[Text("transaction "), Of("transaction")],
        begins: false,
        meaning: "A transaction, from waiting for a connection to the answer to COMMIT.",
    },
    SpanSpec {
        name: "db.statement",
        kind: SpanKind::Client,
        named: &[Of("db.operation.name"), Text(" "), Of("db.collection.name")],
        begins: false,
        meaning: "A statement, without its text and its values; outside a transaction with the wait for a connection. A change of one order, which is one statement on PostgreSQL, goes by its first part: a request, or the order.",
    },
    SpanSpec {
        name: "mollie.",
        kind: SpanKind::Client,
        named: &[Of("http.request.method"), Text(" "), Of("url.template")],
        begins: false,
        meaning: "A call of Mollie's API, by its path without ids. Mollie is not told of the trace.",
    },
];

/// Whether such a span may be the first of a trace.
pub fn begins(name: &str) -> bool {
    of(name).is_some_and(|spec| spec.begins)
}

fn of(name: &str) -> Option<&'static SpanSpec> {
    SPANS.iter().find(|spec| match spec.name.strip_suffix('.') {
        Some(_) => name.starts_with(spec.name),
        None => name == spec.name,
    })
}

/// The span as OpenTelemetry wants it.
pub fn told(mut span: SpanData) -> SpanData {
    if let Some(spec) = of(&span.name) {
        span.span_kind = spec.kind.clone();
        span.name = spec.named(&span.attributes);
    }
    if let Some(error) = text(&span.attributes, "error.type") {
        span.status = Status::error(error.to_owned());
    }
    span
}

impl SpanSpec {
    fn named(&self, attributes: &[KeyValue]) -> Cow<'static, str> {
        let part = |part: &Part| match part {
            Text(text) => *text,
            Of(key) => text(attributes, key).unwrap_or_default(),
        };
        match self.named {
            [Text(text)] => (*text).into(),
            parts => parts.iter().map(part).collect::<String>().trim_end().to_owned().into(),
        }
    }
}

fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|attribute| attribute.key.as_str() == key)?;
    let Value::String(text) = &found.value else { return None };
    Some(text.as_str())
}
