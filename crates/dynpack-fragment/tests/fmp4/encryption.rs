//! Encrypted segments, decrypted with the information in their own boxes, according to ISO/IEC
//! 23001-7.

use std::collections::{BTreeMap, BTreeSet};

use aes::Aes128;
use aes::cipher::{BlockModeDecrypt, KeyIvInit, StreamCipher};
use dynpack_crypt::cenc::{SampleEncryptor, Scheme, TrackEncryption};
use dynpack_crypt::systems::Pssh;
use dynpack_crypt::{ContentKey, IvSource, KeyId, SystemId};
use dynpack_fragment::Error;
use dynpack_fragment::fmp4::{Profile, Protection, Writer};
use dynpack_media::{Rendition, RenditionId, SampleIndex, Segment, TrackId};
use mp4_atom::Codec;
use proptest::prelude::*;

use dynpack_testkit::TrackBuilder;
use dynpack_testkit::codec::{avc, avc_record, with_lengths};
use dynpack_testkit::film::OpenedFilm;
use dynpack_testkit::read::boxes::find;
use dynpack_testkit::read::mp4;
use dynpack_testkit::read::protection::{information, subsamples};
use dynpack_testkit::stored;
use dynpack_testkit::stored::joined;

use crate::{audio_frames, group, laws};

const KEY: [u8; 16] = *b"a key of 16 byte";
const ID: KeyId = KeyId(*b"an id of 16 byte");

/// Parameter sets and starts of slices from a baseline stream of x264, with one slice for each
/// picture.
const SPS: &[u8] =
    b"\x67\x42\xc0\x0a\xdb\x08\x36\xc0\x44\0\0\x03\0\x04\0\0\x03\0\xc8\x3c\x48\x9b\x80";
const PPS: &[u8] = b"\x68\xca\x80\xc4\xb2";
const IDR: &[u8] = b"\x65\x88\x84\x19\x21\x3e\x23\xda\xd8\x8f\x15\x97\x0b\xdd\x9d\x71\xac\x40";
const SLICE: &[u8] = b"\x41\x9a\x40\x64\x84\xad\x5b\x3c\x21\x66\xc2\xca\0\x30\xed\xcd\x98\x06";
const SEI: &[u8] = b"\x06\x05\x01\x80";

/// Pictures of one to four slices, of up to `max_unit` bytes each, and sometimes a SEI message.
fn video_film(tables: &TrackBuilder, max_unit: u64, target: u64) -> OpenedFilm {
    let units = |picture: u64| {
        let start = if picture.is_multiple_of(50) { IDR } else { SLICE };
        let slice = |which| {
            let seed = picture * 4 + which;
            let len = u64::from(stored::byte(seed)) * max_unit / 256;
            let body = (0..len).map(|at| stored::byte(seed << 20 | at) | 1);
            start.iter().copied().chain(body).collect()
        };
        let sei = picture.is_multiple_of(3).then(|| SEI.to_vec());
        let slices = 1 + u64::from(stored::byte(picture)) % 4;
        sei.into_iter().chain((0..slices).map(slice)).collect::<Vec<Vec<u8>>>()
    };
    let samples: Vec<_> =
        (0..tables.sizes.len() as u64).map(|picture| with_lengths(units(picture))).collect();
    let codec = avc(&avc_record(SPS, PPS, 4), (1280, 720));
    OpenedFilm::with_samples(&tables.clone().with_codec(codec), &samples, target)
}

fn audio_film(tables: &TrackBuilder, target: u64) -> OpenedFilm {
    let sample = |(seed, size): (u64, &u32)| {
        (0..u64::from(*size)).map(|at| stored::byte(seed << 20 | at)).collect()
    };
    let samples: Vec<Vec<u8>> = (0..).zip(&tables.sizes).map(sample).collect();
    OpenedFilm::with_samples(tables, &samples, target)
}

fn encryptor(film: &OpenedFilm, scheme: Scheme) -> SampleEncryptor {
    let rendition = &film.renditions[0];
    let ivs = IvSource::new(ID, "film.mp4", TrackId(1), &RenditionId::new("track", 1_000_000));
    let track = TrackEncryption::new(scheme, ID, rendition.kind(), &ivs);
    SampleEncryptor::new(track, &ContentKey::new(KEY), &rendition.track.codec)
}

/// How the samples of a track are encrypted, from its sample entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tenc {
    original: [u8; 4],
    scheme: [u8; 4],
    /// Number of encrypted and of skipped blocks.
    pattern: (usize, usize),
    iv_size: usize,
    key_id: Vec<u8>,
    constant_iv: Vec<u8>,
}

impl Tenc {
    fn read(init: &[u8]) -> Self {
        let (_, moov) = mp4::init(init);
        let [Codec::Unknown(name, entry)] = &moov.trak[0].mdia.minf.stbl.stsd.codecs[..] else {
            panic!("an encrypted entry")
        };
        let fixed = if *name == b"encv".into() { 78 } else { 28 };
        assert!(fixed == 78 || *name == b"enca".into());
        let sinf = find(&entry[fixed..], &[b"sinf"]).unwrap();
        let (frma, schm) = (find(sinf, &[b"frma"]).unwrap(), find(sinf, &[b"schm"]).unwrap());
        let schi = find(sinf, &[b"schi"]).unwrap();
        let tenc = find(schi, &[b"tenc"]).unwrap();
        let iv_size = tenc[7].into();
        let constant_iv =
            if iv_size == 0 { tenc[25..25 + usize::from(tenc[24])].to_vec() } else { Vec::new() };
        assert_eq!((tenc[6], tenc[0] == 0), (1, tenc[5] == 0), "a pattern needs version 1");
        Self {
            original: frma.try_into().unwrap(),
            scheme: schm[4..8].try_into().unwrap(),
            pattern: (usize::from(tenc[5] >> 4), usize::from(tenc[5] & 15)),
            iv_size,
            key_id: tenc[8..24].to_vec(),
            constant_iv,
        }
    }
}

fn decrypt(tenc: &Tenc, information: Option<(bool, &[u8])>, sample: &mut [u8]) {
    let (has_subsamples, information) = information.unwrap_or_default();
    let (iv, map) = information.split_at(tenc.iv_size);
    let mut ranges = vec![(0, sample.len())];
    if has_subsamples {
        ranges = subsamples(map);
    }
    let counter: [u8; 16] = std::array::from_fn(|at| iv.get(at).copied().unwrap_or(0));
    let mut stream = ctr::Ctr128BE::<Aes128>::new(&KEY.into(), &counter.into());
    let mut rest = sample;
    for (clear, protected) in ranges {
        let (_, after) = rest.split_at_mut(clear);
        let (range, after) = after.split_at_mut(protected);
        rest = after;
        if &tenc.scheme == b"cenc" {
            stream.apply_keystream(range);
            continue;
        }
        let constant: [u8; 16] = tenc.constant_iv[..].try_into().unwrap();
        let mut chain = cbc::Decryptor::<Aes128>::new(&KEY.into(), &constant.into());
        let (crypt, skip) = tenc.pattern;
        for (_, block) in range
            .chunks_exact_mut(16)
            .enumerate()
            .filter(|(at, _)| skip == 0 || at % (crypt + skip) < crypt)
        {
            chain.decrypt_block(block.try_into().unwrap());
        }
    }
    assert!(rest.is_empty(), "the subsamples cover the sample");
}

/// An encrypted segment as in a player: parsed, and its samples decrypted.
fn play(segment: &[u8], tenc: &Tenc, piff: bool) -> mp4::Segment {
    let mut parsed = mp4::segment(segment);
    let said = information(segment, &parsed, piff);
    assert_eq!(said.is_none(), &tenc.scheme == b"cbcs" && &tenc.original == b"mp4a");
    for (at, sample) in parsed.samples.iter_mut().enumerate() {
        decrypt(
            tenc,
            said.as_ref().map(|said| (said.has_subsamples, said.samples[at])),
            &mut sample.data,
        );
    }
    parsed
}

/// A rendition in full, and its key frames.
fn forms(rendition: &Rendition) -> Vec<Rendition> {
    [rendition.clone()].into_iter().chain(rendition.key_frames()).collect()
}

/// Encrypts all segments and the key frames of each, and checks that decryption returns the clear
/// ones.
fn decrypting_returns_the_clear_film(film: &OpenedFilm, scheme: Scheme, piff: bool) {
    let encryptor = encryptor(film, scheme);
    let tenc = Tenc::read(
        &Writer::new(Profile::Cmaf, &film.renditions[0])
            .with_protection(Some(Protection::new(encryptor.clone())))
            .init_segment()
            .unwrap(),
    );
    assert_eq!((&tenc.scheme[..], &tenc.key_id[..]), (scheme.as_str().as_bytes(), &ID.0[..]));
    let protection = if piff { Protection::piff(encryptor) } else { Protection::new(encryptor) };
    let is_audio = film.renditions[0].track.codec.video().is_none();
    let forms = forms(&film.renditions[0]);
    for (profile, rendition) in [Profile::Cmaf, Profile::Csf, Profile::Smooth]
        .into_iter()
        .flat_map(|profile| forms.iter().map(move |rendition| (profile, rendition)))
    {
        for segment in rendition.cuts.segments() {
            let clear_writer = Writer::new(profile, rendition);
            let writer = clear_writer.clone().with_protection(Some(protection.clone()));
            let make = |writer: &Writer<'_>| writer.media_segment(&segment).unwrap();
            let clear = mp4::segment(&film.finish(make(&clear_writer)).unwrap());
            let encrypted = make(&writer);
            assert_eq!(
                (joined(encrypted.reads()), encrypted.len().is_some()),
                (joined(make(&clear_writer).reads()), is_audio)
            );
            let max_len = writer.media_segment_len(&segment).unwrap();
            assert_eq!(encrypted.len().unwrap_or(max_len), max_len);
            let bytes = film.finish(encrypted).unwrap();
            assert!(
                bytes.len() as u64 <= max_len && (!is_audio || bytes.len() as u64 == max_len),
                "{} of {max_len}",
                bytes.len()
            );
            let played = play(&bytes, &tenc, piff);
            assert_eq!(played.samples, clear.samples, "{profile:?}");
            assert_eq!((played.tfxd, &played.moof.mfhd), (clear.tfxd, &clear.moof.mfhd));
            let differs = |(sample, clear): (&mp4::Sample, &mp4::Sample)| sample.data != clear.data;
            let large = clear.samples.iter().filter(|sample| sample.data.len() > 400).count();
            assert!(
                mp4::segment(&bytes)
                    .samples
                    .iter()
                    .zip(&clear.samples)
                    .filter(|pair| differs(*pair))
                    .count()
                    >= large
            );
            assert_eq!(
                bytes,
                film.finish(make(&writer)).unwrap(),
                "the same request gives the same bytes"
            );
        }
    }
}

const FORMS: [(Scheme, bool); 3] =
    [(Scheme::Cenc, false), (Scheme::Cbcs, false), (Scheme::Cenc, true)];

#[test]
fn decrypting_returns_the_clear_segment() {
    for (scheme, piff) in FORMS {
        decrypting_returns_the_clear_film(
            &video_film(&group(12_800, 512, 100, 50, 2), 2000, 2000),
            scheme,
            piff,
        );
        decrypting_returns_the_clear_film(
            &audio_film(&audio_frames(48_000, 300, 1024), 2000),
            scheme,
            piff,
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn decrypting_returns_every_clear_segment(
        (video, audio) in (laws::video_tables(), laws::audio()),
        (target, max_unit) in (200_u64..7000, 40_u64..500),
        (scheme, piff) in prop::sample::select(&FORMS[..]),
    ) {
        decrypting_returns_the_clear_film(&video_film(&video, max_unit, target), scheme, piff);
        decrypting_returns_the_clear_film(&audio_film(&audio, target), scheme, piff);
    }
}

fn video() -> OpenedFilm {
    video_film(&group(12_800, 512, 200, 50, 2), 900, 2000)
}

#[test]
fn boxes_are_in_the_order_of_the_standard() {
    let film = video();
    let segment = film.renditions[0].cuts.segments().nth(1).unwrap();
    let kinds = |profile, protection: Protection, kinds: &[&[u8]]| {
        let bytes = film
            .finish(
                Writer::new(profile, &film.renditions[0])
                    .with_protection(Some(protection.clone()))
                    .media_segment(&segment)
                    .unwrap(),
            )
            .unwrap();
        let moof = bytes.windows(4).position(|bytes| bytes == b"moof").unwrap() - 4;
        let at = |kind: &[u8]| bytes[moof..].windows(4).position(|bytes| bytes == kind).unwrap();
        let places: Vec<_> = kinds.iter().map(|kind| at(kind)).collect();
        assert!(places.is_sorted(), "{places:?}");
    };
    let (common, piff) = (
        Protection::new(encryptor(&film, Scheme::Cbcs)),
        Protection::piff(encryptor(&film, Scheme::Cenc)),
    );
    kinds(Profile::Cmaf, common, &[b"tfhd", b"tfdt", b"trun", b"saiz", b"saio", b"senc", b"mdat"]);
    // The two boxes of an extended type: first for the encryption, then for the times.
    kinds(
        Profile::Smooth,
        piff,
        &[b"tfhd", b"trun", b"uuid", b"\xa2\x39\x4f\x52", b"\x6d\x1d\x9b\x05", b"mdat"],
    );
}

/// A picture has the same cipher text in all profiles, so its vector is never used for two. A key
/// frame alone may have other subsamples, so it has another vector. In `cbcs` there is only one
/// vector, in the init segment that both share.
#[test]
fn a_key_frame_alone_has_a_vector_of_its_own() {
    let mut pictures = BTreeMap::new();
    for (scheme, piff) in FORMS {
        // Two groups of pictures per segment, so that a key frame is not always the first sample.
        let film = video_film(&group(12_800, 512, 200, 25, 2), 900, 2000);
        let encryptor = encryptor(&film, scheme);
        let protection =
            if piff { Protection::piff(encryptor) } else { Protection::new(encryptor) };
        let full = &film.renditions[0];
        let key_frames = full.key_frames().unwrap();
        assert!(key_frames.cuts.len() > full.cuts.len());
        for segment in full.cuts.segments() {
            let samples = |rendition: &Rendition, segment: &Segment, profile| {
                let writer =
                    Writer::new(profile, rendition).with_protection(Some(protection.clone()));
                let plan = writer.media_segment(segment).unwrap();
                mp4::segment(&film.finish(plan).unwrap()).samples
            };
            let whole = samples(full, &segment, Profile::Cmaf);
            let within = key_frames
                .cuts
                .segments()
                .filter(|frame| segment.samples.contains(&frame.samples.start));
            for key_frame in within {
                let at = (key_frame.samples.start.0 - segment.samples.start.0) as usize;
                for profile in [Profile::Cmaf, Profile::Csf, Profile::Smooth] {
                    let alone = samples(&key_frames, &key_frame, profile).remove(0).data;
                    // Small pictures may have no protected bytes.
                    if scheme == Scheme::Cbcs || alone.len() > 400 {
                        assert_eq!(alone == whole[at].data, scheme == Scheme::Cbcs);
                    }
                    let same = samples(full, &segment, profile);
                    assert_eq!(same[at].data, whole[at].data);
                    let known = pictures
                        .entry((scheme.as_str(), key_frame.samples.start))
                        .or_insert_with(|| alone.clone());
                    assert_eq!(alone, *known, "{profile:?}");
                }
            }
        }
    }
}

#[test]
fn no_two_samples_of_a_track_share_a_vector() {
    let film = video();
    let protection = Protection::new(encryptor(&film, Scheme::Cenc));
    let mut vectors = BTreeSet::new();
    for rendition in forms(&film.renditions[0]) {
        let writer =
            Writer::new(Profile::Cmaf, &rendition).with_protection(Some(protection.clone()));
        for segment in rendition.cuts.segments() {
            let bytes = film.finish(writer.media_segment(&segment).unwrap()).unwrap();
            let said = information(&bytes, &mp4::segment(&bytes), false).unwrap();
            vectors.extend(said.samples.iter().map(|information| information[..8].to_vec()));
        }
    }
    assert_eq!(vectors.len(), 200 + 200 / 50);
}

#[test]
fn init_segments_signal_the_scheme_and_the_systems() {
    let film = video();
    let systems = || {
        vec![
            Pssh::new(SystemId::WIDEVINE, b"one".to_vec()),
            Pssh::new(SystemId::PLAYREADY, b"other".to_vec()),
        ]
    };
    let clear = Writer::new(Profile::Cmaf, &film.renditions[0]).init_segment().unwrap();
    let init = |protection: Protection| {
        Writer::new(Profile::Cmaf, &film.renditions[0])
            .with_protection(Some(protection.with_systems(systems())))
            .init_segment()
            .unwrap()
    };
    let common = init(Protection::new(encryptor(&film, Scheme::Cbcs)));
    let tenc = Tenc::read(&common);
    assert_eq!(
        (&tenc.original, &tenc.scheme, tenc.pattern, tenc.iv_size),
        (b"avc1", b"cbcs", (1, 9), 0)
    );
    let moov = find(&common, &[b"moov"]).unwrap();
    assert!(moov.ends_with(&systems().iter().flat_map(Pssh::to_bytes).collect::<Vec<_>>()));
    assert_eq!(find(moov, &[b"mvex"]), find(&clear, &[b"moov", b"mvex"]));
    let size = |init: &[u8]| mp4::init(init).1.trak[0].tkhd.width;
    assert_eq!(size(&common), size(&clear));

    let piff = init(Protection::piff(encryptor(&film, Scheme::Cenc)));
    let has = |text: &[u8]| piff.windows(text.len()).any(|window| window == text);
    assert!(
        has(b"schm\0\0\0\0piff\0\x01\0\x01")
            && has(b"\xd0\x8a\x4f\x18\x10\xf3\x4a\x82")
            && !has(b"tenc")
            && !has(b"pssh")
    );
}

#[test]
fn errors_name_what_cannot_be_encrypted() {
    let film = video();
    let segment = film.renditions[0].cuts.segments().nth(1).unwrap();
    let piff = Protection::piff(encryptor(&film, Scheme::Cbcs));
    let refused = "cannot be encrypted in this way: PIFF does not support cbcs";
    let writer =
        |profile| Writer::new(profile, &film.renditions[0]).with_protection(Some(piff.clone()));
    for error in [
        writer(Profile::Cmaf).init_segment().unwrap_err(),
        writer(Profile::Smooth).media_segment(&segment).unwrap_err(),
        writer(Profile::Smooth).media_segment_len(&segment).unwrap_err(),
    ] {
        assert_eq!(error.to_string(), refused);
    }

    let mut film = video();
    let bad = SampleIndex(segment.samples.start.0 + 7);
    let extent =
        film.renditions[0].track.samples.extents(bad..SampleIndex(bad.0 + 1)).next().unwrap();
    let start = usize::try_from(extent.offset).unwrap();
    let mut file = film.file.to_vec();
    file[start..start + 4].fill(0xff);
    film.file = file.into();
    let protection = Protection::new(encryptor(&film, Scheme::Cenc));
    let writer = Writer::new(Profile::Cmaf, &film.renditions[0]).with_protection(Some(protection));
    let error = film.finish(writer.media_segment(&segment).unwrap()).unwrap_err();
    assert!(
        matches!(error, Error::Encryption { sample: Some(sample), .. } if sample == bad),
        "{error:?}"
    );
    assert!(
        error.to_string().starts_with(&format!("sample {}: cannot be encrypted: ", bad.0)),
        "{error}"
    );
}
