//! Which of our spans are worth making: those that begin something, and what belongs to a trace that is sampled. So a statement of an
//! unsampled call, or of a loop that looks for work, costs one question.

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{self, Filter};

use super::{is_ours, spans};

pub struct Sampled;

fn may_count(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && *metadata.level() <= Level::DEBUG && is_ours(metadata)
}

impl<S> Filter<S> for Sampled {
    fn enabled(&self, metadata: &Metadata<'_>, _: &layer::Context<'_, S>) -> bool {
        let is_sampled = || Context::map_current(|context| context.span().span_context().is_sampled());
        may_count(metadata) && (spans::begins(metadata.name()) || is_sampled())
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        match may_count(metadata) {
            true if spans::begins(metadata.name()) => Interest::always(),
            true => Interest::sometimes(),
            false => Interest::never(),
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::DEBUG)
    }
}
