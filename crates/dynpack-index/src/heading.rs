//! What tracks of media and of text have in common.

use std::num::NonZeroI32;

use bytes::BufMut;
use dynpack_media::{Grouping, Language, Role, SampleTable, Timescale, TrackId};

use crate::error::Error;
use crate::reader::Reader;
use crate::writer::put_bytes;

/// What a track is, before its media.
pub(crate) struct Heading {
    pub(crate) id: TrackId,
    pub(crate) timescale: Timescale,
    pub(crate) language: Language,
    pub(crate) name: String,
    pub(crate) role: Option<Role>,
    pub(crate) grouping: Grouping,
}

impl Heading {
    pub(crate) fn put(self, out: &mut Vec<u8>) -> Result<(), Error> {
        out.put_u32(self.id.0);
        out.put_u32(self.timescale.hz());
        put_bytes(self.language.tag().as_bytes(), out)?;
        put_bytes(self.name.as_bytes(), out)?;
        put_bytes(self.role.map_or("", Role::as_str).as_bytes(), out)?;
        let Grouping { is_enabled, alternate_group, switch_group } = self.grouping;
        out.put_u8(is_enabled.into());
        out.put_i16(alternate_group);
        out.put_i32(switch_group.map_or(0, NonZeroI32::get));
        Ok(())
    }

    pub(crate) fn take(reader: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self {
            id: TrackId(reader.u32()?),
            timescale: take_timescale(reader)?,
            language: Language::parse(&reader.text()?),
            name: reader.text()?,
            role: Role::parse(&reader.text()?),
            grouping: Grouping {
                is_enabled: reader.flag()?,
                alternate_group: reader.i16()?,
                switch_group: NonZeroI32::new(reader.i32()?),
            },
        })
    }
}

pub(crate) fn take_timescale(reader: &mut Reader<'_>) -> Result<Timescale, Error> {
    let hz = reader.u32()?;
    Timescale::new(hz).ok_or_else(|| reader.malformed("a clock stands still"))
}

pub(crate) fn put_samples(
    id: TrackId,
    samples: &SampleTable,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let put = samples.put_indexed(out);
    put.map_err(|error| Error::Unrepresentable(format!("track {}: {error}", id.0)))
}

/// Reads as many samples as the limits allow.
pub(crate) fn take_samples(reader: &mut Reader<'_>) -> Result<SampleTable, Error> {
    let samples = SampleTable::take_indexed(&mut reader.rest);
    let samples = samples.map_err(|error| reader.malformed(error.to_string()))?;
    let (found, allowed) = (samples.len().into(), reader.limits.samples.into());
    if found > allowed {
        return Err(Error::LimitExceeded { limit: "samples", allowed, found });
    }
    Ok(samples)
}
