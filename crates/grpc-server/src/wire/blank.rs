//! Blank texts count as missing, in every message: they are emptied before the message is decoded, so that no method or rule
//! needs to handle them. Input must have passed the walk.

use std::borrow::Cow;

use prost::DecodeError;
use prost::encoding::{WireType, decode_key, decode_varint, encode_key, encode_varint};

use super::shape::{Kind, Shape, Shapes};
use super::text::is_blank;

/// The request with the shape at `place`, its blank texts emptied. JSON values stay as they are.
///
/// # Errors
/// Whatever the walk would have refused.
pub fn emptied(shapes: &Shapes, place: usize, bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let (shape, mut rest, mut written) = (shapes.at(place), bytes, Vec::with_capacity(bytes.len()));
    while !rest.is_empty() {
        let (number, wire) = decode_key(&mut rest)?;
        encode_key(number, wire, &mut written);
        match wire {
            WireType::LengthDelimited => {
                let length = usize::try_from(decode_varint(&mut rest)?).unwrap_or(usize::MAX);
                let content = content(shapes, shape, number, take(&mut rest, length))?;
                encode_varint(content.len() as u64, &mut written);
                written.extend_from_slice(&content);
            }
            WireType::Varint => encode_varint(decode_varint(&mut rest)?, &mut written),
            WireType::ThirtyTwoBit => written.extend_from_slice(take(&mut rest, 4)),
            WireType::SixtyFourBit => written.extend_from_slice(take(&mut rest, 8)),
            // Neither has content; the decoder refuses both.
            WireType::StartGroup | WireType::EndGroup => (),
        }
    }
    Ok(written)
}

fn content<'a>(
    shapes: &Shapes,
    shape: &Shape,
    number: u32,
    content: &'a [u8],
) -> Result<Cow<'a, [u8]>, DecodeError> {
    match shape.field(number).map(|field| field.kind) {
        Some(Kind::Text(Some(_))) if std::str::from_utf8(content).is_ok_and(is_blank) => Ok((&[][..]).into()),
        Some(Kind::Message(child)) if !shapes.at(child).is_json => {
            emptied(shapes, child, content).map(Into::into)
        }
        Some(
            Kind::Text(_) | Kind::Message(_) | Kind::Bytes | Kind::Varint | Kind::Fixed32 | Kind::Fixed64,
        )
        | None => Ok(content.into()),
    }
}

/// The next bytes. The walk lets no length beyond the end pass; the decoder reports it.
fn take<'a>(rest: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, behind) = rest.split_at(length.min(rest.len()));
    *rest = behind;
    taken
}

#[cfg(test)]
mod tests {
    use prost::{Message, Name};

    use super::*;
    use crate::proto::{CreateOrderRequest, OrderDraft, OrderLineDraft};
    use crate::wire::SHAPES;

    #[test]
    fn blank_texts_are_emptied_at_every_level_and_all_else_stays() {
        let metadata = |text: &str| {
            Some(prost_types::Value { kind: Some(prost_types::value::Kind::StringValue(text.to_owned())) })
        };
        let request = |blank: &str| {
            let line = OrderLineDraft {
                sku: blank.to_owned(),
                name: " LEGO ".to_owned(),
                quantity: -2,
                metadata: metadata(" "),
                ..Default::default()
            };
            let draft = OrderDraft {
                lines: vec![line],
                method: vec!["ideal".to_owned(), blank.to_owned()],
                ..Default::default()
            };
            CreateOrderRequest {
                actor: blank.to_owned(),
                validate_only: true,
                draft: Some(draft),
                ..Default::default()
            }
        };
        let place = SHAPES.request(&CreateOrderRequest::full_name()).unwrap();
        let bytes = emptied(&SHAPES, place, &request(" \u{a0}").encode_to_vec()).unwrap();
        assert_eq!(CreateOrderRequest::decode(bytes.as_slice()).unwrap(), request(""));
    }
}
