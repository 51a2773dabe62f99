//! The shapes of the API's messages, compiled once from the descriptors: their fields by number, and how many of each.

use std::collections::HashMap;
#[cfg(test)]
use std::collections::HashSet;
use std::sync::LazyLock;

use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};

use super::bounds;
use crate::proto::DESCRIPTORS;

/// The shapes of all requests of the API.
#[expect(
    clippy::expect_used,
    reason = "the build has written these bytes, and the server reads them before it serves"
)]
pub static SHAPES: LazyLock<Shapes> =
    LazyLock::new(|| Shapes::read(DESCRIPTORS).expect("the build's own descriptors"));

/// The wire form of a field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Varint,
    Fixed32,
    Fixed64,
    /// A text, and its longest length in characters; `None`: it is part of a JSON value.
    Text(Option<usize>),
    Bytes,
    /// A message, by its place among the shapes.
    Message(usize),
}

/// A field: its wire form, and how often it may occur.
#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub kind: Kind,
    pub repeated: bool,
    /// The counter of its message that counts it, and its limit; `None`: repeating it costs nothing, the last one wins.
    pub bound: Option<(usize, u32)>,
}

/// A message: its fields by number.
#[derive(Debug)]
pub struct Shape {
    fields: Vec<Option<Field>>,
    /// How many of its fields are counted.
    pub counters: usize,
    /// How deeply it may be nested in itself.
    pub nested: Option<u32>,
    /// Whether it is a JSON value or a part of one: a caller's data, returned unchanged.
    pub is_json: bool,
}

impl Shape {
    /// The field with this number, if the API has one.
    pub fn field(&self, number: u32) -> Option<&Field> {
        self.fields.get(usize::try_from(number).ok()?)?.as_ref()
    }

    /// The fields that are counted.
    pub fn counted(&self) -> impl Iterator<Item = (&Field, usize, u32)> {
        self.fields.iter().flatten().filter_map(|field| field.bound.map(|(slot, most)| (field, slot, most)))
    }

    #[cfg(test)]
    pub fn most(&self, field: &str) -> Option<u32> {
        let field = self.fields.iter().flatten().find(|known| known.name == field).unwrap();
        field.bound.map(|(_, most)| most)
    }

    #[cfg(test)]
    pub fn longest(&self, field: &str) -> Option<usize> {
        let field = self.fields.iter().flatten().find(|known| known.name == field).unwrap();
        match field.kind {
            Kind::Text(longest) => longest,
            Kind::Varint | Kind::Fixed32 | Kind::Fixed64 | Kind::Bytes | Kind::Message(_) => None,
        }
    }
}

/// The parts of JSON values.
const JSON: [&str; 3] = [".google.protobuf.Value", ".google.protobuf.Struct", ".google.protobuf.ListValue"];

/// Every message of the API and of its imports.
pub struct Shapes {
    shapes: Vec<Shape>,
    requests: HashMap<String, usize>,
    #[cfg(test)]
    places: HashMap<String, usize>,
}

impl Shapes {
    fn read(descriptors: &[u8]) -> Result<Self, String> {
        let set = FileDescriptorSet::decode(descriptors).map_err(|error| error.to_string())?;
        let (mut messages, mut enums) = (Vec::new(), HashMap::new());
        for file in &set.file {
            let package = format!(".{}", file.package());
            enums.extend(
                file.enum_type.iter().map(|one| (format!("{package}.{}", one.name()), one.value.len())),
            );
            file.message_type.iter().for_each(|one| gather(&package, one, &mut messages, &mut enums));
        }
        let places = (0..).zip(&messages).map(|(place, (name, _))| (name.clone(), place)).collect();
        let shapes = messages.iter().map(|(name, message)| shape(name, message, &places, &enums));
        let shapes = shapes.collect::<Result<_, _>>()?;
        let methods = set.file.iter().flat_map(|file| &file.service).flat_map(|service| &service.method);
        let place = |name: &str| places.get(name).copied().ok_or_else(|| format!("no message {name}"));
        let requests = methods.map(|method| {
            let name = method.input_type();
            Ok((name.trim_start_matches('.').to_owned(), place(name)?))
        });
        let requests = requests.collect::<Result<_, String>>()?;
        Ok(Self {
            shapes,
            requests,
            #[cfg(test)]
            places,
        })
    }

    /// The place of a request's shape; `None` for every other message.
    pub fn request(&self, name: &str) -> Option<usize> {
        self.requests.get(name).copied()
    }

    /// The shape at a place from a field or from [`Self::request`].
    pub fn at(&self, place: usize) -> &Shape {
        &self.shapes[place]
    }

    #[cfg(test)]
    pub fn named(&self, name: &str) -> Option<&Shape> {
        Some(&self.shapes[*self.places.get(&format!(".{name}"))?])
    }

    #[cfg(test)]
    pub fn requests(&self) -> impl Iterator<Item = usize> {
        self.requests.values().copied()
    }

    /// A message that can contain itself without a bound, if `root` can contain one.
    #[cfg(test)]
    pub fn boundless_cycle(&self, root: usize) -> Option<usize> {
        fn visit(shapes: &Shapes, place: usize, way: &mut HashSet<usize>) -> Option<usize> {
            if shapes.at(place).nested.is_some() {
                return None;
            }
            if !way.insert(place) {
                return Some(place);
            }
            let fields = shapes.at(place).fields.iter().flatten();
            let found = fields.into_iter().find_map(|field| match field.kind {
                Kind::Message(child) => visit(shapes, child, way),
                Kind::Varint | Kind::Fixed32 | Kind::Fixed64 | Kind::Text(_) | Kind::Bytes => None,
            });
            way.remove(&place);
            found
        }
        visit(self, root, &mut HashSet::new())
    }
}

fn gather<'a>(
    scope: &str,
    message: &'a DescriptorProto,
    messages: &mut Vec<(String, &'a DescriptorProto)>,
    enums: &mut HashMap<String, usize>,
) {
    let name = format!("{scope}.{}", message.name());
    enums.extend(message.enum_type.iter().map(|one| (format!("{name}.{}", one.name()), one.value.len())));
    message.nested_type.iter().for_each(|nested| gather(&name, nested, messages, enums));
    messages.push((name, message));
}

fn shape(
    name: &str,
    message: &DescriptorProto,
    places: &HashMap<String, usize>,
    enums: &HashMap<String, usize>,
) -> Result<Shape, String> {
    let is_part = |rest: &str| rest.is_empty() || rest.starts_with('.');
    let is_json = JSON.iter().any(|json| name.strip_prefix(json).is_some_and(is_part));
    let mut shape = Shape { fields: Vec::new(), counters: 0, nested: None, is_json };
    shape.nested = bounds::NESTED.iter().find(|(bounded, _)| name[1..] == **bounded).map(|(_, most)| *most);
    for field in &message.field {
        let longest = (!is_json).then(|| longest(name, field));
        let (kind, repeated) = (kind(field, places, longest)?, field.label() == Label::Repeated);
        let most = match (repeated, kind) {
            (true, _) => Some(most(name, field, enums)),
            // Each further one would be merged into the first, past the bounds inside it.
            (false, Kind::Message(_)) => Some(1),
            (false, Kind::Varint | Kind::Fixed32 | Kind::Fixed64 | Kind::Text(_) | Kind::Bytes) => None,
        };
        let bound = most.map(|most| (shape.counters, most));
        shape.counters += usize::from(bound.is_some());
        let number = usize::try_from(field.number()).map_err(|error| error.to_string())?;
        shape.fields.resize_with(shape.fields.len().max(number + 1), || None);
        shape.fields[number] = Some(Field { name: field.name().to_owned(), kind, repeated, bound });
    }
    Ok(shape)
}

fn most(message: &str, field: &FieldDescriptorProto, enums: &HashMap<String, usize>) -> u32 {
    let name = format!("{}.{}", &message[1..], field.name());
    let own = bounds::FIELDS.iter().find(|(bounded, _)| *bounded == name).map(|(_, most)| *most);
    let values = enums.get(field.type_name()).and_then(|values| u32::try_from(*values).ok());
    own.or(values).unwrap_or(bounds::ELEMENTS)
}

fn longest(message: &str, field: &FieldDescriptorProto) -> usize {
    let name = format!("{}.{}", &message[1..], field.name());
    bounds::TEXTS.iter().find(|(bounded, _)| *bounded == name).map_or(bounds::TEXT, |(_, most)| *most)
}

fn kind(
    field: &FieldDescriptorProto,
    places: &HashMap<String, usize>,
    longest: Option<usize>,
) -> Result<Kind, String> {
    let name = field.type_name();
    match field.r#type() {
        Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 | Type::Sint32 | Type::Sint64 => {
            Ok(Kind::Varint)
        }
        Type::Bool | Type::Enum => Ok(Kind::Varint),
        Type::Fixed32 | Type::Sfixed32 | Type::Float => Ok(Kind::Fixed32),
        Type::Fixed64 | Type::Sfixed64 | Type::Double => Ok(Kind::Fixed64),
        Type::String => Ok(Kind::Text(longest)),
        Type::Bytes => Ok(Kind::Bytes),
        Type::Message => {
            places.get(name).copied().map(Kind::Message).ok_or_else(|| format!("no message {name}"))
        }
        Type::Group => Err(format!("{} is a group, which this API does not use", field.name())),
    }
}
