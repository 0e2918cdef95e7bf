//! MP3: Layer III of MPEG audio (ISO/IEC 11172-3 and 13818-3), which has no configuration: each
//! frame declares itself.

/// The configuration of a track of MP3.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mp3Config {
    /// The `objectTypeIndication` of its sample entry: 0x6b, or 0x69 for the lower rates of ISO/IEC
    /// 13818-3 (mp4ra.org, "Object types").
    pub object_type: u8,
    /// Sampling rate in Hz.
    pub sampling_rate: u32,
    /// Number of channels.
    pub channels: u8,
}

/// What the header of a frame declares (ISO/IEC 11172-3, 2.4.1.3, with the lower rates of ISO/IEC
/// 13818-3, and those of MPEG-2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// The layer.
    pub layer: Layer,
    /// Sampling rate in Hz.
    pub sampling_rate: u32,
    /// Number of channels.
    pub channels: u8,
}

/// A layer of MPEG audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Layer I.
    I,
    /// Layer II, as broadcasts use it.
    II,
    /// Layer III: MP3.
    III,
}

impl FrameHeader {
    /// Reads the header of a frame. `None` if it is none.
    #[must_use]
    pub fn read(frame: &[u8]) -> Option<Self> {
        let [0xff, head, rates, mode] = *frame.first_chunk()? else { return None };
        if head & 0xe0 != 0xe0 {
            return None;
        }
        // MPEG-2.5, reserved, MPEG-2, MPEG-1.
        let halvings = match head >> 3 & 3 {
            0 => 2,
            2 => 1,
            3 => 0,
            _ => return None,
        };
        let layer = match head >> 1 & 3 {
            1 => Layer::III,
            2 => Layer::II,
            3 => Layer::I,
            _ => return None,
        };
        let rate: u32 = match rates >> 2 & 3 {
            0 => 44_100,
            1 => 48_000,
            2 => 32_000,
            _ => return None,
        };
        let channels = if mode >> 6 == 3 { 1 } else { 2 };
        Some(Self { layer, sampling_rate: rate >> halvings, channels })
    }
}

impl Mp3Config {
    /// The configuration that a sample entry declares: its object type, its sampling rate in Hz and
    /// its number of channels. Many declare stereo whatever they have.
    #[must_use]
    pub const fn new(object_type: u8, sampling_rate: u32, channels: u8) -> Self {
        Self { object_type, sampling_rate, channels }
    }

    /// The same with what a frame declares.
    #[must_use]
    pub const fn with_frame(self, frame: &FrameHeader) -> Self {
        Self { sampling_rate: frame.sampling_rate, channels: frame.channels, ..self }
    }

    /// The `codecs` parameter: `mp4a` and the object type (RFC 6381, 3.3).
    #[must_use]
    pub fn rfc6381(&self) -> String {
        format!("mp4a.{:X}", self.object_type)
    }

    /// Whether its frames are of MPEG-1. Those of lower rates are of MPEG-2, and half as long.
    #[must_use]
    pub const fn is_mpeg_1(&self) -> bool {
        self.sampling_rate >= 32_000
    }

    /// Samples a frame.
    #[must_use]
    pub const fn frame_length(&self) -> u16 {
        if self.is_mpeg_1() { 1152 } else { 576 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_a_frame_tells_layer_rate_and_channels() {
        let read = |head: [u8; 4]| FrameHeader::read(&head);
        let frame =
            |layer, sampling_rate, channels| Some(FrameHeader { layer, sampling_rate, channels });
        assert_eq!(read([0xff, 0xfb, 0x50, 0xc4]), frame(Layer::III, 44_100, 1));
        assert_eq!(read([0xff, 0xf3, 0x44, 0x40]), frame(Layer::III, 24_000, 2));
        assert_eq!(read([0xff, 0xe3, 0x48, 0xc0]), frame(Layer::III, 8_000, 1));
        assert_eq!(read([0xff, 0xfd, 0x54, 0]), frame(Layer::II, 48_000, 2));
        assert_eq!(read([0xff, 0xff, 0x54, 0]), frame(Layer::I, 48_000, 2));
        let lengths = [32_000, 24_000].map(|rate| Mp3Config::new(0x6b, rate, 2).frame_length());
        assert_eq!(lengths, [1152, 576]);
    }

    #[test]
    fn what_is_no_header_is_none() {
        // No sync word, a reserved version, layer and rate, and too few bytes.
        let heads =
            [[0xff, 0x1b, 0, 0], [0xff, 0xeb, 0, 0], [0xff, 0xf9, 0, 0], [0xff, 0xfb, 0x0c, 0]];
        for head in heads {
            assert_eq!(FrameHeader::read(&head), None, "{head:x?}");
        }
        assert_eq!(FrameHeader::read(&[0xff, 0xfb, 0x50]), None);
    }
}
