//! The kinds of faults, and which fate each has for a request or a webhook.

use jiff::SignedDuration;

use super::super::answer::{Answer, Refusal};
use super::fate::{Fate, HookFate, Impairment, Loss, Meanwhile};
use super::reply::Reply;
use super::rewrite::Edit;
use crate::rules::pattern::{Pattern, path_matches};
use crate::rules::records::Hook;

/// What a fault is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    Request {
        on: Pattern,
        fault: RequestFault,
    },
    /// Idempotency keys are neither heeded nor remembered; on every request without a pattern.
    IdempotencyIgnored {
        on: Option<Pattern>,
    },
    /// `path` is that of the hook's address; any without one.
    Hook {
        path: Option<String>,
        fault: HookFault,
    },
}

/// What happens to a request or its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestFault {
    /// The connection is reset, without an effect.
    Refuse,
    /// The connection is closed in good order, without an answer and without an effect.
    CloseBefore,
    /// The same after the effect.
    CloseAfter,
    /// No answer until the client goes away or it is released.
    Hang {
        effect: bool,
    },
    Status {
        status: FaultStatus,
        effect: bool,
    },
    /// 409: a request with the same key is still running.
    InFlight,
    /// 409: another request is at work on the order.
    Busy,
    /// 400: the key belongs to another request.
    KeyUsed,
    /// 429.
    RateLimited {
        retry_after_seconds: Option<u64>,
    },
    /// After the effect, half of the answer's body and then the end of the connection.
    Truncate {
        chunked: bool,
    },
    /// After the effect, the answer in small pieces over this time. The time is real.
    Drip {
        over: SignedDuration,
    },
    /// The client is lost now, and the effect comes after this time. The time is simulated.
    LateEffect {
        now: Meanwhile,
        after: SignedDuration,
        /// Whether a repetition with the same key is told until then that the first is still being processed.
        in_flight: bool,
    },
    /// After the effect, an answer of which some values are others.
    Rewrite {
        edits: Vec<Edit>,
    },
    /// After the effect, an answer with an order, or orders, whose lines have no counters.
    LineCountersLeftOut,
}

/// The statuses that may come with or without an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultStatus {
    Accepted,
    /// The key is not accepted.
    Unauthorized,
    /// Mollie does not do it, for a reason of its own.
    Unprocessable,
    InternalServerError,
    /// With a page for people.
    BadGateway,
    ServiceUnavailable,
}

/// What happens to a webhook when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookFault {
    /// An attempt is not made, and counts as failed.
    Dropped,
    /// It is sent twice.
    Doubled,
    /// It is sent so much later, by the simulated clock.
    Delayed { after: SignedDuration },
    /// It is sent after the next hook, or a simulated minute later when there is none.
    Reordered,
}

impl FaultStatus {
    pub const ALL: [Self; 6] = [
        Self::Accepted,
        Self::Unauthorized,
        Self::Unprocessable,
        Self::InternalServerError,
        Self::BadGateway,
        Self::ServiceUnavailable,
    ];

    pub fn number(self) -> u16 {
        match self {
            Self::Accepted => 202,
            Self::Unauthorized => 401,
            Self::Unprocessable => 422,
            Self::InternalServerError => 500,
            Self::BadGateway => 502,
            Self::ServiceUnavailable => 503,
        }
    }

    /// Of the bodies only the shape is known.
    pub(super) fn reply(self) -> Reply {
        let plain = |detail: &str| Answer::from(Refusal::new(self.number(), detail)).into();
        match self {
            Self::Accepted => plain("The request has been accepted, but has not been completed."),
            Self::Unauthorized => plain("Missing authentication, or failed to authenticate"),
            Self::Unprocessable => plain("The request cannot be processed."),
            Self::InternalServerError => plain("Something went wrong on our side."),
            Self::BadGateway => Reply::html(
                self.number(),
                "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway\
                 </h1></center>\r\n</body>\r\n</html>\r\n",
            ),
            Self::ServiceUnavailable => plain("The service is not available at the moment."),
        }
    }
}

impl RequestFault {
    pub fn fate(self) -> Fate {
        let lost = |loss, effect| Fate::Lost { loss, effect };
        let refused =
            |status, detail: &str| Fate::instead(Answer::from(Refusal::new(status, detail)).into(), false);
        match self {
            Self::Refuse => lost(Loss::Reset, false),
            Self::CloseBefore => lost(Loss::Closed, false),
            Self::CloseAfter => lost(Loss::Closed, true),
            Self::Hang { effect } => lost(Loss::Silence, effect),
            Self::Status { status, effect } => Fate::instead(status.reply(), effect),
            Self::InFlight => Fate::instead(Answer::from(Refusal::key_in_flight()).into(), false),
            Self::Busy => {
                refused(409, "The order is being changed by another request. Please try again later.")
            }
            Self::KeyUsed => Fate::instead(Answer::from(Refusal::key_used()).into(), false),
            Self::RateLimited { retry_after_seconds } => {
                let reply = Reply::from(Answer::from(Refusal::new(429, "Too many requests.")));
                Fate::instead(Reply { retry_after_seconds, ..reply }, false)
            }
            Self::Truncate { chunked } => Fate::Impaired(Impairment::Truncated { chunked }),
            Self::Drip { over } => Fate::Impaired(Impairment::Dripped { over }),
            Self::LateEffect { now, after, in_flight } => Fate::Later { now, after, in_flight },
            Self::Rewrite { edits } => Fate::Rewritten(edits),
            Self::LineCountersLeftOut => Fate::Rewritten(Edit::without_line_counters()),
        }
    }
}

impl From<HookFault> for HookFate {
    fn from(fault: HookFault) -> Self {
        match fault {
            HookFault::Dropped => Self::Drop,
            HookFault::Doubled => Self::SendTwice,
            HookFault::Delayed { after } => Self::Delay(after),
            HookFault::Reordered => Self::PutBack,
        }
    }
}

impl HookFault {
    /// Every attempt can be dropped. Otherwise a hook suffers one fault, or a copy would be copied again.
    pub(super) fn concerns(self, hook: &Hook, path: Option<&str>) -> bool {
        let may_suffer = match self {
            Self::Dropped => true,
            Self::Doubled | Self::Delayed { .. } | Self::Reordered => hook.tampered.is_none(),
        };
        may_suffer && path.is_none_or(|path| path_matches(path, path_of(&hook.url)))
    }
}

fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').and_then(|start| rest.get(start..)).unwrap_or("/");
    path.split(['?', '#']).next().unwrap_or(path)
}
