//! Faults as JSON: what is armed, what is left of it, and how often it has fired.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::armed::{Armed, Count, Faults};
use super::fate::Meanwhile;
use super::kind::{FaultKind, HookFault, RequestFault};
use super::rewrite::Edit;
use crate::rules::json::Object;

impl Faults {
    /// In the order in which they are looked through.
    pub fn to_json(&self) -> Value {
        self.0.iter().map(Armed::to_json).collect()
    }
}

impl Armed {
    fn to_json(&self) -> Value {
        let count = match self.fault.count {
            Count::Times(times) => json!(times),
            Count::All => json!("all"),
        };
        self.fault
            .kind
            .describe()
            .set("skip", self.fault.skip)
            .set("count", count)
            .set("skip_remaining", self.fault.skip.saturating_sub(self.skipped))
            .set("remaining", self.remaining().map_or(json!("all"), |remaining| json!(remaining)))
            .set("fired", self.fired)
            .into()
    }
}

impl FaultKind {
    fn describe(&self) -> Object {
        let named = |name: &str| Object::default().set("fault", name);
        match self {
            Self::Request { on, fault } => {
                let object = named(fault.name()).set("method", on.method.as_str());
                fault.describe(object.set("path", on.path.as_str()))
            }
            Self::IdempotencyIgnored { on } => named("idempotency_ignored")
                .maybe("method", on.as_ref().map(|on| on.method.as_str()))
                .maybe("path", on.as_ref().map(|on| on.path.as_str())),
            Self::Hook { path, fault } => {
                let object = named(fault.name()).maybe("path", path.as_deref());
                match fault {
                    HookFault::Delayed { after } => object.set("after", iso(*after)),
                    HookFault::Dropped | HookFault::Doubled | HookFault::Reordered => object,
                }
            }
        }
    }
}

impl RequestFault {
    fn describe(&self, object: Object) -> Object {
        match self {
            Self::Hang { effect } => object.set("effect", *effect),
            Self::Status { status, effect } => object.set("status", status.number()).set("effect", *effect),
            Self::RateLimited { retry_after_seconds } => {
                object.maybe("retry_after_seconds", *retry_after_seconds)
            }
            Self::Truncate { chunked } => object.set("chunked", *chunked),
            Self::Drip { over } => object.set("over", iso(*over)),
            Self::LateEffect { now, after, in_flight } => {
                object.set("now", now.as_text()).set("after", iso(*after)).set("in_flight", *in_flight)
            }
            Self::Rewrite { edits } => {
                object.set("edits", edits.iter().map(Edit::to_json).collect::<Vec<_>>())
            }
            Self::LineCountersLeftOut
            | Self::Refuse
            | Self::CloseBefore
            | Self::CloseAfter
            | Self::InFlight
            | Self::Busy
            | Self::KeyUsed => object,
        }
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::CloseBefore => "close_before",
            Self::CloseAfter => "close_after",
            Self::Hang { .. } => "hang",
            Self::Status { .. } => "status",
            Self::InFlight => "in_flight",
            Self::Busy => "busy",
            Self::KeyUsed => "key_used",
            Self::RateLimited { .. } => "rate_limited",
            Self::Truncate { .. } => "truncate",
            Self::Drip { .. } => "drip",
            Self::LateEffect { .. } => "late_effect",
            Self::Rewrite { .. } => "rewrite",
            Self::LineCountersLeftOut => "line_counters_left_out",
        }
    }
}

impl HookFault {
    pub fn name(self) -> &'static str {
        match self {
            Self::Dropped => "hook_dropped",
            Self::Doubled => "hook_doubled",
            Self::Delayed { .. } => "hook_delayed",
            Self::Reordered => "hook_reordered",
        }
    }
}

impl Meanwhile {
    pub const ALL: [Self; 3] = [Self::Close, Self::Hang, Self::Status500];

    pub fn as_text(self) -> &'static str {
        match self {
            Self::Close => "close",
            Self::Hang => "hang",
            Self::Status500 => "500",
        }
    }
}

fn iso(duration: SignedDuration) -> String {
    duration.to_string()
}
