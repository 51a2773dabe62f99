//! The context that a caller sends along (W3C Trace Context). Mollie's webhooks have none that counts, and Mollie is sent none: it is a
//! foreign system, which must neither join our traces nor learn of them.

use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tonic::codegen::http::HeaderMap;

/// Where the caller is in his trace; an empty context if he does not say.
pub fn of_caller(headers: &HeaderMap) -> Context {
    TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers))
}

/// The longest `tracestate` that must be passed on by the standard. It is kept with every span, so a longer one counts as none.
const LONGEST: usize = 512;

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok().filter(|text| text.len() <= LONGEST)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::TraceContextExt;

    use super::*;

    fn state_of(state: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse().unwrap(),
        );
        headers.insert("tracestate", state.parse().unwrap());
        let context = of_caller(&headers);
        let at = context.span().span_context().clone();
        at.is_valid().then(|| at.trace_state().header())
    }

    #[test]
    fn one_callers_state_is_not_so_long_that_no_collector_takes_its_spans() {
        let members = |count| (0..count).map(|n| format!("m{n}=0123456789")).collect::<Vec<_>>().join(",");
        let (short, long) = (members(30), members(40));
        assert!(short.len() <= LONGEST && long.len() > LONGEST, "{} {}", short.len(), long.len());
        assert_eq!(state_of(&short), Some(short));
        // The trace goes on without it.
        assert_eq!(state_of(&long), Some(String::new()));
    }
}
