//! Captures as Mollie lists them: one for each shipment that takes money.

use domain::rules::ids::{MollieCaptureId, MolliePaymentId, MollieShipmentId};
use domain::rules::misread::Misread;
use domain::rules::shipment::{Capture, CaptureStatus, ListedCapture};
use domain::rules::status::Read;

use crate::json::Object;

/// Reads a capture of a payment, whether it names that or not. One without a shipment was made otherwise, and is nobody's here.
pub fn read(capture: &Object<'_>, payment: &MolliePaymentId) -> Result<ListedCapture, Misread> {
    let status = capture.required_text("status")?;
    Ok(ListedCapture {
        shipment_id: capture.id_in("shipmentId")?.map(MollieShipmentId::new),
        capture: Capture {
            mollie_id: Some(MollieCaptureId::new(capture.id()?)),
            payment: Some(payment.clone()),
            amount: capture.required_money("amount")?,
            status: CaptureStatus::parse(&status).map_or(Read::Unknown(status), Read::Known),
        },
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_capture_names_its_shipment_its_amount_and_its_status() {
        let value = |status: &str| {
            json!({"resource": "capture", "id": "cpt_4qqhO89gsT", "mode": "live", "paymentId": "tr_WDqYK6vllg",
                "shipmentId": "shp_3wmsgCJN4U", "amount": {"value": "1027.99", "currency": "EUR"}, "status": status,
                "settlementAmount": {"value": "399.00", "currency": "EUR"}, "createdAt": "2018-08-02T09:29:56+00:00"})
        };
        let payment = MolliePaymentId::new("tr_WDqYK6vllg");
        let read_value = |value: &serde_json::Value| read(&Object::root(value).unwrap(), &payment);
        let listed = read_value(&value("succeeded")).unwrap();
        assert_eq!(listed.shipment_id.unwrap().as_str(), "shp_3wmsgCJN4U");
        assert_eq!(listed.capture.mollie_id.unwrap().as_str(), "cpt_4qqhO89gsT");
        assert_eq!(listed.capture.payment.as_ref(), Some(&payment));
        assert_eq!(listed.capture.amount.to_string(), "1027.99 EUR");
        assert_eq!(listed.capture.status, Read::Known(CaptureStatus::Succeeded));
        let strange = read_value(&value("reversed")).unwrap();
        assert_eq!(strange.capture.status, Read::Unknown("reversed".to_owned()));
        let mut bare = value("failed");
        bare.as_object_mut().unwrap().remove("shipmentId");
        assert_eq!(read_value(&bare).unwrap().shipment_id, None);
        bare.as_object_mut().unwrap().remove("amount");
        assert_eq!(read_value(&bare).unwrap_err().field.as_deref(), Some("amount"));
    }
}
