//! Video: how its pictures are coded and displayed, whatever the codec.

use crate::{AspectRatio, AvcConfig, FrameShape, Unsupported, VideoFamily};

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
}

/// A codec of video, with its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VideoCodec {
    /// H.264 (ISO/IEC 14496-15, 5).
    Avc(AvcConfig),
}

impl Video {
    /// Video in square pixels, of that many pixels in width and height.
    #[must_use]
    pub fn new(codec: impl Into<VideoCodec>, width: u16, height: u16) -> Self {
        Self { codec: codec.into(), width, height, pixel_aspect: AspectRatio::SQUARE }
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
        Ok(self.clone().with_codec(self.codec.merged(&other.codec)?))
    }
}

impl VideoCodec {
    /// The `codecs` parameter (RFC 6381), such as `avc1.64001f`.
    #[must_use]
    pub fn rfc6381(&self) -> String {
        match self {
            Self::Avc(avc) => avc.rfc6381(),
        }
    }

    /// The type of its sample entry, such as `avc1`.
    #[must_use]
    pub const fn sample_entry(&self) -> &'static str {
        match self {
            Self::Avc(avc) => avc.sample_entry(),
        }
    }

    /// How pictures come out of a decoder; `None` if the configuration does not say so.
    #[must_use]
    pub fn frame_shape(&self) -> Option<FrameShape> {
        match self {
            Self::Avc(avc) => avc.frame_shape(),
        }
    }

    /// The family that players know it by.
    #[must_use]
    pub const fn family(&self) -> VideoFamily {
        match self {
            Self::Avc(_) => VideoFamily::Avc,
        }
    }

    fn merged(&self, other: &Self) -> Result<Self, Unsupported> {
        match (self, other) {
            (Self::Avc(one), Self::Avc(other)) => one.merged(other).map(Self::from),
        }
    }
}

impl From<AvcConfig> for VideoCodec {
    fn from(config: AvcConfig) -> Self {
        Self::Avc(config)
    }
}
