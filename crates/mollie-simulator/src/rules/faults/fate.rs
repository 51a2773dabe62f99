//! What befalls one request or webhook: the decision alone, before anything has happened.

use jiff::SignedDuration;

use super::reply::Reply;
use super::rewrite::Edit;

#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// The rules answer.
    Pass,
    /// The rules answer, and the line spoils how the answer arrives.
    Impaired(Impairment),
    /// The rules answer, and these edits are made to what they say.
    Rewritten(Vec<Edit>),
    /// This answer, with or without what the request would have done.
    Instead { reply: Box<Reply>, effect: bool },
    /// No answer, with or without what the request would have done.
    Lost { loss: Loss, effect: bool },
    /// What the request does comes after this simulated time, when nobody waits for its answer any more.
    Later { now: Meanwhile, after: SignedDuration, in_flight: bool },
}

impl Fate {
    pub fn instead(reply: Reply, effect: bool) -> Self {
        Self::Instead { reply: Box::new(reply), effect }
    }
}

/// How an answer arrives that arrives badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Impairment {
    /// Half of the body, of which the head has promised all, or with `chunked` an end that does not come.
    Truncated { chunked: bool },
    /// In small pieces over this real time.
    Dripped { over: SignedDuration },
}

/// How a client does not get its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The connection is reset.
    Reset,
    /// The connection is closed in good order.
    Closed,
    /// Nothing comes, and the connection stays.
    Silence,
}

/// What a client gets to see while its request's effect is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meanwhile {
    Close,
    Hang,
    Status500,
}

/// What befalls one webhook that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookFate {
    Send,
    /// This attempt fails without having been made.
    Drop,
    SendTwice,
    Delay(SignedDuration),
    /// Another hook goes first.
    PutBack,
}
