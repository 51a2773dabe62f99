//! Returning lines: one request that sets a cancellation, a refund or both to work, as one group. They end independently of each other.
//! This is no kind of operation: each part is one of the kind whose room makes it.

use super::facts::Needs;
use super::pen::Pen;
use super::request::Request;
use super::{cancel_lines, create_refund};
use crate::rules::event::EventData;
use crate::rules::line_return::{self, Plan, ReturnRequest};
use crate::rules::request_error::RequestError;
use crate::rules::returned::{Canceling, Return};
use crate::rules::subject::Subject;

/// A request to give lines back.
#[derive(Clone, Debug)]
pub struct TakeBack(pub ReturnRequest);

impl Request for TakeBack {
    fn needs(&self) -> Needs {
        Needs::Refunds
    }

    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, RequestError> {
        let planned = line_return::plan(pen.order(), pen.known_refunds(), &self.0)?;
        let Plan { cancellation, refund, deduction_shares, without_money } = planned;
        let cancellation = cancellation.map(|planned| {
            let lines = planned.lines.clone();
            cancel_lines::cancel(pen, planned).map(|operation_id| Canceling { operation_id, lines })
        });
        let cancellation = cancellation.transpose()?;
        let refund = refund.map(|(request, plan)| create_refund::make(pen, &request, plan)).transpose()?;
        let returned = Return {
            id: pen.new_return_id(),
            lines: self.0.lines.clone(),
            cancellation,
            refunds: refund.into_iter().collect(),
            deduction_shares,
            without_money,
            created_time: pen.now(),
        };
        let subject = Subject::Return(returned.id);
        let entries = line_return::entries(&returned.without_money);
        pen.record(EventData::ReturnRecorded { returned: Box::new(returned), entries });
        Ok(subject)
    }
}
