//! Requests that change the sample order. Its lines' references are put in their place, as where it was loaded.

use domain::operations::cancel_lines::Cancel as CancelLines;
use domain::operations::cancel_order::Cancel as CancelOrder;
use domain::operations::cancel_refund::CallOff;
use domain::operations::create_payment::Pay;
use domain::operations::create_refund::GiveBack;
use domain::operations::create_shipment::Ship;
use domain::operations::manage_lines::Manage;
use domain::operations::return_lines::TakeBack;
use domain::operations::update_order::Update;
use domain::operations::update_shipment::Track;
use domain::rules::agreements::Agreements;
use domain::rules::line_change::{LineChangeInput, LineChangesInput, LineUpdateInput};
use domain::rules::order_payment::PaymentInput;
use domain::rules::shipment;
use domain::rules::violation::{Violation, Violations};
use tonic::Status;

use super::super::reading::Reading;
use super::super::{request, update_order, update_shipment};
use super::{Asked, Site, change, decoded, head};
use crate::convert;
use crate::proto;

pub fn cancel_order(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::CancelOrderRequest>(bytes)?;
    head(&mut reading, &request.request_id, &request.etag, &request.actor);
    let id = reading.part(request::order_id(&request.id, "id"));
    change(reading, id.map(|_| CancelOrder { release: request.release_line_ids }))
}

pub fn cancel_order_lines(bytes: &[u8], site: Site<'_>) -> Result<Asked, Status> {
    let (mut request, mut reading) = decoded::<proto::CancelOrderLinesRequest>(bytes)?;
    head(&mut reading, &request.request_id, &request.etag, &request.actor);
    shipment::by_id(site.order, request.lines.iter_mut().map(|line| &mut line.line_id));
    let id = reading.part(request::order_id(&request.order_id, "order_id"));
    let lines = convert::line_cancellation::input(request).parse().map_err(named(site));
    let lines = reading.part(lines);
    change(reading, id.zip(lines).map(|(_, lines)| CancelLines(lines)))
}

pub fn update_order(bytes: &[u8], site: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::UpdateOrderRequest>(bytes)?;
    head(&mut reading, &request.request_id, &request.etag, &request.actor);
    let id = reading.part(request::order_id(&request.id, "id"));
    let (input, faults) = update_order::input(request.order.unwrap_or_default(), request.update_mask);
    reading.add(faults);
    let update = reading.part(input.parse("order", Some(site.order), &Agreements::default()));
    change(reading, id.zip(update).map(|(_, update)| Update(update)))
}

pub fn update_order_line(bytes: &[u8], site: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::UpdateOrderLineRequest>(bytes)?;
    head(&mut reading, &request.request_id, &request.etag, &request.actor);
    let mut faults = Violations::default();
    let values = request.line.unwrap_or_default();
    let update = convert::line_change::update(values, request.update_mask, "", &mut faults);
    reading.add(faults.into_vec());
    let update = LineUpdateInput { line_id: request.line_id, ..update };
    let changes = vec![(String::new(), LineChangeInput::Update(Box::new(update)))];
    managed(reading, &request.order_id, "line", changes, site)
}

pub fn manage_order_lines(bytes: &[u8], site: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::ManageOrderLinesRequest>(bytes)?;
    head(&mut reading, &request.request_id, &request.etag, &request.actor);
    let mut faults = Violations::default();
    let operations = request.operations.into_iter().enumerate();
    let changes = operations
        .filter_map(|(n, it)| convert::line_change::operation(it, &format!("operations[{n}]"), &mut faults))
        .collect();
    reading.add(faults.into_vec());
    managed(reading, &request.order_id, "operations", changes, site)
}

fn managed(
    mut reading: Reading,
    order_id: &str,
    path: &'static str,
    changes: Vec<(String, LineChangeInput)>,
    site: Site<'_>,
) -> Result<Asked, Status> {
    let id = reading.part(request::order_id(order_id, "order_id"));
    let input = LineChangesInput { path, changes, agreements: Agreements::default() };
    reading.add(input.check(Some(site.order)).err().unwrap_or_default());
    change(reading, id.map(|_| Manage(input)))
}

pub fn create_order_payment(bytes: &[u8], site: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::CreateOrderPaymentRequest>(bytes)?;
    head(&mut reading, &request.request_id, &request.etag, &request.actor);
    let id = reading.part(request::order_id(&request.order_id, "order_id"));
    let mut faults = Violations::default();
    let payment = convert::draft::payment(request.payment.unwrap_or_default(), "payment", &mut faults);
    reading.add(faults.into_vec());
    let wanted = reading.part(PaymentInput { methods: request.method, payment }.parse(site.now));
    change(reading, id.zip(wanted).map(|(_, wanted)| Pay(wanted)))
}

pub fn create_shipment(bytes: &[u8], site: Site<'_>) -> Result<Asked, Status> {
    let (mut request, mut reading) = decoded::<proto::CreateShipmentRequest>(bytes)?;
    head(&mut reading, &request.request_id, &request.etag, &request.actor);
    shipment::by_id(site.order, request.lines.iter_mut().map(|line| &mut line.line_id));
    let id = reading.part(request::order_id(&request.order_id, "order_id"));
    let wanted = reading.part(convert::shipment::input(request).parse().map_err(named(site)));
    change(reading, id.zip(wanted).map(|(_, wanted)| Ship(wanted)))
}

pub fn update_shipment(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::UpdateShipmentRequest>(bytes)?;
    head(&mut reading, &request.request_id, &request.etag, &request.actor);
    let id = reading.part(request::shipment_id(&request.id, "id"));
    let tracking = reading.part(update_shipment::tracking(request.tracking));
    change(reading, id.zip(tracking).map(|(shipment_id, tracking)| Track { shipment_id, tracking }))
}

pub fn create_refund(bytes: &[u8], site: Site<'_>) -> Result<Asked, Status> {
    let (mut request, mut reading) = decoded::<proto::CreateRefundRequest>(bytes)?;
    head(&mut reading, &request.request_id, &request.etag, &request.actor);
    let lines = request.lines.iter_mut().map(|line| &mut line.line_id);
    shipment::by_id(site.order, lines.chain(request.reductions.iter_mut().map(|line| &mut line.line_id)));
    let id = reading.part(request::order_id(&request.order_id, "order_id"));
    let wanted = reading.part(convert::refund::input(request).parse().map_err(named(site)));
    change(reading, id.zip(wanted).map(|(_, wanted)| GiveBack(wanted)))
}

pub fn cancel_refund(bytes: &[u8], _: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<proto::CancelRefundRequest>(bytes)?;
    head(&mut reading, &request.request_id, &request.etag, &request.actor);
    let id = reading.part(request::refund_id(&request.id, "id"));
    change(reading, id.map(|refund_id| CallOff { refund_id }))
}

pub fn return_lines(bytes: &[u8], site: Site<'_>) -> Result<Asked, Status> {
    let (mut request, mut reading) = decoded::<proto::ReturnLinesRequest>(bytes)?;
    head(&mut reading, &request.request_id, &request.etag, &request.actor);
    shipment::by_id(site.order, request.lines.iter_mut().map(|line| &mut line.line_id));
    let id = reading.part(request::order_id(&request.order_id, "order_id"));
    let wanted = reading.part(convert::returned::input(request).parse().map_err(named(site)));
    change(reading, id.zip(wanted).map(|(_, wanted)| TakeBack(wanted)))
}

/// Faults about unknown lines name the known ones.
fn named(site: Site<'_>) -> impl Fn(Vec<Violation>) -> Vec<Violation> {
    move |mut faults| {
        shipment::name_lines(&mut faults, site.order);
        faults
    }
}
