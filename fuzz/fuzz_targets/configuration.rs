//! Any bytes as the configuration record of a codec, or as a sample: what is read has a name, and
//! audio has a sampling rate.

#![no_main]

use bytes::Bytes;
use dynpack_codec::ac3::syncframes;
use dynpack_codec::mp3::FrameHeader;
use dynpack_codec::{
    AacConfig, Ac3Config, Ac4Config, AlacConfig, Av1Config, AvcConfig, Codec, DolbyVision,
    DtsConfig, DtsFormat, Eac3Config, FlacConfig, OpusConfig, Vc1Config, VideoCodec, VpxConfig,
    VpxVersion, WmaConfig,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let record = Bytes::copy_from_slice(data);
    let codecs = [
        AacConfig::parse(record.clone(), 2).map(Codec::from),
        Ac3Config::parse(record.clone()).map(Codec::from),
        Eac3Config::parse(record.clone(), 48_000).map(Codec::from),
        Ac4Config::parse(record.clone(), 2).map(Codec::from),
        DtsConfig::parse(DtsFormat::Core, &record).map(Codec::from),
        DtsConfig::parse_uhd(&record).map(Codec::from),
        OpusConfig::parse(record.clone()).map(Codec::from),
        FlacConfig::parse(record.clone()).map(Codec::from),
        AlacConfig::parse(record.clone()).map(Codec::from),
        WmaConfig::parse(record.clone()).map(Codec::from),
    ];
    for codec in codecs.into_iter().flatten() {
        assert!(codec.audio().is_some_and(|audio| audio.sampling_rate() > 0), "{codec:?}");
        assert!(!codec.rfc6381().is_empty());
    }
    let video = [
        Av1Config::parse(record.clone()).map(VideoCodec::from),
        AvcConfig::parse(record.clone(), true).map(VideoCodec::from),
        VpxConfig::parse(VpxVersion::Vp9, record.clone()).map(VideoCodec::from),
        Vc1Config::parse(record.clone()).map(VideoCodec::from),
    ];
    for codec in video.into_iter().flatten() {
        assert!(codec.rfc6381().starts_with(codec.sample_entry()), "{codec:?}");
        let _ = (codec.frame_shape(), codec.picture(data, data.len()));
        let _ = codec.side_data(data, data.len());
    }
    let _ = DolbyVision::parse(&record, true).map(|dolby_vision| dolby_vision.brand());
    let frames: Vec<_> = syncframes(data).collect();
    let read: usize = frames.iter().flatten().map(|frame| frame.len()).sum();
    assert_eq!(read == data.len(), frames.iter().all(Result::is_ok));
    let _ = FrameHeader::read(data);
});
