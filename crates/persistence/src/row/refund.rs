//! Refunds between domain and columns. It may not query.

use domain::ports::StoreError;
use domain::rules::refund::Refund;
use domain::rules::status::{Read, RefundStatus};

use super::Row;
use crate::document::{self, RefundDocument};
use crate::entity::refund::Model;
use crate::moment;

impl TryFrom<&Refund> for Model {
    type Error = StoreError;

    fn try_from(refund: &Refund) -> Result<Self, StoreError> {
        Ok(Self {
            id: refund.id.uuid(),
            order_id: refund.order_id.uuid(),
            state: refund.state.as_str().to_owned(),
            status: refund.status.as_ref().map(word),
            mollie_id: refund.mollie_id.as_ref().map(ToString::to_string),
            currency: refund.amount.currency().code().to_owned(),
            amount: refund.amount.minor(),
            document: document::write(&RefundDocument::from(refund))?,
            created_time: moment::column(refund.created_time),
            registered_time: refund.registered_time.map(moment::column),
        })
    }
}

fn word(status: &Read<RefundStatus>) -> String {
    match status {
        Read::Known(status) => status.as_str().to_owned(),
        Read::Unknown(word) => word.clone(),
    }
}

impl TryFrom<Model> for Refund {
    type Error = StoreError;

    fn try_from(model: Model) -> Result<Self, StoreError> {
        Row::new("refunds", model.id).document::<RefundDocument, _>("document", &model.document)
    }
}
