//! The parameters of an order's payment as Mollie shows them, as a document. Secrets never come this far.

use domain::rules::shown_payment::ShownPayment;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ShownPaymentDocument {
    parameters: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    withheld: Vec<String>,
}

impl From<ShownPayment> for ShownPaymentDocument {
    fn from(ShownPayment { parameters, withheld }: ShownPayment) -> Self {
        Self { parameters, withheld }
    }
}

impl From<ShownPaymentDocument> for ShownPayment {
    fn from(ShownPaymentDocument { parameters, withheld }: ShownPaymentDocument) -> Self {
        Self { parameters, withheld }
    }
}
