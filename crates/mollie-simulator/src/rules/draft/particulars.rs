//! The fields of a create request that are neither amounts nor lines: texts, addresses, places on the web.

use serde_json::{Map, Value};

use super::address::{self, Demands};
use super::method::Choice;
use super::parameters::Credential;
use super::payment::PaymentWishes;
use super::webhook::read_webhook_url;
use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::records::Particulars;
use crate::rules::switches::{ApplePayRedirect, PersonalFields, Switches, UnlistedLocale};

const LOCALES: &str = "en_US en_GB nl_NL nl_BE fr_FR fr_BE de_DE de_AT de_CH es_ES ca_ES pt_PT it_IT nb_NO sv_SE \
    fi_FI da_DK is_IS hu_HU pl_PL lv_LV lt_LT";

pub fn read_particulars(
    fields: &Fields<'_>,
    choice: &Choice,
    credential: Credential,
    switches: &Switches,
) -> Result<Particulars, Refusal> {
    let payment = PaymentWishes::read(fields, credential, switches)?;
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let must_match = fields.flag("shopperCountryMustMatchBillingCountry")?;
    Ok(Particulars {
        order_number: fields.required_text("orderNumber")?.to_owned(),
        locale: owned(read_locale(fields, switches)?),
        billing_address: read_billing_address(fields, choice, switches)?,
        shipping_address: read_address(fields, "shippingAddress", false, switches)?,
        consumer_date_of_birth: fields.date("consumerDateOfBirth")?.map(|date| date.to_string()),
        shopper_country_must_match_billing_country: must_match.unwrap_or(false),
        redirect_url: owned(read_redirect_url(fields, &payment, switches)?),
        cancel_url: owned(fields.url("cancelUrl")?),
        webhook_url: owned(read_webhook_url(fields, switches)?),
        metadata: fields.metadata()?,
        methods: choice.methods.clone(),
        sequence_type: payment.sequence_type,
        payment_webhook_url: payment.webhook_url,
        payment: fields.get("payment").and_then(Value::as_object).cloned(),
    })
}

/// Nobody is redirected from a recurring payment, nor from an Apple Pay sheet that is already confirmed.
fn read_redirect_url<'a>(
    fields: &Fields<'a>,
    payment: &PaymentWishes,
    switches: &Switches,
) -> Result<Option<&'a str>, Refusal> {
    let with_token = match switches.apple_pay_without_redirect_url {
        ApplePayRedirect::Accepted => payment.has_apple_pay_token,
        ApplePayRedirect::Refused => false,
    };
    let url = fields.url("redirectUrl")?;
    if url.is_some() || with_token || payment.sequence_type == "recurring" {
        Ok(url)
    } else {
        Err(fields.missing("redirectUrl"))
    }
}

fn read_locale<'a>(fields: &Fields<'a>, switches: &Switches) -> Result<Option<&'a str>, Refusal> {
    let locale = match (fields.text("locale")?, switches.personal_fields) {
        (Some(locale), PersonalFields::Required | PersonalFields::Optional) => locale,
        (None, PersonalFields::Required) => return Err(fields.missing("locale")),
        (None, PersonalFields::Optional) => return Ok(None),
    };
    if is_locale(locale, switches) {
        Ok(Some(locale))
    } else {
        Err(fields.refuse("locale", "The locale is invalid."))
    }
}

pub fn is_locale(locale: &str, switches: &Switches) -> bool {
    LOCALES.split(' ').any(|listed| listed == locale)
        || match switches.unlisted_locale {
            UnlistedLocale::Refused => false,
            UnlistedLocale::Accepted => has_locale_shape(locale),
        }
}

/// `en_CA` and `nl-NL` were seen to be taken, `nl` was not.
fn has_locale_shape(locale: &str) -> bool {
    locale.split_once(['_', '-']).is_some_and(|(language, country)| {
        let lower = language.bytes().all(|byte| byte.is_ascii_lowercase());
        let upper = country.bytes().all(|byte| byte.is_ascii_uppercase());
        language.len() == 2 && country.len() == 2 && lower && upper
    })
}

fn read_billing_address(
    fields: &Fields<'_>,
    choice: &Choice,
    switches: &Switches,
) -> Result<Option<Map<String, Value>>, Refusal> {
    let address = read_address(fields, "billingAddress", choice.is_only("billie"), switches)?;
    if address.is_none() && !choice.brings_address(switches) {
        return Err(fields.missing("billingAddress"));
    }
    Ok(address)
}

/// An address that is sent, as a whole.
pub fn read_address(
    fields: &Fields<'_>,
    name: &str,
    organization: bool,
    switches: &Switches,
) -> Result<Option<Map<String, Value>>, Refusal> {
    let demands = Demands { personal: switches.personal_fields, organization };
    fields.get(name).map(|address| address::parse(address, name, demands, switches)).transpose()
}
