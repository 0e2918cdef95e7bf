//! Sample entries of audio: the part that all codecs share (ISO/IEC 14496-12, 12.2.3), also as
//! QuickTime writes it (QuickTime File Format, "Sound sample descriptions").

use bytes::{BufMut, Bytes, BytesMut};
use dynpack_boxes::Kind;
use dynpack_codec::{AudioCodec, Codec};
use dynpack_media::FourCc;

use super::entry::{COMMON, SampleEntry, copy, in_box};
use crate::Error;
use crate::boxes::BoxRef;

/// Bytes of an audio sample entry before its boxes.
pub(super) const FIXED: usize = 28;

/// A sample entry of audio: what its fixed part declares, and where its boxes are.
pub(super) struct Sound<'a> {
    entry: &'a BoxRef<'a>,
    version: u16,
    channels: u16,
    /// Sampling rate in Hz; 0 for a rate that 16 bits have no room for.
    rate: u16,
    /// Bytes before its boxes.
    fixed: usize,
    /// The box in which QuickTime nests the configuration.
    wave: Option<BoxRef<'a>>,
}

impl<'a> Sound<'a> {
    /// Reads an entry of an `stsd` of that version, by which entries of QuickTime differ from those
    /// of ISO/IEC 14496-12, version 1.
    pub(super) fn read(entry: &'a BoxRef<'a>, stsd_version: u8) -> Result<Self, Error> {
        let mut fields = entry.fields();
        fields.skip(COMMON)?;
        let version = fields.u16()?;
        fields.skip(6)?;
        let channels = fields.u16()?;
        fields.skip(6)?;
        let rate = fields.u16()?;
        fields.skip(2)?;
        let (channels, more) = match version {
            1 if stsd_version == 0 => (channels, 16),
            2 if stsd_version == 0 => {
                fields.skip(12)?;
                let channels = fields.u32()?;
                let too_many = |_| entry.malformed(format!("has {channels} channels"));
                (u16::try_from(channels).map_err(too_many)?, 36)
            }
            _ => (channels, 0),
        };
        let fixed = FIXED.saturating_add(more);
        let wave = entry.children_from(fixed).find_kind(b"wave")?;
        Ok(Self { entry, version, channels, rate, fixed, wave })
    }

    /// The number of channels that the entry declares, at most 255.
    pub(super) fn channels(&self) -> u8 {
        u8::try_from(self.channels.min(0xff)).expect("at most 255")
    }

    /// The sampling rate that the entry declares, in Hz.
    pub(super) fn rate(&self) -> u32 {
        self.rate.into()
    }

    /// The box of that kind, which the codec demands.
    pub(super) fn require(&self, kind: &[u8; 4]) -> Result<BoxRef<'_>, Error> {
        match &self.wave {
            Some(wave) => wave.require(kind),
            None => self
                .entry
                .children_from(self.fixed)
                .find_kind(kind)?
                .ok_or_else(|| self.entry.malformed(format!("holds no {}", FourCc(*kind)))),
        }
    }

    /// The entry itself.
    pub(super) const fn entry(&self) -> &BoxRef<'a> {
        self.entry
    }

    /// The entry as an output file can carry it: of that kind, and in the form of version 0. It is
    /// a copy if it is so already, and else has that rate in Hz and that box alone.
    pub(super) fn output(&self, kind: [u8; 4], rate: u32, configuration: &[u8]) -> Bytes {
        if self.version == 0 && self.wave.is_none() && self.entry.kind.0 == kind {
            return copy(self.entry);
        }
        let mut entry = BytesMut::new();
        let fields_len = configuration.len().saturating_add(FIXED) as u64;
        Kind::code(kind).put_header(fields_len, &mut entry);
        entry.put_slice(&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
        entry.put_u16(self.channels);
        entry.put_u16(16);
        entry.put_u32(0);
        // 16 bits have no room for more than 65,535 Hz; the configuration has.
        entry.put_u16(u16::try_from(rate).map_or(0, |rate| rate));
        entry.put_u16(0);
        entry.put_slice(configuration);
        entry.freeze()
    }
}

/// Reads an entry whose configuration is in a box of that kind: `parse` reads its body.
pub(super) fn read<C: Into<Codec>>(
    entry: &BoxRef<'_>,
    stsd_version: u8,
    kind: &[u8; 4],
    parse: impl FnOnce(Bytes, &Sound<'_>) -> Result<C, dynpack_codec::Error>,
) -> Result<SampleEntry, Error> {
    let sound = Sound::read(entry, stsd_version)?;
    let holder = sound.require(kind)?;
    let config = parse(Bytes::copy_from_slice(holder.body), &sound).map_err(in_box(&holder))?;
    let codec: Codec = config.into();
    let rate = codec.audio().map_or(0, AudioCodec::sampling_rate);
    Ok(SampleEntry { bytes: sound.output(entry.kind.0, rate, holder.whole), codec })
}

/// Bytes before the boxes of an entry of an `stsd` of that version. One that is cut short has no
/// boxes anywhere.
pub(super) fn fixed_len(entry: &BoxRef<'_>, stsd_version: u8) -> usize {
    Sound::read(entry, stsd_version).map_or(FIXED, |sound| sound.fixed)
}
