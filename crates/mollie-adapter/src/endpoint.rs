//! The endpoints in use, each with its method, its path template and its name in traces. Traces contain no ids, bodies or keys.

use reqwest::Method;
use tracing::{Span, debug_span};

/// One endpoint of the Orders API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endpoint {
    CreateOrder,
    GetOrder,
    ListOrders,
    CancelOrder,
    CancelLines,
    CreateShipment,
    UpdateShipment,
    ListPaymentRefunds,
    ListCaptures,
    ListChargebacks,
    CreateOrderRefund,
    CreatePaymentRefund,
    CancelRefund,
    CreatePayment,
    UpdateOrder,
    UpdateLine,
    ManageLines,
    ListMethods,
}

/// Where an endpoint takes what an access token does not say itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Query,
    Body,
}

impl Endpoint {
    /// Mollie's documents name the body wherever there is one, except for the tracking of a shipment.
    pub const fn scope_place(self) -> Place {
        match self {
            Self::CreateOrder
            | Self::CreateShipment
            | Self::CreateOrderRefund
            | Self::CreatePaymentRefund
            | Self::CreatePayment
            | Self::UpdateOrder
            | Self::UpdateLine
            | Self::ManageLines
            | Self::CancelLines => Place::Body,
            Self::GetOrder
            | Self::ListOrders
            | Self::CancelOrder
            | Self::UpdateShipment
            | Self::ListPaymentRefunds
            | Self::ListCaptures
            | Self::ListChargebacks
            | Self::CancelRefund
            | Self::ListMethods => Place::Query,
        }
    }

    pub const fn method(self) -> Method {
        match self {
            Self::CreateOrder
            | Self::CreateShipment
            | Self::CreateOrderRefund
            | Self::CreatePaymentRefund
            | Self::CreatePayment => Method::POST,
            Self::GetOrder
            | Self::ListOrders
            | Self::ListPaymentRefunds
            | Self::ListCaptures
            | Self::ListChargebacks
            | Self::ListMethods => Method::GET,
            Self::UpdateShipment | Self::UpdateOrder | Self::UpdateLine | Self::ManageLines => Method::PATCH,
            Self::CancelOrder | Self::CancelLines | Self::CancelRefund => Method::DELETE,
        }
    }

    /// The path with a placeholder for each id.
    pub const fn template(self) -> &'static str {
        match self {
            Self::CreateOrder | Self::ListOrders => "/orders",
            Self::GetOrder | Self::CancelOrder | Self::UpdateOrder => "/orders/{id}",
            Self::CancelLines | Self::ManageLines => "/orders/{id}/lines",
            Self::UpdateLine => "/orders/{id}/lines/{id}",
            Self::CreateShipment => "/orders/{id}/shipments",
            Self::UpdateShipment => "/orders/{id}/shipments/{id}",
            Self::ListPaymentRefunds | Self::CreatePaymentRefund => "/payments/{id}/refunds",
            Self::ListCaptures => "/payments/{id}/captures",
            Self::ListChargebacks => "/payments/{id}/chargebacks",
            Self::CreatePayment => "/orders/{id}/payments",
            Self::ListMethods => "/methods",
            Self::CreateOrderRefund => "/orders/{id}/refunds",
            Self::CancelRefund => "/payments/{id}/refunds/{id}",
        }
    }

    /// The largest answer in bytes. A page of a list holds 250 orders with all their lines, or 250 refunds with theirs; an order that
    /// is read has its lines again in each shipment and each refund, and a limit that is too low would leave it unread for ever.
    pub const fn answer_limit(self) -> usize {
        match self {
            Self::CreateOrder
            | Self::CancelOrder
            | Self::CancelLines
            | Self::CreateShipment
            | Self::UpdateShipment
            | Self::ListCaptures
            | Self::ListChargebacks
            | Self::CreateOrderRefund
            | Self::CreatePaymentRefund
            | Self::CancelRefund
            | Self::CreatePayment
            | Self::UpdateOrder
            | Self::UpdateLine
            | Self::ManageLines
            | Self::ListMethods => 4 << 20,
            Self::ListOrders | Self::GetOrder | Self::ListPaymentRefunds => 64 << 20,
        }
    }

    /// A span for one call; its outcome is recorded when it ends. Mollie is told nothing of it: a trace is nobody else's.
    pub fn span(self, host: &str) -> Span {
        macro_rules! span {
            ($name:literal) => {
                debug_span!(
                    $name,
                    http.request.method = %self.method(),
                    url.template = self.template(),
                    server.address = host,
                    http.response.status_code = tracing::field::Empty,
                    error.type = tracing::field::Empty,
                    elapsed_ms = tracing::field::Empty,
                )
            };
        }
        match self {
            Self::CreateOrder => span!("mollie.order.create"),
            Self::GetOrder => span!("mollie.order.get"),
            Self::ListOrders => span!("mollie.order.list"),
            Self::CancelOrder => span!("mollie.order.cancel"),
            Self::CancelLines => span!("mollie.lines.cancel"),
            Self::CreateShipment => span!("mollie.shipment.create"),
            Self::UpdateShipment => span!("mollie.shipment.update"),
            Self::ListPaymentRefunds => span!("mollie.refund.list"),
            Self::ListCaptures => span!("mollie.capture.list"),
            Self::ListChargebacks => span!("mollie.chargeback.list"),
            Self::CreateOrderRefund | Self::CreatePaymentRefund => span!("mollie.refund.create"),
            Self::CancelRefund => span!("mollie.refund.cancel"),
            Self::CreatePayment => span!("mollie.payment.create"),
            Self::UpdateOrder => span!("mollie.order.update"),
            Self::UpdateLine => span!("mollie.line.update"),
            Self::ManageLines => span!("mollie.lines.manage"),
            Self::ListMethods => span!("mollie.method.list"),
        }
    }
}
