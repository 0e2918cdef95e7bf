//! Video: how its pictures are coded and displayed, whatever the codec.

use crate::{
    AspectRatio, Av1Config, AvcConfig, CaptionChannel, Color, DolbyVision, DynamicRange, Error,
    FrameShape, HevcConfig, Picture, SideData, Unsupported, Vc1Config, VideoFamily, VpxConfig,
    VpxVersion, av1, avc, hevc, vc1, vpx,
};

/// How the pictures of a track are coded and displayed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Video {
    /// The codec, with its configuration.
    pub codec: VideoCodec,
    /// Width of the picture, in pixels.
    pub width: u16,
    /// Height of the picture, in pixels.
    pub height: u16,
    /// The width of a pixel relative to its height.
    pub pixel_aspect: AspectRatio,
    /// The colours, if they are declared.
    pub color: Option<Color>,
    /// The transfer function with which pictures should rather be shown than with that of the
    /// colours, by its code point in ISO/IEC 23091-2.
    pub preferred_transfer: Option<u8>,
    /// The configuration of Dolby Vision, if there is one.
    pub dolby_vision: Option<DolbyVision>,
    /// Whether pictures carry the dynamic metadata of HDR10+ (SMPTE ST 2094-40).
    pub has_hdr10_plus: bool,
    /// The channels in which pictures carry captions.
    pub captions: Vec<CaptionChannel>,
}

/// A codec of video, with its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VideoCodec {
    /// H.264 (ISO/IEC 14496-15, 5).
    Avc(AvcConfig),
    /// HEVC (ISO/IEC 14496-15, 8).
    Hevc(HevcConfig),
    /// AV1 (AV1 Codec ISO Media File Format Binding).
    Av1(Av1Config),
    /// VP8 or VP9 (VP Codec ISO Media File Format Binding).
    Vpx(VpxConfig),
    /// VC-1 of the Advanced profile (SMPTE ST 421), which Smooth Streaming alone carries.
    Vc1(Vc1Config),
}

impl Video {
    /// Video in square pixels, of that many pixels in width and height.
    #[must_use]
    pub fn new(codec: impl Into<VideoCodec>, width: u16, height: u16) -> Self {
        Self {
            codec: codec.into(),
            width,
            height,
            pixel_aspect: AspectRatio::SQUARE,
            color: None,
            preferred_transfer: None,
            dolby_vision: None,
            has_hdr10_plus: false,
            captions: Vec::new(),
        }
    }

    /// The `codecs` parameter (RFC 6381), such as `avc1.64001f`: that of Dolby Vision where only
    /// its decoders may play it.
    #[must_use]
    pub fn rfc6381(&self) -> String {
        match self.dolby_vision.filter(|dolby_vision| !dolby_vision.is_optional) {
            Some(dolby_vision) => dolby_vision.rfc6381(self.codec.sample_entry()),
            None => self.codec.rfc6381(),
        }
    }

    /// The type of its sample entry, such as `avc1`: that of Dolby Vision where only its decoders
    /// may play it.
    #[must_use]
    pub fn sample_entry(&self) -> &'static str {
        let own = self.codec.sample_entry();
        let is_required = self.dolby_vision.is_some_and(|dolby_vision| !dolby_vision.is_optional);
        if is_required { DolbyVision::sample_entry(own) } else { own }
    }

    /// The range of brightness, as declared, by the transfer function that is preferred. Dolby
    /// Vision without pictures that others can show declares no transfer function, and has that of
    /// PQ (profile 5).
    #[must_use]
    pub fn dynamic_range(&self) -> DynamicRange {
        match self.dolby_vision {
            Some(DolbyVision { is_optional: false, compatibility: 0, .. }) => DynamicRange::Pq,
            _ => {
                let color = self.color.unwrap_or(Color::UNSPECIFIED);
                let transfer = self.preferred_transfer.unwrap_or(color.transfer);
                Color { transfer, ..color }.dynamic_range()
            }
        }
    }

    /// The family that players know it by, and its range of brightness: what a display can show.
    #[must_use]
    pub fn family(&self) -> (VideoFamily, DynamicRange) {
        let family = match self.dolby_vision {
            Some(DolbyVision { is_optional: false, .. }) => VideoFamily::DolbyVision,
            _ => self.codec.family(),
        };
        (family, self.dynamic_range())
    }

    /// The `codecs` parameter of Dolby Vision and its brand, such as `dvh1.08.04` and `db4h`, where
    /// decoders that do not know it can play the pictures too.
    #[must_use]
    pub fn supplemental_codec(&self) -> Option<(String, &'static str)> {
        let dolby_vision = self.dolby_vision?;
        Some((dolby_vision.rfc6381(self.codec.sample_entry()), dolby_vision.brand()?))
    }

    /// The same with another configuration of its codec.
    #[must_use]
    pub fn with_codec(self, codec: impl Into<VideoCodec>) -> Self {
        Self { codec: codec.into(), ..self }
    }

    /// The same with pictures of another size, in pixels.
    #[must_use]
    pub fn with_size(self, width: u16, height: u16) -> Self {
        Self { width, height, ..self }
    }

    /// The same with pixels of another shape.
    #[must_use]
    pub fn with_pixel_aspect(self, pixel_aspect: AspectRatio) -> Self {
        Self { pixel_aspect, ..self }
    }

    /// Width and height of the picture, in pixels.
    #[must_use]
    pub const fn dimensions(&self) -> (u16, u16) {
        (self.width, self.height)
    }

    /// The coding of pictures that have either this one or the other.
    ///
    /// # Errors
    /// [`Unsupported::CodingChange`] if no configuration describes both.
    pub(crate) fn merged(&self, other: &Self) -> Result<Self, Unsupported> {
        let differs = |what: &str| Err(Unsupported::CodingChange(what.into()));
        if self.dimensions() != other.dimensions() {
            return differs("the pictures have another size");
        }
        if self.pixel_aspect != other.pixel_aspect {
            return differs("the pixels have another shape");
        }
        if self.dolby_vision != other.dolby_vision {
            return differs("the configuration of Dolby Vision is another");
        }
        let color = self.color.filter(|_| self.color == other.color);
        Ok(Self { codec: self.codec.merged(&other.codec)?, color, ..self.clone() })
    }
}

impl VideoCodec {
    /// The `codecs` parameter (RFC 6381), such as `avc1.64001f`.
    #[must_use]
    pub fn rfc6381(&self) -> String {
        match self {
            Self::Avc(avc) => avc.rfc6381(),
            Self::Hevc(hevc) => hevc.rfc6381(),
            Self::Av1(av1) => av1.rfc6381(),
            Self::Vpx(vpx) => vpx.rfc6381(),
            Self::Vc1(_) => self.sample_entry().into(),
        }
    }

    /// The type of its sample entry, such as `avc1`.
    #[must_use]
    pub const fn sample_entry(&self) -> &'static str {
        match self {
            Self::Avc(avc) => avc.sample_entry(),
            Self::Hevc(hevc) => hevc.sample_entry(),
            Self::Av1(_) => "av01",
            Self::Vpx(vpx) => vpx.sample_entry(),
            Self::Vc1(_) => "vc-1",
        }
    }

    /// How pictures come out of a decoder; `None` if the configuration does not say so.
    #[must_use]
    pub fn frame_shape(&self) -> Option<FrameShape> {
        match self {
            Self::Avc(avc) => avc.frame_shape(),
            Self::Hevc(hevc) => hevc.frame_shape(),
            Self::Av1(av1) => av1.frame_shape(),
            Self::Vpx(_) | Self::Vc1(_) => None,
        }
    }

    /// Whether its configuration lacks parameter sets that decoding needs, and that cannot be in
    /// the samples alone, as those of `avc3` and `hev1` can.
    #[must_use]
    pub fn lacks_parameter_sets(&self) -> bool {
        match self {
            Self::Avc(avc) => !avc.in_band && avc.lacks_parameter_sets(),
            Self::Hevc(hevc) => !hevc.in_band && hevc.lacks_parameter_sets(),
            Self::Av1(_) | Self::Vpx(_) | Self::Vc1(_) => false,
        }
    }

    /// The same with the parameter sets of a sample of `len` bytes that begins with `head`.
    ///
    /// # Errors
    /// [`Malformed::NalUnit`](crate::Malformed::NalUnit) if it is not a sequence of NAL units, and
    /// [`Malformed::Configuration`](crate::Malformed::Configuration) if it has none before its
    /// picture.
    pub fn with_sets_of(self, head: &[u8], len: usize) -> Result<Self, Error> {
        match self {
            Self::Avc(avc) => avc.with_sets_of(head, len).map(Self::from),
            Self::Hevc(hevc) => hevc.with_sets_of(head, len).map(Self::from),
            Self::Av1(_) | Self::Vpx(_) | Self::Vc1(_) => Ok(self),
        }
    }

    /// The picture of a sample of `len` bytes that begins with `head`. `None` if that cannot be
    /// read, or ends before the picture.
    #[must_use]
    pub fn picture(&self, head: &[u8], len: usize) -> Option<Picture> {
        match self {
            Self::Avc(config) => avc::picture(head, len, config.nal_length_size),
            Self::Hevc(config) => hevc::picture(head, len, config.nal_length_size),
            Self::Av1(_) => av1::picture(head),
            Self::Vpx(config) => vpx::picture(config.version, head),
            Self::Vc1(_) => vc1::picture(head),
        }
    }

    /// What a sample of `len` bytes that begins with `head` carries before its picture, as far as
    /// that goes.
    #[must_use]
    pub fn side_data(&self, head: &[u8], len: usize) -> SideData {
        match self {
            Self::Avc(config) => avc::side_data(head, len, config.nal_length_size),
            Self::Hevc(config) => hevc::side_data(head, len, config.nal_length_size),
            Self::Av1(_) => SideData::in_obus(head),
            Self::Vpx(_) | Self::Vc1(_) => SideData::default(),
        }
    }

    const fn family(&self) -> VideoFamily {
        match self {
            Self::Avc(_) => VideoFamily::Avc,
            Self::Hevc(_) => VideoFamily::Hevc,
            Self::Av1(_) => VideoFamily::Av1,
            Self::Vpx(VpxConfig { version: VpxVersion::Vp8, .. }) => VideoFamily::Vp8,
            Self::Vpx(VpxConfig { version: VpxVersion::Vp9, .. }) => VideoFamily::Vp9,
            Self::Vc1(_) => VideoFamily::Vc1,
        }
    }

    fn merged(&self, other: &Self) -> Result<Self, Unsupported> {
        match (self, other) {
            (Self::Avc(one), Self::Avc(other)) => one.merged(other).map(Self::from),
            (Self::Hevc(one), Self::Hevc(other)) => one.merged(other).map(Self::from),
            _ if self == other => Ok(self.clone()),
            _ => {
                let [one, other] = [self, other].map(Self::rfc6381);
                Err(Unsupported::CodingChange(format!("{one} and {other} take turns")))
            }
        }
    }
}

impl From<HevcConfig> for VideoCodec {
    fn from(config: HevcConfig) -> Self {
        Self::Hevc(config)
    }
}

impl From<Av1Config> for VideoCodec {
    fn from(config: Av1Config) -> Self {
        Self::Av1(config)
    }
}

impl From<VpxConfig> for VideoCodec {
    fn from(config: VpxConfig) -> Self {
        Self::Vpx(config)
    }
}

impl From<Vc1Config> for VideoCodec {
    fn from(config: Vc1Config) -> Self {
        Self::Vc1(config)
    }
}

impl From<AvcConfig> for VideoCodec {
    fn from(config: AvcConfig) -> Self {
        Self::Avc(config)
    }
}
