//! For which profile a request is, and in which mode: an API key says it by itself and may not say it again; with an access token each
//! request says it, in a place of its own.
//!
//! Sources: the rulebook on transport, seeds 3 to 5, and the documents of list orders and of cancel refund. That methods are listed for
//! one profile is inferred.

use serde_json::Value;

use super::answer::Refusal;
use super::caller::{Bearer, Caller, Mode};
use super::query::Query;
use super::request::ApiRequest;
use super::route::Endpoint;

pub const TESTMODE: &str = "testmode";
pub const PROFILE: &str = "profileId";

/// Where a parameter stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Body,
    Query,
}

impl Place {
    fn as_text(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Query => "query",
        }
    }
}

impl Caller {
    /// Who asks, by the request's header and what it says itself.
    pub fn of(endpoint: &Endpoint, request: &ApiRequest) -> Result<Self, Refusal> {
        let bearer = Bearer::read(request.authorization.as_deref())?;
        let said = Said::read(endpoint, request);
        match bearer {
            Bearer::Key(caller) => said.nothing().map(|()| caller),
            Bearer::Token(organisation) => {
                let mode = if said.testmode(testmode_place(endpoint))? { Mode::Test } else { Mode::Live };
                let profile = said.profile(endpoint)?;
                Ok(Self { mode, profile, organisation: Some(organisation) })
            }
        }
    }
}

/// The query, and the body if it is an object that the endpoint reads. Others are refused by who reads them.
struct Said {
    query: Query,
    body: Option<Value>,
}

impl Said {
    fn read(endpoint: &Endpoint, request: &ApiRequest) -> Self {
        let body = endpoint.has_body().then(|| serde_json::from_slice(&request.body).ok()).flatten();
        Self { query: Query::parse(&request.query), body }
    }

    fn get(&self, place: Place, name: &str) -> Option<Value> {
        match place {
            Place::Body => self.body.as_ref().and_then(|body| body.get(name)).cloned(),
            Place::Query => self.query.get(name).map(Value::from),
        }
    }

    fn nothing(&self) -> Result<(), Refusal> {
        self.only(TESTMODE, None)?;
        self.only(PROFILE, None)
    }

    /// Refuses the parameter in every other place.
    fn only(&self, name: &str, place: Option<Place>) -> Result<(), Refusal> {
        let wrong = [Place::Query, Place::Body].into_iter().filter(|other| Some(*other) != place);
        match wrong.into_iter().find(|other| self.get(*other, name).is_some()) {
            Some(wrong) => Err(Refusal::no_parameter(wrong.as_text(), name)),
            None => Ok(()),
        }
    }

    fn testmode(&self, place: Place) -> Result<bool, Refusal> {
        self.only(TESTMODE, Some(place))?;
        match self.get(place, TESTMODE) {
            None => Ok(false),
            Some(Value::Bool(testmode)) => Ok(testmode),
            Some(Value::String(text)) if place == Place::Query && text == "true" => Ok(true),
            Some(Value::String(text)) if place == Place::Query && text == "false" => Ok(false),
            Some(_) => Err(Refusal::field(TESTMODE, "The testmode should be a boolean.")),
        }
    }

    fn profile(&self, endpoint: &Endpoint) -> Result<String, Refusal> {
        let (place, is_required) = match endpoint {
            Endpoint::CreateOrder => (Some(Place::Body), true),
            Endpoint::ListMethods | Endpoint::GetMethod(_) => (Some(Place::Query), true),
            Endpoint::ListOrders | Endpoint::ListRefunds | Endpoint::ListChargebacks => {
                (Some(Place::Query), false)
            }
            Endpoint::GetOrder(_)
            | Endpoint::UpdateOrder(_)
            | Endpoint::CancelOrder(_)
            | Endpoint::CreateShipment(_)
            | Endpoint::ListShipments(_)
            | Endpoint::GetShipment(..)
            | Endpoint::UpdateShipment(..)
            | Endpoint::CancelLines(_)
            | Endpoint::ManageLines(_)
            | Endpoint::UpdateLine(..)
            | Endpoint::CreateOrderPayment(_)
            | Endpoint::CreateOrderRefund(_)
            | Endpoint::ListOrderRefunds(_)
            | Endpoint::GetPayment(_)
            | Endpoint::CreatePaymentRefund(_)
            | Endpoint::ListPaymentRefunds(_)
            | Endpoint::GetRefund(..)
            | Endpoint::CancelRefund(..)
            | Endpoint::ListCaptures(_)
            | Endpoint::GetCapture(..)
            | Endpoint::ListPaymentChargebacks(_)
            | Endpoint::GetChargeback(..) => (None, false),
        };
        self.only(PROFILE, place)?;
        match place.and_then(|place| self.get(place, PROFILE)) {
            None if is_required => Err(Refusal::field(PROFILE, "The profileId field is missing.")),
            None => Ok(String::new()),
            Some(Value::String(id)) if id.len() > 4 && id.starts_with("pfl_") => Ok(id),
            Some(_) => Err(Refusal::field(PROFILE, "The profileId is invalid.")),
        }
    }
}

/// In the body of whatever has one, except for the tracking of a shipment.
fn testmode_place(endpoint: &Endpoint) -> Place {
    let is_tracking = matches!(endpoint, Endpoint::UpdateShipment(..));
    if endpoint.has_body() && !is_tracking { Place::Body } else { Place::Query }
}
