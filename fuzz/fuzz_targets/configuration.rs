//! Any bytes as the configuration record of a codec of audio, or as a sample: what is read has a
//! sampling rate and a name.

#![no_main]

use bytes::Bytes;
use dynpack_codec::ac3::syncframes;
use dynpack_codec::mp3::FrameHeader;
use dynpack_codec::{
    AacConfig, Ac3Config, Ac4Config, AlacConfig, Codec, DtsConfig, DtsFormat, Eac3Config,
    FlacConfig, OpusConfig, Vc1Config, WmaConfig,
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
    if let Ok(vc1) = Vc1Config::parse(record) {
        assert!(!vc1.headers.is_empty());
    }
    let frames: Vec<_> = syncframes(data).collect();
    let read: usize = frames.iter().flatten().map(|frame| frame.len()).sum();
    assert_eq!(read == data.len(), frames.iter().all(Result::is_ok));
    let _ = FrameHeader::read(data);
});
