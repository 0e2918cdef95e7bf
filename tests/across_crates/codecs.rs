//! Which format carries which codec, in the clear and under each protection, stored as text for
//! review. `docs/codecs.md` says the same for people.

use std::fmt::Write;
use std::sync::Arc;

use bytes::Bytes;
use dynpack::{Encryption, Format};
use dynpack_codec::{
    AacConfig, Ac3Config, Ac4Config, AlacConfig, Codec, DtsConfig, Eac3Config, FlacConfig,
    Mp3Config, OpusConfig, Vc1Config, Video, VpxConfig, VpxVersion, WmaConfig,
};
use dynpack_media::{Cuts, MediaKind, Rendition, RenditionId, SourceIndex};
use dynpack_testkit::{TrackBuilder, codec};

use crate::golden::compare_with;
use crate::support::formats;

pub(crate) fn codecs() -> Vec<Codec> {
    let record = |record: &[u8]| Bytes::copy_from_slice(record);
    let vpx = |version| {
        let config = VpxConfig::parse(version, record(&[0, 10, 0x82, 1, 1, 1, 0, 0])).unwrap();
        Codec::from(Video::new(config, 640, 360))
    };
    vec![
        codec::avc(codec::AVCC, (640, 360)),
        codec::hevc(),
        codec::av1(),
        vpx(VpxVersion::Vp8),
        vpx(VpxVersion::Vp9),
        Video::new(Vc1Config::parse(record(codec::VC1)).unwrap(), 364, 272).into(),
        codec::aac(codec::AAC_48_STEREO),
        codec::aac(codec::HE_AAC_48_STEREO),
        AacConfig::parse(record(codec::XHE_AAC_MONO), 1).unwrap().into(),
        Ac3Config::parse(record(codec::AC3_SURROUND)).unwrap().into(),
        Eac3Config::parse(record(codec::EAC3_ATMOS), 48_000).unwrap().into(),
        Ac4Config::parse(record(codec::AC4_STEREO), 2).unwrap().into(),
        DtsConfig::of_object_type(0xa9, 48_000, 6).unwrap().into(),
        OpusConfig::parse(record(codec::OPUS_STEREO)).unwrap().into(),
        FlacConfig::parse(record(codec::FLAC_STEREO)).unwrap().into(),
        AlacConfig::parse(record(codec::ALAC_MONO)).unwrap().into(),
        Mp3Config::new(0x6b, 48_000, 2).into(),
        WmaConfig::parse(record(codec::WMA_PRO)).unwrap().into(),
    ]
}

fn rendition(codec: Codec) -> Rendition {
    let built = match codec.kind() {
        MediaKind::Video => TrackBuilder::video(12_800, 512, 50, 25),
        MediaKind::Audio | MediaKind::Text => TrackBuilder::audio(48_000, 100),
    };
    let track = Arc::new(built.with_codec(codec).build());
    let id = RenditionId::new("track", 1);
    Rendition::new(id, SourceIndex(0), track, Arc::new(Cuts::default()))
}

/// `yes`, or why it is not carried.
fn cell(format: Format, rendition: &Rendition, encryption: Option<Encryption>) -> String {
    let carried = format.packager().unwrap().carries(rendition, encryption);
    carried.map_or_else(|reason| format!("no: {reason}"), |()| "yes".into())
}

#[test]
fn every_codec_has_its_place_in_every_format() {
    let mut table = String::new();
    for codec in codecs() {
        let rendition = rendition(codec);
        let _ = writeln!(table, "{}", rendition.track.codec.rfc6381());
        for format in formats() {
            let clear = cell(format, &rendition, None);
            let _ = writeln!(table, "  {:<24}{clear}", format.token());
            for encryption in format.encryptions().filter(|_| clear == "yes") {
                let under = cell(format, &rendition, Some(encryption));
                let _ = writeln!(table, "    {:<22}{under}", encryption.token());
            }
        }
    }
    compare_with("codecs.txt", &table);
}
