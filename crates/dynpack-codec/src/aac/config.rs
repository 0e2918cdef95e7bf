//! The configuration of AAC: the `AudioSpecificConfig` (ISO/IEC 14496-3, 1.6.2.1).

use bytes::Bytes;

use super::frame;
use super::program_config::ProgramConfig;
use crate::bits::{Bits, bit, packed};
use crate::{Error, Malformed};

/// By `samplingFrequencyIndex` (1.6.3.4).
const SAMPLING_FREQUENCIES: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
    7_350,
];

/// Audio object types (ISO/IEC 14496-3, 1.5.1.1).
const AAC_LC: u8 = 2;
const SBR: u8 = 5;
const PS: u8 = 29;
const ER_BSAC: u8 = 22;
const USAC: u8 = 42;

/// The highest rate in Hz of a core that may have SBR without a signal: the output has at most 48
/// kHz.
const MAX_CORE_RATE: u32 = 24_000;

/// `syncExtensionType` of SBR and of PS (1.6.2.1).
const SYNC_EXTENSION: u32 = 0x2b7;
const PS_EXTENSION: u32 = 0x548;

/// The configuration of a track of AAC.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AacConfig {
    /// What a decoder must support: 2 AAC-LC, 5 HE-AAC (SBR), 29 HE-AAC v2 (SBR and PS), 42 USAC,
    /// or another object type.
    pub object_type: u8,
    /// The object type of the core layer: that of the ADTS header.
    pub core_object_type: u8,
    /// Sampling rate of the core layer in Hz.
    pub core_rate: u32,
    /// Channels of the core layer (`channelConfiguration`); 0 if a program config element describes
    /// them.
    pub channel_configuration: u8,
    /// Sampling rate of the decoded sound in Hz, after SBR.
    pub output_rate: u32,
    /// Channels of the decoded sound, after PS.
    pub output_channels: u8,
    /// Samples a frame of the core layer: 1024, or 960. Not that of USAC, which its own
    /// configuration has.
    pub frame_length: u16,
    /// Whether the samples may have SBR though the configuration does not signal it (implicit
    /// signalling, 1.6.5.3). [`has_sbr`](Self::has_sbr) tells.
    pub may_have_sbr: bool,
    /// Whether the samples may have PS though the configuration does not signal it: the core has
    /// one channel, and SBR is possible, or signalled after the core. [`has_ps`](Self::has_ps)
    /// tells.
    pub may_have_ps: bool,
    /// The program config element that describes the channels, as the first element of a frame
    /// (4.4.2.1): whole bytes.
    pub program_config: Option<Bytes>,
    /// The `AudioSpecificConfig` itself.
    pub specific_config: Bytes,
    /// Bits of it that describe the core layer.
    core_bits: usize,
}

impl AacConfig {
    /// Reads an `AudioSpecificConfig`. `entry_channels` is the channel count of the sample entry:
    /// it is used if the configuration declares no channels, not even by a program config element.
    ///
    /// SBR and PS are found if signalled explicitly, in either way (1.6.5.2). Implicit signalling
    /// is in the samples alone: [`has_sbr`](Self::has_sbr) looks there.
    ///
    /// # Errors
    /// [`Malformed::Configuration`] if the configuration is cut short, or names a reserved rate.
    pub fn parse(specific_config: Bytes, entry_channels: u8) -> Result<Self, Error> {
        let malformed = |problem| {
            Error::from(Malformed::Configuration { record: "AudioSpecificConfig", problem })
        };
        let mut bits = Bits::new(&specific_config);
        let cut_short = || malformed("cut short");
        let mut core_object_type = read_object_type(&mut bits).ok_or_else(cut_short)?;
        let core_rate = read_sampling_rate(&mut bits).ok_or_else(cut_short)?;
        let channel_configuration =
            bits.unsigned(4).and_then(|value| u8::try_from(value).ok()).ok_or_else(cut_short)?;
        let (mut object_type, mut output_rate) = (core_object_type, core_rate);
        if core_object_type == SBR || core_object_type == PS {
            output_rate = read_sampling_rate(&mut bits).ok_or_else(cut_short)?;
            core_object_type = read_object_type(&mut bits).ok_or_else(cut_short)?;
            if core_object_type == ER_BSAC {
                bits.unsigned(4).ok_or_else(cut_short)?;
            }
        }
        let is_usac = core_object_type == USAC;
        let short_frames = bits.flag().ok_or_else(cut_short)? && !is_usac;
        // `GASpecificConfig` (4.4.1).
        let depends_on_core_coder = bits.flag() == Some(true);
        if depends_on_core_coder {
            bits.unsigned(14);
        }
        bits.flag();
        let described = match channel_configuration {
            0 if !is_usac => ProgramConfig::read(&specific_config, &mut bits),
            _ => None,
        };
        let core_bits = bits.position();
        let mut may_have_sbr = object_type == AAC_LC && core_rate <= MAX_CORE_RATE && !short_frames;
        let mut may_have_ps = may_have_sbr && channel_configuration == 1;
        if object_type == AAC_LC && (channel_configuration != 0 || described.is_some()) {
            // The backward compatible way: a sync extension after the core configuration.
            if let Some(extension) = read_sync_extension(&mut bits) {
                may_have_sbr = false;
                may_have_ps &= extension.as_ref().is_some_and(|extension| !extension.says_ps);
                if let Some(extension) = extension {
                    (object_type, output_rate) = (extension.object_type, extension.rate);
                }
            }
        }
        if core_rate == 0 || output_rate == 0 {
            return Err(malformed("the sampling rate is reserved or zero"));
        }
        let channels = described.as_ref().map(|described| described.channels);
        let output_channels = match channel_configuration {
            _ if object_type == PS => 2,
            0 => channels.filter(|&channels| channels > 0).unwrap_or(entry_channels),
            7 | 12 | 14 => 8,
            11 => 7,
            13 => 24,
            count => count,
        };
        let frame_length = if short_frames { 960 } else { 1024 };
        Ok(Self {
            object_type,
            core_object_type,
            core_rate,
            channel_configuration,
            output_rate,
            output_channels,
            frame_length,
            may_have_sbr,
            may_have_ps,
            core_bits,
            program_config: described.map(|described| described.element),
            specific_config,
        })
    }

    /// Whether it is USAC, as xHE-AAC uses it, in which decoding cannot start at every frame.
    #[must_use]
    pub const fn is_usac(&self) -> bool {
        self.object_type == USAC
    }

    /// Whether a frame has SBR, where it [may](Self::may_have_sbr). `None` if that cannot be read.
    #[must_use]
    pub fn has_sbr(&self, frame: &[u8]) -> Option<bool> {
        let sbr = self.may_have_sbr.then(|| frame::find_sbr(frame, self.core_rate)).flatten();
        sbr.map(|sbr| sbr.is_some())
    }

    /// Whether most of these frames have PS, where they [may](Self::may_have_ps). They follow each
    /// other: those before the first header of SBR cannot be read, and do not count.
    pub fn has_ps<'a>(&self, frames: impl IntoIterator<Item = &'a [u8]>) -> bool {
        if !self.may_have_ps {
            return false;
        }
        let (mut with, mut without) = (0_u32, 0_u32);
        let mut header = None;
        for frame in frames {
            let sbr = frame::find_sbr(frame, self.core_rate).flatten();
            let has_ps = sbr.and_then(|sbr| sbr.has_stereo(self.core_rate, &mut header));
            match has_ps {
                Some(true) => with = with.saturating_add(1),
                _ if header.is_some() => without = without.saturating_add(1),
                _ => {}
            }
        }
        with > without
    }

    /// The configuration of the same core with SBR, signalled after the core in the backward
    /// compatible way (1.6.5.2). `None` if the doubled rate has no index.
    #[must_use]
    pub fn with_sbr(&self) -> Option<Self> {
        self.with_extensions(&[])
    }

    /// The same with SBR and PS.
    #[must_use]
    pub fn with_ps(&self) -> Option<Self> {
        self.with_extensions(&[(PS_EXTENSION, 11), (1, 1)])
    }

    /// The configuration of the core, then SBR, then other fields: values with their bits.
    fn with_extensions(&self, others: &[(u32, u32)]) -> Option<Self> {
        let rate = self.core_rate.checked_mul(2)?;
        let index = SAMPLING_FREQUENCIES.iter().position(|&known| known == rate)?;
        let index = u32::try_from(index).ok()?;
        let sbr = [(SYNC_EXTENSION, 11), (SBR.into(), 5), (1, 1), (index, 4)];
        let fields = sbr.iter().chain(others);
        let core = (0..self.core_bits).map(|at| bit(&self.specific_config, at));
        let extensions = fields
            .flat_map(|&(value, len)| (0..len).rev().map(move |at| u8::from(value >> at & 1 == 1)));
        Self::parse(packed(core.chain(extensions)), self.output_channels).ok()
    }

    /// The layout of the decoded sound's loudspeakers (`ChannelConfiguration`, ISO/IEC 23091-3,
    /// table 1); `None` where a program config element describes them.
    #[must_use]
    pub const fn channel_layout(&self) -> Option<u8> {
        match self.channel_configuration {
            0 => None,
            _ if self.object_type == PS => Some(2),
            configuration => Some(configuration),
        }
    }

    /// The `samplingFrequencyIndex` of the core layer's rate (1.6.3.4), whether the
    /// configuration holds the index or the rate; `None` for a rate that has none.
    #[must_use]
    pub fn core_rate_index(&self) -> Option<u8> {
        (0..)
            .zip(SAMPLING_FREQUENCIES)
            .find_map(|(index, rate)| (rate == self.core_rate).then_some(index))
    }

    /// The `codecs` parameter: `mp4a.40.` and the object type (RFC 6381, 3.3).
    #[must_use]
    pub fn rfc6381(&self) -> String {
        format!("mp4a.40.{}", self.object_type)
    }
}

/// `GetAudioObjectType` (1.6.2.1).
fn read_object_type(bits: &mut Bits<'_>) -> Option<u8> {
    let object_type = match bits.unsigned(5)? {
        31 => bits.unsigned(6)?.checked_add(32)?,
        object_type => object_type,
    };
    u8::try_from(object_type).ok()
}

/// `samplingFrequencyIndex` with its escape; 0 for a reserved index.
fn read_sampling_rate(bits: &mut Bits<'_>) -> Option<u32> {
    match bits.unsigned(4)? {
        15 => bits.unsigned(24),
        index => Some(SAMPLING_FREQUENCIES.get(index as usize).copied().unwrap_or_default()),
    }
}

/// The sync extension of SBR and PS.
struct SyncExtension {
    object_type: u8,
    /// The output rate in Hz.
    rate: u32,
    /// Whether it says that there is PS, or that there is none.
    says_ps: bool,
}

/// Reads the sync extension, if there is one: `None` within if it says that there is no SBR.
fn read_sync_extension(bits: &mut Bits<'_>) -> Option<Option<SyncExtension>> {
    if bits.unsigned(11)? != SYNC_EXTENSION || read_object_type(bits)? != SBR {
        return None;
    }
    if !bits.flag()? {
        return Some(None);
    }
    let rate = read_sampling_rate(bits)?;
    let says_ps = bits.unsigned(11) == Some(PS_EXTENSION);
    let object_type = if says_ps && bits.flag() == Some(true) { PS } else { SBR };
    Some(Some(SyncExtension { object_type, rate, says_ps }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(config: &'static [u8]) -> AacConfig {
        AacConfig::parse(Bytes::from_static(config), 2).unwrap()
    }

    #[test]
    fn low_complexity() {
        let aac = parse(&[0x11, 0x90]);
        assert_eq!((aac.rfc6381().as_str(), aac.core_rate_index()), ("mp4a.40.2", Some(3)));
        assert_eq!((aac.output_rate, aac.output_channels, aac.frame_length), (48_000, 2, 1024));
    }

    /// What fdk-aac writes: explicit, hierarchical signalling.
    #[test]
    fn he_aac_signalled_by_its_object_type() {
        let aac = parse(&[0x2b, 0x11, 0x88, 0x00]);
        assert_eq!((aac.object_type, aac.core_object_type), (5, 2));
        assert_eq!((aac.core_rate, aac.output_rate), (24_000, 48_000));
        assert_eq!(parse(&[0xeb, 0x09, 0x88, 0x00]).rfc6381(), "mp4a.40.29");
    }

    /// What QuickTime and others write: a configuration that old decoders read as AAC-LC.
    #[test]
    fn he_aac_signalled_behind_the_core() {
        let aac = parse(&[0x13, 0x10, 0x56, 0xe5, 0x98]);
        assert_eq!((aac.object_type, aac.core_object_type), (5, 2));
        assert_eq!((aac.core_rate, aac.output_rate), (24_000, 48_000));
        let stereo = parse(&[0x13, 0x08, 0x56, 0xe5, 0x9d, 0x48, 0x80]);
        assert_eq!(
            (stereo.object_type, stereo.channel_configuration, stereo.output_channels),
            (29, 1, 2)
        );
        assert_eq!((stereo.channel_layout(), stereo.may_have_ps), (Some(2), false));
    }

    /// Four channels, as ffmpeg 5.1 writes them: a pair in front, a pair at the back, and its
    /// version for a comment.
    #[test]
    fn a_program_config_element_tells_the_channels() {
        const QUAD: &[u8] = b"\x11\x80\x04\xc4\x04\x00\x21\x10\x0dLavc59.37.100\x56\xe5\x98";
        let aac = parse(QUAD);
        assert_eq!(
            (aac.channel_configuration, aac.output_channels, aac.channel_layout()),
            (0, 4, None)
        );
        assert_eq!(
            (aac.object_type, aac.output_rate),
            (5, 48_000),
            "the sync extension follows the comment"
        );
        // 101, the 44 bits of the element, a bit of alignment, and no comment.
        assert_eq!(
            aac.program_config.as_deref(),
            Some(&[0xa0, 0x98, 0x80, 0x80, 0x04, 0x22, 0x00][..])
        );
        // Cut short, it declares nothing.
        assert_eq!(parse(&QUAD[..12]).program_config, None);
        assert_eq!((parse(&QUAD[..12]).output_channels, parse(&QUAD[..2]).output_channels), (2, 2));
    }

    #[test]
    fn an_escaped_rate_is_read() {
        // 5 bits 2, index 15, 24 bits of 44100, 4 bits 1.
        let aac = parse(&[0x17, 0x80, 0x56, 0x22, 0x08]);
        assert_eq!(
            (aac.core_rate, aac.core_rate_index(), aac.output_channels),
            (44_100, Some(4), 1)
        );
        assert_eq!(parse(&[0x17, 0x80, 0x56, 0x22, 0x88]).core_rate_index(), None);
    }

    #[test]
    fn sbr_is_signalled_after_the_core() {
        let core = parse(&[0x13, 0x10]);
        assert!(core.may_have_sbr);
        let with_sbr = core.with_sbr().unwrap();
        assert_eq!(with_sbr, parse(&[0x13, 0x10, 0x56, 0xe5, 0x98]));
        assert!(!with_sbr.may_have_sbr);
        // A rate that is written out, and channels that an element describes.
        let with_sbr = parse(&[0x17, 0x80, 0x56, 0x22, 0x08]).with_sbr().unwrap();
        assert_eq!((with_sbr.core_rate, with_sbr.output_rate), (44_100, 88_200));
        let quad = parse(b"\x13\x00\x05\x84\x04\x00\x21\x10\x00").with_sbr().unwrap();
        assert_eq!((quad.output_channels, quad.rfc6381().as_str()), (4, "mp4a.40.5"));
        assert_eq!(parse(&[0x17, 0x80, 0x61, 0xa8, 0x10]).with_sbr(), None);
    }

    #[test]
    fn ps_is_signalled_after_sbr() {
        let with_ps = parse(&[0x13, 0x08, 0x56, 0xe5, 0x9d, 0x48, 0x80]);
        for config in [&[0x13, 0x08][..], &[0x13, 0x08, 0x56, 0xe5, 0x98]] {
            let config = AacConfig::parse(Bytes::copy_from_slice(config), 1).unwrap();
            assert_eq!((config.may_have_ps, config.with_ps().unwrap()), (true, with_ps.clone()));
        }
        // Two channels, and signals that there is no PS or no SBR.
        let without = [&[0x13, 0x10][..], b"\x13\x08\x56\xe5\x9d\x48\x00", b"\x13\x08\x56\xe5\x00"];
        for config in without {
            assert!(!AacConfig::parse(Bytes::copy_from_slice(config), 1).unwrap().may_have_ps);
        }
    }

    #[test]
    fn a_configuration_may_say_that_there_is_no_sbr() {
        let aac = parse(&[0x13, 0x10, 0x56, 0xe5, 0x00]);
        assert_eq!((aac.object_type, aac.may_have_sbr), (2, false));
    }

    /// The configuration of a real file of xHE-AAC: 44.1 kHz, mono.
    #[test]
    fn usac_is_read_as_far_as_its_rate_and_channels() {
        let usac = parse(b"\xf9\x48\x24\x21\x1c\xc0\x18\x50\0\x20\0\x97\x08\x47\x30\xb0");
        assert_eq!((usac.rfc6381().as_str(), usac.is_usac()), ("mp4a.40.42", true));
        assert_eq!((usac.output_rate, usac.output_channels), (44_100, 1));
        assert!(!usac.may_have_sbr);
    }

    #[test]
    fn nonsense_is_refused() {
        for config in [&[][..], &[0x11], &[0x16, 0x90]] {
            assert!(AacConfig::parse(Bytes::copy_from_slice(config), 2).is_err(), "{config:?}");
        }
    }
}
