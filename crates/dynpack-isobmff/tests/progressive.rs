//! What is read from well-formed movies, and from slightly irregular ones.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::num::NonZeroI32;

use bytes::Bytes;
use dynpack_codec::{AspectRatio, Video};
use dynpack_isobmff::{Error, demux};
use dynpack_media::{Edit, Extent, Grouping, MediaKind, Movie, Role, SampleIndex, Ticks, TrackId};
use dynpack_testkit::mp4::{
    self, MEDIA, Sizes, Track, boxed, boxed_long, esds, file, ftyp, full, moov, mp4a, mvhd, sound,
    words,
};
use dynpack_testkit::{AAC_48_STEREO, AVCC, codec, end_in_file, presented};

fn open(file: Vec<u8>) -> Movie {
    demux(Bytes::from(file)).unwrap()
}

fn open_track(track: Track) -> dynpack_media::Track {
    open(file(&[track], 400)).tracks.remove(0)
}

fn refusal(track: Track) -> String {
    demux(Bytes::from(file(&[track], 400))).unwrap_err().to_string()
}

fn all(track: &dynpack_media::Track) -> std::ops::Range<SampleIndex> {
    SampleIndex(0)..SampleIndex(track.samples.len())
}

fn durations(track: &dynpack_media::Track) -> Vec<i64> {
    track.samples.samples(all(track)).map(|sample| sample.duration.0).collect()
}

fn offsets(track: &dynpack_media::Track) -> Vec<i64> {
    track.samples.samples(all(track)).map(|sample| sample.composition_offset.0).collect()
}

fn sizes(track: &dynpack_media::Track) -> Vec<u32> {
    track.samples.samples(all(track)).map(|sample| sample.size).collect()
}

fn syncs(track: &dynpack_media::Track) -> Vec<bool> {
    track.samples.samples(all(track)).map(|sample| sample.is_sync).collect()
}

#[test]
fn a_movie_of_video_and_audio() {
    let movie = open(file(&[Track::video(MEDIA), Track::audio(MEDIA + 190)], 220));
    assert!(movie.skipped.is_empty());
    let [video, audio] = &movie.tracks[..] else { panic!("{movie:?}") };
    assert_eq!(
        (video.id, video.timescale.hz(), video.name.as_str()),
        (TrackId(1), 12_800, "VideoHandler")
    );
    assert_eq!(
        (video.codec.rfc6381().as_str(), video.codec.video().map(Video::dimensions)),
        ("avc1.64001f", Some((640, 360)))
    );
    assert_eq!(codec::avc_config(&video.codec).record, AVCC);
    assert_eq!(sizes(video), [100, 20, 30, 40]);
    assert_eq!(syncs(video), [true, false, true, false]);
    assert_eq!(video.samples.extents(all(video)).collect::<Vec<_>>(), [Extent::new(MEDIA, 190)]);
    assert_eq!(video.sample_entry, mp4::avc1(b"avc1", AVCC));
    assert_eq!(
        (audio.codec.rfc6381().as_str(), codec::sampling(&audio.codec)),
        ("mp4a.40.2", (48_000, 2))
    );
    assert_eq!((durations(audio), sizes(audio)), (vec![1024; 3], vec![10; 3]));
    assert_eq!(
        audio.samples.extents(all(audio)).collect::<Vec<_>>(),
        [Extent::new(MEDIA + 190, 30)]
    );
    assert_eq!(audio.sample_entry, mp4a(AAC_48_STEREO));
}

/// `mvhd`, `tkhd` and `mdhd` of these files all claim other durations.
#[test]
fn durations_in_headers_are_not_used() {
    assert_eq!(open_track(Track::video(MEDIA)).samples.total_duration(), Ticks(4 * 512));
}

#[test]
fn the_movie_may_be_before_its_media() {
    let head = ftyp().len() as u64 + 8 + moov(&[Track::video(0)]).len() as u64;
    let faststart = [ftyp(), moov(&[Track::video(head)]), boxed(b"mdat", &[0; 190])].concat();
    assert_eq!(end_in_file(&open(faststart).tracks[0]), head + 190);
}

#[test]
fn sizes_of_64_bits_and_to_the_end_of_the_file_are_read() {
    let wide = Track { wide_offsets: true, ..Track::video(40) };
    let long = [ftyp(), boxed_long(b"mdat", &[0; 190]), moov(std::slice::from_ref(&wide))].concat();
    assert_eq!(end_in_file(&open(long).tracks[0]), 230);
    let mut body = mvhd();
    body.extend(wide.trak());
    assert_eq!(
        open([ftyp(), boxed(b"mdat", &[0; 198]), boxed_long(b"moov", &body)].concat()).tracks.len(),
        1
    );
    let head = ftyp().len() as u64 + 8 + moov(&[Track::video(0)]).len() as u64;
    let endless =
        [ftyp(), moov(&[Track::video(head)]), vec![0, 0, 0, 0], b"mdat".to_vec(), vec![0; 190]]
            .concat();
    assert_eq!(open(endless).tracks.len(), 1);
    let mut last = file(&[Track::video(MEDIA)], 190);
    let at = last.len() - moov(&[Track::video(MEDIA)]).len();
    last[at..at + 4].copy_from_slice(&[0; 4]);
    assert_eq!(open(last).tracks.len(), 1);
}

#[test]
fn samples_are_found_in_any_interleaving() {
    let track = Track {
        stsc: vec![(1, 1, 1), (2, 2, 1), (3, 1, 1)],
        offsets: vec![300, 32, 250],
        ..Track::video(0)
    };
    let track = open_track(track);
    let extents: Vec<_> = track.samples.extents(all(&track)).collect();
    assert_eq!(extents, [Extent::new(300, 100), Extent::new(32, 50), Extent::new(250, 40)]);
}

#[test]
fn compact_sizes_of_every_width_are_read() {
    for (bits, expected) in [(4, [1, 15, 2, 7]), (8, [100, 255, 2, 1]), (16, [100, 256, 2, 1])] {
        let track = open_track(Track {
            sizes: Some(Sizes::Compact(bits, expected.to_vec())),
            ..Track::video(MEDIA)
        });
        assert_eq!(sizes(&track), expected, "{bits} bits");
    }
    let odd = Track {
        sizes: Some(Sizes::Compact(4, vec![1, 2, 3])),
        stts: Some(vec![(3, 1)]),
        ..Track::video(MEDIA)
    };
    assert_eq!(sizes(&open_track(odd)), [1, 2, 3]);
}

/// Encoders write negative offsets in version 0, and ffmpeg has always read them.
#[test]
fn composition_offsets_are_signed_in_both_versions() {
    let runs = vec![(1, 1024), (1, (-512_i32).cast_unsigned()), (2, 0)];
    for version in [0, 1] {
        let track =
            open_track(Track { ctts: Some((version, runs.clone())), ..Track::video(MEDIA) });
        assert_eq!(offsets(&track), [1024, -512, 0, 0], "version {version}");
    }
}

#[test]
fn samples_without_a_composition_offset_have_zero() {
    let track = open_track(Track { ctts: Some((0, vec![(2, 512)])), ..Track::video(MEDIA) });
    assert_eq!(offsets(&track), [512, 512, 0, 0]);
    let track = open_track(Track { ctts: Some((0, vec![(9, 512)])), ..Track::video(MEDIA) });
    assert_eq!(offsets(&track), [512; 4]);
}

#[test]
fn frame_durations_may_vary_and_last_ones_may_be_zero() {
    let track =
        open_track(Track { stts: Some(vec![(1, 512), (2, 1), (1, 0)]), ..Track::video(MEDIA) });
    assert_eq!(durations(&track), [512, 1, 1, 0]);
}

#[test]
fn durations_for_more_samples_are_ignored_and_one_too_few_is_accepted() {
    assert_eq!(
        durations(&open_track(Track { stts: Some(vec![(9, 512)]), ..Track::video(MEDIA) })),
        [512; 4]
    );
    let short = Track { stts: Some(vec![(2, 512), (1, 700)]), ..Track::video(MEDIA) };
    assert_eq!(durations(&open_track(short)), [512, 512, 700, 700]);
    let too_short = refusal(Track { stts: Some(vec![(2, 512)]), ..Track::video(MEDIA) });
    assert!(
        too_short.ends_with("gives the durations of 2 samples, where there are 4"),
        "{too_short}"
    );
}

#[test]
fn an_empty_sync_table_leaves_the_first_sample() {
    let track = open_track(Track { stss: Some(vec![]), ..Track::video(MEDIA) });
    assert_eq!(syncs(&track), [true, false, false, false]);
}

#[test]
fn sync_samples_that_repeat_or_do_not_exist_are_ignored() {
    let track = open_track(Track { stss: Some(vec![1, 1, 4, 5, 900]), ..Track::video(MEDIA) });
    assert_eq!(syncs(&track), [true, false, false, true]);
}

#[test]
fn every_frame_of_aac_is_sync_whatever_its_table_says() {
    let track = open_track(Track { stss: Some(vec![1]), ..Track::audio(MEDIA) });
    assert_eq!(syncs(&track), [true; 3]);
}

#[test]
fn frames_of_aac_are_presented_when_they_are_decoded() {
    let opened = |runs: Vec<(u32, u32)>| {
        let mut movie = open(file(&[Track { ctts: Some((0, runs)), ..Track::audio(MEDIA) }], 400));
        (offsets(&movie.tracks.remove(0)), movie.warnings)
    };
    assert_eq!(opened(vec![(3, 0)]), (vec![0; 3], vec![]));
    let warning = "track 2: the composition offsets of its audio are ignored".to_owned();
    assert_eq!(opened(vec![(1, 0), (2, 512)]), (vec![0; 3], vec![warning]));
}

#[test]
fn empty_chunks_and_runs_do_no_harm() {
    let empty_run = Track {
        stsc: vec![(1, 2, 1), (2, 0, 1), (3, 2, 1)],
        offsets: vec![32, 5, 152],
        ..Track::video(0)
    };
    assert_eq!(end_in_file(&open_track(empty_run)), 222);
    let late_run = Track { stsc: vec![(1, 4, 1), (7, 1, 2)], ..Track::video(MEDIA) };
    assert_eq!(open_track(late_run).samples.len(), 4);
}

/// Dropped frames, as some recorders write them.
#[test]
fn samples_without_bytes_lengthen_the_one_before() {
    let opened = |sizes: &[u32], sync: &[u32], edits| {
        let count = u32::try_from(sizes.len()).unwrap();
        open_track(Track {
            sizes: Some(Sizes::Table(sizes.to_vec())),
            stts: Some(vec![(1, 512), (count - 1, 256)]),
            ctts: Some((0, (1..).map(|at| (1, at * 10)).take(sizes.len()).collect())),
            stsc: vec![(1, 2, 1)],
            offsets: (0..20).map(|chunk| MEDIA + chunk * 30).collect(),
            stss: Some(sync.to_vec()),
            edits,
            ..Track::video(0)
        })
    };
    let track = opened(&[10, 0, 0, 0, 5, 7, 0], &[1, 2, 5], None);
    assert_eq!((sizes(&track), durations(&track)), (vec![10, 5, 7], vec![1280, 256, 512]));
    assert_eq!((offsets(&track), syncs(&track)), (vec![10, 50, 60], vec![true, true, false]));
    let places: Vec<_> = track.samples.extents(all(&track)).collect();
    assert_eq!(places, [Extent::new(MEDIA, 10), Extent::new(MEDIA + 60, 12)]);
    // At the start nothing comes before, and the track starts later.
    let late = opened(&[0, 0, 0, 9, 0, 8], &[1], None);
    assert_eq!(late.edit, Edit { delay: Ticks(1024), media_start: Ticks(0) });
    assert_eq!((durations(&late), syncs(&late)), (vec![512, 256], vec![true, false]));
    assert_eq!(presented(&late, 0), Ticks(512 + 2 * 256 + 40));
    let skipped = opened(&[0, 0, 0, 9, 0, 8], &[1], Some((0, vec![(1000, 1100)])));
    assert_eq!(skipped.edit, Edit { delay: Ticks(0), media_start: Ticks(76) });
}

fn edit(version: u8, edits: &[(u64, i64)]) -> Edit {
    open_track(Track { edits: Some((version, edits.to_vec())), ..Track::video(MEDIA) }).edit
}

#[test]
fn edit_lists_give_delay_and_start() {
    for version in [0, 1] {
        assert_eq!(edit(version, &[]), Edit::default());
        assert_eq!(
            edit(version, &[(160, 1024)]),
            Edit { delay: Ticks(0), media_start: Ticks(1024) }
        );
        // 10 and 5 ms are 192 ticks of 12800 Hz.
        let delayed = edit(version, &[(10, -1), (5, -1), (160, 1024), (99, 0), (1, -1)]);
        assert_eq!(delayed, Edit { delay: Ticks(192), media_start: Ticks(1024) });
    }
}

/// MP4Box wrote a media time of 0 after an empty edit, where the reordering delay belongs. The
/// value in the file is used.
#[test]
fn a_media_time_of_zero_after_an_empty_edit_is_used() {
    let track = Track {
        ctts: Some((0, vec![(4, 1024)])),
        edits: Some((0, vec![(40, -1), (160, 0)])),
        ..Track::video(MEDIA)
    };
    let track = open_track(track);
    assert_eq!(track.edit, Edit { delay: Ticks(512), media_start: Ticks(0) });
    assert_eq!(presented(&track, 0), Ticks(1536));
}

#[test]
fn a_delay_is_rounded_to_the_nearest_tick_of_the_track() {
    let track = Track {
        edits: Some((0, vec![(44, -1), (100, 0)])),
        timescale: 44_100,
        ..Track::audio(MEDIA)
    };
    // 44 ms are 1940.4 ticks.
    assert_eq!(open_track(track).edit.delay, Ticks(1940));
}

#[test]
fn an_edit_after_the_end_of_the_media_is_refused() {
    let text = refusal(Track { edits: Some((1, vec![(1, 1 << 61)])), ..Track::video(MEDIA) });
    assert!(
        text.ends_with(
            "the edit list starts at tick 2305843009213693952, but the media ends at 2048"
        ),
        "{text}"
    );
}

#[test]
fn media_that_is_entirely_presented_before_zero_opens() {
    let track = open_track(Track {
        ctts: Some((1, vec![(4, (-4096_i32).cast_unsigned())])),
        ..Track::video(MEDIA)
    });
    assert_eq!(presented(&track, 3), Ticks(3 * 512 - 4096));
}

#[test]
fn languages_of_elng_have_precedence_over_those_of_mdhd() {
    let language = |packed, extended: Option<&[u8]>| {
        let extended_language = extended.map(Into::into);
        open_track(Track { language: packed, extended_language, ..Track::audio(MEDIA) })
            .language
            .tag()
            .to_owned()
    };
    assert_eq!(language(0x55c4, None), "und");
    assert_eq!(language(0x15c7, None), "en");
    assert_eq!(language(0x15c7, Some(b"en-US\0")), "en-US");
    assert_eq!(language(0x15c7, Some(b"en-GB")), "en-GB");
    // A Macintosh code, and 0x7fff: not specified.
    assert_eq!(language(0, None), "und");
    assert_eq!(language(0x7fff, None), "und");
}

#[test]
fn names_are_read_in_every_form() {
    let name = |name: &[u8]| open_track(Track { name: name.into(), ..Track::audio(MEDIA) }).name;
    assert_eq!(name(b"Director's comments\0"), "Director's comments");
    assert_eq!(name(b"no end"), "no end");
    assert_eq!(name(b"\x05Sound"), "Sound");
    assert_eq!(name(b"\x05Sound\0\0\0"), "Sound");
    assert_eq!(
        name(b"&Apple Sound Media Handler and so forth"),
        "Apple Sound Media Handler and so forth"
    );
    assert_eq!(name(b" tab\tbell\x07 \xff\xfe \0junk"), "tabbell");
    assert_eq!(name(b""), "");
}

#[test]
fn a_name_in_user_data_precedes_that_of_the_handler() {
    let name = |udta: Vec<u8>| open_track(Track { udta, ..Track::audio(MEDIA) }).name;
    assert_eq!(name(boxed(b"name", b"Commentary")), "Commentary");
    assert_eq!(name([boxed(b"free", b""), boxed(b"name", b"Front\0")].concat()), "Front");
    for none in [boxed(b"name", b""), boxed(b"name", b"\0\x07"), vec![0; 4], vec![0, 0, 0, 9, 1]] {
        assert_eq!(name(none), "SoundHandler");
    }
}

#[test]
fn tracks_say_how_they_go_together() {
    let plain = open_track(Track::audio(MEDIA)).grouping;
    assert_eq!(plain, Grouping::default());
    let track = Track {
        is_enabled: false,
        alternate_group: -7,
        udta: full(b"tsel", 0, 0, &words(&[5, u32::from_be_bytes(*b"bitr")])),
        ..Track::audio(MEDIA)
    };
    let grouped =
        Grouping { is_enabled: false, alternate_group: -7, switch_group: NonZeroI32::new(5) };
    assert_eq!(open_track(track.clone()).grouping, grouped);
    for tsel in [words(&[0]), vec![0; 3]] {
        let udta = full(b"tsel", 0, 0, &tsel);
        assert_eq!(open_track(Track { udta, ..track.clone() }).grouping.switch_group, None);
    }
}

#[test]
fn tracks_say_what_they_are_for() {
    let kind =
        |scheme: &str, value: &str| full(b"kind", 0, 0, format!("{scheme}\0{value}\0").as_bytes());
    let role =
        |udta: &[Vec<u8>]| open_track(Track { udta: udta.concat(), ..Track::audio(MEDIA) }).role;
    let (dash, purposes) = ("urn:mpeg:dash:role:2011", "urn:tva:metadata:cs:AudioPurposeCS:2007");
    for (value, expected) in [
        ("main", Some(Role::Main)),
        ("commentary", Some(Role::Commentary)),
        ("DUB", Some(Role::Dub)),
        ("enhanced-audio-intelligibility", Some(Role::EnhancedIntelligibility)),
        ("sign", None),
    ] {
        assert_eq!(role(&[kind(dash, value)]), expected, "{value}");
    }
    let both = [kind("urn:example", "main"), kind(purposes, "1"), kind(dash, "alternate")];
    assert_eq!(role(&both), Some(Role::Description));
    for none in [vec![], vec![full(b"kind", 0, 0, dash.as_bytes())], vec![boxed(b"kind", &[0])]] {
        assert_eq!(role(&none), None);
    }
}

/// QuickTime has more fields after the sound description, and the descriptor in a `wave` box.
#[test]
fn quicktime_sound_descriptions_become_plain_ones() {
    let wave = boxed(
        b"wave",
        &[boxed(b"frma", b"mp4a"), boxed(b"mp4a", &[0; 4]), esds(0x40, AAC_48_STEREO), vec![0; 8]]
            .concat(),
    );
    let second =
        [words(&[72]), 48_000_f64.to_be_bytes().to_vec(), words(&[2, 0x7f00_0000, 16, 0, 0, 1024])]
            .concat();
    for entry in [sound(1, &words(&[1024, 0, 0, 2]), &wave), sound(2, &second, &wave)] {
        let track = open_track(Track { entries: vec![entry], ..Track::audio(MEDIA) });
        assert_eq!(
            (track.codec.rfc6381().as_str(), codec::sampling(&track.codec)),
            ("mp4a.40.2", (48_000, 2))
        );
        assert_eq!(track.sample_entry, mp4a(AAC_48_STEREO));
    }
}

/// Version 1 of ISO/IEC 14496-12 differs from version 1 of QuickTime: the version of `stsd`
/// distinguishes them.
#[test]
fn a_sample_entry_of_version_1_becomes_one_of_version_0() {
    let entry = sound(1, &[], &esds(0x40, AAC_48_STEREO));
    let track = open_track(Track { stsd_version: 1, entries: vec![entry], ..Track::audio(MEDIA) });
    assert_eq!(track.sample_entry, mp4a(AAC_48_STEREO));
}

#[test]
fn a_program_config_element_comes_with_a_warning() {
    let config = b"\x11\x80\x04\xc4\x04\x00\x21\x10\x00";
    let movie = open(file(&[Track { entries: vec![mp4a(config)], ..Track::audio(MEDIA) }], 30));
    assert_eq!(codec::sampling(&movie.tracks[0].codec), (48_000, 4));
    assert_eq!(
        movie.warnings,
        ["track 2: a program config element describes the channels of its AAC, which browsers do \
          not play"]
    );
}

#[test]
fn parameter_sets_in_band_are_signalled() {
    let avcc = [1, 0x42, 0xc0, 0x1e, 0xff, 0xe0, 0];
    let track =
        open_track(Track { entries: vec![mp4::avc1(b"avc3", &avcc)], ..Track::video(MEDIA) });
    assert_eq!(track.codec.rfc6381(), "avc3.42c01e");
}

#[test]
fn the_entry_that_the_samples_use_is_read() {
    let entries = vec![boxed(b"mp4v", &[0; 90]), mp4::avc1(b"avc1", AVCC)];
    let track = open_track(Track {
        entries: entries.clone(),
        stsc: vec![(1, 4, 2)],
        ..Track::video(MEDIA)
    });
    assert_eq!(track.codec.rfc6381(), "avc1.64001f");
    let both = Track {
        entries,
        stsc: vec![(1, 2, 2), (2, 2, 1)],
        offsets: vec![32, 152],
        ..Track::video(0)
    };
    assert_eq!(
        refusal(both),
        "no track can be served: track 1: moov/trak[1]/mdia/minf/stbl: the coding changes within \
         the track: sample entry 1 differs: the codec mp4v is not supported; a file for each would do"
    );
}

/// A track whose samples use two entries by turns, two samples each.
fn of_two_entries(track: Track, entries: [Vec<u8>; 2]) -> Track {
    let offsets = vec![MEDIA, MEDIA + 120];
    Track { entries: entries.into(), stsc: vec![(1, 2, 1), (2, 2, 2)], offsets, ..track }
}

/// Records with a picture parameter set more, as MP4Box writes them at a change of encoder.
#[test]
fn entries_that_add_to_each_other_become_one() {
    let record = |pps: &[&[u8]]| {
        let sets =
            pps.iter().flat_map(|pps| [&[0, u8::try_from(pps.len()).unwrap()], *pps].concat());
        let head = [&AVCC[..12], &[u8::try_from(pps.len()).unwrap()]].concat();
        head.into_iter().chain(sets).collect::<Vec<u8>>()
    };
    let [first, second] = [&[0x68, 0xce, 0x38, 0x80], &[0x68, 0x53, 0x8e, 0x20]];
    let entries = [&[&first[..]][..], &[first, second]].map(|pps| mp4::avc1(b"avc1", &record(pps)));
    let [_, both] = &entries;
    let track = open_track(of_two_entries(Track::video(0), entries.clone()));
    assert_eq!(track.sample_entry, *both);
    assert_eq!(codec::avc_config(&track.codec).record, record(&[first, second]));
    assert_eq!(sizes(&track), [100, 20, 30, 40]);
    let changed = [0x68, 0xce, 0x3c, 0x80];
    let entries = [[first], [&changed]].map(|[pps]| mp4::avc1(b"avc1", &record(&[pps])));
    let refused = refusal(of_two_entries(Track::video(0), entries));
    assert!(
        refused.contains("sample entry 2 differs: the picture parameter set 0 is replaced"),
        "{refused}"
    );
}

#[test]
fn entries_of_one_configuration_are_one() {
    let [plain, with_rate] = [vec![], boxed(b"btrt", &[7; 12])]
        .map(|more| mp4::visual(b"avc1", (640, 360), &[boxed(b"avcC", AVCC), more].concat()));
    let track = open_track(of_two_entries(Track::video(0), [plain.clone(), with_rate]));
    assert_eq!(track.sample_entry, plain);
    let sound = Track { stts: Some(vec![(4, 1024)]), ..Track::audio(0) };
    let sound = Track { sizes: Some(Sizes::Constant(10, 4)), ..sound };
    let entry = mp4a(AAC_48_STEREO);
    let track = open_track(of_two_entries(sound.clone(), [entry.clone(), entry.clone()]));
    assert_eq!(track.sample_entry, entry);
    let refused = refusal(of_two_entries(sound, [entry, mp4a(&[0x12, 0x10])]));
    assert!(
        refused.contains("sample entry 2 differs: the configuration of the sound"),
        "{refused}"
    );
}

#[test]
fn entries_that_no_sample_uses_do_not_matter() {
    let smaller = mp4::visual(b"avc1", (320, 180), &boxed(b"avcC", AVCC));
    let entries = vec![mp4::avc1(b"avc1", AVCC), smaller];
    let video = Track { entries, ..Track::video(MEDIA) };
    for stsc in [vec![(1, 4, 1), (2, 1, 2)], vec![(1, 0, 2), (2, 4, 1)]] {
        let track = Track { stsc, offsets: vec![MEDIA; 2], ..video.clone() };
        assert_eq!(open_track(track).sample_entry, video.entries[0]);
    }
    let refused = refusal(of_two_entries(Track::video(0), video.entries.try_into().unwrap()));
    assert!(
        refused.contains("sample entry 2 differs: the pictures have another size"),
        "{refused}"
    );
}

#[test]
fn an_entry_points_to_the_only_data_reference_of_an_output_file() {
    let mut entry = mp4::avc1(b"avc1", AVCC);
    entry[15] = 3;
    let track = open_track(Track { entries: vec![entry], ..Track::video(MEDIA) });
    assert_eq!(track.sample_entry, mp4::avc1(b"avc1", AVCC));
}

/// QuickTime ends its sample entries with four zero bytes.
#[test]
fn the_aspect_ratio_of_pixels_is_read() {
    let opened = |boxes: &[u8]| {
        let entry = boxed(b"avc1", &[&mp4::avc1(b"avc1", AVCC)[8..], boxes].concat());
        open_track(Track { entries: vec![entry], ..Track::video(MEDIA) })
            .codec
            .video()
            .unwrap()
            .pixel_aspect
    };
    let pasp = |width, height| boxed(b"pasp", &words(&[width, height]));
    assert_eq!(opened(&[pasp(64, 45), vec![0; 4]].concat()), AspectRatio::new(64, 45).unwrap());
    assert_eq!(
        opened(&[boxed(b"colr", b"nclx"), pasp(8, 6)].concat()),
        AspectRatio::new(4, 3).unwrap()
    );
    for unclear in [
        Vec::new(),
        vec![0; 4],
        pasp(0, 1),
        pasp(1, 0),
        boxed(b"pasp", &[1]),
        pasp(4, 3)[..12].to_vec(),
    ] {
        assert_eq!(opened(&unclear), AspectRatio::SQUARE, "{unclear:?}");
    }
}

#[test]
fn media_in_another_file_is_refused() {
    let url = |flags, place: &[u8]| {
        boxed(
            b"dinf",
            &full(b"dref", 0, 0, &[words(&[1]), full(b"url ", 0, flags, place)].concat()),
        )
    };
    let text = refusal(Track { dinf: url(0, b"file:///etc/passwd\0"), ..Track::video(MEDIA) });
    assert!(
        text.ends_with("moov/trak[1]/mdia/minf/dinf/dref/url : the samples lie in another file"),
        "{text}"
    );
    assert_eq!(open_track(Track { dinf: url(1, b""), ..Track::video(MEDIA) }).samples.len(), 4);
    assert_eq!(open_track(Track { dinf: url(0, b"\0"), ..Track::video(MEDIA) }).samples.len(), 4);
}

/// A podcast with a picture for each chapter is sound.
#[test]
fn pictures_of_chapters_are_no_video() {
    let kinds = |references: Vec<u8>| {
        let entries = vec![boxed(b"jpeg", &[0; 78])];
        let pictures = Track { id: 4, entries, ..Track::video(MEDIA) };
        let sound = Track { id: 3, references, ..Track::audio(MEDIA) };
        let movie = open(file(&[sound, pictures], 400));
        movie.skipped.iter().map(|skipped| skipped.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(boxed(b"chap", &words(&[2, 4]))), [None]);
    for other in [boxed(b"cdsc", &words(&[4])), boxed(b"chap", &words(&[2])), vec![0; 4]] {
        assert_eq!(kinds(other), [Some(MediaKind::Video)]);
    }
}

#[test]
fn tracks_that_cannot_be_served_are_skipped_with_their_reason() {
    let sinf = boxed(
        b"sinf",
        &[
            boxed(b"frma", b"avc1"),
            full(b"schm", 0, 0, &[b"cbcs".to_vec(), words(&[0x10000])].concat()),
        ]
        .concat(),
    );
    let encrypted = boxed(b"encv", &[vec![0; 78], boxed(b"avcC", AVCC), sinf].concat());
    let other = |id, handler: &[u8; 4], entry: Vec<u8>| Track {
        id,
        handler: *handler,
        entries: vec![entry],
        ..Track::video(MEDIA)
    };
    let tracks = [
        Track::video(MEDIA),
        other(2, b"vide", mp4::visual(b"mp4v", (2, 2), &esds(0x20, &[]))),
        other(3, b"text", boxed(b"sbtt", &[0; 8])),
        other(4, b"soun", sound(0, &[], &esds(0xdd, &[]))),
        other(5, b"vide", encrypted),
        other(6, b"soun", mp4a(&[0x0a, 0x10])),
        Track { id: 7, sizes: Some(Sizes::Table(vec![])), ..Track::video(MEDIA) },
        Track { id: 1, ..Track::video(MEDIA) },
        Track { id: 9, stts: None, ..Track::video(MEDIA) },
    ];
    let movie = open(file(&tracks, 400));
    assert_eq!(movie.tracks.len(), 1);
    let reasons: Vec<_> =
        movie.skipped.iter().map(|skipped| (skipped.id.0, skipped.reason.as_str())).collect();
    let (last, but_last) = reasons.split_last().unwrap();
    let expected = [
        (2, "the codec mp4v (MPEG-4 Part 2) is not supported"),
        (3, "the codec sbtt is not supported"),
        (4, "the codec Vorbis (in mp4a) is not supported"),
        (5, "already encrypted: avc1 by the scheme cbcs"),
        (
            6,
            "the codec mp4a.40.1 (AAC Main) is not supported: players decode AAC-LC, HE-AAC and \
             xHE-AAC",
        ),
        (7, "has no samples"),
    ];
    assert_eq!(but_last[..6], expected);
    assert!(but_last[6].1.ends_with("has the id 1 of an earlier track"), "{}", but_last[6].1);
    assert!(
        last.1.starts_with("moov/trak[9]/mdia/minf/stbl at ")
            && last.1.ends_with(": holds no stts"),
        "{}",
        last.1
    );
}

#[test]
fn if_no_track_is_left_the_error_has_the_reasons() {
    let mpeg4 = Track { entries: vec![boxed(b"mp4v", &[0; 90])], ..Track::video(MEDIA) };
    let text = Track { id: 2, entries: vec![boxed(b"tx3g", &[0; 30])], ..Track::video(MEDIA) };
    let error = demux(file(&[mpeg4.clone(), text], 400).into()).unwrap_err();
    assert!(matches!(&error, Error::NoTracks { skipped } if skipped.len() == 2));
    assert_eq!(
        error.to_string(),
        "no track can be served: track 1: the codec mp4v is not supported; track 2: the codec \
         tx3g is not supported"
    );
    let broken = Track { id: 2, stts: None, ..Track::video(MEDIA) };
    let error = demux(file(&[mpeg4, broken], 400).into()).unwrap_err();
    assert!(matches!(error, Error::Malformed { .. }), "{error}");
}
