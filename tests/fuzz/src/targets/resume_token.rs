//! A resume token: text that says after which event a stream goes on. The stream has one event, at position 300.

use domain::ports::Place;
use domain::rules::ids::OrderId;
use grpc_server::untrusted::resume_token;
use runner::PlainVault;
use uuid::Uuid;

use crate::seeds;
use crate::target::Reached;

const BEGINNING: &str = "before the first event";
const EVENT: &str = "after an event";
const GONE: &str = "a place that the stream does not have";

fn event() -> Place {
    Place { position: 300, order_id: OrderId::new(Uuid::from_u128(7)), sequence: 2 }
}

/// None is taken for another place or in another form.
pub fn run(input: &[u8]) -> Option<Reached> {
    let text = std::str::from_utf8(input).ok()?;
    let mut reached = Reached { about: GONE, is_taken: false };
    for (about, place) in [(BEGINNING, None), (EVENT, Some(event()))] {
        let Some((position, again)) = resume_token(&PlainVault, text, place) else { continue };
        let Some(again) = again else { continue };
        assert!(!reached.is_taken, "{text:?} is of two places");
        assert_eq!(again, text, "it is another token");
        assert_eq!(position, place.map_or(0, |place| place.position), "it is of another place");
        reached = Reached { about, is_taken: true };
    }
    Some(reached)
}

pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let of = |place| grpc_server::untrusted::token(&PlainVault, place).into_bytes();
    let mut seeds = vec![("beginning".to_owned(), of(None)), ("event".to_owned(), of(Some(event())))];
    let gone = Place { position: 301, ..event() };
    seeds.push(("gone".to_owned(), of(Some(gone))));
    seeds.extend(
        seeds::WRONG_TOKENS.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())),
    );
    seeds
}

pub fn subjects() -> Vec<&'static str> {
    vec![BEGINNING, EVENT]
}
