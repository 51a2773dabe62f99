//! Mollie's answers: on the first line the name of what is asked of a sample order, and below one answer after another, each a
//! status and a body, with an empty line between them. The real adapter reads them, and what they say goes on into the order.

use std::sync::Arc;

use domain::rules::operation::OperationState;
use domain::workflow::MutationError;
use grpc_server::untrusted::{Asked, METHODS, Site};

use crate::desk::Desk;
use crate::play::{judge, play};
use crate::sample::Sample;
use crate::seeds;
use crate::target::Reached;
use crate::wire::{Mouth, Said};

/// What is asked of an order.
pub struct Call {
    pub name: &'static str,
    pub sample: Sample,
    /// A method and its request, as JSON; `None`: the order is read.
    pub request: Option<(&'static str, &'static str)>,
}

/// Between two answers.
const GAP: &[u8] = b"\n\n";

pub fn run(input: &[u8]) -> Option<Reached> {
    let end = input.iter().position(|byte| *byte == b'\n')?;
    let name = std::str::from_utf8(&input[..end]).ok()?;
    let call = seeds::CALLS.iter().find(|call| call.name == name)?;
    let is_taken = call.happen(Mouth::of(answers(&input[end + 1..])));
    Some(Reached { about: call.name, is_taken })
}

impl Call {
    /// Whether Mollie's answers were taken: the reading of an order is whole, a list is known, or an operation has succeeded.
    fn happen(&self, mouth: Mouth) -> bool {
        let kept = self.sample.kept();
        let desk = Desk::new(kept, mouth);
        let Some(asked) = self.asked() else {
            desk.hook(kept.order.id, None);
            desk.work(None);
            return judge(&desk, kept.order.id).observed_time > kept.order.observed_time;
        };
        match play(&desk, kept.order.id, asked) {
            Err(MutationError::Store(error)) => panic!("the store refuses what was decided: {error}"),
            Err(_) => {
                judge(&desk, kept.order.id);
                false
            }
            Ok(None) => true,
            Ok(Some(id)) => {
                desk.hook(id, None);
                desk.work(None);
                judge(&desk, id);
                let operations = desk.store.dump().operations;
                operations.values().any(|it| it.state.name() == OperationState::Succeeded)
            }
        }
    }

    fn asked(&self) -> Option<Asked> {
        let (method, json) = self.request?;
        let kept = self.sample.kept();
        let (_, read) = METHODS.iter().find(|(name, _)| *name == method)?;
        let bytes = seeds::requests::message(method, &seeds::requests::named(json, kept));
        read(&bytes, Site { order: &kept.order, now: kept.now }).ok()
    }
}

fn answers(mut rest: &[u8]) -> Vec<Said> {
    let mut answers = Vec::new();
    while !rest.is_empty() {
        let gap = rest.windows(GAP.len()).position(|window| window == GAP);
        let (one, more) =
            gap.map_or((rest, &rest[rest.len()..]), |at| (&rest[..at], &rest[at + GAP.len()..]));
        answers.push(answer(one));
        rest = more;
    }
    answers
}

/// A number, a space, and the body; a status that is none is an answer that is lost.
fn answer(text: &[u8]) -> Said {
    let (status, body) = text.split_at(text.len().min(4));
    let status = std::str::from_utf8(status).ok().and_then(|status| status.trim_end().parse().ok());
    (status.unwrap_or_default(), body.to_vec())
}

/// What the simulator says to each call, and the same after an answer that was lost.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut seeds = Vec::new();
    for call in &seeds::CALLS {
        for (suffix, first) in [("", Vec::new()), ("-lost", vec![(0, Vec::new())])] {
            let mouth = Mouth::simulated(first, Arc::new(call.sample.stage()));
            call.happen(mouth.clone());
            let name = format!("{}{suffix}", call.name.replace(' ', "-"));
            seeds.push((name, input(call.name, &mouth.said())));
        }
    }
    seeds.extend(
        seeds::REFUSALS
            .iter()
            .map(|(name, call, text)| ((*name).to_owned(), format!("{call}\n{text}").into_bytes())),
    );
    seeds
}

fn input(name: &str, said: &[Said]) -> Vec<u8> {
    let one = |(status, body): &Said| [format!("{status:03} ").as_bytes(), body].concat();
    let answers: Vec<_> = said.iter().map(one).collect();
    [name.as_bytes(), b"\n", &answers.join(GAP)].concat()
}

pub fn subjects() -> Vec<&'static str> {
    seeds::CALLS.iter().map(|call| call.name).collect()
}
