//! Transport streams, read by independent crates: `mpeg2ts-reader`, `h264-reader` and
//! `adts-reader`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod sample_aes;

use std::collections::BTreeSet;

use adts_reader::{AudioObjectType, ChannelConfiguration};
use bytes::Bytes;
use dynpack_codec::MediaKind;
use dynpack_fragment::Error;
use dynpack_fragment::ts::{Estimate, Part, media_segment, media_segment_bound};
use dynpack_media::{Rendition, SampleIndex, SegmentNumber, Ticks, Timescale};
use dynpack_testkit::codec::{PPS, SPS};
use dynpack_testkit::film::{Audio, OpenedFilm, Video};
use dynpack_testkit::read::transport::{self, Pes, Reading};
use dynpack_testkit::read::{adts, annex_b};
use dynpack_testkit::{AVCC, TrackBuilder, codec};
use proptest::prelude::*;

const VIDEO_PID: u16 = 0x100;
const AUDIO_PID: u16 = 0x101;
const TWO_SECONDS: u64 = 2000;

/// The muxed segments of renditions of a film. Each covers `span` segments of the timeline.
fn segments(film: &OpenedFilm, renditions: &[&Rendition], span: u32) -> Vec<Bytes> {
    let numbers = renditions
        .iter()
        .flat_map(|rendition| rendition.cuts.segments().map(|segment| segment.number.0 / span));
    let numbers: BTreeSet<u32> = numbers.collect();
    let segment = |number: u32| {
        let within = |rendition: &Rendition| {
            rendition
                .cuts
                .segments()
                .filter(|segment| segment.number.0 / span == number)
                .collect::<Vec<_>>()
        };
        let parts: Vec<_> = renditions
            .iter()
            .map(|rendition| Part::segments(rendition, &within(rendition)))
            .collect();
        let segment = film.finish(media_segment(SegmentNumber(number), &parts).unwrap()).unwrap();
        let bound = media_segment_bound(&parts).unwrap();
        assert!(segment.len() as u64 <= bound, "{} bytes, but the bound is {bound}", segment.len());
        assert!(
            estimate(&parts).is_none_or(|estimate| bound <= estimate),
            "{:?}, but the bound is {bound}",
            estimate(&parts)
        );
        let encrypted: Vec<_> =
            parts.iter().map(|part| part.clone().with_sample_aes(sample_aes::cipher())).collect();
        let (bound, look) = (media_segment_bound(&encrypted).unwrap(), look(&encrypted, true));
        assert!(
            look.is_none_or(|look| bound <= look),
            "{look:?}, but the bound is {bound}, encrypted"
        );
        assert_eq!(look.is_some(), estimate(&parts).is_some());
        segment
    };
    numbers.into_iter().map(segment).collect()
}

/// The estimate for a clear segment of video, of audio, or of both.
fn estimate(parts: &[Part<'_>]) -> Option<u64> {
    look(parts, false)
}

fn look(parts: &[Part<'_>], is_encrypted: bool) -> Option<u64> {
    let [main, companion @ ..] = parts else { panic!("a part") };
    fn of<'a>(part: &Part<'a>, is_encrypted: bool) -> Estimate<'a> {
        Estimate::new(part.rendition).unwrap().encrypted(is_encrypted)
    }
    let companion = match companion {
        [audio] => Some(of(audio, is_encrypted).companion(audio.samples.clone())?),
        _ => None,
    };
    of(main, is_encrypted).segment(main.samples.clone(), companion.as_ref())
}

/// A 33-bit stamp as the time nearest to `near`.
fn unwrapped(stamp: u64, near: i64) -> i64 {
    let period = 1_i64 << 33;
    let stamp = i64::try_from(stamp).unwrap();
    stamp + (near - stamp + period / 2).div_euclid(period) * period
}

/// Checks the clock references against the standard: they are at most 100 ms apart and never go
/// back, and everything arrives before it is decoded.
fn check_clock(reading: &Reading) {
    let mut near = unwrapped(reading.references[0].base, 900_000);
    let (mut clock, mut pid) = (Vec::new(), reading.references[0].pid);
    for reference in &reading.references {
        assert!([VIDEO_PID, AUDIO_PID].contains(&reference.pid));
        let time = unwrapped(reference.base, near);
        // Where the clock moves between audio and video, the cuts of the two may differ by half a
        // frame of audio.
        let max = if reference.pid == pid { 9_000 } else { 9_000 + 512 * 90_000 / 24_000 };
        pid = reference.pid;
        assert!(
            (0..=max).contains(&(time - near)),
            "{near} then {time} in packet {}",
            reference.packet
        );
        near = time;
        clock.push((reference.packet, time));
    }
    // The time of packets between references, at a constant rate.
    let time_at = |packet: usize| {
        let after = clock.partition_point(|(place, _)| *place <= packet);
        let (place, time) = clock[after - 1];
        clock.get(after).map_or(time, |(next_place, next)| {
            time + (next - time) * i64::try_from(packet - place).unwrap()
                / i64::try_from(next_place - place).unwrap()
        })
    };
    for pid in [VIDEO_PID, AUDIO_PID] {
        let packets = reading.pes.iter().filter(|pes| pes.pid == pid);
        for (pes, (first, last)) in packets.zip(reading.places.get(&pid).into_iter().flatten()) {
            let decode = unwrapped(pes.decode, near);
            let (begin, end) = (time_at(*first), time_at(*last));
            assert!(end < decode, "the packet of {decode} has not arrived before {end}");
            assert!(decode - begin < 180_000, "the packet of {decode} arrives as early as {begin}");
        }
    }
}

/// Checks that the stream contains all samples of a rendition, each once.
fn check_video(reading: &Reading, video: &Video, rendition: &Rendition) {
    let packets: Vec<&Pes> = reading.pes.iter().filter(|pes| pes.pid == VIDEO_PID).collect();
    let samples: Vec<u32> =
        (rendition.cuts.samples().start.0..rendition.cuts.samples().end.0).collect();
    assert_eq!(packets.len(), samples.len());
    let mut last = i64::MIN;
    for (pes, sample) in packets.iter().zip(samples) {
        let (decode, presentation) = stamps(rendition, SampleIndex(sample));
        assert_eq!(unwrapped(pes.presentation, presentation), presentation);
        assert_eq!(unwrapped(pes.decode, decode), decode);
        assert!(decode <= presentation && decode >= last);
        last = decode;
        let units = annex_b::units(&pes.data);
        assert_eq!(units, expected(&video.units(sample), sample % video.gop == 0));
    }
}

/// The same for audio. Several frames share a packet: a receiver counts from the first one, and is
/// right within a tick.
fn check_audio(reading: &Reading, audio: &Audio, rendition: &Rendition) {
    let all = rendition.cuts.samples();
    let mut samples =
        (all.start.0..all.end.0).filter(|sample| !audio.frame(*sample).is_empty()).peekable();
    for pes in reading.pes.iter().filter(|pes| pes.pid == AUDIO_PID) {
        let opening = stamps(rendition, SampleIndex(*samples.peek().unwrap())).1;
        assert_eq!(pes.presentation, pes.decode);
        assert_eq!(unwrapped(pes.presentation, opening), opening);
        for (nth, frame) in (0..).zip(frames(&pes.data, audio.rate)) {
            let sample = samples.next().unwrap();
            assert_eq!(frame, audio.frame(sample));
            let off = off(audio, opening, nth, presentation_time(rendition, SampleIndex(sample)));
            assert!(off <= 1.0, "frame {sample} is {off} ticks off");
        }
    }
    assert_eq!(samples.next(), None);
}

/// How far the nth frame after the one with a time stamp is from its exact time, in ticks of 90
/// kHz. The product of both clocks makes this exact.
fn off(audio: &Audio, stamp: i64, nth: i64, due: i64) -> f64 {
    let [hz, rate] = [audio.hz, audio.rate].map(i64::from);
    let off = (stamp - 900_000) * hz * rate + nth * 1024 * 90_000 * hz - due * 90_000 * rate;
    off.unsigned_abs() as f64 / (hz * rate) as f64
}

/// Checks a single segment against the requirements of clients.
fn check_alone(segment: &[u8]) {
    let reading = transport::read(segment);
    let first = reading.references[0];
    assert_eq!((reading.places[&0][0], reading.places[&0x1000][0]), ((0, 0), (1, 1)));
    assert!(first.packet == 2 && first.pid == reading.pcr_pid);
    for pid in [VIDEO_PID, AUDIO_PID] {
        let packets =
            segment.chunks(188).filter(|packet| packet[3] & 0x10 != 0 && packet[1] & 0x1f == 1);
        assert_eq!(packets.filter(|packet| u16::from(packet[2]) + 0x100 == pid).count() % 16, 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn segments_joined_carry_every_sample_once_and_on_time(
        video in Video::any(),
        audio in Audio::any(),
        which in 0..3,
        span in 1_u32..4,
    ) {
        // If audio ends before video starts, there is no clock reference between the two.
        let sound = i64::from(audio.frames) * 1024 / i64::from(audio.rate);
        let video = Video { delay: video.delay.min(sound), ..video };
        let (video, audio) = ((which != 0).then_some(video), (which != 1).then_some(audio));
        let film = OpenedFilm::new(video.as_ref(), audio.as_ref(), TWO_SECONDS);
        let segments = segments(&film, &film.renditions.iter().collect::<Vec<_>>(), span);
        segments.iter().for_each(|segment| check_alone(segment));
        let reading = transport::read(&segments.concat());
        check_clock(&reading);
        if let Some(video) = video {
            check_video(&reading, &video, film.rendition(MediaKind::Video));
        }
        if let Some(audio) = audio {
            check_audio(&reading, &audio, film.rendition(MediaKind::Audio));
        }
    }

    #[test]
    fn a_key_frame_is_a_segment_of_one_picture(video in Video::any()) {
        let film = OpenedFilm::new(Some(&video), None, TWO_SECONDS);
        let rendition = film.rendition(MediaKind::Video);
        let key_frames = rendition.key_frames().unwrap();
        for segment in key_frames.cuts.segments() {
            let parts = [Part::segments(&key_frames, std::slice::from_ref(&segment))];
            let alone = film.finish(media_segment(segment.number, &parts).unwrap()).unwrap();
            check_alone(&alone);
            let bound = media_segment_bound(&parts).unwrap();
            prop_assert!(alone.len() as u64 <= bound);
            let reading = transport::read(&alone);
            let (_, presentation) = stamps(rendition, segment.samples.start);
            prop_assert_eq!(reading.pes.len(), 1);
            prop_assert_eq!(unwrapped(reading.pes[0].presentation, presentation), presentation);
            let units = expected(&video.units(segment.samples.start.0), true);
            prop_assert_eq!(annex_b::units(&reading.pes[0].data), units);
        }
    }

    #[test]
    fn invalid_samples_are_refused_or_carried(
        bytes in prop::collection::vec(any::<u8>(), 1..300),
    ) {
        let film = OpenedFilm::with_one_sample(codec::avc(AVCC, (16, 16)), bytes);
        match film.finish(whole(&film.renditions[0]).unwrap()) {
            Ok(segment) => prop_assert_eq!(transport::read(&segment).pes.len(), 1),
            Err(error) => prop_assert!(
                error.to_string().starts_with("sample 0 cannot be carried: "),
                "{error}"
            ),
        }
    }
}

/// When a sample is presented, in ticks of its track.
fn presentation_time(rendition: &Rendition, index: SampleIndex) -> i64 {
    let sample = rendition.track.samples.samples(index..SampleIndex(index.0 + 1)).next().unwrap();
    rendition.cuts.presentation_time(&sample).0
}

/// The time stamps that a sample must have, not wrapped: decode (as far as the track's own decode
/// times declare it) and presentation.
fn stamps(rendition: &Rendition, index: SampleIndex) -> (i64, i64) {
    let samples = index..SampleIndex(index.0 + 1);
    let sample = rendition.track.samples.samples(samples).next().unwrap();
    let presentation = rendition.cuts.presentation_time(&sample);
    let least = rendition.track.samples.least_composition_offset();
    let decode = presentation - sample.composition_offset + least;
    let stamp =
        |time: Ticks| time.rescale_round(rendition.timescale(), Timescale::MPEG).0 + 900_000;
    (stamp(decode), stamp(presentation))
}

/// The expected NAL units of a sample: first a delimiter, and parameter sets where decoding starts.
fn expected(own: &[Vec<u8>], starts: bool) -> Vec<Vec<u8>> {
    if own[0][0] == 0x09 {
        return own.to_vec();
    }
    let delimiter = vec![0x09, 0xf0];
    let sets = if starts { vec![SPS.to_vec(), PPS.to_vec()] } else { Vec::new() };
    [delimiter].into_iter().chain(sets).chain(own.iter().cloned()).collect()
}

/// The frames of a PES packet of AAC LC in stereo, each with the header it must have.
fn frames(stream: &[u8], rate: u32) -> Vec<Vec<u8>> {
    let frame = |frame: adts::Frame<'_>| {
        assert_eq!(frame.header.audio_object_type(), AudioObjectType::AacLC);
        assert_eq!(frame.header.channel_configuration(), ChannelConfiguration::Stereo);
        assert_eq!(frame.rate, rate);
        frame.data.to_vec()
    };
    adts::frames(stream).into_iter().map(frame).collect()
}

fn whole(rendition: &Rendition) -> Result<dynpack_fragment::SegmentPlan, Error> {
    media_segment(SegmentNumber(0), &[Part::new(rendition, rendition.cuts.samples())])
}

#[test]
fn a_segment_opens_with_a_key_frame_even_if_audio_starts_before_it() {
    let film = OpenedFilm::new(Some(&Video::PLAIN), Some(&Audio::PLAIN), TWO_SECONDS);
    for segment in segments(&film, &film.renditions.iter().collect::<Vec<_>>(), 1) {
        let reading = transport::read(&segment);
        assert!(reading.references[0].random_access);
        assert_eq!((reading.pes[0].pid, reading.pcr_pid), (VIDEO_PID, VIDEO_PID));
        assert_eq!(reading.streams, [(VIDEO_PID, 0x1b), (AUDIO_PID, 0x0f)]);
        assert!(reading.pes.iter().any(|pes| pes.pid == AUDIO_PID));
    }
}

#[test]
fn the_clock_continues_before_and_after_the_video() {
    let video = Video { pictures: 125, delay: 3, ..Video::PLAIN };
    let audio = Audio { frames: 600, ..Audio::PLAIN };
    let film = OpenedFilm::new(Some(&video), Some(&audio), 60_000);
    let [segment] = &segments(&film, &film.renditions.iter().collect::<Vec<_>>(), 1)[..] else {
        panic!("one segment")
    };
    let reading = transport::read(segment);
    check_clock(&reading);
    let (first, last) = (reading.references[0].base, reading.references.last().unwrap().base);
    assert!(last - first > 12 * 90_000, "{}", last - first);
}

/// If audio is longer than video, the last segments only contain audio: they have another table, so
/// another version.
#[test]
fn the_clock_moves_to_the_audio_after_the_end_of_the_video() {
    let audio = Audio { frames: 900, ..Audio::PLAIN };
    let film = OpenedFilm::new(Some(&Video::PLAIN), Some(&audio), TWO_SECONDS);
    let segments = segments(&film, &film.renditions.iter().collect::<Vec<_>>(), 1);
    let versions = segments
        .iter()
        .map(|segment| (transport::read(segment).pcr_pid, segment[188 + 5 + 5] >> 1 & 0x1f));
    let versions: BTreeSet<_> = versions.collect();
    assert_eq!(versions.into_iter().collect::<Vec<_>>(), [(VIDEO_PID, 3), (AUDIO_PID, 7)]);
    check_clock(&transport::read(&segments.concat()));
}

/// 28 hours of pictures 4 seconds apart: the time stamps exceed 33 bits.
#[test]
fn stamps_wrap_after_26_hours_and_a_half() {
    let video =
        Video { hz: 3, duration: 12, pictures: 25_200, gop: 1, slice_len: 20, ..Video::PLAIN };
    let film = OpenedFilm::new(Some(&video), None, TWO_SECONDS);
    let rendition = film.rendition(MediaKind::Video);
    let near_wrap =
        rendition.cuts.segments().filter(|segment| (285_900..286_600).contains(&segment.start.0));
    let parts: Vec<_> = near_wrap.collect();
    let plan = |(number, segment): (u32, &dynpack_media::Segment)| {
        let part = Part::segments(rendition, std::slice::from_ref(segment));
        film.finish(media_segment(SegmentNumber(number), &[part]).unwrap()).unwrap()
    };
    let stream = (0..).zip(&parts).map(plan).collect::<Vec<_>>().concat();
    let reading = transport::read(&stream);
    let wraps =
        reading.pes.windows(2).filter(|pair| pair[1].presentation < pair[0].presentation).count();
    assert_eq!((wraps, reading.pes.len()), (1, parts.len()));
    for (pes, segment) in reading.pes.iter().zip(&parts) {
        let expected = stamps(rendition, segment.samples.start).1;
        assert_eq!(unwrapped(pes.presentation, expected), expected);
    }
    assert!(reading.references.windows(2).all(|pair| {
        let step = pair[1].base.wrapping_sub(pair[0].base) & ((1 << 33) - 1);
        step <= 9_000
    }));
}

/// Six seconds of 2.5 Mb/s with 25 pictures per second. The minimum of packets that conforms
/// contains each picture in one PES packet with a delimiter, a clock reference each 100 ms, and the
/// two tables. In addition to that, there are at most 15 packets for the counter.
#[test]
fn overhead_is_within_half_a_percent_of_the_minimum() {
    let video = Video { pictures: 150, slice_len: 24_400, b_pictures: 2, gop: 50, ..Video::PLAIN };
    let film = OpenedFilm::new(Some(&video), None, 6_000);
    let [segment] = &segments(&film, &[film.rendition(MediaKind::Video)], 1)[..] else {
        panic!("one segment")
    };
    let media: usize = (0..150)
        .map(|picture| video.units(picture).iter().map(|unit| unit.len() + 4).sum::<usize>())
        .sum();
    let reading = transport::read(segment);
    let least = reading.pes.iter().zip(0..150_u32).map(|(pes, picture)| {
        // A start code of 3 bytes for the slice, a delimiter of 6 bytes, and parameter sets at key
        // frames. Clock references at key frames and at every second picture.
        let units: usize = video.units(picture).iter().map(|unit| unit.len() + 3).sum();
        let sets = if picture % 50 == 0 {
            SPS.len() + PPS.len() + 8 + 8
        } else {
            picture as usize % 2 * 8
        };
        (pes.header_len + 6 + units + sets).div_ceil(184) * 188
    });
    let least = 376 + least.sum::<usize>();
    let bit_rate = media * 8 / 6;
    assert!((2_450_000..2_550_000).contains(&bit_rate), "{bit_rate}");
    let millionths = |bytes: usize| (segment.len() - bytes) * 1_000_000 / bytes;
    assert_eq!(millionths(least) / 10, 124, "0.124 % over the minimum that packets allow");
    assert_eq!(millionths(media) / 10, 3_243, "3.243 % over the samples");
}

/// Six seconds of 400 kb/s with 25 pictures per second. Samples are plain, have several slices, or
/// have their own delimiters and parameter sets, with or without audio.
#[test]
fn the_bound_is_within_2_percent_of_the_segment() {
    for (slices, own, max_percent) in [(1, false, 0), (4, false, 2), (1, true, 1), (4, true, 2)] {
        let video = Video {
            pictures: 150,
            slice_len: 3_900 / slices,
            slices,
            own,
            b_pictures: 2,
            gop: 50,
            ..Video::PLAIN
        };
        let film = OpenedFilm::new(Some(&video), Some(&Audio::PLAIN), 6_000);
        let all: Vec<_> = film.renditions.iter().collect();
        for renditions in [&all[..1], &all[1..], &all[..]] {
            let within: Vec<_> = renditions
                .iter()
                .map(|rendition| rendition.cuts.segments().next().unwrap())
                .collect();
            let parts: Vec<_> = renditions
                .iter()
                .zip(&within)
                .map(|(rendition, one)| Part::segments(rendition, std::slice::from_ref(one)))
                .collect();
            let segment = film.finish(media_segment(SegmentNumber(0), &parts).unwrap()).unwrap();
            let (len, bound) = (segment.len() as u64, media_segment_bound(&parts).unwrap());
            let max_percent =
                if parts[0].rendition.kind() == MediaKind::Video { max_percent } else { 0 };
            assert!(
                (len..=len + len * max_percent / 100).contains(&bound),
                "{len} of {bound}, {slices} slices, own {own}"
            );
        }
    }
}

/// The estimate is hardly higher than the bound, for a film of 600 kb/s with and without B-frames,
/// and for audio on any clock.
#[test]
fn an_estimate_is_close_to_the_bound() {
    for (b_pictures, hz, duration) in
        [(0, 25, 1), (2, 25, 1), (3, 60_000, 1_001), (2, 24_000, 1_001)]
    {
        let video = Video { b_pictures, hz, duration, gop: 48, ..Video::PLAIN };
        let audio = Audio { priming: 1024 * 48, ..Audio::PLAIN };
        let film = OpenedFilm::new(Some(&video), Some(&audio), TWO_SECONDS);
        let segments: Vec<_> = film.rendition(MediaKind::Video).cuts.segments().collect();
        for segment in segments.get(1..segments.len() - 1).unwrap() {
            let part =
                Part::segments(film.rendition(MediaKind::Video), std::slice::from_ref(segment));
            let (bound, estimate) = (
                media_segment_bound(std::slice::from_ref(&part)).unwrap(),
                estimate(&[part]).unwrap(),
            );
            assert!(
                (bound..=bound + 16 * 188).contains(&estimate),
                "{bound} of {estimate}: {video:?}"
            );
        }
    }
    for (hz, rate) in [
        (48_000, 48_000),
        (44_100, 44_100),
        (10_000_000, 44_100),
        (90_000, 24_000),
        (90_000, 44_100),
    ] {
        for frame_len in [100, 340, 700] {
            let film = OpenedFilm::new(
                None,
                Some(&Audio { hz, rate, frame_len, ..Audio::PLAIN }),
                TWO_SECONDS,
            );
            for segment in film.renditions[0].cuts.segments() {
                let part = Part::segments(&film.renditions[0], &[segment]);
                let (bound, estimate) = (
                    media_segment_bound(std::slice::from_ref(&part)).unwrap(),
                    estimate(&[part]).unwrap(),
                );
                assert!(
                    (bound..=bound + 16 * 188).contains(&estimate),
                    "{bound} of {estimate}: {hz}, {rate}, {frame_len}"
                );
            }
        }
    }
}

/// Audio that ffmpeg cut from a film may have a frame that lasts two ticks longer. The frames after
/// it have a time stamp of their own.
#[test]
fn frames_after_an_uneven_one_are_right_within_a_tick() {
    for (hz, rate, uneven, empty) in [
        (44_100, 44_100, vec![(100, 2)], None),
        (44_100, 44_100, vec![(100, 1), (101, -1), (102, 1), (103, 1)], None),
        (
            48_000,
            48_000,
            (0..470).map(|frame| (frame, [1, 0, -1, 1, -1][frame as usize % 5])).collect(),
            None,
        ),
        (1_000, 48_000, Vec::new(), None),
        (48_000, 48_000, Vec::new(), Some(100)),
    ] {
        let audio = Audio { hz, rate, priming: 0, uneven, empty, ..Audio::PLAIN };
        let film = OpenedFilm::new(None, Some(&audio), TWO_SECONDS);
        let reading = transport::read(&segments(&film, &[&film.renditions[0]], 1).concat());
        check_clock(&reading);
        check_audio(&reading, &audio, &film.renditions[0]);
    }
}

/// The last frame of a segment has no bytes. The reference after it is in the next segment.
#[test]
fn the_clock_continues_over_an_empty_frame_before_a_cut() {
    let audio = Audio { frames: 198, priming: 1024, empty: Some(187), ..Audio::PLAIN };
    let audio = Audio { hz: 48_000, rate: 48_000, frame_len: 200, ..audio };
    let film = OpenedFilm::new(None, Some(&audio), TWO_SECONDS);
    let segments = segments(&film, &[&film.renditions[0]], 2);
    assert_eq!(segments.len(), 2);
    check_clock(&transport::read(&segments.concat()));
}

/// Clock references with packets of their own are added to the packets that continuity counters
/// count.
#[test]
fn an_estimate_counts_separate_clock_references() {
    let audio = Audio { hz: 48_000, rate: 48_000, frames: 157, frame_len: 39, ..Audio::PLAIN };
    let film = OpenedFilm::new(None, Some(&audio), TWO_SECONDS);
    assert!(!segments(&film, &[&film.renditions[0]], 1).is_empty());
}

/// There is no estimate for irregular films: slow pictures, frames at uneven times, samples without
/// bytes.
#[test]
fn there_is_no_estimate_for_irregular_films() {
    let slow =
        OpenedFilm::new(Some(&Video { hz: 10, duration: 1, ..Video::PLAIN }), None, TWO_SECONDS);
    assert_eq!(estimate(&[Part::new(&slow.renditions[0], SampleIndex(0)..SampleIndex(9))]), None);
    let short =
        OpenedFilm::new(Some(&Video { nal_length_size: 2, ..Video::PLAIN }), None, TWO_SECONDS);
    assert_eq!(estimate(&[Part::new(&short.renditions[0], SampleIndex(0)..SampleIndex(9))]), None);
    for uneven in
        [Audio { hz: 1_000, ..Audio::PLAIN }, Audio { uneven: vec![(9, 1)], ..Audio::PLAIN }]
    {
        let film = OpenedFilm::new(None, Some(&uneven), TWO_SECONDS);
        assert_eq!(
            estimate(&[Part::new(&film.renditions[0], SampleIndex(0)..SampleIndex(90))]),
            None,
            "{uneven:?}"
        );
    }
    let film = OpenedFilm::new(Some(&Video::PLAIN), None, TWO_SECONDS);
    assert_eq!(estimate(&[Part::new(&film.renditions[0], SampleIndex(3)..SampleIndex(3))]), None);
}

/// Where audio goes on for a second after the last picture, the clock takes ten more packets, as its
/// own or in others. Where both end together, it takes none.
#[test]
fn an_estimate_counts_clock_references_where_audio_is_alone() {
    let video = Video { hz: 25, duration: 1, pictures: 50, gop: 50, ..Video::PLAIN };
    let audio = Audio { hz: 48_000, rate: 48_000, priming: 0, ..Audio::PLAIN };
    for (frames, more) in [(94, 0), (141, 10)] {
        let audio = Audio { frames, ..audio.clone() };
        let film = OpenedFilm::new(Some(&video), Some(&audio), 10_000);
        let renditions = [MediaKind::Video, MediaKind::Audio].map(|kind| film.rendition(kind));
        assert_eq!(segments(&film, &renditions, 1).len(), 1);
        let parts = renditions.map(|one| Part::new(one, one.cuts.samples()));
        let bound = media_segment_bound(&parts).unwrap();
        let estimate = estimate(&parts).unwrap();
        assert!((bound..=bound + more * 188).contains(&estimate), "{bound}, but {estimate}");
    }
}

/// One silent frame, with too few bytes for 16 packets to share without splitting the header.
#[test]
fn a_stream_of_very_few_bytes_still_takes_16_packets() {
    let film = OpenedFilm::new(None, Some(&Audio::PLAIN), TWO_SECONDS);
    let silent = OpenedFilm::with_one_sample(
        film.renditions[0].track.codec.clone(),
        vec![0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c],
    );
    let segment = silent.finish(whole(&silent.renditions[0]).unwrap()).unwrap();
    assert_eq!(segment.len(), 18 * 188);
    let payloads =
        segment.chunks(188).skip(2).flat_map(|packet| &packet[5 + usize::from(packet[4])..]);
    let pes: Vec<u8> = payloads.copied().collect();
    assert_eq!(
        (pes.len(), &pes[14..16], &pes[21..]),
        (27, &[0xff, 0xf1][..], &[0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c][..])
    );
}

#[test]
fn the_program_map_signals_the_language_of_audio() {
    let film = OpenedFilm::new(Some(&Video::PLAIN), Some(&Audio::PLAIN), TWO_SECONDS);
    let [segment, ..] = &segments(&film, &film.renditions.iter().collect::<Vec<_>>(), 1)[..] else {
        panic!("a segment")
    };
    let program = &segment[188 + 5..188 * 2];
    assert_eq!(program[22..28], [0x0a, 4, b'e', b'n', b'g', 0]);
    assert_eq!(program[12..22], [0x1b, 0xe1, 0x00, 0xf0, 0, 0x0f, 0xe1, 0x01, 0xf0, 6]);
}

#[test]
fn the_length_is_known_before_media_is_read() {
    let film = OpenedFilm::new(Some(&Video::PLAIN), Some(&Audio::PLAIN), TWO_SECONDS);
    for kind in [MediaKind::Video, MediaKind::Audio] {
        let plan = whole(film.rendition(kind)).unwrap();
        let promised = plan.len();
        assert_eq!(film.finish(plan).unwrap().len() as u64, promised.unwrap());
    }
    let short = Video { nal_length_size: 2, ..Video::PLAIN };
    let film = OpenedFilm::new(Some(&short), None, TWO_SECONDS);
    assert_eq!(whole(film.rendition(MediaKind::Video)).unwrap().len(), None);
}

#[test]
fn errors_name_what_cannot_be_carried() {
    let film = OpenedFilm::new(Some(&Video::PLAIN), Some(&Audio::PLAIN), TWO_SECONDS);
    let video = film.rendition(MediaKind::Video);
    let part = |samples| Part::new(video, samples);
    let error =
        |parts: &[Part<'_>]| media_segment(SegmentNumber(0), parts).unwrap_err().to_string();
    let first = SampleIndex(0)..SampleIndex(1);
    assert_eq!(
        error(&[part(first.clone()), part(first)]),
        "the track cannot be carried in this format: a transport stream of 2 video and 0 audio \
         tracks"
    );
    let empty =
        "the track cannot be carried in this format: a transport stream segment without samples";
    assert_eq!(error(&[]), empty);
    assert_eq!(error(&[part(SampleIndex(1)..SampleIndex(1))]), empty);

    let aac = film.rendition(MediaKind::Audio).track.codec.clone();
    let large = OpenedFilm::with_one_sample(aac, vec![0; 8_185]);
    assert_eq!(
        whole(&large.renditions[0]).unwrap_err().to_string(),
        "sample 0 cannot be carried: 8185 bytes are more than an ADTS frame holds"
    );
    let cut_short = OpenedFilm::with_one_sample(video.track.codec.clone(), vec![0, 0, 0, 9, 0x65]);
    assert_eq!(
        cut_short.finish(whole(&cut_short.renditions[0]).unwrap()).unwrap_err().to_string(),
        "sample 0 cannot be carried: the NAL unit at byte 0 of a sample of 5 passes its end"
    );
}

/// One extreme composition offset does not make the rest unplayable.
#[test]
fn only_the_sample_presented_before_the_start_of_the_clock_is_refused() {
    let mut film = OpenedFilm::new(Some(&Video::PLAIN), None, 60_000);
    let rendition = &mut film.renditions[0];
    let wild = |at| if at < 249 { 0 } else { i32::MIN };
    let track = TrackBuilder::video(12_800, 512, 250, 50).with_offsets(wild);
    rendition.track = track.build().into();
    let plan = |range| media_segment(SegmentNumber(0), &[Part::new(rendition, range)]);
    assert!(plan(SampleIndex(0)..SampleIndex(1)).is_ok());
    let error = plan(SampleIndex(248)..SampleIndex(250)).unwrap_err().to_string();
    assert_eq!(
        error,
        "sample 249 cannot be carried: its time lies too far before the start of the presentation"
    );
}
