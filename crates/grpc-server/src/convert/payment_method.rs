//! A method of payment as a message.

use domain::rules::payment_method::{Image, Issuer, PaymentMethod};

use super::common::amount;
use crate::proto;
use crate::proto::payment_method;

pub fn method(method: &PaymentMethod) -> proto::PaymentMethod {
    proto::PaymentMethod {
        id: method.id.clone(),
        description: method.description.clone(),
        minimum_amount: method.minimum.map(amount),
        maximum_amount: method.maximum.map(amount),
        status: method.status.clone(),
        image: image(&method.image),
        issuers: method.issuers.iter().map(issuer).collect(),
    }
}

fn issuer(issuer: &Issuer) -> payment_method::Issuer {
    payment_method::Issuer { id: issuer.id.clone(), name: issuer.name.clone(), image: image(&issuer.image) }
}

fn image(image: &Image) -> Option<payment_method::Image> {
    let Image { size1x, size2x, svg } = image.clone();
    (*image != Image::default()).then_some(payment_method::Image { size1x, size2x, svg })
}
