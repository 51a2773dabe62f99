//! A request: one byte for the method, by its place in the service's table, one for the sample order that it is about, and a
//! message on the wire. It is read as by its method; a draft is placed, and a change is decided, with a Mollie that never answers.

use domain::workflow::MutationError;
use grpc_server::untrusted::{self, Asked, METHODS, Site};
use tonic::{Code, Status};

use crate::desk::Desk;
use crate::play::{judge, judge_sums, play};
use crate::sample::Sample;
use crate::seeds;
use crate::target::Reached;
use crate::wire::Mouth;

/// The most bytes of text and details that reach every client.
const TOLD: usize = 6 * 1024;

pub fn run(input: &[u8]) -> Option<Reached> {
    let (head, message) = input.split_at_checked(2)?;
    let [method, sample] = [head.first()?, head.get(1)?].map(|byte| usize::from(*byte));
    let ((about, read), sample) = (METHODS.get(method)?, Sample::ALL.get(sample)?);
    let kept = sample.kept();
    let is_taken = match read(message, Site { order: &kept.order, now: kept.now }) {
        Err(status) => refused(status),
        Ok(asked) => {
            let is_listing = matches!(asked, Asked::Methods(_));
            let desk = Desk::new(kept, Mouth::of(Vec::new()));
            match play(&desk, kept.order.id, asked) {
                Err(MutationError::Store(error)) => panic!("the store refuses what was decided: {error}"),
                // There is nobody to list them.
                Err(MutationError::Unconfirmed(_)) if is_listing => true,
                Err(error) => refused(untrusted::refusal(error)),
                Ok(about) => {
                    about.into_iter().for_each(|id| judge_sums(&judge(&desk, id)));
                    true
                }
            }
        }
    };
    Some(Reached { about, is_taken })
}

/// A refusal is for the caller to mend, says why, and reaches him.
fn refused(status: Status) -> bool {
    let is_callers = matches!(
        status.code(),
        Code::InvalidArgument
            | Code::FailedPrecondition
            | Code::NotFound
            | Code::Aborted
            | Code::Unavailable
            | Code::ResourceExhausted
    );
    assert!(is_callers, "{status}");
    assert!(!status.message().is_empty() && !status.details().is_empty(), "{status}");
    let answer = status.into_http::<()>();
    let lengths = ["grpc-message", "grpc-status-details-bin"].map(|name| answer.headers().get(name));
    let bytes: usize = lengths.into_iter().flatten().map(|value| value.len()).sum();
    assert!(bytes <= TOLD, "a refusal of {bytes} bytes is lost on the way");
    false
}

pub fn seeds() -> Vec<(String, Vec<u8>)> {
    seeds::requests::all()
}

pub fn subjects() -> Vec<&'static str> {
    METHODS.iter().map(|(name, _)| *name).collect()
}
