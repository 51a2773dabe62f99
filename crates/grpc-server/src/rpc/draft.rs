//! A draft as a request holds it: all that is found in it at once, or the order that it would become. Nothing is kept here.

use domain::ports::{Clock, Ids, OrderKey, Ports};
use domain::rules::agreements::Agreements;
use domain::rules::draft::OrderDraft;
use domain::rules::ids::{Caller, OrderId, ProfileName, RequestId};
use domain::rules::order::{Order, Placer};
use domain::rules::placement::Mode;
use domain::rules::violation::Violation;
use jiff::Timestamp;
use prost::Message;
use tonic::Status;

use super::Visit;
use super::reading::Reading;
use crate::convert;
use crate::proto;
use crate::service::Service;
use crate::wire::bounds::DRAFT_BYTES;

/// A valid profile and draft.
pub type Parsed = ((ProfileName, Mode), OrderDraft);

/// All that was found.
pub struct Read {
    /// Or every fault at once.
    pub parsed: Result<Parsed, Vec<Violation>>,
    pub warnings: Vec<Violation>,
    /// The order number and its profile, where both could be read.
    pub number: Option<(ProfileName, String)>,
}

/// Reads both, after what has been read of the request.
pub fn read(rpc: &Visit, profile: &str, draft: proto::OrderDraft, reading: Reading) -> Read {
    let (service, named) = (rpc.service(), rpc.profile(profile));
    // Where no profile is named rightly, the rest is judged by what most have agreed.
    let agreed = named.as_ref().map(|(name, _)| service.agreed(name)).unwrap_or_default();
    judged((profile, named), draft, &agreed, service.clock.now(), reading)
}

/// The same, where the profile that is named has been found, or what was expected.
pub fn judged(
    (profile, named): (&str, Result<(ProfileName, Mode), String>),
    draft: proto::OrderDraft,
    agreed: &Agreements,
    now: Timestamp,
    mut reading: Reading,
) -> Read {
    let named = named.map_err(|expected| Violation {
        path: "profile".to_owned(),
        rule: "profile.name",
        expected,
        got: if profile.is_empty() { "nothing".to_owned() } else { profile.to_owned() },
    });
    reading.add(too_large(&draft).into_iter().collect());
    let (input, form_faults) = convert::draft::input(draft, "draft");
    reading.add(form_faults);
    let profile = reading.part(named);
    let number = Some(input.order_number.clone()).filter(|number| !number.trim().is_empty());
    let number = profile.as_ref().map(|(name, _)| name.clone()).zip(number);
    let (draft, warnings) = match input.parse("draft", now, agreed) {
        Ok(draft) => {
            let warnings = draft.warnings.clone();
            (Some(draft), warnings)
        }
        Err(found) => {
            reading.add(found.violations);
            (None, found.warnings)
        }
    };
    Read { parsed: reading.parts(profile.zip(draft)), warnings, number }
}

fn too_large(draft: &proto::OrderDraft) -> Option<Violation> {
    let bytes = draft.encoded_len();
    (bytes > DRAFT_BYTES).then(|| Violation {
        path: "draft".to_owned(),
        rule: "draft.size",
        expected: format!("at most {DRAFT_BYTES} bytes, so that its order fits into an answer"),
        got: format!("{bytes} bytes"),
    })
}

/// The order that holds the number, if any.
pub async fn number_holder(
    rpc: &Visit,
    profile: &ProfileName,
    order_number: &str,
) -> Result<Option<Order>, Status> {
    let key = OrderKey::Number { profile: profile.clone(), order_number: order_number.to_owned() };
    let found = rpc.find_order(&key).await?;
    Ok(found.filter(|holder| holder.held_number() == Some(order_number)))
}

/// The order that a draft would become.
pub fn would_be(service: &Service, (profile, mode): (ProfileName, Mode), draft: OrderDraft) -> Order {
    let id = OrderId::new(service.ids().ordered());
    let (caller, request_id) = (Caller::new(""), RequestId::new(""));
    let placer = Placer { id, profile, mode, caller, request_id, hook_base: String::new() };
    Order::placing(placer, draft, service.clock.now())
}

/// The same as a message, without what only a recorded order has.
pub fn preview(order: &Order) -> proto::Order {
    let message = convert::order::order(order, &[]);
    proto::Order { id: String::new(), etag: String::new(), placement: 0, created_time: None, ..message }
}
