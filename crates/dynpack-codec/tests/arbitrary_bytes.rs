//! Any bytes as a configuration record or as samples of audio do no harm.

use bytes::Bytes;
use dynpack_codec::ac3::syncframes;
use dynpack_codec::mp3::FrameHeader;
use dynpack_codec::{
    Ac3Config, Ac4Config, AlacConfig, Codec, DtsConfig, DtsFormat, Eac3Config, Error, FlacConfig,
    OpusConfig,
};
use proptest::prelude::*;

/// The readings of all codecs.
fn read(record: &Bytes) -> [Result<Codec, Error>; 8] {
    [
        Ac3Config::parse(record.clone()).map(Codec::from),
        Eac3Config::parse(record.clone(), 48_000).map(Codec::from),
        Ac4Config::parse(record.clone(), 2).map(Codec::from),
        DtsConfig::parse(DtsFormat::Core, record).map(Codec::from),
        DtsConfig::parse_uhd(record).map(Codec::from),
        OpusConfig::parse(record.clone()).map(Codec::from),
        FlacConfig::parse(record.clone()).map(Codec::from),
        AlacConfig::parse(record.clone()).map(Codec::from),
    ]
}

proptest! {
    #[test]
    fn what_is_read_has_a_rate_and_a_name(
        record in prop::collection::vec(any::<u8>(), 0..80).prop_map(Bytes::from),
    ) {
        for codec in read(&record).into_iter().flatten() {
            let rate = codec.audio().map(|audio| (audio.sampling_rate(), audio.channels()));
            prop_assert!(rate.is_some_and(|(rate, _)| rate > 0), "{codec:?}");
            prop_assert!(!codec.rfc6381().is_empty());
        }
    }

    #[test]
    fn syncframes_are_the_sample_or_end_in_an_error(
        frames in prop::collection::vec((any::<u8>(), 0_u8..9), 0..9),
        junk in prop::collection::vec(any::<u8>(), 0..9),
    ) {
        let frame = |(kind, words): &(u8, u8)| {
            let head = [0x0b, 0x77, kind & 0xf8, words.saturating_add(1)];
            [&head[..], &vec![0; usize::from(*words) * 2]].concat()
        };
        let sample = [frames.iter().flat_map(frame).collect(), junk.clone()].concat();
        let read: Vec<_> = syncframes(&sample).collect();
        let whole: Vec<u8> = read.iter().flatten().copied().flatten().copied().collect();
        prop_assert!(sample.starts_with(&whole) && read.len() >= frames.len());
        prop_assert_eq!(whole.len() == sample.len(), read.iter().all(Result::is_ok));
        let _ = FrameHeader::read(&junk);
    }
}
