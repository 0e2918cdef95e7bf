//! VP8 and VP9: `vp08` and `vp09` (VP Codec ISO Media File Format Binding).

use bytes::Bytes;
use dynpack_codec::{Codec, Video, VideoCodec, VpxConfig, VpxVersion};

use super::entry::SampleEntry;
use super::visual;
use crate::Error;
use crate::boxes::BoxRef;

pub(super) fn read(entry: &BoxRef<'_>, version: VpxVersion) -> Result<SampleEntry, Error> {
    // The record follows the version and flags of the box.
    let parse = |body: Bytes| VpxConfig::parse(version, body.slice(body.len().min(4)..));
    let mut entry = visual::read(entry, *b"vpcC", parse)?;
    if let Codec::Video(Video { codec: VideoCodec::Vpx(vpx), color, .. }) = &mut entry.codec {
        *color = color.or(Some(vpx.color));
    }
    Ok(entry)
}
