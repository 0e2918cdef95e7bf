//! Any bytes as a configuration record, as samples of audio or beside pictures do no harm.

use bytes::Bytes;
use dynpack_codec::ac3::syncframes;
use dynpack_codec::mp3::FrameHeader;
use dynpack_codec::{
    Ac3Config, Ac4Config, AlacConfig, CaptionChannel, CaptionScan, Codec, DtsConfig, DtsFormat,
    Eac3Config, Error, FlacConfig, OpusConfig, avc, hevc,
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

    /// Messages of those types and bytes, which may end early, in units of any length.
    #[test]
    fn captions_are_no_more_than_there_are_bytes(
        messages in prop::collection::vec((0_u8..6, prop::collection::vec(any::<u8>(), 0..40)), 0..5),
        lost in 0_usize..40,
    ) {
        const GA94: &[u8] = &[0xb5, 0, 0x31, b'G', b'A', b'9', b'4', 3];
        let message = |(kind, bytes): &(u8, Vec<u8>)| {
            let payload = [GA94, &bytes[..]].concat();
            [&[*kind, u8::try_from(payload.len()).unwrap()], &payload[..]].concat()
        };
        let messages: Vec<u8> = messages.iter().flat_map(message).collect();
        for (header, side_data) in [
            (&[6][..], avc::side_data as fn(&[u8], usize, u8) -> _),
            (&[0x4e, 1], hevc::side_data),
        ] {
            let unit = [header, &messages].concat();
            let sample = [&u16::try_from(unit.len()).unwrap().to_be_bytes()[..], &unit].concat();
            let head = &sample[..sample.len().saturating_sub(lost)];
            let found = side_data(head, sample.len(), 2);
            prop_assert!(found.captions.len() * 3 <= head.len());
            let mut scan = CaptionScan::default();
            scan.take(&found.captions);
            let is_known = |channel: &CaptionChannel| match channel {
                CaptionChannel::Line21(number) => (1..=4).contains(number),
                CaptionChannel::Service(number) => (1..=63).contains(number),
                _ => false,
            };
            prop_assert!(scan.found().iter().all(is_known));
        }
    }

    /// A whole packet of services in one picture.
    #[test]
    fn services_have_their_numbers(bytes in prop::collection::vec(any::<[u8; 2]>(), 64)) {
        let constructs = bytes.iter().zip([0xff].into_iter().chain(std::iter::repeat(0xfe)));
        let constructs: Vec<_> = constructs.map(|(pair, flags)| [flags, pair[0], pair[1]]).collect();
        let mut scan = CaptionScan::default();
        scan.take(&constructs);
        let found = scan.found();
        prop_assert!(found.iter().all(|channel| matches!(channel, CaptionChannel::Service(1..=63))));
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
