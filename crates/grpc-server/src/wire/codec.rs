//! The codec of the API's methods: prost's, after the walk.

use std::marker::PhantomData;

use prost::bytes::{Buf, Bytes};
use prost::{DecodeError, Message, Name};
use tonic::Status;
use tonic::codec::{BufferSettings, Codec, DecodeBuf, Decoder};
use tonic_prost::{ProstCodec, ProstEncoder};
use tracing::debug;

use super::{Refused, SHAPES};
use crate::rpc::errors;

/// Decodes requests only after they were counted. Answers, which clients in this crate read, are not bounded.
#[derive(Debug)]
pub struct Bounded<T, U>(PhantomData<(T, U)>);

impl<T, U> Default for Bounded<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> Codec for Bounded<T, U>
where
    T: Message + Send + 'static,
    U: Message + Name + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = BoundedDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<T, U>::raw_encoder(BufferSettings::default())
    }

    fn decoder(&mut self) -> Self::Decoder {
        BoundedDecoder { place: SHAPES.request(&U::full_name()), built: PhantomData }
    }
}

/// The reading half.
#[derive(Debug)]
pub struct BoundedDecoder<U> {
    /// The place of the shape, if this is a request.
    place: Option<usize>,
    built: PhantomData<U>,
}

impl<U: Message + Default> Decoder for BoundedDecoder<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, buf: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        let bytes = buf.copy_to_bytes(buf.remaining());
        read(self.place, bytes).map(Some).map_err(errors::not_accepted)
    }
}

/// What the bytes of a message of the shape at a place say, if they are not too much.
pub fn read<U: Message + Default>(place: Option<usize>, bytes: Bytes) -> Result<U, Refused> {
    decoded(place, bytes)?.map_err(|error| {
        // The walk should have found it: the decoder's own text is for us alone.
        debug!(%error, "a message cannot be decoded");
        let mut refused = Refused { unreadable: true, ..Refused::default() };
        refused.add("request".to_owned(), "request.bytes", "a message of this method", "other bytes");
        refused
    })
}

fn decoded<U: Message + Default>(
    place: Option<usize>,
    bytes: Bytes,
) -> Result<Result<U, DecodeError>, Refused> {
    let Some(place) = place else { return Ok(U::decode(bytes)) };
    let texts = super::walk::walk(&SHAPES, place, &bytes)?;
    if texts.some_blank {
        return Ok(
            super::blank::emptied(&SHAPES, place, &bytes).and_then(|bytes| U::decode(bytes.as_slice()))
        );
    }
    Ok(U::decode(bytes))
}
