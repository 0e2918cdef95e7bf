//! Tracks that one format cannot carry: it leaves them out, and others list them.

use dynpack::storage::Memory;
use dynpack::{AssetPath, Dynpack, Format, Protocol};
use dynpack_codec::MediaKind;
use dynpack_testkit::mp4::{MEDIA, Track, avc1, file, mp4a};

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
