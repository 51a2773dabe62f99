//! Who may call what, as a second reading: written by hand, and by nothing of the service's.

use tonic::Code;

/// What a method's request is about, and so how one answers that is not for its caller's eyes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Something by its id: as if it were not there.
    Thing,
    /// A profile by its name: as if it were not configured.
    Profile,
    /// Several things, each of which may not be there; or a check, whose findings are an ordinary answer.
    Several,
}

use About::{Profile, Several, Thing};

/// The method; what it is about; how a request of `requests` is answered to one who may make it; and the roles that may, by their first
/// letters: **c**heckout, **f**ulfilment, c**a**re, fi**n**ance, **v**iewer, **o**perator.
pub const TABLE: [(&str, About, Code, &str); 36] = [
    ("CreateOrder", Profile, Code::Ok, "ca"),
    ("CheckOrderDraft", Several, Code::Ok, "ca"),
    ("GetOrder", Thing, Code::Ok, "cfanvo"),
    ("BatchGetOrders", Several, Code::Ok, "cfanvo"),
    ("ListOrders", Profile, Code::Ok, "cfanvo"),
    ("CancelOrder", Thing, Code::Aborted, "ca"),
    ("CancelOrderLines", Thing, Code::Aborted, "fa"),
    ("UpdateOrder", Thing, Code::Aborted, "ca"),
    ("UpdateOrderLine", Thing, Code::Aborted, "ca"),
    ("ManageOrderLines", Thing, Code::Aborted, "ca"),
    ("CreateOrderPayment", Thing, Code::Aborted, "ca"),
    ("ListPaymentMethods", Profile, Code::Ok, "ca"),
    ("ListOrderPayments", Thing, Code::Ok, "cfanvo"),
    ("SyncOrder", Thing, Code::Ok, "cfano"),
    ("CreateShipment", Thing, Code::Aborted, "f"),
    ("UpdateShipment", Thing, Code::Aborted, "fa"),
    ("GetShipment", Thing, Code::Ok, "cfanvo"),
    ("ListShipments", Thing, Code::Ok, "cfanvo"),
    ("CreateRefund", Thing, Code::Aborted, "an"),
    ("GetRefund", Thing, Code::Ok, "cfanvo"),
    ("ListRefunds", Profile, Code::Ok, "cfanvo"),
    ("CancelRefund", Thing, Code::Aborted, "an"),
    ("ReturnLines", Thing, Code::Aborted, "an"),
    ("ListOrderEvents", Thing, Code::Ok, "cfanvo"),
    ("WatchOrderEvents", Profile, Code::Ok, "cfanvo"),
    ("ListDeadlines", Profile, Code::Ok, "fanvo"),
    ("GetOperation", Thing, Code::Ok, "cfanvo"),
    ("WaitOperation", Thing, Code::Ok, "cfanvo"),
    ("ListOperations", Profile, Code::Ok, "anvo"),
    ("RetryOperation", Thing, Code::FailedPrecondition, "o"),
    ("ResolveOperation", Thing, Code::FailedPrecondition, "o"),
    ("CompareOperation", Thing, Code::Ok, "o"),
    ("CloseReviewItem", Thing, Code::NotFound, "ano"),
    ("PauseProfile", Profile, Code::Ok, "o"),
    ("ResumeProfile", Profile, Code::Ok, "o"),
    ("ArchiveOrders", Profile, Code::Ok, "o"),
];

/// Whether a role may call it.
pub fn may(roles: &str, role: &str) -> bool {
    let letter = match role {
        "care" => 'a',
        "finance" => 'n',
        other => other.chars().next().unwrap(),
    };
    roles.contains(letter)
}

/// How it answers about what its caller does not see.
pub fn hidden(about: About) -> (Code, &'static str) {
    match about {
        Thing => (Code::NotFound, "_NOT_FOUND"),
        Profile => (Code::InvalidArgument, "INVALID_REQUEST"),
        Several => (Code::Ok, ""),
    }
}
