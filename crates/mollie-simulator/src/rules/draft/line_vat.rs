//! The VAT of one line of a create request.

use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::money::{Currency, Minor};
use crate::rules::records::{Line, LineType, LineVat};
use crate::rules::switches::{PersonalFields, StoreCreditVat, Switches, VatOfDeductions};
use crate::rules::vat::VatRate;

pub fn read_vat(
    fields: &Fields<'_>,
    currency: Currency,
    switches: &Switches,
) -> Result<Option<LineVat>, Refusal> {
    let rate = fields.text("vatRate")?.map(|text| read_rate(fields, text)).transpose()?;
    let amount = fields.money_in("vatAmount", currency)?;
    match switches.personal_fields {
        PersonalFields::Required => {
            let rate = fields.required("vatRate", rate)?;
            let amount = fields.required("vatAmount", amount)?;
            Ok(Some(LineVat { rate: Some(rate), amount: Some(amount) }))
        }
        PersonalFields::Optional => {
            let is_given = rate.is_some() || amount.is_some();
            Ok(is_given.then_some(LineVat { rate, amount }))
        }
    }
}

fn read_rate(fields: &Fields<'_>, text: &str) -> Result<VatRate, Refusal> {
    let detail = "The vatRate is invalid. It should be a percentage such as 21.00.";
    VatRate::parse(text).ok_or_else(|| fields.refuse("vatRate", detail))
}

pub fn check_vat(
    fields: &Fields<'_>,
    line: &Line,
    number: usize,
    currency: Currency,
    switches: &Switches,
) -> Result<(), Refusal> {
    let Some(vat) = &line.vat else {
        return Ok(());
    };
    let off = if has_no_vat(line.line_type, switches) {
        check_none(fields, vat)?;
        0
    } else {
        tolerance(line, switches)
    };
    let (Some(rate), Some(amount)) = (&vat.rate, vat.amount) else {
        return Ok(());
    };
    let fitting = rate.fitting(line.total, switches.vat_half);
    if (fitting.start() - off..=fitting.end() + off).contains(&amount) {
        return Ok(());
    }
    let detail = format!(
        "Order line {number} is invalid. VAT amount is off. Expected VAT amount to be {} ({} over {}), got {}",
        currency.spoken(rate.contained_in(line.total, switches.vat_half)),
        rate.spoken(),
        currency.spoken(line.total),
        currency.spoken(amount),
    );
    Err(fields.refuse("vatAmount", detail))
}

/// A rate of zero leaves no amount but zero to the formula; an amount alone has to be zero itself.
fn check_none(fields: &Fields<'_>, vat: &LineVat) -> Result<(), Refusal> {
    let has_amount = vat.amount.is_some_and(|amount| amount != 0);
    match &vat.rate {
        Some(rate) if !rate.is_zero() => {
            Err(fields.refuse("vatRate", "The vatRate of gift cards and store credits should be 0.00."))
        }
        None if has_amount => {
            Err(fields.refuse("vatAmount", "The vatAmount of gift cards and store credits should be zero."))
        }
        Some(_) | None => Ok(()),
    }
}

/// Gift cards and store credits are a means of payment.
fn has_no_vat(line_type: LineType, switches: &Switches) -> bool {
    match line_type {
        LineType::GiftCard => true,
        LineType::StoreCredit => switches.store_credit_vat == StoreCreditVat::None,
        LineType::Physical
        | LineType::Discount
        | LineType::Digital
        | LineType::ShippingFee
        | LineType::Surcharge => false,
    }
}

/// How far beside the formula the VAT may be.
fn tolerance(line: &Line, switches: &Switches) -> Minor {
    let is_deduction = line.line_type.is_deduction() || line.total < 0;
    match switches.vat_of_deductions {
        VatOfDeductions::CentOff if is_deduction => 1,
        VatOfDeductions::CentOff | VatOfDeductions::Formula => 0,
    }
}
