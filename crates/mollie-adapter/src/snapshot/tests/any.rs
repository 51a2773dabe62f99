//! Any one value of an answer replaced by any other: it never panics, and no figure changes silently. Each run tries other
//! values; a failure prints the case.

use proptest::prelude::*;

use super::odd::figures;
use super::*;

/// Any JSON, including values that almost fit.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|truth| json!(truth)),
        any::<i64>().prop_map(|number| json!(number)),
        (-1e12..1e12).prop_map(|number: f64| json!(number)),
        ".{0,12}".prop_map(|text| json!(text)),
        Just(json!("2026-02-01T08:05:00")),
        Just(json!("10.00")),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("(id|value|currency|href|[a-z]{1,4})", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// The pointers of all values in an answer.
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    if !at.is_empty() {
        into.push(at.to_owned());
    }
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, inner)| places(inner, &format!("{at}/{name}"), into))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, inner)| places(inner, &format!("{at}/{n}"), into))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}

/// Whether a figure is read at this place, or below or above it.
fn is_money(pointer: &str) -> bool {
    let parts: Vec<_> = pointer.split('/').skip(1).filter(|part| part.parse::<usize>().is_err()).collect();
    let decorative = [
        "method",
        "isCancelable",
        "orderNumber",
        "webhookUrl",
        "billingAddress",
        "shippingAddress",
        "_links",
        "tracking",
        "name",
        "sku",
        "type",
        "category",
        "quantityUnit",
        "vatRate",
        "vatAmount",
        "metadata",
    ];
    !parts.iter().any(|part| decorative.contains(part))
}

fn snapshot_of(order: &Value) -> Result<Snapshot, Misread> {
    Object::root(order).and_then(|order| read(&order))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn replacing_any_one_value_changes_no_figure_silently(place in any::<prop::sample::Index>(), odd in any_json()) {
        let mut order = full_order();
        let mut all = Vec::new();
        places(&order, "", &mut all);
        let pointer = place.get(&all);
        let untouched = figures(&snapshot_of(&order).unwrap());
        let before = order.pointer(pointer).cloned().unwrap();
        *order.pointer_mut(pointer).unwrap() = odd.clone();
        match snapshot_of(&order) {
            Err(error) => {
                prop_assert!(is_money(pointer), "{pointer} as {odd}: {error}");
                prop_assert!(error.field.is_some(), "{pointer} as {odd}: no place");
            }
            // A field that money depends on may have another valid value now, or be left out if it is optional.
            Ok(read) if figures(&read) != untouched => {
                prop_assert!(is_money(pointer), "{pointer} as {odd}");
                let is_left_out = odd.is_null() || odd == json!({}) || odd == json!([]);
                let same_kind = std::mem::discriminant(&odd) == std::mem::discriminant(&before) || before.is_null();
                prop_assert!(is_left_out || same_kind, "{pointer} as {odd} silently");
            }
            Ok(_) => (),
        }
    }
}
