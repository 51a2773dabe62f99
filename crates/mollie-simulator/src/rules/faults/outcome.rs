//! What a client gets to see of its request, after the request had what effect its fate left it.

use jiff::Timestamp;

use super::armed::{Faults, Verdict};
use super::fate::{Fate, Impairment, Loss, Meanwhile};
use super::kind::FaultStatus;
use super::reply::Reply;
use crate::rules::request::{ApiRequest, Keys};
use crate::rules::world::World;

#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Answered(Reply),
    Impaired {
        reply: Reply,
        by: Impairment,
    },
    /// `kept` is what the rules have answered, if the request has had its effect: nobody has seen it. A client that
    /// still waits in a silence may get it in the end.
    Lost {
        loss: Loss,
        kept: Option<Reply>,
    },
}

impl World {
    /// `answer` behind the fault layer.
    pub fn answer_through(&mut self, faults: &mut Faults, request: &ApiRequest, now: Timestamp) -> Outcome {
        let verdict = faults.for_request(request);
        self.undergo(verdict, request, now)
    }

    /// Lets a request have the effect that its fate leaves it, and tells what its client sees.
    pub fn undergo(&mut self, verdict: Verdict, request: &ApiRequest, now: Timestamp) -> Outcome {
        let Verdict { fate, keys } = verdict;
        self.tick(now);
        match fate {
            Fate::Pass => Outcome::Answered(self.answer_with(request, keys, now).into()),
            Fate::Impaired(by) => {
                Outcome::Impaired { reply: self.answer_with(request, keys, now).into(), by }
            }
            Fate::Rewritten(edits) => {
                let reply = Reply::from(self.answer_with(request, keys, now));
                Outcome::Answered(reply.rewritten(&edits))
            }
            Fate::Instead { reply, effect } => {
                self.kept(effect, request, keys, now);
                Outcome::Answered(*reply)
            }
            Fate::Lost { loss, effect } => {
                Outcome::Lost { loss, kept: self.kept(effect, request, keys, now) }
            }
            Fate::Later { now: meanwhile, after, in_flight } => {
                self.postpone(request, keys, now.saturating_add(after).unwrap_or(now), in_flight);
                match meanwhile {
                    Meanwhile::Close => Outcome::Lost { loss: Loss::Closed, kept: None },
                    Meanwhile::Hang => Outcome::Lost { loss: Loss::Silence, kept: None },
                    Meanwhile::Status500 => Outcome::Answered(FaultStatus::InternalServerError.reply()),
                }
            }
        }
    }

    /// The answer to a request that has its effect all the same.
    fn kept(&mut self, effect: bool, request: &ApiRequest, keys: Keys, now: Timestamp) -> Option<Reply> {
        effect.then(|| self.answer_with(request, keys, now).into())
    }
}
