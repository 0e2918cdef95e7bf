//! What is read from movie fragments, in all forms of their fields.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use dynpack_isobmff::{Error, demux};
use dynpack_media::{CutPolicy, Edit, Extent, Movie, SampleIndex, Ticks, Timeline, TrackId};
use dynpack_testkit::codec::{self, SPS, avc_record};
use dynpack_testkit::mp4::fragments::{
    Base, NON_SYNC, Run, SYNC, Sample, Time, Traf, fragment, init, moof, moov, without_samples,
};
use dynpack_testkit::mp4::{self, MEDIA, Track, boxed, fragments, ftyp, full, words};
use dynpack_testkit::{AVCC, presented};
use proptest::prelude::*;

fn open(file: Vec<u8>) -> Movie {
    demux(Bytes::from(file)).unwrap()
}

/// Opens a file with these fragments of track 1.
fn open_video(fragments: &[Traf]) -> dynpack_media::Track {
    let fragments: Vec<_> = fragments.iter().map(|traf| vec![traf.clone()]).collect();
    open(fragments::file(&init(), &fragments)).tracks.remove(0)
}

/// The reason for which track 1 of these fragments is refused.
fn refusal(fragments: &[Traf]) -> String {
    let fragments: Vec<_> = fragments.iter().map(|traf| vec![traf.clone()]).collect();
    demux(fragments::file(&init(), &fragments).into()).unwrap_err().to_string()
}

fn all(track: &dynpack_media::Track) -> std::ops::Range<SampleIndex> {
    SampleIndex(0)..SampleIndex(track.samples.len())
}

fn durations(track: &dynpack_media::Track) -> Vec<i64> {
    track.samples.samples(all(track)).map(|sample| sample.duration.0).collect()
}

fn sizes(track: &dynpack_media::Track) -> Vec<u32> {
    track.samples.samples(all(track)).map(|sample| sample.size).collect()
}

fn syncs(track: &dynpack_media::Track) -> Vec<bool> {
    track.samples.samples(all(track)).map(|sample| sample.is_sync).collect()
}

fn pair() -> [Sample; 2] {
    [Sample::sync(100), Sample::other(20)]
}

#[test]
fn a_movie_of_video_and_audio_in_common_fragments() {
    let frames = [Sample { duration: 1024, ..Sample::sync(10) }; 3];
    let fragment = |video, audio| vec![Traf::new(1, video, &pair()), Traf::new(2, audio, &frames)];
    let file = fragments::file(&init(), &[fragment(0, 0), fragment(1024, 3072)]);
    let mdats: Vec<u64> = (0..file.len())
        .filter(|&at| file[at..].starts_with(b"mdat"))
        .map(|at| at as u64 + 4)
        .collect();
    let movie = open(file);
    assert!(movie.skipped.is_empty());
    let [video, audio] = &movie.tracks[..] else { panic!("{movie:?}") };
    assert_eq!(
        (video.codec.rfc6381().as_str(), audio.codec.rfc6381().as_str()),
        ("avc1.64001f", "mp4a.40.2")
    );
    assert_eq!((sizes(video), durations(video)), (vec![100, 20, 100, 20], vec![512; 4]));
    assert_eq!((sizes(audio), durations(audio)), (vec![10; 6], vec![1024; 6]));
    assert_eq!((syncs(video), syncs(audio)), (vec![true, false, true, false], vec![true; 6]));
    let places = |track, at: u64, len| {
        (
            open_extents(track),
            vec![Extent::new(mdats[0] + at, len), Extent::new(mdats[1] + at, len)],
        )
    };
    for (found, expected) in [places(video, 0, 120), places(audio, 120, 30)] {
        assert_eq!(found, expected);
    }
}

fn open_extents(track: &dynpack_media::Track) -> Vec<Extent> {
    track.samples.extents(all(track)).collect()
}

#[test]
fn a_gap_lengthens_the_sample_before_it() {
    let track = open_video(&[Traf::new(1, 0, &pair()), Traf::new(1, 5000, &pair())]);
    assert_eq!(durations(&track), [512, 4488, 512, 512]);
    assert_eq!(track.samples.decode_time(SampleIndex(2)), Ticks(5000));
}

/// Rounded times and durations do not add up. That is accepted, and no time drifts.
#[test]
fn an_overlap_shortens_the_sample_before_it() {
    let track = open_video(&[
        Traf::new(1, 0, &pair()),
        Traf::new(1, 1021, &pair()),
        Traf::new(1, 2045, &pair()),
    ]);
    assert_eq!(durations(&track), [512, 509, 512, 512, 512, 512]);
}

/// A recorder sent samples again, or its clock was set back: the later samples are right.
#[test]
fn later_samples_replace_those_of_the_same_time() {
    let again = |time| {
        let trafs =
            [Traf::new(1, 0, &pair()), Traf::new(1, 1024, &pair()), Traf::new(1, time, &pair())];
        let file = fragments::file(&init(), &trafs.map(|traf| vec![traf]));
        let movie = open(file.clone());
        let end = dynpack_testkit::end_in_file(&movie.tracks[0]);
        assert_eq!(end, file.len() as u64, "the last samples stay");
        (durations(&movie.tracks[0]), movie.warnings)
    };
    let warning = |count| vec![format!("track 1: {count} samples were replaced by later ones")];
    assert_eq!(again(2048), (vec![512; 6], vec![]));
    assert_eq!(again(1024), (vec![512; 4], warning(2)), "sent twice");
    assert_eq!(again(1536), (vec![512; 5], warning(1)));
    assert_eq!(again(1535), (vec![512, 512, 511, 512, 512], warning(1)));
    assert_eq!(again(1), (vec![1, 512, 512], warning(3)));
    assert_eq!(again(0), (vec![512; 2], warning(4)), "from the start");
}

proptest! {
    /// Whatever the times of fragments are, each sample is the last one that was sent for its time.
    #[test]
    fn of_samples_sent_again_the_last_are_kept(
        fragments in prop::collection::vec(
            (0_i64..3_000, prop::collection::vec((0_u32..400, 1_u32..50, any::<bool>()), 1..8)),
            1..8,
        )
    ) {
        let mut model: Vec<(i64, u32, bool)> = Vec::new();
        let mut end = 0;
        let mut trafs = Vec::new();
        for (time, samples) in &fragments {
            model.retain(|(start, ..)| start < time);
            end = *time;
            for (duration, size, is_sync) in samples {
                model.push((end, *size, *is_sync));
                end += i64::from(*duration);
            }
            let samples: Vec<_> = samples
                .iter()
                .map(|&(duration, size, is_sync)| {
                    let sample = if is_sync { Sample::sync(size) } else { Sample::other(size) };
                    Sample { duration, ..sample }
                })
                .collect();
            trafs.push(vec![Traf::new(1, *time, &samples)]);
        }
        let opened = demux(fragments::file(&init(), &trafs).into());
        let (start, ..) = model[0];
        let Ok(movie) = opened else {
            prop_assert_eq!(end, start, "nothing but a film without any duration is refused");
            return Ok(());
        };
        let track = &movie.tracks[0];
        let ends = model.iter().skip(1).map(|(start, ..)| *start).chain([end]);
        let expected: Vec<_> =
            model.iter().zip(ends).map(|((start, ..), end)| end - start).collect();
        prop_assert_eq!(durations(track), expected);
        prop_assert_eq!(sizes(track), model.iter().map(|sample| sample.1).collect::<Vec<_>>());
        let is_doubted = model.iter().all(|sample| sample.2) && model.len() > 1;
        if model.iter().any(|sample| sample.2) && !is_doubted {
            prop_assert_eq!(syncs(track), model.iter().map(|sample| sample.2).collect::<Vec<_>>());
        }
        let sent: usize = fragments.iter().map(|(_, samples)| samples.len()).sum();
        prop_assert_eq!(movie.warnings.is_empty(), sent == model.len() && !is_doubted);
    }
}

#[test]
fn a_step_of_centuries_is_refused() {
    let text = refusal(&[Traf::new(1, 0, &pair()), Traf::new(1, 1 << 40, &pair())]);
    assert!(
        text.ends_with(
            ": begins 1099511626752 ticks after the end of the samples before it, at 1024"
        ),
        "{text}"
    );
}

#[test]
fn fragments_without_a_time_follow_each_other() {
    let implicit = Traf { time: Time::Missing, ..Traf::new(1, 0, &pair()) };
    let track =
        open_video(&[implicit.clone(), implicit.clone(), Traf::new(1, 3000, &pair()), implicit]);
    assert_eq!(durations(&track), [512, 512, 512, 1464, 512, 512, 512, 512]);
}

#[test]
fn an_empty_fragment_is_a_gap() {
    let implicit = Traf { time: Time::Missing, ..Traf::new(1, 0, &pair()) };
    let empty = Traf {
        is_empty: true,
        defaults: [Some(2000), None, None],
        runs: vec![],
        ..implicit.clone()
    };
    let track = open_video(&[implicit.clone(), empty.clone(), implicit.clone()]);
    assert_eq!(durations(&track), [512, 2512, 512, 512]);
    let late = open_video(&[empty, implicit]);
    assert_eq!((late.edit.delay, durations(&late)), (Ticks(2000), vec![512, 512]));
    let no_samples = Traf { runs: vec![Run::new(&[])], ..Traf::new(1, 0, &[]) };
    assert_eq!(durations(&open_video(&[no_samples, Traf::new(1, 0, &pair())])), [512, 512]);
}

#[test]
fn samples_without_bytes_lengthen_the_one_before_in_fragments_too() {
    let sized = |sizes: &[u32]| {
        let samples: Vec<_> = sizes.iter().map(|size| Sample::sync(*size)).collect();
        Traf { time: Time::Missing, ..Traf::new(1, 0, &samples) }
    };
    let track = open_video(&[sized(&[9, 0]), sized(&[0, 0]), sized(&[0, 8, 7]), sized(&[0])]);
    assert_eq!(durations(&track), [5 * 512, 512, 2 * 512]);
    let late = open_video(&[sized(&[0, 0]), sized(&[0, 8])]);
    assert_eq!((late.edit.delay, durations(&late)), (Ticks(3 * 512), vec![512]));
    // A decode time of its own counts from the end of what had no bytes.
    let timed = open_video(&[sized(&[9, 0, 0]), Traf::new(1, 2000, &[Sample::sync(5)])]);
    assert_eq!(durations(&timed), [2000, 512]);
}

#[test]
fn frames_of_aac_in_fragments_are_presented_when_they_are_decoded() {
    let frame = |composition_offset| Sample { composition_offset, ..Sample::sync(10) };
    let frames = [frame(0), frame(512), frame(-512)];
    let movie =
        open(fragments::file(&init(), &[vec![Traf::new(1, 0, &pair()), Traf::new(2, 0, &frames)]]));
    let audio = &movie.tracks[1].samples;
    assert_eq!(audio.uniform_composition_offset(SampleIndex(0)..SampleIndex(3)), Some(0));
    let warning = "track 2: the composition offsets of its audio are ignored";
    assert_eq!(movie.warnings, [warning]);
}

#[test]
fn a_late_first_fragment_delays_its_track() {
    let frames = [Sample { duration: 1024, ..Sample::sync(10) }; 3];
    // A live archive: video starts at second 1000, and audio 10 ms later.
    let trafs = vec![Traf::new(1, 12_800_000, &pair()), Traf::new(2, 48_000_480, &frames)];
    let movie = open(fragments::file(&init(), &[trafs]));
    let [video, audio] = &movie.tracks[..] else { panic!("{movie:?}") };
    assert_eq!(video.edit, Edit { delay: Ticks(12_800_000), media_start: Ticks(0) });
    assert_eq!(audio.edit, Edit { delay: Ticks(48_000_480), media_start: Ticks(0) });
    let timeline = Timeline::cut(&[video, audio], CutPolicy::SIX_SECONDS).unwrap();
    let starts: Vec<_> = timeline.cuts.iter().map(|cuts| cuts.segment_range(0)).collect();
    assert_eq!(starts, [(Ticks(0), Ticks(1024)), (Ticks(480), Ticks(480 + 3072))]);
}

trait SegmentRange {
    fn segment_range(&self, at: usize) -> (Ticks, Ticks);
}

impl SegmentRange for dynpack_media::Cuts {
    fn segment_range(&self, at: usize) -> (Ticks, Ticks) {
        let segment = self.segments().nth(at).unwrap();
        (segment.start, segment.start + segment.duration)
    }
}

#[test]
fn the_edit_list_counts_from_the_zero_of_the_fragments() {
    let edited = |edits: &[(u64, i64)], start| {
        let track = Track { edits: Some((0, edits.to_vec())), ..without_samples(Track::video(0)) };
        let reordered = [Sample { composition_offset: 1024, ..Sample::sync(100) }; 6];
        let moov = moov(&[track], &[[1, 1, 0, 0, 0]]);
        open(fragments::file(&moov, &[vec![Traf::new(1, start, &reordered)]])).tracks.remove(0)
    };
    let track = edited(&[(0, 1024)], 0);
    assert_eq!(track.edit, Edit { delay: Ticks(0), media_start: Ticks(1024) });
    assert_eq!(presented(&track, 0), Ticks(0));
    let track = edited(&[(0, 1024)], 1000);
    assert_eq!(track.edit, Edit { delay: Ticks(0), media_start: Ticks(24) });
    assert_eq!(presented(&track, 0), Ticks(1000));
    // 10 ms are 128 ticks.
    let track = edited(&[(10, -1), (0, 1024)], 5000);
    assert_eq!(track.edit, Edit { delay: Ticks(128 + 3976), media_start: Ticks(0) });
    assert_eq!(presented(&track, 0), Ticks(5000 + 128));
}

/// Smooth Streaming signals when the first sample is presented. With reordered pictures, it is
/// decoded earlier.
#[test]
fn a_time_of_presentation_may_put_decoding_before_zero() {
    let group = [1024, 2560, 0, 512]
        .map(|composition_offset| Sample { composition_offset, ..Sample::other(20) });
    let smooth =
        |version, time| Traf { time: Time::Presented(version, time), ..Traf::new(1, 0, &group) };
    let track = open_video(&[smooth(1, 0), smooth(0, 2048), smooth(1, 4096)]);
    assert_eq!(track.edit, Edit { delay: Ticks(0), media_start: Ticks(1024) });
    assert_eq!(durations(&track), [512; 12]);
    assert_eq!([0, 4, 8].map(|at| presented(&track, at).0), [0, 2048, 4096]);
}

/// ffmpeg writes AAC into `.isma` in this way.
#[test]
fn audio_that_is_presented_before_zero_is_priming() {
    let frames = [Sample { duration: 1024, ..Sample::sync(10) }; 3];
    let traf = Traf { time: Time::Presented(1, -1024), ..Traf::new(2, 0, &frames) };
    let movie = open(fragments::file(&init(), &[vec![traf]]));
    assert_eq!(movie.tracks[0].edit, Edit { delay: Ticks(0), media_start: Ticks(1024) });
    assert_eq!(movie.skipped[0].reason, "has no samples");
}

#[test]
fn the_decode_time_of_tfdt_has_precedence_over_that_of_tfxd() {
    let tfxd = [&fragments::TFXD[..], &[0; 4], &words(&[7777, 0])].concat();
    let traf = Traf { more: boxed(b"uuid", &tfxd), ..Traf::new(1, 1000, &pair()) };
    assert_eq!(open_video(&[traf]).edit.delay, Ticks(1000));
    let strange = Traf { more: boxed(b"uuid", &[7; 40]), ..Traf::new(1, 1000, &pair()) };
    assert_eq!(open_video(&[strange]).edit.delay, Ticks(1000));
}

#[test]
fn defaults_of_tfhd_have_precedence_over_those_of_trex() {
    let implicit = Run { fields: 0, ..Run::new(&[Sample::sync(30); 3]) };
    let traf = Traf { runs: vec![implicit], ..Traf::new(1, 0, &[]) };
    let open_with = |defaults| {
        let traf = Traf { defaults, ..traf.clone() };
        open(fragments::file(
            &moov(&[without_samples(Track::video(0))], &[[1, 1, 512, 30, NON_SYNC]]),
            &[vec![traf]],
        ))
    };
    let track = &open_with([None; 3]).tracks[0];
    assert_eq!((sizes(track), durations(track)), (vec![30; 3], vec![512; 3]));
    let movie = open_with([Some(100), Some(10), Some(SYNC)]);
    let track = &movie.tracks[0];
    assert_eq!((sizes(track), durations(track)), (vec![10; 3], vec![100; 3]));
    assert!(movie.warnings[0].contains("all 3 samples are declared sync samples"), "{movie:?}");
}

#[test]
fn without_any_sync_sample_the_first_is_one() {
    let track = open_video(&[Traf::new(1, 0, &[Sample::other(20); 3])]);
    assert_eq!(syncs(&track), [true, false, false]);
}

/// Some encoders only signal that a sample depends on others, not that it is a non-sync sample.
#[test]
fn a_sample_that_depends_on_others_is_not_a_sync_sample() {
    let dependent = Sample { flags: 0x0100_0000, ..Sample::sync(20) };
    assert_eq!(
        syncs(&open_video(&[Traf::new(1, 0, &[Sample::sync(20), dependent])])),
        [true, false]
    );
}

#[test]
fn first_sample_flags_have_precedence_over_those_of_the_entry() {
    let samples = [Sample { flags: NON_SYNC, ..Sample::sync(20) }; 2];
    let mut run = Run::new(&samples);
    run.fields = 0xb04;
    run.samples[0].flags = SYNC;
    let traf =
        Traf { runs: vec![run], defaults: [None, None, Some(NON_SYNC)], ..Traf::new(1, 0, &[]) };
    assert_eq!(syncs(&open_video(&[traf])), [true, false]);
}

/// The `moov` of a partially fragmented movie lists its first samples.
#[test]
fn fragments_continue_after_the_samples_of_the_moov() {
    let defaults = [[1, 1, 0, 0, 0], [2, 1, 0, 0, 0]];
    let tracks = [
        Track { ctts: Some((0, vec![(4, 256)])), ..Track::video(MEDIA) },
        Track::audio(MEDIA + 190),
    ];
    let head = [ftyp(), boxed(b"mdat", &[0; 220]), moov(&tracks, &defaults)].concat();
    let at = head.len() as u64;
    let movie = open([head.clone(), fragment(at, &[Traf::new(1, 2048, &pair())])].concat());
    let [video, audio] = &movie.tracks[..] else { panic!("{movie:?}") };
    assert_eq!(sizes(video), [100, 20, 30, 40, 100, 20]);
    assert_eq!(syncs(video), [true, false, true, false, true, false]);
    assert_eq!(open_extents(video)[0], Extent::new(MEDIA, 190));
    assert_eq!((durations(video), sizes(audio)), (vec![512; 6], vec![10; 3]));
    let offsets: Vec<_> =
        video.samples.samples(all(video)).map(|sample| sample.composition_offset.0).collect();
    assert_eq!((offsets, video.edit), (vec![256, 256, 256, 256, 0, 0], Edit::default()));
    let without_fragments = open(head);
    assert_eq!(without_fragments.tracks.len(), 2);
}

/// Segments from a server, one after the other.
#[test]
fn boxes_between_fragments_are_skipped() {
    let mut file = [ftyp(), init()].concat();
    for number in 0..3 {
        file.extend(
            [
                boxed(b"styp", b"msdh\0\0\0\0"),
                full(b"prft", 1, 0, &[0; 20]),
                full(b"emsg", 1, 0, &[0; 30]),
            ]
            .concat(),
        );
        let fragment = fragment(file.len() as u64 + 44, &[Traf::new(1, number * 1024, &pair())]);
        file.extend(fragments::sidx(&[u32::try_from(fragment.len()).unwrap()]));
        file.extend(fragment);
    }
    file.extend(boxed(b"free", &[0; 9]));
    assert_eq!(open(file).tracks[0].samples.len(), 6);
}

#[test]
fn the_same_moov_again_is_skipped_and_another_refused() {
    let once = fragments::file(&init(), &[vec![Traf::new(1, 0, &pair())]]);
    let again = [once.clone(), init()].concat();
    let at = again.len() as u64;
    let twice = [again, fragment(at, &[Traf::new(1, 1024, &pair())])].concat();
    assert_eq!(open(twice).tracks[0].samples.len(), 4);
    let other = [once, moov(&[Track::video(0)], &[])].concat();
    let error = demux(other.into()).unwrap_err();
    assert!(matches!(error, Error::Unsupported(_)), "{error}");
    assert!(
        error.to_string().ends_with("is another than that before: the coding changes"),
        "{error}"
    );
}

/// Early Smooth Streaming files have no `mvex`.
#[test]
fn a_movie_without_mvex_may_have_fragments() {
    let moov = mp4::moov(&[without_samples(Track::video(0))]);
    assert_eq!(
        open(fragments::file(&moov, &[vec![Traf::new(1, 0, &pair())]])).tracks[0].samples.len(),
        2
    );
}

#[test]
fn a_movie_without_a_table_of_sizes_may_have_fragments() {
    let track = Track { sizes: None, ..without_samples(Track::video(0)) };
    let file = fragments::file(&moov(&[track], &[]), &[vec![Traf::new(1, 0, &pair())]]);
    assert_eq!(open(file).tracks[0].samples.len(), 2);
}

#[test]
fn the_coding_may_not_change_between_fragments() {
    let entries = vec![boxed(b"mp4v", &[0; 90]), mp4::avc1(b"avc1", AVCC)];
    let tracks = [Track { entries, ..without_samples(Track::video(0)) }];
    let second = moov(&tracks, &[[1, 2, 0, 0, 0]]);
    let changing = Traf { description: Some(1), ..Traf::new(1, 1024, &pair()) };
    let file = |fragments: &[Vec<Traf>]| fragments::file(&second, fragments);
    assert_eq!(
        open(file(&[vec![Traf::new(1, 0, &pair())]])).tracks[0].codec.rfc6381(),
        "avc1.64001f"
    );
    let error = demux(file(&[vec![Traf::new(1, 0, &pair())], vec![changing]]).into()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no track can be served: track 1: moof[2]/traf[1]: the coding changes within the track: \
         sample entry 1 differs: the codec mp4v is not supported; a file for each would do"
    );
}

#[test]
fn fragments_may_name_entries_that_add_to_each_other() {
    let record = |pps| avc_record(SPS, pps, 4);
    let [first, second] = [&[0x68, 0xce, 0x38, 0x80][..], &[0x68, 0x53, 0x8e, 0x20]];
    let entries = [first, second].map(|pps| mp4::avc1(b"avc1", &record(pps))).into();
    let tracks = [Track { entries, ..without_samples(Track::video(0)) }];
    let moov = moov(&tracks, &[[1, 1, 0, 0, 0]]);
    let of_entry =
        |entry, time| vec![Traf { description: Some(entry), ..Traf::new(1, time, &pair()) }];
    let pps = |fragments: &[Vec<Traf>]| {
        let movie = open(fragments::file(&moov, fragments));
        codec::avc_config(&movie.tracks[0].codec).pps.clone()
    };
    assert_eq!(pps(&[of_entry(1, 0), of_entry(2, 1024), of_entry(1, 2048)]), [first, second]);
    assert_eq!(pps(&[of_entry(2, 0)]), [second], "no sample uses the other");
}

#[test]
fn encrypted_fragments_are_skipped_with_their_reason() {
    let frames = [Sample { duration: 1024, ..Sample::sync(10) }; 3];
    let piff = [
        0xa2, 0x39, 0x4f, 0x52, 0x5a, 0x9b, 0x4f, 0x14, 0xa2, 0x44, 0x6c, 0x42, 0x7c, 0x64, 0x8d,
        0xf4,
    ];
    for (more, kind) in [
        (full(b"senc", 0, 0, &[0; 4]), "senc"),
        (boxed(b"uuid", &[&piff[..], &[0; 8]].concat()), "uuid"),
    ] {
        let trafs = vec![
            Traf { more, ..Traf::new(1, 0, &pair()) },
            Traf { base: Base::Before, ..Traf::new(2, 0, &frames) },
        ];
        let movie = open(fragments::file(&init(), &[trafs]));
        assert_eq!(
            movie.skipped[0].reason,
            format!("already encrypted: moof[1]/traf[1] holds a {kind} box")
        );
        assert_eq!(movie.tracks[0].id, TrackId(2));
    }
}

/// The data of a track that cannot be served still comes before that of the next track.
#[test]
fn a_skipped_track_keeps_its_place() {
    let frames = [Sample { duration: 1024, ..Sample::sync(10) }; 3];
    let tracks = [
        Track { entries: vec![boxed(b"mp4v", &[0; 90])], ..without_samples(Track::video(0)) },
        without_samples(Track::audio(0)),
    ];
    let implicit = Run { fields: 0, ..Run::new(&[Sample::sync(60); 2]) };
    let trafs = vec![
        Traf { base: Base::Before, runs: vec![implicit], ..Traf::new(1, 0, &[]) },
        Traf {
            base: Base::Before,
            runs: vec![Run { has_data_offset: false, ..Run::new(&frames) }],
            ..Traf::new(2, 0, &[])
        },
    ];
    let file = fragments::file(&moov(&tracks, &[[1, 1, 512, 60, 0]]), &[trafs]);
    let end = file.len() as u64;
    assert_eq!(open_extents(&open(file).tracks[0]), [Extent::new(end - 30, 30)]);
}

#[test]
fn a_track_that_the_moov_does_not_declare_is_skipped() {
    let movie =
        open(fragments::file(&init(), &[vec![Traf::new(1, 0, &pair()), Traf::new(7, 0, &pair())]]));
    let skipped: Vec<_> = movie.skipped.iter().map(|skipped| skipped.id.0).collect();
    assert_eq!((movie.tracks.len(), skipped), (1, vec![2, 7]));
    assert!(
        movie.skipped[1].reason.ends_with(": is of track 7, which the moov does not declare"),
        "{:?}",
        movie.skipped
    );
}

/// The data of all fragments may be in front of them.
#[test]
fn media_may_be_apart_from_its_fragment() {
    let mut file = [ftyp(), init(), boxed(b"mdat", &[0; 240])].concat();
    let media = file.len() as u64 - 240;
    for number in 0..2 {
        let at = file.len() as u64;
        let mut moof =
            moof(at, &[Traf { base: Base::Absolute(0), ..Traf::new(1, 1024 * number, &pair()) }]);
        let field = moof.windows(4).position(|window| window == b"trun").unwrap() + 12;
        let distance = (media.cast_signed() + 120 * number) - at.cast_signed();
        moof[field..field + 4].copy_from_slice(&i32::try_from(distance).unwrap().to_be_bytes());
        file.extend(moof);
    }
    assert_eq!(open_extents(&open(file).tracks[0]), [Extent::new(media, 240)]);
}

/// One track of a written file, fragment by fragment.
#[derive(Clone, Debug)]
struct Written {
    trafs: Vec<Traf>,
    /// The gap before each fragment.
    gaps: Vec<u32>,
}

/// The fields that a fragment has for each sample. The others are the same for all samples.
const FIELDS: [u32; 9] = [0xf00, 0xe00, 0xd00, 0xb00, 0xb04, 0x900, 0xa04, 0, 4];

fn traf(track: u32) -> impl Strategy<Value = Traf> {
    // Those of audio are ignored.
    let offsets = if track == 1 { -3_i32..9 } else { 0..1 };
    let sample = (1_u32..9, 1_u32..50, any::<bool>(), offsets).prop_map(
        |(duration, size, is_sync, composition_offset)| Sample {
            duration,
            size,
            flags: if is_sync { SYNC } else { NON_SYNC },
            composition_offset,
        },
    );
    let run = (prop::collection::vec(sample.clone(), 1..7), any::<bool>(), 0_u8..2);
    let base =
        prop::sample::select(vec![Base::Moof, Base::Absolute(0), Base::Absolute(77), Base::Before]);
    let time = prop::sample::select(vec![
        Time::Missing,
        Time::Decoded(0, 0),
        Time::Decoded(1, 0),
        Time::Presented(1, 0),
    ]);
    (sample, prop::collection::vec(run, 1..4), prop::sample::select(FIELDS.to_vec()), base, time)
        .prop_map(move |(common, runs, fields, base, time)| {
            let runs =
                runs.into_iter().enumerate().map(|(at, (samples, has_data_offset, version))| Run {
                    version,
                    has_data_offset: has_data_offset || at == 0,
                    fields,
                    samples: samples
                        .iter()
                        .enumerate()
                        .map(|(at, sample)| declared(*sample, common, fields, at == 0))
                        .collect(),
                });
            let default = |flag, value| (fields & flag == 0).then_some(value);
            let defaults = [
                default(0x100, common.duration),
                default(0x200, common.size),
                default(0x400, common.flags),
            ];
            Traf { base, defaults, time, runs: runs.collect(), ..Traf::new(track, 0, &[]) }
        })
}

/// A sample as declared: with its own value for each of `fields`, and the common value for the
/// others.
fn declared(sample: Sample, common: Sample, fields: u32, is_first: bool) -> Sample {
    Sample {
        duration: if fields & 0x100 != 0 { sample.duration } else { common.duration },
        size: if fields & 0x200 != 0 { sample.size } else { common.size },
        flags: if fields & 0x400 != 0 || (fields & 4 != 0 && is_first) {
            sample.flags
        } else {
            common.flags
        },
        composition_offset: if fields & 0x800 != 0 { sample.composition_offset } else { 0 },
    }
}

fn written(track: u32) -> impl Strategy<Value = Written> {
    prop::collection::vec((traf(track), prop_oneof![3 => Just(0_u32), 1 => 0_u32..5000]), 1..6)
        .prop_map(|fragments| {
            let (trafs, gaps) = fragments.into_iter().unzip();
            Written { trafs, gaps }.timed()
        })
}

impl Written {
    /// Fills in the times, and removes gaps that cannot be declared.
    fn timed(mut self) -> Self {
        let mut time = 100_i64;
        for (at, (traf, gap)) in self.trafs.iter_mut().zip(&mut self.gaps).enumerate() {
            let first = traf.runs[0].samples[0];
            match &mut traf.time {
                Time::Missing if at == 0 => (time, *gap) = (0, 0),
                Time::Missing => *gap = 0,
                Time::Decoded(_, time_field) => *time_field = time + i64::from(*gap),
                Time::Presented(_, time_field) => {
                    *time_field = time + i64::from(*gap) + i64::from(first.composition_offset)
                }
            }
            time += i64::from(*gap);
            time += traf
                .runs
                .iter()
                .flat_map(|run| &run.samples)
                .map(|sample| i64::from(sample.duration))
                .sum::<i64>();
        }
        self
    }

    /// When the first sample is decoded, and all samples, extended by the gaps after them. Every
    /// frame of AAC is a sync sample, and so is at least one picture. Not all pictures are, since
    /// the media has none.
    fn expected(&self) -> (i64, Vec<Sample>) {
        let mut samples: Vec<Sample> = Vec::new();
        for (traf, gap) in self.trafs.iter().zip(&self.gaps) {
            if let Some(last) = samples.last_mut() {
                last.duration += gap;
            }
            samples.extend(traf.runs.iter().flat_map(|run| &run.samples));
        }
        let sync_count = samples.iter().filter(|sample| sample.flags == SYNC).count();
        let is_one_sync = sync_count == 0 || sync_count == samples.len();
        for (at, sample) in samples.iter_mut().enumerate() {
            sample.flags = if self.trafs[0].track == 2 || (is_one_sync && at == 0) {
                SYNC
            } else if is_one_sync {
                NON_SYNC
            } else {
                sample.flags
            };
        }
        let start =
            if self.trafs[0].time == Time::Missing { 0 } else { 100 + i64::from(self.gaps[0]) };
        (start, samples)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Two tracks, in separate or common fragments, with random flags.
    #[test]
    fn written_fragments_are_read_back(
        video in written(1),
        audio in written(2),
        are_common in any::<bool>(),
    ) {
        let fragments: Vec<Vec<Traf>> = if are_common {
            let longest = video.trafs.len().max(audio.trafs.len());
            let both = |at| {
                [video.trafs.get(at), audio.trafs.get(at)].into_iter().flatten().cloned().collect()
            };
            (0..longest).map(both).collect()
        } else {
            video.trafs.iter().chain(&audio.trafs).map(|traf| vec![traf.clone()]).collect()
        };
        let file = fragments::file(&init(), &fragments);
        let movie = open(file.clone());
        prop_assert!(movie.skipped.is_empty(), "{:?}", movie.skipped);
        let mut byte_len = 0;
        for (track, written) in movie.tracks.iter().zip([&video, &audio]) {
            let (start, expected) = written.expected();
            let (delay, media_start) = (Ticks(start.max(0)), Ticks((-start).max(0)));
            prop_assert_eq!(track.edit, Edit { delay, media_start });
            let read: Vec<_> = track
                .samples
                .samples(all(track))
                .map(|sample| Sample {
                    duration: u32::try_from(sample.duration.0).unwrap(),
                    size: sample.size,
                    flags: if sample.is_sync { SYNC } else { NON_SYNC },
                    composition_offset: i32::try_from(sample.composition_offset.0).unwrap(),
                })
                .collect();
            prop_assert_eq!(read, expected);
            for extent in track.samples.extents(all(track)) {
                let range =
                    usize::try_from(extent.offset).unwrap()..usize::try_from(extent.end()).unwrap();
                prop_assert!(file[range].iter().all(|&byte| byte == 0xda), "{:?}", extent);
                byte_len += extent.len;
            }
        }
        let written: u32 =
            fragments.iter().flatten().flat_map(|traf| &traf.runs).map(|run| run.byte_len()).sum();
        prop_assert_eq!(byte_len, u64::from(written));
    }
}
