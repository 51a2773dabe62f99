//! CreateOrderPayment: a further attempt to pay, or the one that is open.

use domain::operations::create_payment::Pay;
use domain::operations::operation::State;
use domain::ports::{Clock, OrderKey};
use domain::rules::order::Order;
use domain::rules::order_payment::{self, PaymentInput};
use domain::rules::payment::Payment;
use domain::rules::precondition::PreconditionReason;
use domain::rules::status::{PaymentStatus, Read};
use domain::rules::subject::Subject;
use domain::rules::violation::Violations;
use domain::workflow::submit::{On, submit};
use domain::workflow::{MutationError, Recorded};
use tonic::{Request, Response, Status};

use super::call_deadline::CallDeadline;
use super::reading::Reading;
use super::request::{self, Call, Header, begin, or_before};
use super::{Answer, Visit, errors};
use crate::convert;
use crate::proto::{self, CreateOrderPaymentRequest};

pub async fn call(rpc: &Visit, request: Request<CreateOrderPaymentRequest>) -> Answer<proto::Payment> {
    let call_deadline = CallDeadline::of(request.metadata());
    let mut request = request.into_inner();
    let mut reading = Reading::of(&request);
    let request_id = std::mem::take(&mut request.request_id);
    let header = Header {
        method: "CreateOrderPayment",
        request_id: &request_id,
        etag: &request.etag,
        actor: &request.actor,
    };
    let (intent, faults) = header.intent(rpc, &request, call_deadline);
    reading.add(faults);
    let order_id = reading.part(request::order_id(&request.order_id, "order_id"));
    let mut faults = Violations::default();
    let given = request.payment.unwrap_or_default();
    let payment = convert::draft::payment(given, "payment", &mut faults);
    reading.add(faults.into_vec());
    let input = PaymentInput { methods: request.method, payment };
    let wanted = reading.part(input.parse(rpc.service().clock.now()));
    let (order_id, wanted) = match or_before(rpc, &intent, reading.parts(order_id.zip(wanted))).await? {
        Call::Repeated(begun) => return answer(rpc, &begun.wait(&rpc.driver, call_deadline).await).await,
        Call::New(parts) => parts,
    };
    let begun = begin(&rpc.driver, call_deadline, move |service| async move {
        match submit(&*service, &intent, On::Order(order_id), &Pay(wanted)).await {
            // There is nothing to make: the answer is the attempt that is open.
            Err(MutationError::Precondition(refusal))
                if refusal.reason == PreconditionReason::PaymentOpen =>
            {
                let (answer, group, claim) = (Subject::Order, None, None);
                Ok(Recorded { order_id, answer, group, claim, is_single: false })
            }
            recorded => recorded,
        }
    });
    answer(rpc, &begun.await?.wait(&rpc.driver, call_deadline).await).await
}

async fn answer(rpc: &Visit, recorded: &Recorded) -> Result<Response<proto::Payment>, Status> {
    let Some(operation) = recorded.operation_id() else {
        let order = rpc.order_with_operations(&OrderKey::Id(recorded.order_id)).await?.order;
        let open = order_payment::open(&order).ok_or_else(errors::contended)?;
        return Ok(Response::new(with_page(open, &order)));
    };
    // The operation is read first: what it has made is in the order by then.
    let stored = rpc.find_operation(operation).await?;
    let order = rpc.order_with_operations(&OrderKey::Id(recorded.order_id)).await?.order;
    let made = order.made_payments.iter().find(|(by, _)| *by == operation).map(|(_, id)| id);
    if let Some(payment) = order.payments.iter().find(|payment| Some(&payment.mollie_id) == made) {
        return Ok(Response::new(with_page(payment, &order)));
    }
    match stored.map(|stored| stored.state) {
        Some(State::Rejected { rejection, .. }) => {
            Err(errors::mollie_refused(&rejection, "operation", operation))
        }
        Some(State::Withdrawn { .. }) => Err(errors::payment_given_up(operation)),
        Some(
            State::Pending { .. }
            | State::InFlight { .. }
            | State::Resolving { .. }
            | State::NeedsAttention { .. }
            | State::Succeeded { .. },
        )
        | None => Err(errors::operation_pending(operation, "payment")),
    }
}

/// Mollie may show the page of an open attempt at the order alone.
fn with_page(payment: &Payment, order: &Order) -> proto::Payment {
    let is_open = payment.status == Read::Known(PaymentStatus::Open);
    let of_order = order.facts.checkout_url.clone().filter(|_| is_open);
    let checkout_url = payment.checkout_url.clone().or(of_order).unwrap_or_default();
    proto::Payment { checkout_url, ..convert::order::payment(payment) }
}
