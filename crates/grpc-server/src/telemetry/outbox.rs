//! Spans on their way to the collector. A call never waits for it: a span that finds the queue full is dropped and counted, whatever
//! the collector does.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanExporter, SpanProcessor};
use persistence::Repeats;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tracing::warn;

use super::spans;

/// How many spans may wait: some megabytes at most.
const WAITING: usize = 8_192;
/// How many are sent at once.
const AT_ONCE: usize = 512;
const TIMES: Times = Times { gather: Duration::from_secs(1), sending: Duration::from_secs(15) };
/// How long a stopping process sends what waits.
const FAREWELL: Duration = Duration::from_secs(2);

#[derive(Clone, Copy)]
struct Times {
    /// How long the first span of a batch waits for others.
    gather: Duration,
    /// The longest that sending them may take, whatever the exporter thinks of it.
    sending: Duration,
}

static TOLD: Repeats = Repeats::new();

/// Where spans go when they end.
#[derive(Debug)]
pub struct Outbox {
    queue: mpsc::Sender<SpanData>,
}

/// Spans that no collector got: there was no room for them, or it did not take them.
static DROPPED: AtomicU64 = AtomicU64::new(0);
static REFUSED: AtomicU64 = AtomicU64::new(0);

/// How many of each kind since the process began.
pub fn lost() -> [(&'static str, u64); 2] {
    [("dropped", DROPPED.load(Ordering::Relaxed)), ("refused", REFUSED.load(Ordering::Relaxed))]
}

/// What sends the spans.
pub struct Running {
    stop: oneshot::Sender<()>,
    sending: JoinHandle<()>,
}

impl Running {
    /// Sends what waits and ends.
    pub async fn end(self) {
        let _ = self.stop.send(());
        let _ = timeout(FAREWELL, self.sending).await;
    }
}

impl Outbox {
    pub fn start(exporter: impl SpanExporter + 'static) -> (Self, Running) {
        Self::start_at(exporter, TIMES)
    }

    fn start_at(exporter: impl SpanExporter + 'static, times: Times) -> (Self, Running) {
        let (queue, waiting) = mpsc::channel(WAITING);
        let (stop, stopped) = oneshot::channel();
        let sending = tokio::spawn(send(exporter, waiting, stopped, times));
        (Self { queue }, Running { stop, sending })
    }
}

impl SpanProcessor for Outbox {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        let is_sampled = span.span_context.is_sampled();
        if is_sampled && self.queue.try_send(span).is_err() {
            DROPPED.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

async fn send(
    exporter: impl SpanExporter,
    mut waiting: mpsc::Receiver<SpanData>,
    mut stopped: oneshot::Receiver<()>,
    times: Times,
) {
    let (mut batch, mut is_last) = (Vec::new(), false);
    while !is_last {
        is_last = tokio::select! {
            _ = &mut stopped => true,
            is_closed = gather(&mut waiting, &mut batch, times.gather) => is_closed,
        };
        while is_last && let Ok(span) = waiting.try_recv() {
            batch.push(span);
        }
        while !batch.is_empty() {
            export(&exporter, batch.drain(..batch.len().min(AT_ONCE)), times.sending).await;
        }
        tell();
    }
}

/// Waits for a span, and then for others. Whether there will be none.
async fn gather(waiting: &mut mpsc::Receiver<SpanData>, batch: &mut Vec<SpanData>, pause: Duration) -> bool {
    let is_closed = waiting.recv_many(batch, AT_ONCE).await == 0;
    if !is_closed && batch.len() < AT_ONCE {
        sleep(pause).await;
        while batch.len() < AT_ONCE
            && let Ok(span) = waiting.try_recv()
        {
            batch.push(span);
        }
    }
    is_closed
}

async fn export(
    exporter: &impl SpanExporter,
    spans: impl ExactSizeIterator<Item = SpanData>,
    longest: Duration,
) {
    let count = spans.len() as u64;
    if !matches!(timeout(longest, exporter.export(spans.map(spans::told).collect())).await, Ok(Ok(()))) {
        REFUSED.fetch_add(count, Ordering::Relaxed);
    }
}

/// Tells of lost spans, once in a while.
fn tell() {
    let [(_, dropped), (_, refused)] = lost();
    if dropped + refused > 0
        && let Some(left_out) = TOLD.due()
    {
        warn!(
            dropped,
            refused,
            left_out,
            "spans are lost: look whether the collector runs and takes them (telemetry.endpoint)"
        );
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::SystemTime;

    use opentelemetry::InstrumentationScope;
    use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};

    use super::*;

    /// A collector that takes nothing, or notes how much it gets at once.
    #[derive(Clone, Debug)]
    struct Collector {
        hangs: bool,
        got: Arc<Mutex<Vec<usize>>>,
    }

    impl SpanExporter for Collector {
        async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
            if self.hangs {
                std::future::pending::<()>().await;
            }
            self.got.lock().unwrap().push(batch.len());
            Ok(())
        }
    }

    fn collector(hangs: bool) -> (Collector, Arc<Mutex<Vec<usize>>>) {
        let got = Arc::default();
        (Collector { hangs, got: Arc::clone(&got) }, got)
    }

    fn span(flags: TraceFlags) -> SpanData {
        let (trace, id) = (TraceId::from(1_u128), SpanId::from(1_u64));
        SpanData {
            span_context: SpanContext::new(trace, id, flags, false, TraceState::NONE),
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: "decide".into(),
            start_time: SystemTime::UNIX_EPOCH,
            end_time: SystemTime::UNIX_EPOCH,
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: Default::default(),
            links: Default::default(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope::default(),
        }
    }

    const QUICK: Times = Times { gather: Duration::from_millis(1), sending: Duration::from_millis(1) };

    #[tokio::test]
    async fn spans_are_sent_together_and_what_waits_is_sent_in_the_end() {
        let (collector, got) = collector(false);
        let (outbox, running) = Outbox::start_at(collector, QUICK);
        outbox.on_end(span(TraceFlags::NOT_SAMPLED));
        // The task that sends them has not begun.
        (0..AT_ONCE + 1).for_each(|_| outbox.on_end(span(TraceFlags::SAMPLED)));
        while got.lock().unwrap().len() < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(*got.lock().unwrap(), [AT_ONCE, 1]);
        outbox.on_end(span(TraceFlags::SAMPLED));
        running.end().await;
        assert_eq!(got.lock().unwrap().iter().sum::<usize>(), AT_ONCE + 2);
    }

    #[tokio::test]
    async fn a_collector_that_hangs_holds_nobody_up_and_what_is_lost_is_counted() {
        let (collector, got) = collector(true);
        let (outbox, running) = Outbox::start_at(collector, QUICK);
        let before = lost();
        // Nothing here waits: the queue takes what it has room for.
        (0..WAITING + 5).for_each(|_| outbox.on_end(span(TraceFlags::SAMPLED)));
        assert_eq!(lost()[0].1 - before[0].1, 5);
        while lost()[1].1 - before[1].1 < WAITING as u64 {
            tokio::task::yield_now().await;
        }
        running.end().await;
        assert!(got.lock().unwrap().is_empty());
    }
}
