//! The call deadline: the caller's deadline less the time the answer needs, or eight seconds.

use std::time::Duration;

use tokio::time::Instant;
use tonic::codegen::http;
use tonic::metadata::MetadataMap;

/// Without a deadline the caller gets the durable state after this long.
const WITHOUT_DEADLINE: Duration = Duration::from_secs(8);
/// The time the answer needs to arrive.
const ANSWER: Duration = Duration::from_millis(100);
/// The rounding of longer deadlines: gRPC's C core, and so Python, Ruby and PHP, rounds them up to three digits.
const ROUNDED: u32 = 100;

/// The header with the caller's time-out.
const TIMEOUT: &str = "grpc-timeout";

/// How long a call may wait, and the latest time to save something.
#[derive(Clone, Copy, Debug)]
pub struct CallDeadline {
    /// The caller's own deadline.
    pub deadline: Option<Duration>,
    /// When to answer with the durable state.
    pub answer_by: Instant,
}

impl CallDeadline {
    /// Reads `grpc-timeout`.
    pub fn of(metadata: &MetadataMap) -> Self {
        let deadline = metadata.get(TIMEOUT).and_then(|value| parse(value.to_str().ok()?));
        let wait = deadline
            .map_or(WITHOUT_DEADLINE, |deadline| deadline.saturating_sub(ANSWER + deadline / ROUNDED));
        Self { deadline, answer_by: Instant::now() + wait }
    }
}

/// The caller's own time-out, before the request reaches a method.
pub fn deadline(headers: &http::HeaderMap) -> Option<Duration> {
    headers.get(TIMEOUT).and_then(|value| parse(value.to_str().ok()?))
}

/// Up to eight digits and a unit, as in the gRPC protocol.
fn parse(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let count = digits.parse::<u64>().ok().filter(|_| digits.len() <= 8)?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client with a time-out of 12,345 ms sends 12,400.
    #[test]
    fn the_answer_is_in_time_for_clients_that_round_their_timeout_up() {
        for (sent, given) in [("12400m", 12_301), ("20S", 19_901), ("90S", 89_901), ("300S", 299_001)] {
            let mut metadata = MetadataMap::new();
            metadata.insert(TIMEOUT, sent.parse().unwrap());
            let now = Instant::now();
            let call_deadline = CallDeadline::of(&metadata);
            assert!(
                call_deadline.answer_by + Duration::from_millis(90) < now + Duration::from_millis(given),
                "{sent}"
            );
        }
    }

    #[test]
    fn timeouts_are_read_in_every_unit() {
        assert_eq!(parse("2S"), Some(Duration::from_secs(2)));
        assert_eq!(parse("150m"), Some(Duration::from_millis(150)));
        assert_eq!(parse("1H"), Some(Duration::from_secs(3600)));
        for text in ["", "S", "2", "-1S", "123456789S", "2x"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
