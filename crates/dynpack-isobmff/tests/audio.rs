//! Sample entries of audio: what is read, and what is served.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use dynpack_isobmff::demux;
use dynpack_media::SampleIndex;
use dynpack_testkit::codec::{
    self, AC3_SURROUND, AC4_STEREO, ALAC_MONO, EAC3_ATMOS, FLAC_STEREO, OPUS_STEREO, XHE_AAC_MONO,
};
use dynpack_testkit::mp4::{
    MEDIA, Sizes, Track, audio_entry, boxed, esds, file, ftyp, moov, mp4a, sound, sound_of_kind,
    words,
};

fn open(track: Track) -> Result<dynpack_media::Track, String> {
    let file = Bytes::from(file(&[track], 400));
    demux(file).map(|mut movie| movie.tracks.remove(0)).map_err(|error| error.to_string())
}

fn open_entry(entry: &[u8]) -> dynpack_media::Track {
    open(Track { entries: vec![entry.to_vec()], ..Track::audio(MEDIA) }).unwrap()
}

/// `ddts` by ETSI TS 102 114, E.2.2.3: 48 kHz, a core and 5.1 channels.
const DDTS: &[u8] =
    &[0, 0, 0xbb, 0x80, 0, 0x17, 0x0c, 0, 0, 0x17, 0x0c, 0, 16, 5, 0x24, 0, 0, 0, 15, 0];
/// `udts` by ETSI TS 103 491, B.2.1: 48 kHz, 5.1.4 channels.
const UDTS: &[u8] = &[6, 0, 0, 0, 0x0f, 0x3f, 0x80, 0];

#[test]
fn each_codec_is_read_and_its_entry_kept() {
    let dts = |kind| audio_entry(kind, b"ddts", DDTS);
    let entries = [
        (audio_entry(b"ac-3", b"dac3", AC3_SURROUND), "ac-3", (48_000, 6)),
        (audio_entry(b"ec-3", b"dec3", EAC3_ATMOS), "ec-3", (48_000, 6)),
        (audio_entry(b"ac-4", b"dac4", AC4_STEREO), "ac-4.02.02.00", (48_000, 2)),
        (audio_entry(b"Opus", b"dOps", OPUS_STEREO), "Opus", (48_000, 2)),
        (audio_entry(b"fLaC", b"dfLa", FLAC_STEREO), "fLaC", (44_100, 2)),
        (audio_entry(b"alac", b"alac", ALAC_MONO), "alac", (44_100, 1)),
        (mp4a(XHE_AAC_MONO), "mp4a.40.42", (44_100, 1)),
        (sound(0, &[], &esds(0x6b, &[])), "mp4a.6B", (48_000, 2)),
        (sound(0, &[], &esds(0x69, &[])), "mp4a.69", (48_000, 2)),
        (sound(0, &[], &esds(0xa9, &[])), "mp4a.A9", (48_000, 2)),
        (dts(b"dtsc"), "dtsc", (48_000, 6)),
        (dts(b"dtsh"), "dtsh", (48_000, 6)),
        (dts(b"dtsl"), "dtsl", (48_000, 6)),
        (dts(b"dtse"), "dtse", (48_000, 6)),
        (audio_entry(b"dtsx", b"udts", UDTS), "dtsx", (48_000, 10)),
    ];
    for (entry, codec, sampling) in entries {
        let track = open_entry(&entry);
        assert_eq!((&*track.codec.rfc6381(), codec::sampling(&track.codec)), (codec, sampling));
        assert_eq!(track.sample_entry, entry, "{codec}");
    }
}

/// QuickTime nests the configuration in a `wave`, and names MP3 in two ways of its own.
#[test]
fn entries_of_quicktime_become_plain_ones() {
    let fields = words(&[4096, 0, 0, 2]);
    let cookie = boxed(b"alac", ALAC_MONO);
    let wave = boxed(b"wave", &[boxed(b"frma", b"alac"), cookie.clone(), vec![0; 8]].concat());
    let mut plain = audio_entry(b"alac", b"alac", ALAC_MONO);
    plain[32..34].copy_from_slice(&44_100_u16.to_be_bytes());
    for boxes in [&wave, &cookie] {
        let track = open_entry(&sound_of_kind(b"alac", 1, &fields, boxes));
        assert_eq!((&*track.codec.rfc6381(), &track.sample_entry[..]), ("alac", &plain[..]));
    }
    for kind in [b".mp3", b"ms\0U"] {
        let track = open_entry(&sound_of_kind(kind, 1, &fields, &[]));
        assert_eq!(track.codec.rfc6381(), "mp4a.6B");
        // What is served is read the same again.
        let again = open_entry(&track.sample_entry);
        assert_eq!((&again.codec, &again.sample_entry), (&track.codec, &track.sample_entry));
        assert_eq!(track.sample_entry[4..8], *b"mp4a");
    }
}

#[test]
fn decoding_starts_where_the_file_says_if_the_codec_has_other_frames() {
    let syncs = |entry: Vec<u8>| {
        let stss = Some(vec![1, 3]);
        let track = open(Track { entries: vec![entry], stss, ..Track::audio(MEDIA) }).unwrap();
        let all = SampleIndex(0)..SampleIndex(track.samples.len());
        track.samples.samples(all).map(|sample| sample.is_sync).collect::<Vec<_>>()
    };
    assert_eq!(syncs(mp4a(XHE_AAC_MONO)), [true, false, true]);
    assert_eq!(syncs(audio_entry(b"ac-4", b"dac4", AC4_STEREO)), [true, false, true]);
    assert_eq!(syncs(audio_entry(b"ac-3", b"dac3", AC3_SURROUND)), [true; 3]);
}

#[test]
fn the_first_frame_of_mp3_tells_its_channels_and_its_layer() {
    let open = |frame: [u8; 4]| {
        let track = Track {
            entries: vec![sound(0, &[], &esds(0x6b, &[]))],
            sizes: Some(Sizes::Table(vec![4])),
            stts: Some(vec![(1, 1152)]),
            ..Track::audio(MEDIA)
        };
        let file = [ftyp(), boxed(b"mdat", &frame), moov(&[track])].concat();
        let movie = demux(Bytes::from(file)).map_err(|error| error.to_string())?;
        Ok::<_, String>(codec::sampling(&movie.tracks[0].codec))
    };
    assert_eq!(open([0xff, 0xfb, 0x50, 0xc4]), Ok((44_100, 1)));
    assert_eq!(open([0; 4]), Ok((48_000, 2)));
    let reason = "no track can be served: track 2: MPEG audio of Layer II is not supported: players \
                  decode Layer III alone";
    assert_eq!(open([0xff, 0xfd, 0x54, 0]), Err(reason.into()));
}

#[test]
fn what_no_player_decodes_is_refused_by_its_name() {
    let cases = [
        (mp4a(&[0x0a, 0x10]), "the codec mp4a.40.1 (AAC Main) is not supported: players decode"),
        (mp4a(&[0x22, 0x10]), "the codec mp4a.40.4 (AAC LTP) is not supported: players decode"),
        (sound_of_kind(b"mlpa", 0, &[], &[]), "the codec mlpa is not supported"),
        (sound_of_kind(b"mhm1", 0, &[], &[]), "the codec mhm1 is not supported"),
        (sound(0, &[], &esds(0xdd, &[])), "the codec Vorbis (in mp4a) is not supported"),
        (audio_entry(b"ac-3", b"dac4", AC4_STEREO), "holds no dac3"),
        (audio_entry(b"ec-3", b"dec3", &[0]), "the dec3 configuration is malformed: cut short"),
    ];
    for (entry, reason) in cases {
        let refused = open(Track { entries: vec![entry], ..Track::audio(MEDIA) }).unwrap_err();
        assert!(refused.contains(reason), "{refused}");
    }
}
