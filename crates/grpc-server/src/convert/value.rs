//! JSON values of the API. Their numbers are doubles, so whole numbers beyond 2^53 would change silently: refused. Both ways stop
//! at a depth: callers' values were bounded on the wire already, values from elsewhere may be anything.

use prost_types::value::Kind;
use prost_types::{ListValue, Struct};
use serde_json::{Map, Number, Value};

use crate::wire::bounds::DEPTH;

/// The largest whole number up to which a double is exact.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Why a value is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// A number in it is not exact.
    Inexact,
    /// Lists and objects are nested too deeply.
    TooDeep,
}

/// The value as JSON.
pub fn to_json(value: &prost_types::Value) -> Result<Value, Unfit> {
    read(value, DEPTH)
}

fn read(value: &prost_types::Value, levels: u32) -> Result<Value, Unfit> {
    let within = |value| read(value, levels.checked_sub(1).ok_or(Unfit::TooDeep)?);
    Ok(match value.kind.as_ref() {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::BoolValue(truth)) => Value::Bool(*truth),
        Some(Kind::StringValue(text)) => Value::String(text.clone()),
        Some(Kind::NumberValue(number)) => Value::Number(to_number(*number).ok_or(Unfit::Inexact)?),
        Some(Kind::ListValue(list)) => {
            Value::Array(list.values.iter().map(within).collect::<Result<_, _>>()?)
        }
        Some(Kind::StructValue(object)) => {
            let fields = object.fields.iter().map(|(key, value)| Ok((key.clone(), within(value)?)));
            Value::Object(fields.collect::<Result<Map<_, _>, _>>()?)
        }
    })
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn to_number(number: f64) -> Option<Number> {
    if number.fract() != 0.0 || !number.is_finite() {
        return Number::from_f64(number);
    }
    (number.abs() <= EXACT).then(|| Number::from(number as i64))
}

/// JSON as a value of the API. Anything nested too deeply for a caller to read becomes JSON text.
pub fn from_json(value: &Value) -> prost_types::Value {
    write(value, DEPTH)
}

/// The fields of a JSON object.
pub fn object(fields: &Map<String, Value>) -> Struct {
    let fields = fields.iter().map(|(key, value)| (key.clone(), write(value, DEPTH)));
    Struct { fields: fields.collect() }
}

fn write(value: &Value, levels: u32) -> prost_types::Value {
    let kind = match (value, levels.checked_sub(1)) {
        (Value::Null, _) => Kind::NullValue(0),
        (Value::Bool(truth), _) => Kind::BoolValue(*truth),
        (Value::Number(number), _) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        (Value::String(text), _) => Kind::StringValue(text.clone()),
        (Value::Array(_) | Value::Object(_), None) => Kind::StringValue(value.to_string()),
        (Value::Array(values), Some(levels)) => {
            Kind::ListValue(ListValue { values: values.iter().map(|value| write(value, levels)).collect() })
        }
        (Value::Object(fields), Some(levels)) => {
            let fields = fields.iter().map(|(key, value)| (key.clone(), write(value, levels))).collect();
            Kind::StructValue(Struct { fields })
        }
    };
    prost_types::Value { kind: Some(kind) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nested(levels: u32) -> Value {
        (0..levels).fold(
            json!(1),
            |value, level| if level % 2 == 0 { json!([value]) } else { json!({ "a": value }) },
        )
    }

    #[test]
    fn json_goes_through_unchanged() {
        let value =
            json!({"order_id": "1337", "n": 9_007_199_254_740_991_i64, "x": 1.5, "list": [null, true, -3]});
        assert_eq!(to_json(&from_json(&value)), Ok(value));
    }

    #[test]
    fn whole_numbers_that_a_double_cannot_tell_apart_are_refused() {
        let number = |number| prost_types::Value { kind: Some(Kind::NumberValue(number)) };
        assert_eq!(to_json(&number(9_007_199_254_740_994.0)), Err(Unfit::Inexact));
        assert_eq!(to_json(&number(f64::NAN)), Err(Unfit::Inexact));
        assert_eq!(to_json(&number(3.0)), Ok(json!(3)));
    }

    #[test]
    fn a_value_as_deep_as_allowed_goes_through_and_a_deeper_one_is_refused() {
        assert_eq!(to_json(&from_json(&nested(DEPTH))), Ok(nested(DEPTH)));
        let list = ListValue { values: vec![from_json(&nested(DEPTH))] };
        let deeper = prost_types::Value { kind: Some(Kind::ListValue(list)) };
        assert_eq!(to_json(&deeper), Err(Unfit::TooDeep));
    }

    #[test]
    fn values_nested_deeper_by_others_become_text() {
        let Some(Kind::ListValue(list)) = from_json(&json!([nested(DEPTH)])).kind else { panic!("no list") };
        let text = to_json(&list.values[0]).unwrap().to_string();
        assert!(text.contains("\"[1]\"") || text.contains("{\\\"a\\\":1}"), "{text}");
    }
}
