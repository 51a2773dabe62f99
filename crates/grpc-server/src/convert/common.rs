//! Amounts, times, addresses and rejections.

use domain::rules::address::{Address, AddressInput};
use domain::rules::amount_input::AmountInput;
use domain::rules::money::Money;
use domain::rules::rejection::Rejection;
use jiff::Timestamp;

use super::value;
use crate::proto;

pub fn amount(money: Money) -> proto::Amount {
    proto::Amount { currency: money.currency().code().to_owned(), value: money.value() }
}

pub fn amount_input(amount: proto::Amount) -> AmountInput {
    AmountInput { currency: amount.currency, value: amount.value }
}

pub fn time(time: Timestamp) -> prost_types::Timestamp {
    let (mut seconds, mut nanos) = (time.as_second(), time.subsec_nanosecond());
    if nanos < 0 {
        (seconds, nanos) = (seconds - 1, nanos + 1_000_000_000);
    }
    prost_types::Timestamp { seconds, nanos }
}

/// The seconds of the years 1 to 9999: the range of Protocol Buffers' times, which both databases support.
const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// `None` if it is out of range.
pub fn time_input(time: &prost_types::Timestamp) -> Option<Timestamp> {
    let is_known = SECONDS.contains(&time.seconds) && (0..1_000_000_000).contains(&time.nanos);
    // The last day of the last year does not exist in every time zone, so our range ends before it.
    is_known.then(|| Timestamp::new(time.seconds, time.nanos).unwrap_or(Timestamp::MAX))
}

pub fn address(address: &Address) -> proto::Address {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    proto::Address {
        organization_name: text(&address.organization_name),
        title: text(&address.title),
        given_name: text(&address.given_name),
        family_name: text(&address.family_name),
        email: text(&address.email),
        phone: text(&address.phone),
        street_and_number: text(&address.street_and_number),
        street_additional: text(&address.street_additional),
        postal_code: text(&address.postal_code),
        city: text(&address.city),
        region: text(&address.region),
        country: text(&address.country),
    }
}

pub fn address_input(address: proto::Address) -> AddressInput {
    AddressInput {
        organization_name: address.organization_name,
        title: address.title,
        given_name: address.given_name,
        family_name: address.family_name,
        email: address.email,
        phone: address.phone,
        street_and_number: address.street_and_number,
        street_additional: address.street_additional,
        postal_code: address.postal_code,
        city: address.city,
        region: address.region,
        country: address.country,
    }
}

pub fn rejection(rejection: &Rejection) -> proto::MollieError {
    proto::MollieError {
        status: rejection.status().map_or(0, i32::from),
        title: rejection.title.clone(),
        detail: rejection.detail.clone(),
        field: rejection.field.clone().unwrap_or_default(),
        extra: rejection.extra.as_ref().map(value::from_json),
    }
}

pub fn count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_range_of_protobuf() {
        let read = |seconds, nanos| {
            time_input(&prost_types::Timestamp { seconds, nanos }).map(|time| time.to_string())
        };
        assert_eq!(read(*SECONDS.start(), 0).as_deref(), Some("0001-01-01T00:00:00Z"));
        assert_eq!(read(253_402_207_200, 999_999_999).as_deref(), Some("9999-12-30T22:00:00.999999999Z"));
        for (seconds, nanos) in [(SECONDS.start() - 1, 0), (253_402_300_800, 0), (0, -1), (0, 1_000_000_000)]
        {
            assert_eq!(read(seconds, nanos), None, "{seconds} {nanos}");
        }
    }
}
