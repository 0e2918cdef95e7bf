//! Encrypted transport streams, decrypted according to Apple's *MPEG-2 Stream Encryption Format for
//! HTTP Live Streaming*.

use adts_reader::ChannelConfiguration;
use aes::Aes128;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use bytes::Bytes;
use dynpack_codec::MediaKind;
use dynpack_crypt::sample_aes::SampleAes;
use dynpack_crypt::{ContentKey, Iv};
use dynpack_fragment::ts::{Part, media_segment, media_segment_bound};
use dynpack_media::{Rendition, SegmentNumber};
use dynpack_testkit::film::{Audio, OpenedFilm, Video};
use dynpack_testkit::read::transport::{self, Pes};
use dynpack_testkit::read::{adts, annex_b};
use dynpack_testkit::{AAC_48_STEREO, AVCC, TrackBuilder, codec};
use proptest::prelude::*;

use crate::{AUDIO_PID, TWO_SECONDS, VIDEO_PID, check_alone, frames};

const KEY: [u8; 16] = *b"a key of 16 byte";
const IV: [u8; 16] = *b"a vector of 16 b";

pub(crate) fn cipher() -> SampleAes {
    SampleAes::new(&ContentKey::new(KEY), Iv(IV))
}

/// Removes emulation prevention.
fn unescape(unit: &[u8]) -> Vec<u8> {
    let (mut out, mut zeros) = (Vec::new(), 0);
    for byte in unit {
        if zeros >= 2 && *byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
        out.push(*byte);
    }
    out
}

/// Decrypts a slice of more than 48 bytes: 32 bytes are clear, then the first of ten blocks is
/// encrypted if any byte follows it.
fn decrypt_unit(unit: &[u8]) -> Vec<u8> {
    if !matches!(unit[0] & 0x1f, 1 | 5) || unescape(unit).len() <= 48 {
        return unit.to_vec();
    }
    let mut unit = unescape(unit);
    let mut chain = cbc::Decryptor::<Aes128>::new(&KEY.into(), &IV.into());
    let mut at = 32;
    while unit.len() - at > 16 {
        chain.decrypt_block((&mut unit[at..at + 16]).try_into().unwrap());
        at = (at + 160).min(unit.len());
    }
    unit
}

/// Decrypts a frame: 16 bytes are clear, then whole blocks are encrypted.
fn decrypt_frame(mut frame: Vec<u8>) -> Vec<u8> {
    let mut chain = cbc::Decryptor::<Aes128>::new(&KEY.into(), &IV.into());
    let start = frame.len().min(16);
    frame[start..]
        .chunks_exact_mut(16)
        .for_each(|block| chain.decrypt_block(block.try_into().unwrap()));
    frame
}

/// Compares an encrypted segment with the clear one. Returns how many frames and NAL units differ.
fn check(encrypted: &[u8], clear: &[u8], rate: u32) -> usize {
    let (encrypted, clear) = (transport::read(encrypted), transport::read(clear));
    let types = |streams: &[(u16, u8)], of: [u8; 2]| {
        streams
            .iter()
            .map(|(pid, _)| (*pid, of[usize::from(*pid == AUDIO_PID)]))
            .collect::<Vec<_>>()
    };
    assert_eq!(clear.streams, types(&clear.streams, [0x1b, 0x0f]));
    assert_eq!(
        (encrypted.streams, encrypted.pcr_pid),
        (types(&clear.streams, [0xdb, 0xcf]), clear.pcr_pid)
    );
    assert_eq!(encrypted.pes.len(), clear.pes.len());
    let mut differing = 0;
    for (encrypted, clear) in encrypted.pes.iter().zip(&clear.pes) {
        let head = |pes: &Pes| (pes.pid, pes.presentation, pes.decode, pes.header_len);
        assert_eq!(head(encrypted), head(clear));
        let is_video = clear.pid == VIDEO_PID;
        let units = |pes: &Pes| {
            if is_video { annex_b::units(&pes.data) } else { frames(&pes.data, rate) }
        };
        let (encrypted, clear) = (units(encrypted), units(clear));
        assert_eq!(encrypted.len(), clear.len());
        for (encrypted, clear) in encrypted.into_iter().zip(clear) {
            differing += usize::from(encrypted != clear);
            assert_eq!(
                if is_video { decrypt_unit(&encrypted) } else { decrypt_frame(encrypted) },
                clear
            );
        }
    }
    differing
}

/// All segments of a film, encrypted and clear.
fn segments(film: &OpenedFilm) -> Vec<[Bytes; 2]> {
    let numbers = film
        .renditions
        .iter()
        .flat_map(|rendition| rendition.cuts.segments().map(|segment| segment.number.0));
    let segment = |number| {
        let within = |rendition: &Rendition| {
            rendition
                .cuts
                .segments()
                .filter(|segment| segment.number.0 == number)
                .collect::<Vec<_>>()
        };
        let part = |rendition| Part::segments(rendition, &within(rendition));
        let clear: Vec<_> = film.renditions.iter().map(part).collect();
        let encrypted: Vec<_> =
            clear.iter().map(|part| part.clone().with_sample_aes(cipher())).collect();
        [encrypted, clear].map(|parts| {
            let segment =
                film.finish(media_segment(SegmentNumber(number), &parts).unwrap()).unwrap();
            assert!(segment.len() as u64 <= media_segment_bound(&parts).unwrap());
            segment
        })
    };
    (0..=numbers.max().unwrap()).map(segment).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn decrypting_returns_the_clear_segments(
        video in Video::any(),
        audio in Audio::any(),
        which in 0..3,
    ) {
        let video = Video { delay: 0, ..video };
        let film = OpenedFilm::new(
            (which != 0).then_some(&video),
            (which != 1).then_some(&audio),
            TWO_SECONDS,
        );
        for [encrypted, clear] in segments(&film) {
            check_alone(&encrypted);
            check(&encrypted, &clear, audio.rate);
        }
    }

    #[test]
    fn decrypting_returns_the_clear_key_frames(video in Video::any()) {
        let film = OpenedFilm::new(Some(&video), None, TWO_SECONDS);
        let key_frames = film.rendition(MediaKind::Video).key_frames().unwrap();
        for frame in key_frames.cuts.segments() {
            let part = || Part::segments(&key_frames, std::slice::from_ref(&frame));
            let [encrypted, clear] = [part().with_sample_aes(cipher()), part()].map(|part| {
                let plan = media_segment(frame.number, std::slice::from_ref(&part)).unwrap();
                let bytes = film.finish(plan).unwrap();
                let bound = media_segment_bound(&[part]).unwrap();
                assert!(bytes.len() as u64 <= bound);
                bytes
            });
            check_alone(&encrypted);
            check(&encrypted, &clear, 0);
        }
    }
}

/// Every frame of audio, and every slice of more than 48 bytes.
#[test]
fn all_slices_and_frames_are_encrypted() {
    let film = OpenedFilm::new(
        Some(&Video { slice_len: 300, ..Video::PLAIN }),
        Some(&Audio::PLAIN),
        TWO_SECONDS,
    );
    let differing: usize =
        segments(&film).iter().map(|[encrypted, clear]| check(encrypted, clear, 48_000)).sum();
    let samples = film
        .renditions
        .iter()
        .flat_map(|rendition| rendition.track.samples.samples(rendition.cuts.samples()));
    assert_eq!(differing, samples.filter(|sample| sample.size > 4 + 48).count());
}

/// The program map has, for each stream, its type, the descriptors of the encryption, and then the
/// language.
#[test]
fn the_program_map_signals_encryption() {
    let film = OpenedFilm::new(Some(&Video::PLAIN), Some(&Audio::PLAIN), TWO_SECONDS);
    let [encrypted, clear] = &segments(&film)[0];
    let map = &encrypted[188 + 5..188 * 2];
    assert_eq!(map[12..23], *b"\xdb\xe1\0\xf0\x06\x0f\x04zavc");
    assert_eq!(
        map[23..56],
        *b"\xcf\xe1\x01\xf0\x1c\x0f\x04aacd\x05\x0eapadzaac\0\0\x01\x02\x11\x90\x0a\x04eng\0"
    );
    assert_eq!(map[5], clear[188 + 5 + 5], "the version is that of the same clear program");
}

#[test]
fn the_length_of_encrypted_audio_is_known_before_it_is_read() {
    let film = OpenedFilm::new(Some(&Video::PLAIN), Some(&Audio::PLAIN), TWO_SECONDS);
    let plan = |kind| {
        let rendition = film.rendition(kind);
        let part = Part::new(rendition, rendition.cuts.samples()).with_sample_aes(cipher());
        media_segment(SegmentNumber(0), &[part]).unwrap()
    };
    assert_eq!(plan(MediaKind::Video).len(), None);
    let promised = plan(MediaKind::Audio).len().unwrap();
    assert_eq!(film.finish(plan(MediaKind::Audio)).unwrap().len() as u64, promised);
}

/// Each frame has the program config element, so that decoding can start at any. What is encrypted
/// starts 16 bytes after the header, as with all frames.
#[test]
fn a_program_config_element_opens_each_frame() {
    const QUAD: &[u8] = b"\x11\x80\x04\xc4\x04\x00\x21\x10\x00";
    const ELEMENT: &[u8] = &[0xa0, 0x98, 0x80, 0x80, 0x04, 0x22, 0x00];
    let samples: Vec<_> = (0..90_u8).map(|at| vec![at; 30 + usize::from(at)]).collect();
    let track = TrackBuilder::audio(48_000, 90).with_codec(codec::aac(QUAD));
    let film = OpenedFilm::with_samples(&track, &samples, TWO_SECONDS);
    let rendition = &film.renditions[0];
    let part = Part::new(rendition, rendition.cuts.samples());
    let expected: Vec<_> = samples.iter().map(|sample| [ELEMENT, sample].concat()).collect();
    for (part, is_encrypted) in [(part.clone().with_sample_aes(cipher()), true), (part, false)] {
        let plan = media_segment(SegmentNumber(0), std::slice::from_ref(&part)).unwrap();
        assert_eq!(plan.len(), Some(media_segment_bound(&[part]).unwrap()));
        let reading = transport::read(&film.finish(plan).unwrap());
        let stream: Vec<u8> = reading.pes.iter().flat_map(|pes| pes.data.clone()).collect();
        let frames = adts::frames(&stream);
        let bodies = frames.iter().map(|frame| frame.data.to_vec());
        let bodies = bodies.map(|body| if is_encrypted { decrypt_frame(body) } else { body });
        assert_eq!(bodies.collect::<Vec<_>>(), expected);
        assert!(frames.iter().all(|frame| {
            let channels = frame.header.channel_configuration();
            channels == ChannelConfiguration::ObjectTypeSpecificConfig
        }));
    }
}

/// A slice full of emulation prevention: each byte of it is escaped again.
#[test]
fn emulation_prevention_is_doubled() {
    let slice = [&[0x65][..], &[0, 0, 3, 1].repeat(5_000), &[0x80]].concat();
    let sample = codec::with_lengths([slice]);
    let film = OpenedFilm::with_one_sample(codec::avc(AVCC, (16, 16)), sample);
    let rendition = &film.renditions[0];
    let part = || Part::new(rendition, rendition.cuts.samples());
    let [encrypted, clear] = &[part().with_sample_aes(cipher()), part()]
        .map(|part| film.finish(media_segment(SegmentNumber(0), &[part]).unwrap()).unwrap());
    assert_eq!(check(encrypted, clear, 0), 1);
    assert!(encrypted.len() > clear.len() + 4_000);
}

#[test]
fn a_configuration_too_long_for_the_program_map_is_refused() {
    for (len, message) in [
        (150, "the track cannot be carried in this format: its part of a program map has "),
        (250, "cannot be encrypted in this way: a configuration of 250 bytes"),
    ] {
        let mut config = AAC_48_STEREO.to_vec();
        config.resize(len, 0);
        let film = OpenedFilm::with_one_sample(codec::aac(&config), vec![0x21; 100]);
        let part = Part::new(&film.renditions[0], film.renditions[0].cuts.samples());
        assert!(media_segment(SegmentNumber(0), std::slice::from_ref(&part)).is_ok());
        let error = media_segment(SegmentNumber(0), &[part.with_sample_aes(cipher())])
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(message), "{error}");
    }
}
