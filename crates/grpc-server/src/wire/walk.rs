//! The walk over a request's bytes: counts, depths and texts, before anything is decoded. It is linear in the bytes, keeps an
//! explicit stack, and goes no deeper than the bounds allow. prost decodes what it lets pass.

use std::ops::Range;

use prost::DecodeError;
use prost::encoding::{WireType, decode_key, decode_varint};

use super::Refused;
use super::bounds::MESSAGES;
use super::shape::{Field, Kind, Shape, Shapes};
use super::text::{self, Text, Texts};

/// Walks a request with the shape at `root`. Returns what was found in its texts.
///
/// # Errors
/// Everything that is too much or cannot be read; nothing after a fault in the wire format itself is seen.
pub fn walk(shapes: &Shapes, root: usize, bytes: &[u8]) -> Result<Texts, Refused> {
    let mut walk = Walk {
        shapes,
        bytes,
        at: 0,
        open: Vec::new(),
        counts: Vec::new(),
        messages: 0,
        told_until: 0,
        texts: Texts::default(),
        refused: Refused::default(),
    };
    walk.begin(shapes.at(root), bytes.len(), None, 0);
    if let Err(stop) = walk.run() {
        walk.stop(&stop);
    }
    if walk.refused.faults.is_empty() { Ok(walk.texts) } else { Err(walk.refused) }
}

/// A message that has begun and not ended.
#[derive(Clone, Copy)]
struct Open<'a> {
    shape: &'a Shape,
    /// Where it ends.
    end: usize,
    /// Where its counters begin.
    counts: usize,
    /// The step that led to it.
    step: Option<Step<'a>>,
    /// How many depth-bounded messages it is inside, including itself.
    level: u32,
}

/// A field, and the index of its element.
type Step<'a> = (&'a Field, u32);

/// Why the walk cannot go on.
enum Stop {
    Broken(&'static str),
    TooManyMessages,
}

const CUT_OFF: Stop = Stop::Broken("a value that is cut off");
const NO_NUMBER: Stop = Stop::Broken("bytes that are no number or key");

struct Walk<'a> {
    shapes: &'a Shapes,
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open<'a>>,
    counts: Vec<u32>,
    messages: u32,
    /// The end of the last JSON value with a reported fault: one is enough, as callers know it by one name.
    told_until: usize,
    texts: Texts,
    refused: Refused,
}

impl<'a> Walk<'a> {
    fn run(&mut self) -> Result<(), Stop> {
        while let Some(open) = self.open.last().copied() {
            if self.at == open.end {
                self.close(&open);
                self.counts.truncate(open.counts);
                self.open.pop();
                continue;
            }
            let (number, wire) = self.read(open.end, decode_key)?;
            match open.shape.field(number) {
                Some(field) => self.field(&open, field, wire)?,
                None => self.value(open.end, wire).map(|_| ())?,
            }
        }
        Ok(())
    }

    fn field(&mut self, open: &Open<'a>, field: &'a Field, wire: WireType) -> Result<(), Stop> {
        if wire == written(field.kind) {
            let value = self.value(open.end, wire)?;
            match self.count(open, field, 1) {
                Some(index) => self.element(open, (field, index), value),
                None => Ok(()),
            }
        } else if wire == WireType::LengthDelimited && field.repeated {
            let values = self.value(open.end, wire)?;
            let count = self.packed(values, field.kind)?;
            self.count(open, field, count);
            Ok(())
        } else {
            Err(Stop::Broken("a value of another type than the field's"))
        }
    }

    /// Counts elements of a field. Returns the index of the last one, unless there are too many.
    fn count(&mut self, open: &Open<'a>, field: &Field, elements: u32) -> Option<u32> {
        let Some((slot, most)) = field.bound else { return Some(0) };
        let count = &mut self.counts[open.counts + slot];
        *count = count.saturating_add(elements);
        (*count <= most).then(|| count.saturating_sub(1))
    }

    /// One element that is within its bound.
    fn element(&mut self, open: &Open<'a>, step: Step<'a>, value: Range<usize>) -> Result<(), Stop> {
        match step.0.kind {
            Kind::Varint | Kind::Fixed32 | Kind::Fixed64 | Kind::Bytes => Ok(()),
            Kind::Text(longest) => {
                self.text(step, longest, value);
                Ok(())
            }
            Kind::Message(place) => self.enter(open.level, step, place, value),
        }
    }

    fn text(&mut self, step: Step<'a>, longest: Option<usize>, value: Range<usize>) {
        match std::str::from_utf8(&self.bytes[value]) {
            Err(error) => {
                let got = format!("other bytes behind the first {}", error.valid_up_to());
                self.refused.unreadable = true;
                self.refused.add(self.path_of_text(step), "request.text", "text in UTF-8", got);
            }
            Ok(text) => match text::judge(text, longest) {
                Text::Fine => (),
                Text::Blank => self.texts.some_blank = true,
                Text::Odd { .. } if self.at <= self.told_until => (),
                Text::Odd { rule, expected, got } => {
                    let json = self.open.iter().find(|open| open.shape.is_json);
                    self.told_until = json.map_or(self.told_until, |json| json.end);
                    self.texts.add(self.path_of_text(step), rule, expected, got);
                }
            },
        }
    }

    /// The path of a text in the innermost message, with its index.
    fn path_of_text(&self, step: Step<'a>) -> String {
        let path = self.path(Some(step));
        if step.0.repeated { format!("{path}[{}]", step.1) } else { path }
    }

    fn enter(&mut self, level: u32, step: Step<'a>, place: usize, value: Range<usize>) -> Result<(), Stop> {
        let shape = self.shapes.at(place);
        let level = level + u32::from(shape.nested.is_some());
        if let Some(most) = shape.nested.filter(|most| level > most + 1) {
            let expected = format!("at most {most} levels of lists and objects");
            self.refused.add(self.path(Some(step)), "request.depth", expected, "more");
            return Ok(());
        }
        self.messages += 1;
        if self.messages > MESSAGES {
            return Err(Stop::TooManyMessages);
        }
        self.at = value.start;
        self.begin(shape, value.end, Some(step), level);
        Ok(())
    }

    fn begin(&mut self, shape: &'a Shape, end: usize, step: Option<Step<'a>>, level: u32) {
        let counts = self.counts.len();
        self.counts.resize(counts + shape.counters, 0);
        self.open.push(Open { shape, end, counts, step, level });
    }

    /// Reports what a message has too much of, once all of it is counted.
    fn close(&mut self, open: &Open<'a>) {
        if open.shape.counters == 0 {
            return;
        }
        for (field, slot, most) in open.shape.counted() {
            let count = self.counts[open.counts + slot];
            if count > most {
                let (rule, expected) = match field.repeated {
                    true => ("request.elements", format!("at most {most}")),
                    false => ("request.once", "one at most".to_owned()),
                };
                self.refused.add(self.path(Some((field, 0))), rule, expected, count.to_string());
            }
        }
    }

    fn stop(&mut self, stop: &Stop) {
        match stop {
            Stop::Broken(got) => {
                let expected = "a message of this method in Protocol Buffers' wire format";
                self.refused.unreadable = true;
                self.refused.add(self.path(None), "request.bytes", expected, *got);
            }
            Stop::TooManyMessages => {
                let expected = format!("at most {MESSAGES} lines, amounts, values and the like altogether");
                self.refused.add(self.path(None), "request.messages", expected, "more");
            }
        }
        while let Some(open) = self.open.last().copied() {
            self.close(&open);
            self.open.pop();
        }
    }

    /// The path of a field of the innermost message, or of that message itself. Parts of a JSON value share the path of the field
    /// that holds it, by which callers know it.
    fn path(&self, last: Option<Step<'a>>) -> String {
        let mut path = String::new();
        let mut write = |(field, index): Step<'_>, is_last: bool| {
            path.push_str(if path.is_empty() { "" } else { "." });
            path.push_str(&field.name);
            if field.repeated && !is_last {
                path.push_str(&format!("[{index}]"));
            }
        };
        for open in &self.open {
            open.step.into_iter().for_each(|step| write(step, false));
            if open.shape.is_json {
                return path;
            }
        }
        last.into_iter().for_each(|step| write(step, true));
        if path.is_empty() { "request".to_owned() } else { path }
    }

    /// Skips a value. Returns where its content is.
    fn value(&mut self, end: usize, wire: WireType) -> Result<Range<usize>, Stop> {
        let length = match wire {
            WireType::Varint => self.read(end, decode_varint).map(|_| 0)?,
            WireType::ThirtyTwoBit => 4,
            WireType::SixtyFourBit => 8,
            WireType::LengthDelimited => self.read(end, decode_varint)?,
            WireType::StartGroup | WireType::EndGroup => return Err(Stop::Broken("a group")),
        };
        let length = usize::try_from(length).ok().filter(|length| *length <= end - self.at).ok_or(CUT_OFF)?;
        let start = self.at;
        self.at += length;
        Ok(start..self.at)
    }

    /// How many whole values the packed range holds.
    fn packed(&self, values: Range<usize>, kind: Kind) -> Result<u32, Stop> {
        let mut values = &self.bytes[values];
        let of_size = |size: usize| {
            if values.len().is_multiple_of(size) { Ok(values.len() / size) } else { Err(CUT_OFF) }
        };
        let count = match kind {
            Kind::Fixed32 => of_size(4)?,
            Kind::Fixed64 => of_size(8)?,
            Kind::Varint => {
                let mut count = 0;
                while !values.is_empty() {
                    decode_varint(&mut values).map_err(|_| NO_NUMBER)?;
                    count += 1;
                }
                count
            }
            Kind::Text(_) | Kind::Bytes | Kind::Message(_) => 0,
        };
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn read<T>(&mut self, end: usize, read: fn(&mut &'a [u8]) -> Result<T, DecodeError>) -> Result<T, Stop> {
        let mut rest = &self.bytes[self.at..end];
        let value = read(&mut rest).map_err(|_| NO_NUMBER)?;
        self.at = end - rest.len();
        Ok(value)
    }
}

/// The wire form of a single value of this kind.
const fn written(kind: Kind) -> WireType {
    match kind {
        Kind::Varint => WireType::Varint,
        Kind::Fixed32 => WireType::ThirtyTwoBit,
        Kind::Fixed64 => WireType::SixtyFourBit,
        Kind::Text(_) | Kind::Bytes | Kind::Message(_) => WireType::LengthDelimited,
    }
}

#[cfg(test)]
mod tests;
