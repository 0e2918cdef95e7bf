//! What dynpack knows of codecs: one folder each.
//!
//! [`avc`] is H.264 and [`hevc`] is HEVC: configuration records, NAL units, parameter sets, slice
//! headers and byte streams. [`av1`] is AV1, and [`vpx`] is VP8 and VP9. [`aac`] is AAC: its
//! configuration, what a frame says of it, and ADTS headers. [`ac3`] is AC-3 and Enhanced AC-3:
//! their configurations and syncframes. Of AC-4, DTS, Opus, FLAC, ALAC, WMA and VC-1 it knows the
//! configuration, of [`mp3`] the headers of frames. A [`Codec`] is the coding of one track. Its
//! type separates video from audio: only [`Video`] has dimensions, only an [`AudioCodec`] has a
//! sampling rate. The enums of codecs are not `non_exhaustive`: a new codec does not compile until
//! each place that matches on them decides about it.
//!
//! How containers name and store a codec is their own knowledge. This crate decodes no media, does
//! no IO, has no clock and starts no threads.
//!
//! ```
//! use bytes::Bytes;
//! use dynpack_codec::{AacConfig, Codec, MediaKind};
//!
//! // An `AudioSpecificConfig`: AAC-LC at 48 kHz in stereo.
//! let codec = Codec::from(AacConfig::parse(Bytes::from_static(&[0x11, 0x90]), 2)?);
//! assert_eq!((codec.kind(), codec.rfc6381().as_str()), (MediaKind::Audio, "mp4a.40.2"));
//! let audio = codec.audio().expect("AAC is audio");
//! assert_eq!((audio.sampling_rate(), audio.channels()), (48_000, 2));
//! # Ok::<(), dynpack_codec::Error>(())
//! ```

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
#![cfg_attr(
    test,
    expect(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "a test may panic")
)]

pub mod aac;
pub mod ac3;
mod ac4;
mod alac;
mod annex_b;
mod aspect_ratio;
mod audio;
mod audio_family;
pub mod av1;
pub mod avc;
mod bits;
mod captions;
mod codec;
mod color;
mod dolby_vision;
mod dts;
mod dynamic_range;
mod error;
mod flac;
mod frame_shape;
pub mod hevc;
mod media_kind;
pub mod mp3;
mod nal_unit;
mod opus;
mod picture;
mod sei;
mod sets;
mod side_data;
mod text_form;
mod vc1;
mod video;
mod video_family;
pub mod vpx;
mod vui;
mod wma;

pub use aac::AacConfig;
pub use ac3::{Ac3Config, Eac3Config};
pub use ac4::Ac4Config;
pub use alac::AlacConfig;
pub use annex_b::AnnexB;
pub use aspect_ratio::AspectRatio;
pub use audio::AudioCodec;
pub use audio_family::AudioFamily;
pub use av1::Av1Config;
pub use avc::AvcConfig;
pub use captions::{CaptionChannel, CaptionScan};
pub use codec::Codec;
pub use color::Color;
pub use dolby_vision::DolbyVision;
pub use dts::{DtsConfig, DtsFormat};
pub use dynamic_range::DynamicRange;
pub use error::{Error, Malformed, Unsupported};
pub use flac::FlacConfig;
pub use frame_shape::FrameShape;
pub use hevc::HevcConfig;
pub use media_kind::MediaKind;
pub use mp3::Mp3Config;
pub use nal_unit::NalUnit;
pub use opus::OpusConfig;
pub use picture::Picture;
pub use side_data::SideData;
pub use text_form::{TextForm, UnknownTextForm};
pub use vc1::Vc1Config;
pub use video::{Video, VideoCodec};
pub use video_family::VideoFamily;
pub use vpx::{VpxConfig, VpxVersion};
pub use wma::{WmaConfig, WmaVersion};
