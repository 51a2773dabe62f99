//! The create request as a whole: every field read and checked, one fault at a time.
//!
//! Makes no order: the result is what `create_order` builds one from.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Map, Value};

use super::address::{self, Demands};
use super::answer::Refusal;
use super::draft_line;
use super::fields::Fields;
use super::method::{METHODS, is_klarna};
use super::money::{Currency, Minor};
use super::records::{Line, Particulars};
use super::switches::{LocalWebhook, NegativeVatPerRate, PersonalFields, Switches, UnlistedLocale};

/// An order expires after 28 days unless it says otherwise; Klarna does not wait longer than that.
const DAYS_TO_EXPIRY: i64 = 28;
const MAX_DAYS_AFTER_TOMORROW: i64 = 100;

const LOCALES: &str = "en_US en_GB nl_NL nl_BE fr_FR fr_BE de_DE de_AT de_CH es_ES ca_ES pt_PT it_IT nb_NO sv_SE \
    fi_FI da_DK is_IS hu_HU pl_PL lv_LV lt_LT";

/// A create request that no rule objects to.
pub struct OrderDraft {
    pub currency: Currency,
    pub amount: Minor,
    pub lines: Vec<Line>,
    pub expires_at: Timestamp,
    pub particulars: Particulars,
}

impl OrderDraft {
    pub fn parse(body: &Value, switches: &Switches, now: Timestamp) -> Result<Self, Refusal> {
        let fields = Fields::top(body)?;
        let (currency, amount) = fields.required("amount", fields.money("amount")?)?;
        fields.required_text("orderNumber")?;
        let lines = read_lines(&fields, currency, switches)?;
        check_sum(&fields, &lines, currency, amount)?;
        check_vat_sums(&fields, &lines, switches)?;
        let particulars = read_particulars(&fields, switches)?;
        // Only a first payment, made for the mandate that comes of it, may cost nothing.
        if amount == 0 && particulars.sequence_type != "first" {
            return Err(fields.refuse("amount", "The amount is lower than the minimum."));
        }
        let expires_at = read_expiry(&fields, &particulars.methods, now)?;
        Ok(Self { currency, amount, lines, expires_at, particulars })
    }
}

fn read_lines(fields: &Fields<'_>, currency: Currency, switches: &Switches) -> Result<Vec<Line>, Refusal> {
    let lines = fields.required("lines", fields.list("lines")?)?;
    if lines.is_empty() {
        return Err(fields.refuse("lines", "The order should have at least one line."));
    }
    lines.iter().enumerate().map(|(index, line)| draft_line::parse(line, index, currency, switches)).collect()
}

fn check_sum(fields: &Fields<'_>, lines: &[Line], currency: Currency, amount: Minor) -> Result<(), Refusal> {
    let sum: i128 = lines.iter().map(|line| i128::from(line.total)).sum();
    if sum != i128::from(amount) {
        let expected = Minor::try_from(sum).map_or_else(|_| "more".to_owned(), |sum| currency.spoken(sum));
        let detail = format!(
            "The amount of the order does not match the total amount from the order lines. Expected order amount to \
             be {expected} but got {}",
            currency.spoken(amount)
        );
        return Err(fields.refuse("amount", detail));
    }
    if amount < 0 {
        return Err(fields.refuse("amount", "The amount is lower than the minimum."));
    }
    Ok(())
}

fn check_vat_sums(fields: &Fields<'_>, lines: &[Line], switches: &Switches) -> Result<(), Refusal> {
    let mut sums: BTreeMap<i64, i128> = BTreeMap::new();
    for vat in lines.iter().filter_map(|line| line.vat.as_ref()) {
        *sums.entry(vat.rate.key()).or_default() += i128::from(vat.amount);
    }
    if sums.values().sum::<i128>() < 0 {
        return Err(fields.refuse("lines", "The total VAT amount of the order lines cannot be negative."));
    }
    let any_negative = sums.values().any(|sum| *sum < 0);
    if any_negative && switches.negative_vat_per_rate == NegativeVatPerRate::Refused {
        return Err(
            fields.refuse("lines", "The VAT amount of the order lines cannot be negative for any VAT rate.")
        );
    }
    Ok(())
}

fn read_particulars(fields: &Fields<'_>, switches: &Switches) -> Result<Particulars, Refusal> {
    let methods = read_methods(fields)?;
    let no_payment = Value::Object(Map::new());
    let payment = Fields::nested(fields.get("payment").unwrap_or(&no_payment), "payment")?;
    let sequence_type = payment.text("sequenceType")?.unwrap_or("oneoff");
    if !["oneoff", "first", "recurring"].contains(&sequence_type) {
        return Err(payment.refuse("sequenceType", "The sequenceType is invalid."));
    }
    payment.date("dueDate")?;
    let redirect_url = fields.url("redirectUrl")?;
    if redirect_url.is_none()
        && sequence_type != "recurring"
        && payment.text("applePayPaymentToken")?.is_none()
    {
        return Err(fields.missing("redirectUrl"));
    }
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Ok(Particulars {
        order_number: fields.required_text("orderNumber")?.to_owned(),
        locale: owned(read_locale(fields, switches)?),
        billing_address: read_address(fields, "billingAddress", &methods, switches)?,
        shipping_address: read_address(fields, "shippingAddress", &methods, switches)?,
        consumer_date_of_birth: fields.date("consumerDateOfBirth")?.map(|date| date.to_string()),
        shopper_country_must_match_billing_country: fields
            .flag("shopperCountryMustMatchBillingCountry")?
            .unwrap_or(false),
        redirect_url: owned(redirect_url),
        cancel_url: owned(fields.url("cancelUrl")?),
        webhook_url: owned(read_webhook_url(fields, switches)?),
        metadata: fields.metadata()?,
        methods,
        sequence_type: sequence_type.to_owned(),
        payment_webhook_url: owned(read_webhook_url(&payment, switches)?),
    })
}

/// One method as text, or several as a list.
fn read_methods(fields: &Fields<'_>) -> Result<Vec<String>, Refusal> {
    let invalid = || fields.refuse("method", "The payment method is invalid.");
    let methods = match fields.get("method") {
        None => Vec::new(),
        Some(Value::String(method)) => vec![method.clone()],
        Some(Value::Array(list)) => {
            let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(invalid);
            list.iter().map(text).collect::<Result<_, _>>()?
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => return Err(invalid()),
    };
    let is_known = |method: &String| METHODS.contains(&method.as_str()) || is_klarna(method);
    if methods.iter().all(is_known) { Ok(methods) } else { Err(invalid()) }
}

fn read_locale<'a>(fields: &Fields<'a>, switches: &Switches) -> Result<Option<&'a str>, Refusal> {
    let locale = match (fields.text("locale")?, switches.personal_fields) {
        (Some(locale), PersonalFields::Required | PersonalFields::Optional) => locale,
        (None, PersonalFields::Required) => return Err(fields.missing("locale")),
        (None, PersonalFields::Optional) => return Ok(None),
    };
    let is_listed = LOCALES.split(' ').any(|listed| listed == locale);
    if is_listed || (switches.unlisted_locale == UnlistedLocale::Accepted && has_locale_shape(locale)) {
        Ok(Some(locale))
    } else {
        Err(fields.refuse("locale", "The locale is invalid."))
    }
}

fn has_locale_shape(locale: &str) -> bool {
    locale.split_once(['_', '-']).is_some_and(|(language, country)| {
        let lower = language.bytes().all(|byte| byte.is_ascii_lowercase());
        let upper = country.bytes().all(|byte| byte.is_ascii_uppercase());
        language.len() == 2 && country.len() == 2 && lower && upper
    })
}

fn read_address(
    fields: &Fields<'_>,
    name: &str,
    methods: &[String],
    switches: &Switches,
) -> Result<Option<Map<String, Value>>, Refusal> {
    let is_billing = name == "billingAddress";
    let is_only = |wanted: &str| matches!(methods, [method] if method == wanted);
    match fields.get(name) {
        Some(address) => {
            let organization = is_billing && is_only("billie");
            address::parse(address, name, Demands { personal: switches.personal_fields, organization })
                .map(Some)
        }
        // PayPal's express button brings the address along.
        None if is_billing && !is_only("paypal") => Err(fields.missing(name)),
        None => Ok(None),
    }
}

fn read_webhook_url<'a>(fields: &Fields<'a>, switches: &Switches) -> Result<Option<&'a str>, Refusal> {
    let Some(url) = fields.url("webhookUrl")? else {
        return Ok(None);
    };
    let Some(rest) = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")) else {
        return Err(fields.refuse("webhookUrl", "The webhookUrl is not a valid URL."));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_local = ["localhost", "127.", "[::1]"].iter().any(|local| host.starts_with(local));
    if is_local && switches.webhook_to_localhost == LocalWebhook::Refused {
        let detail = "The webhook URL is invalid because it is unreachable from Mollie's point of view";
        return Err(fields.refuse("webhookUrl", detail));
    }
    Ok(Some(url))
}

fn read_expiry(fields: &Fields<'_>, methods: &[String], now: Timestamp) -> Result<Timestamp, Refusal> {
    let usual = now.saturating_add(SignedDuration::from_hours(24 * DAYS_TO_EXPIRY)).unwrap_or(now);
    let Some(date) = fields.date("expiresAt")? else {
        return Ok(usual);
    };
    if !is_within_reach(date, now) {
        let detail = "The expiresAt should be a date from tomorrow until 100 days after tomorrow.";
        return Err(fields.refuse("expiresAt", detail));
    }
    let time_of_day = now.to_zoned(TimeZone::UTC).time();
    let expires_at = date
        .to_datetime(time_of_day)
        .to_zoned(TimeZone::UTC)
        .map(|zoned| zoned.timestamp())
        .map_err(|_| fields.refuse("expiresAt", "The expiresAt is out of range."))?;
    let only_klarna = !methods.is_empty() && methods.iter().all(|method| is_klarna(method));
    if only_klarna && expires_at > usual {
        let detail = "The expiresAt can be at most 28 days in the future for this payment method.";
        return Err(fields.refuse("expiresAt", detail));
    }
    Ok(expires_at)
}

/// "Tomorrow" depends on a zone that no document names: refused is only what is wrong in UTC and in Amsterdam.
fn is_within_reach(date: Date, now: Timestamp) -> bool {
    let amsterdam = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap_or(TimeZone::UTC);
    [TimeZone::UTC, amsterdam].into_iter().any(|zone| {
        let tomorrow = now.to_zoned(zone).date().saturating_add(1.day());
        (tomorrow..=tomorrow.saturating_add(MAX_DAYS_AFTER_TOMORROW.days())).contains(&date)
    })
}
