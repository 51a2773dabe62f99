//! JSON values of the API. Their numbers are doubles, so whole numbers beyond 2^53 would be changed in silence: refused.

use prost_types::value::Kind;
use prost_types::{ListValue, Struct};
use serde_json::{Map, Number, Value};

/// The largest whole number that every smaller one can be told apart from in a double.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The value as JSON; `None` if a number in it is not exact.
pub fn to_json(value: &prost_types::Value) -> Option<Value> {
    Some(match value.kind.as_ref() {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::BoolValue(truth)) => Value::Bool(*truth),
        Some(Kind::StringValue(text)) => Value::String(text.clone()),
        Some(Kind::NumberValue(number)) => Value::Number(to_number(*number)?),
        Some(Kind::ListValue(list)) => Value::Array(list.values.iter().map(to_json).collect::<Option<_>>()?),
        Some(Kind::StructValue(fields)) => Value::Object(to_object(fields)?),
    })
}

fn to_object(fields: &Struct) -> Option<Map<String, Value>> {
    fields.fields.iter().map(|(key, value)| Some((key.clone(), to_json(value)?))).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn to_number(number: f64) -> Option<Number> {
    if number.fract() != 0.0 || !number.is_finite() {
        return Number::from_f64(number);
    }
    (number.abs() <= EXACT).then(|| Number::from(number as i64))
}

/// JSON as a value of the API.
pub fn from_json(value: &Value) -> prost_types::Value {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(truth) => Kind::BoolValue(*truth),
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Value::String(text) => Kind::StringValue(text.clone()),
        Value::Array(values) => Kind::ListValue(ListValue { values: values.iter().map(from_json).collect() }),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| (key.clone(), from_json(value))).collect();
            Kind::StructValue(Struct { fields })
        }
    };
    prost_types::Value { kind: Some(kind) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_goes_through_unchanged() {
        let value =
            json!({"order_id": "1337", "n": 9_007_199_254_740_991_i64, "x": 1.5, "list": [null, true, -3]});
        assert_eq!(to_json(&from_json(&value)), Some(value));
    }

    #[test]
    fn whole_numbers_that_a_double_cannot_tell_apart_are_refused() {
        let number = |number| prost_types::Value { kind: Some(Kind::NumberValue(number)) };
        assert_eq!(to_json(&number(9_007_199_254_740_994.0)), None);
        assert_eq!(to_json(&number(f64::NAN)), None);
        assert_eq!(to_json(&number(3.0)), Some(json!(3)));
    }
}
