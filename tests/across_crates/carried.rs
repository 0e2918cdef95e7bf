//! Tracks that one format cannot carry: it leaves them out, and others list them.

use dynpack::storage::Memory;
use dynpack::{AssetPath, Dynpack, Encryption, Format, Protocol};
use dynpack_codec::MediaKind;
use dynpack_testkit::mp4::{MEDIA, Track, avc1, boxed, file, full, mp4a, visual};

use crate::support::published::{document, locators, manifest_under};
use crate::support::{ask, formats, manifest};

/// AAC-LC of 48 kHz in stereo, in frames of 960 samples, for which ADTS has no place.
const AAC_960: &[u8] = &[0x11, 0x94];

/// An `avcC` of which the parameter sets are in the samples.
const IN_BAND: &[u8] = &[1, 0x64, 0, 0x1f, 0xff, 0xe0, 0];

fn asset(files: &[&[Track]]) -> Dynpack {
    let storage = Memory::new();
    for (at, tracks) in files.iter().enumerate() {
        storage.insert(format!("film/{at}.mp4"), file(tracks, 2_000));
    }
    Dynpack::builder(storage).build()
}

fn sound(config: &[u8]) -> Track {
    Track { entries: vec![mp4a(config)], ..Track::audio(MEDIA + 400) }
}

fn video(kind: &[u8; 4]) -> Track {
    Track { entries: vec![avc1(kind, IN_BAND)], ..Track::video(MEDIA) }
}

/// What the responses of a format are: the status of the manifest with its warnings, and the status
/// of the media of each rendition of a kind.
async fn answers(
    dynpack: &Dynpack,
    format: Format,
    kind: MediaKind,
) -> (Result<Vec<String>, String>, Vec<u16>) {
    let url = manifest("/film/film.ism", format);
    let answered = ask(dynpack, &url).await;
    let answered = answered.map(|response| response.warnings.to_vec());
    let answered = answered.map_err(|error| format!("{}: {error}", error.status()));
    let asset = dynpack.asset(&AssetPath::new("film", "film.ism").unwrap()).await.unwrap();
    let mut statuses = Vec::new();
    for rendition in asset.presentation.of_kind(kind) {
        let (bitrate, name) = (rendition.id.bitrate, &rendition.id.name);
        let url =
            format!("/film/film.ism/QualityLevels({bitrate})/Fragments({name}=0,format={format})");
        statuses.push(
            ask(dynpack, &url)
                .await
                .map_or_else(|error| error.status(), |response| response.status),
        );
    }
    (answered, statuses)
}

fn is_ts(format: Format) -> bool {
    matches!(format, Format::HlsV3 | Format::HlsV4)
}

#[tokio::test]
async fn audio_that_a_format_cannot_carry_is_left_out_of_it() {
    let other = Track { id: 3, ..sound(AAC_960) };
    let dynpack = asset(&[&[Track::video(MEDIA), sound(&[0x11, 0x90]), other]]);
    for format in formats().filter(|format| *format != Format::Hds) {
        let (answered, statuses) = answers(&dynpack, format, MediaKind::Audio).await;
        let warnings = answered.unwrap();
        let leaves_out = |warning: &String| warning.contains("leaves out `audio_und_2`");
        assert_eq!(warnings.iter().any(leaves_out), is_ts(format), "{format}: {warnings:?}");
        assert_eq!(statuses, if is_ts(format) { [200, 415] } else { [200, 200] }, "{format}");
    }
    // The last of its kind.
    let dynpack = asset(&[&[Track::video(MEDIA), sound(AAC_960)]]);
    for format in formats().filter(|format| *format != Format::Hds) {
        let (answered, _) = answers(&dynpack, format, MediaKind::Audio).await;
        assert_eq!(answered.is_err(), is_ts(format), "{format}");
        if let Err(error) = answered {
            assert!(error.starts_with("415: ") && error.contains("no audio is left"), "{error}");
        }
    }
}

#[tokio::test]
async fn video_whose_parameter_sets_are_in_its_samples_is_left_out_of_smooth() {
    let is_smooth = |format: Format| format.protocol() == Protocol::Smooth;
    let dynpack = asset(&[&[Track::video(MEDIA)], &[video(b"avc3")]]);
    for format in formats().filter(|format| *format != Format::Hds) {
        let (answered, statuses) = answers(&dynpack, format, MediaKind::Video).await;
        let warnings = answered.unwrap();
        assert_eq!(!warnings.is_empty(), is_smooth(format), "{format}: {warnings:?}");
        // The media of this film is no H.264, which transport streams refuse.
        if !is_ts(format) {
            let refused = statuses.iter().filter(|status| **status == 415).count();
            assert_eq!(refused, usize::from(is_smooth(format)), "{format}: {statuses:?}");
        }
    }
    let alone = asset(&[&[video(b"avc3")]]);
    for format in formats().filter(|format| *format != Format::Hds) {
        let (answered, _) = answers(&alone, format, MediaKind::Video).await;
        assert_eq!(answered.is_err(), is_smooth(format), "{format}");
    }
}

/// A file of H.264 and one of this video, published under `policy`: whether the manifest leaves the
/// other out, and whether its segments are refused.
async fn under_protection(
    other: &[u8],
    policy: &str,
    format: Format,
    encryption: Encryption,
) -> [bool; 2] {
    let storage = Memory::new();
    let other = Track { entries: vec![other.to_vec()], ..Track::video(MEDIA) };
    for (name, track) in [("one", Track::video(MEDIA)), ("other", other)] {
        storage.insert(format!("sample/{name}.mp4"), file(&[track], 2_000));
    }
    let mut document = document();
    let clear_tracks = &mut document["streamingPolicies"]["clear-audio"]["commonEncryptionCenc"];
    clear_tracks["clearTracks"][0]["trackSelections"][0]["value"] = "video".into();
    let dynpack = Dynpack::builder(storage).locators(locators(document)).build();
    let asset = dynpack.asset(&AssetPath::new("sample", "sample.ism").unwrap()).await.unwrap();
    let id = &asset.presentation.renditions[1].id;
    let manifest = manifest_under(policy, format, Some(encryption));
    let segment = format!("/QualityLevels({})/Fragments({}=0,", id.bitrate, id.name);
    let segment = ask(&dynpack, &manifest.replace("/manifest(", &segment)).await;
    let warnings = ask(&dynpack, &manifest).await.unwrap().warnings;
    let is_left_out = warnings.iter().any(|warning| warning.contains("cannot be encrypted"));
    [is_left_out, segment.is_err_and(|error| error.status() == 415)]
}

#[tokio::test]
async fn video_that_a_protection_does_not_cover_is_left_out_under_it() {
    let vp8 = visual(b"vp08", (640, 360), &full(b"vpcC", 1, 0, &[0, 10, 0x82, 2, 2, 2, 0, 0]));
    let record = [&[1][..], &[0; 20], &[3, 0]].concat();
    let hevc = visual(b"hev1", (640, 360), &boxed(b"hvcC", &record));
    // Whole segments are encrypted whatever is in them, and `clear-audio` has clear video here.
    for (other, policy, format, encryption, is_refused) in [
        (&vp8, "all", Format::DashCmaf, Encryption::Cenc, true),
        (&vp8, "all", Format::DashCsf, Encryption::CbcsAapl, true),
        (&vp8, "all", Format::HlsCmaf, Encryption::CbcsAapl, true),
        (&vp8, "all", Format::HlsCmaf, Encryption::Cbc, false),
        (&vp8, "clear-audio", Format::DashCmaf, Encryption::Cenc, false),
        (&hevc, "all", Format::HlsV4, Encryption::CbcsAapl, true),
    ] {
        let found = under_protection(other, policy, format, encryption).await;
        assert_eq!(found, [is_refused; 2], "{policy}, {format}, {encryption}");
    }
}
