//! The `trun` box: samples that are stored one after the other (ISO/IEC 14496-12, 8.8.8).

use bytes::BufMut;

use crate::versioned::{flag, put_version_and_flags};
use crate::{BoxType, Error, Kind, Reader, SampleFlags};

const DATA_OFFSET: u32 = 0x001;
const FIRST_SAMPLE_FLAGS: u32 = 0x004;
const DURATION: u32 = 0x100;
const SIZE: u32 = 0x200;
const FLAGS: u32 = 0x400;
const COMPOSITION_OFFSET: u32 = 0x800;

/// The `trun` box. Its samples stay in place.
///
/// It is written in version 1, with signed composition offsets: read as unsigned, a frame that
/// is presented before the one decoded before it would be hours late. They are read as signed in
/// version 0 too, since encoders write negative ones in either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trun<'a> {
    head: TrunHead,
    entries: &'a [u8],
}

/// What a `trun` says of all its samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrunHead {
    /// How many samples there are.
    pub sample_count: u32,
    /// Where the first is, in bytes from the base that `tfhd` gives; after the samples of the
    /// `trun` before if not given.
    pub data_offset: Option<i32>,
    /// What the first sample depends on, in place of what is said of it elsewhere.
    pub first_sample_flags: Option<SampleFlags>,
    /// What is said of each sample.
    pub fields: TrunFields,
}

/// What a `trun` says of each of its samples; `tfhd` and `trex` say the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrunFields {
    /// How long it lasts.
    pub duration: bool,
    /// How large it is.
    pub size: bool,
    /// What it depends on.
    pub flags: bool,
    /// How much later than decoded it is presented.
    pub composition_offset: bool,
}

/// What a `trun` says of one sample: all that its [`TrunFields`] name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrunSample {
    /// In ticks of the track.
    pub duration: Option<u32>,
    /// In bytes.
    pub size: Option<u32>,
    /// What it depends on.
    pub flags: Option<SampleFlags>,
    /// How much later than decoded it is presented, in ticks of the track.
    pub composition_offset: Option<i32>,
}

impl TrunFields {
    const fn from_flags(flags: u32) -> Self {
        Self {
            duration: flags & DURATION != 0,
            size: flags & SIZE != 0,
            flags: flags & FLAGS != 0,
            composition_offset: flags & COMPOSITION_OFFSET != 0,
        }
    }

    const fn flags(self) -> u32 {
        flag(self.duration, DURATION)
            | flag(self.size, SIZE)
            | flag(self.flags, FLAGS)
            | flag(self.composition_offset, COMPOSITION_OFFSET)
    }

    /// Bytes of what is said of one sample.
    #[must_use]
    pub const fn sample_len(self) -> usize {
        match self.flags().count_ones() {
            0 => 0,
            1 => 4,
            2 => 8,
            3 => 12,
            _ => 16,
        }
    }

    /// Reads what is said of one sample.
    #[inline]
    fn read(self, entry: &[u8]) -> TrunSample {
        let (words, _) = entry.as_chunks();
        let mut words = words.iter().copied().map(u32::from_be_bytes);
        let mut word = |is_there: bool| if is_there { words.next() } else { None };
        TrunSample {
            duration: word(self.duration),
            size: word(self.size),
            flags: word(self.flags).map(SampleFlags),
            composition_offset: word(self.composition_offset).map(u32::cast_signed),
        }
    }
}

impl TrunSample {
    /// Appends what is said of the sample.
    #[inline]
    pub fn put(&self, out: &mut Vec<u8>) {
        let flags = self.flags.map(|flags| flags.0);
        let composition_offset = self.composition_offset.map(i32::cast_unsigned);
        for word in [self.duration, self.size, flags, composition_offset].into_iter().flatten() {
            out.put_u32(word);
        }
    }
}

impl TrunHead {
    /// Bytes of all that is said of single samples.
    #[must_use]
    pub const fn samples_len(&self) -> u64 {
        (self.sample_count as u64).saturating_mul(self.fields.sample_len() as u64)
    }

    /// Bytes of the box.
    #[must_use]
    pub const fn box_len(&self) -> u64 {
        let fields_len = self.fields_len();
        Trun::KIND.header_len(fields_len).saturating_add(fields_len)
    }

    /// The box with these samples, each as [`TrunSample::put`] appends it.
    ///
    /// # Errors
    /// [`Error::CutShort`] or [`Error::Excess`] if they are not as long as the head says.
    pub fn with_samples(self, samples: &[u8]) -> Result<Trun<'_>, Error> {
        let len = samples.len() as u64;
        let promised = self.samples_len();
        if len < promised {
            return Err(Error::CutShort);
        }
        match usize::try_from(len.saturating_sub(promised)) {
            Ok(0) => Ok(Trun { head: self, entries: samples }),
            excess => Err(Error::Excess(excess.expect("less than the bytes in memory"))),
        }
    }

    const fn fields_len(&self) -> u64 {
        let data_offset = if self.data_offset.is_some() { 4 } else { 0 };
        let first_sample_flags: u64 = if self.first_sample_flags.is_some() { 4 } else { 0 };
        first_sample_flags
            .saturating_add(data_offset)
            .saturating_add(8)
            .saturating_add(self.samples_len())
    }

    const fn flags(&self) -> u32 {
        flag(self.data_offset.is_some(), DATA_OFFSET)
            | flag(self.first_sample_flags.is_some(), FIRST_SAMPLE_FLAGS)
            | self.fields.flags()
    }
}

impl<'a> Trun<'a> {
    /// What it says of all samples.
    #[must_use]
    pub const fn head(&self) -> &TrunHead {
        &self.head
    }

    /// What it says of each sample; nothing at all if it has no [`TrunFields`].
    #[inline]
    pub fn samples(&self) -> impl Iterator<Item = TrunSample> + use<'a> {
        let fields = self.head.fields;
        let entries = self.entries.chunks_exact(fields.sample_len().max(1));
        entries.map(move |entry| fields.read(entry))
    }
}

impl<'a> BoxType<'a> for Trun<'a> {
    const KIND: Kind = Kind::code(*b"trun");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let (_, flags) = reader.version_and_flags()?;
        let sample_count = reader.u32()?;
        let data_offset = if flags & DATA_OFFSET == 0 { None } else { Some(reader.i32()?) };
        let first_sample_flags =
            if flags & FIRST_SAMPLE_FLAGS == 0 { None } else { Some(SampleFlags(reader.u32()?)) };
        let fields = TrunFields::from_flags(flags);
        let entries = reader.entries(sample_count, fields.sample_len())?;
        Ok(Self {
            head: TrunHead { sample_count, data_offset, first_sample_flags, fields },
            entries,
        })
    }

    fn fields_len(&self) -> u64 {
        self.head.fields_len()
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(1, self.head.flags(), out);
        out.put_u32(self.head.sample_count);
        if let Some(offset) = self.head.data_offset {
            out.put_i32(offset);
        }
        if let Some(flags) = self.head.first_sample_flags {
            out.put_u32(flags.0);
        }
        out.put_slice(self.entries);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_another_length_are_refused() {
        let fields = TrunFields { size: true, ..TrunFields::default() };
        let head =
            TrunHead { sample_count: 2, data_offset: None, first_sample_flags: None, fields };
        assert_eq!(head.with_samples(&[0; 7]), Err(Error::CutShort));
        assert_eq!(head.with_samples(&[0; 9]), Err(Error::Excess(1)));
        assert_eq!(head.with_samples(&[0; 8]).unwrap().to_vec().len() as u64, head.box_len());
    }
}
