//! The differences between the versions of HLS.

use dynpack::storage::Memory;
use dynpack::{CutPolicy, Dynpack, Format, Protocol};

use crate::support::published::{manifest_under, policy, published};
use crate::support::{
    ask, elementary, get, hls, key_frames, key_frames_at, manifest, playlists, promises,
    promises_at, sample, sample_origin, sample_storage, text,
};
use dynpack_testkit::film::{Audio, Container, Form, Video};
use dynpack_testkit::promise::{Promise, join};
use dynpack_testkit::read::transport;

const ASSET: &str = "/sample/sample.ism";
const VIDEO: u16 = 0x100;
const AUDIO: u16 = 0x101;

async fn refusal(dynpack: &Dynpack, path: &str) -> (u16, String) {
    let error = ask(dynpack, path).await.expect_err(path);
    (error.status(), error.to_string())
}

async fn all(dynpack: &Dynpack, promise: &Promise) -> Vec<u8> {
    let mut stream = Vec::new();
    for (url, ..) in &promise.segments {
        stream.extend_from_slice(&get(dynpack, url).await);
    }
    stream
}

fn holds(file: &str, media: &[u8]) -> bool {
    !media.is_empty() && sample(file).windows(media.len()).any(|run| run == media)
}

/// Files of the sample at `/sample/sample.ism`.
fn origin_of(files: &[&str]) -> Dynpack {
    let storage = Memory::new();
    for name in files {
        storage.insert(format!("sample/{name}"), sample(name));
    }
    Dynpack::builder(storage).build()
}

#[tokio::test]
async fn version_3_carries_the_named_audio() {
    let dynpack = sample_origin();
    for (parameters, name, file) in [
        ("", "audio_de", "audio_deu.mp4"),
        (",audioTrack=audio_de", "audio_de", "audio_deu.mp4"),
        (",audiotrack=audio_en", "audio_en", "audio_eng.mp4"),
    ] {
        let manifest = format!("{ASSET}/manifest(format=m3u8-aapl-v3{parameters})");
        for playlist in playlists(&dynpack, &manifest).await {
            assert!(
                playlist
                    .ends_with(&format!("Manifest(video,format=m3u8-aapl-v3,audiotrack={name})")),
                "{playlist}"
            );
            let first = text(&dynpack, &playlist)
                .await
                .lines()
                .find(|line| !line.starts_with('#'))
                .unwrap()
                .to_owned();
            assert_eq!(
                first,
                format!("Fragments(video=0,format=m3u8-aapl-v3,audiotrack={name}).ts")
            );
            let segment = get(&dynpack, &join(&playlist, &first)).await;
            assert!(
                holds(file, &elementary(&segment, AUDIO))
                    && !elementary(&segment, VIDEO).is_empty()
            );
            // Without a name, a segment has the audio that the manifest would name.
            let plain = playlist.split_once("Manifest(").unwrap().0.to_owned()
                + "Fragments(video=0,format=m3u8-aapl-v3)";
            assert_eq!(get(&dynpack, &plain).await == segment, name == "audio_de");
        }
    }
    let unknown = format!("{ASSET}/manifest(format=m3u8-aapl-v3,audiotrack=audio_fr)");
    assert_eq!(
        refusal(&dynpack, &unknown).await,
        (404, "the asset has no track `audio_fr`; it has audio_de, audio_en".into())
    );
}

#[tokio::test]
async fn version_3_supports_only_video_or_only_audio() {
    let videos = origin_of(&["video_180p.mp4", "video_360p.mp4"]);
    let silent = promises(&videos, ASSET, Format::HlsV3).await;
    assert_eq!(silent.len(), 2);
    assert!(holds("video_180p.mp4", &elementary(&all(&videos, &silent[0]).await, VIDEO)));

    let sounds = origin_of(&["audio_deu.mp4", "audio_eng.mp4"]);
    let heard = promises(&sounds, ASSET, Format::HlsV3).await;
    assert_eq!((heard.len(), heard[0].track()), (1, "audio_de"));
    assert!(holds("audio_deu.mp4", &elementary(&all(&sounds, &heard[0]).await, AUDIO)));
}

/// The last picture is shown to the end, and the sound goes on in segments of its own. The clock
/// stops where they go on with it.
#[tokio::test]
async fn the_clock_of_version_3_never_goes_back_after_the_last_picture() {
    let (video, audio) = (Video::PLAIN, Audio { frames: 1_500, ..Audio::PLAIN });
    let file = Container { form: Form::Progressive { is_fast_start: true }, is_one_file: true };
    let storage = Memory::new();
    storage.insert("film/film.mp4", file.file(&[video.track(), audio.track()]));
    let dynpack = Dynpack::builder(storage).build();
    let promises = promises(&dynpack, "/film/film.ism", Format::HlsV3).await;
    let [promise] = &promises[..] else { panic!("{} variants", promises.len()) };
    assert!(promise.segments.len() > 3, "{:?}", promise.segments);
    let reading = transport::read(&all(&dynpack, promise).await);
    for pair in reading.references.windows(2) {
        let (before, after) = (pair[0].base, pair[1].base);
        assert!((before..before + 12_000).contains(&after), "{before} then {after}");
    }
}

#[tokio::test]
async fn an_audio_only_variant_exists_if_the_url_requests_it() {
    let dynpack = sample_origin();
    for (format, audio) in [(Format::HlsV3, 0), (Format::HlsV4, 2), (Format::HlsCmaf, 2)] {
        for (parameters, variants) in [("", 3), (",audio-only=false", 3), (",audio-only=true", 4)] {
            let manifest = format!("{ASSET}/manifest(format={format}{parameters})");
            let playlists = playlists(&dynpack, &manifest).await;
            assert_eq!(playlists.len(), audio + variants, "{manifest}");
            let last = playlists.last().unwrap();
            assert_eq!(last.contains("Manifest(audio_de,"), variants == 4, "{last}");
            assert!(ask(&dynpack, last).await.is_ok(), "{last}");
        }
    }
}

/// The server manifest requests two segments of the timeline in one: 12 and 8 seconds. That is only
/// for transport streams.
#[tokio::test]
async fn segments_are_joined_as_the_publisher_declares() {
    let storage = sample_storage();
    storage.insert(
        "sample/sample.ism",
        r#"<smil xmlns="http://www.w3.org/2001/SMIL20/Language"><head><meta
            name="fragmentsPerHLSSegment" content="2"/></head>
            <body><switch><video src="video_180p.mp4" systemBitrate="60000"/><audio
              src="audio_eng.mp4" systemBitrate="66000"/>
            </switch></body></smil>"#,
    );
    let dynpack = Dynpack::builder(storage).build();
    let plain = hls(&dynpack, ASSET).await;
    for format in [Format::HlsV3, Format::HlsV4] {
        for promise in promises(&dynpack, ASSET, format).await {
            let durations: Vec<_> =
                promise.segments.iter().map(|(_, _, duration)| duration.round()).collect();
            assert_eq!(durations, [12.0, 8.0], "{format} {}", promise.track());
            let single = plain.iter().find(|plain| plain.track() == promise.track()).unwrap();
            let time = |url: &str| url.split(['=', ',']).nth(1).unwrap().to_owned();
            let times: Vec<_> = single.segments.iter().map(|(url, ..)| time(url)).collect();
            assert_eq!(
                promise.segments.iter().map(|(url, ..)| time(url)).collect::<Vec<_>>(),
                [&*times[0], &*times[2]]
            );

            let (middle, _) = promise.segments[0].0.split_once("Fragments(").unwrap();
            let middle =
                format!("{middle}Fragments({}={},format={format})", promise.track(), times[1]);
            let (status, problem) = refusal(&dynpack, &middle).await;
            assert_eq!(status, 404, "{middle}");
            assert!(
                problem.ends_with(&format!("the nearest start at {} and {}", times[0], times[2])),
                "{problem}"
            );
        }
    }
    assert!(plain.iter().all(|promise| promise.segments.len() == 4));
    let streams = promises(&dynpack, ASSET, Format::HlsV3).await;
    let stream = all(&dynpack, &streams[0]).await;
    assert!(
        holds("video_180p.mp4", &elementary(&stream, VIDEO))
            && holds("audio_eng.mp4", &elementary(&stream, AUDIO))
    );
}

/// Twelve seconds of video with twenty seconds of audio, and vice versa: the segments contain all
/// of both.
#[tokio::test]
async fn nothing_is_lost_where_one_track_ends_before_the_other() {
    let origin = sample_origin();
    let tracks = hls(&origin, ASSET).await;
    let cut_short = async |name: &str, count: usize| {
        let promise = tracks.iter().find(|promise| promise.track() == name).unwrap();
        let mut file = get(&origin, promise.init.as_deref().unwrap()).await.to_vec();
        for (url, ..) in promise.segments.iter().take(count) {
            file.extend_from_slice(&get(&origin, url).await);
        }
        file
    };
    for (video, audio) in [(2, 4), (4, 1)] {
        let storage = Memory::new();
        storage.insert("sample/video.mp4", cut_short("video", video).await);
        storage.insert("sample/audio.mp4", cut_short("audio_en", audio).await);
        let dynpack = Dynpack::builder(storage).build();
        let [stream] = &promises(&dynpack, ASSET, Format::HlsV3).await[..] else {
            panic!("one variant")
        };
        assert_eq!(stream.segments.len(), 4);
        let (_, start, duration) = stream.segments[3].clone();
        assert!((start + duration - 20.0).abs() < 0.1, "{start} {duration}");
        let apart = promises(&dynpack, ASSET, Format::HlsV4).await;
        let whole = all(&dynpack, stream).await;
        for (promise, pid) in apart.iter().zip([AUDIO, VIDEO]) {
            let media = elementary(&all(&dynpack, promise).await, pid);
            assert!(
                !media.is_empty() && media == elementary(&whole, pid),
                "{} of {video} and {audio}",
                promise.track()
            );
        }
    }
}

/// The declared bandwidth of a multivariant playlist is never below that of the largest segment,
/// and not much above it.
#[tokio::test]
async fn the_declared_bandwidth_is_that_of_the_segments() {
    for format in [Format::HlsV3, Format::HlsV4, Format::HlsCmaf] {
        check_bandwidth(&sample_origin(), &manifest(ASSET, format), format, 1.03).await;
    }
}

/// Under protection, the bound is higher, since pictures may have more slices than these.
#[tokio::test]
async fn the_declared_bandwidth_covers_what_encryption_adds() {
    for (format, encryption) in
        policy("all").admitted().filter(|(format, _)| format.protocol() == Protocol::Hls)
    {
        check_bandwidth(&published(), &manifest_under("all", format, encryption), format, 1.15)
            .await;
    }
}

async fn check_bandwidth(dynpack: &Dynpack, manifest: &str, format: Format, max_factor: f64) {
    let playlist = text(dynpack, manifest).await;
    let (_, multivariant) =
        m3u8_rs::parse_master_playlist(playlist.as_bytes()).map_err(drop).unwrap();
    let mut peaks = Vec::new();
    let key_frames = key_frames_at(dynpack, manifest, format).await;
    for promise in promises_at(dynpack, manifest, format).await.into_iter().chain(key_frames) {
        let mut segments = Vec::new();
        for (url, _, duration) in &promise.segments {
            segments.push((
                f64::from(u32::try_from(get(dynpack, url).await.len() * 8).unwrap()),
                *duration,
            ));
        }
        // The last segment, of two seconds, is counted together with the one before it (RFC 8216,
        // 2).
        if let [.., (before, six), (last, two)] = &mut segments[..]
            && *two < *six / 2.0
        {
            (*last, *two) = (*before + *last, *six + *two);
        }
        let peak = segments.iter().map(|(bits, duration)| bits / duration).fold(0.0, f64::max);
        peaks.push((promise.track().to_owned(), peak));
    }
    let sound = peaks
        .iter()
        .filter(|(track, _)| track.starts_with("audio"))
        .map(|(_, peak)| *peak)
        .fold(0.0, f64::max);
    let videos = peaks.iter().filter(|(track, _)| track == "video");
    for (variant, (_, peak)) in multivariant.variants.iter().zip(videos) {
        let least = if variant.is_i_frame { *peak } else { peak + sound };
        let declared = f64::from(u32::try_from(variant.bandwidth).unwrap());
        assert!(
            (least..least * max_factor + 2.0).contains(&declared),
            "{manifest}: {declared} for {least} in {}",
            variant.uri
        );
    }
}

#[tokio::test]
async fn key_frames_are_of_video_where_there_are_lists_of_them() {
    let dynpack = sample_origin();
    let audio = promises(&dynpack, ASSET, Format::HlsV4).await[0].segments[0].0.clone();
    let (level, _) = audio.split_once("Fragments(").unwrap();
    let list = format!("{level}Manifest(audio_de,format=m3u8-aapl,type=keyframes)");
    assert_eq!(
        refusal(&dynpack, &list).await,
        (400, "m3u8-aapl has no key frames but those of video".into())
    );
    let video = promises(&dynpack, ASSET, Format::HlsV3).await[0].segments[0].0.clone();
    let (level, _) = video.split_once("Fragments(").unwrap();
    for call in ["Manifest(video,", "Fragments(video=0,"] {
        let path = format!("{level}{call}format=m3u8-aapl-v3,type=keyframes)");
        assert_eq!(
            refusal(&dynpack, &path).await,
            (400, "m3u8-aapl-v3 has no key frames for trick play".into())
        );
    }
    let between = format!("{level}Fragments(video=1,format=m3u8-cmaf,type=keyframes)");
    assert_eq!(
        refusal(&dynpack, &between).await,
        (404, "no segment of track `video` starts at 1; the nearest start at 0 and 25600".into())
    );
}

/// A frame that is too long for ADTS: its segment cannot be made, but all others and the playlists
/// can.
#[tokio::test]
async fn one_bad_sample_does_no_harm_to_the_rest() {
    let mut film = sample("audio_eng.mp4").to_vec();
    let sizes = film.windows(4).position(|word| word == b"stsz").unwrap() + 16;
    film[sizes..sizes + 4].copy_from_slice(&9_000_u32.to_be_bytes());
    film.extend([&10_008_u32.to_be_bytes()[..], b"free", &[0; 10_000]].concat());
    let storage = Memory::new();
    storage.insert("sample/film.mp4", film);
    let dynpack = Dynpack::builder(storage).build();
    let promises = promises(&dynpack, ASSET, Format::HlsV4).await;
    let problem = refusal(&dynpack, &promises[0].segments[0].0).await;
    assert_eq!(
        problem,
        (415, "sample 0 cannot be carried: 9000 bytes are more than an ADTS frame holds".into())
    );
    assert!(ask(&dynpack, &promises[0].segments[1].0).await.is_ok());
}

/// A file of the sample asset in which `samples` have no bytes.
fn emptied_file(name: &str, samples: std::ops::Range<usize>) -> Vec<u8> {
    let mut film = sample(name).to_vec();
    let sizes = film.windows(4).position(|word| word == b"stsz").unwrap() + 16;
    film[sizes + samples.start * 4..sizes + samples.end * 4].fill(0);
    film
}

/// The sample asset, in which `samples` of one track have no bytes.
fn emptied(name: &str, samples: std::ops::Range<usize>) -> Dynpack {
    let storage = sample_storage();
    storage.insert(format!("sample/{name}"), emptied_file(name, samples));
    Dynpack::builder(storage).build()
}

/// The time of samples without bytes goes to the one before, or the track starts later, in every
/// format alike.
#[tokio::test]
async fn a_range_without_media_is_the_time_of_the_sample_before() {
    for (samples, listed) in
        [(282..563, vec![0, 1, 2, 3]), (0..282, vec![1, 2, 3]), (845..939, vec![0, 1, 2, 3])]
    {
        let dynpack = emptied("audio_deu.mp4", samples);
        for format in [Format::HlsV4, Format::HlsCmaf] {
            let whole = promises(&sample_origin(), ASSET, format).await;
            let promises = promises(&dynpack, ASSET, format).await;
            let audio = whole.iter().position(|promise| promise.track() == "audio_de").unwrap();
            let near = |promise: &Promise, at: usize| promise.segments[at].1;
            assert_eq!(promises[audio].segments.len(), listed.len());
            for (at, place) in listed.iter().enumerate() {
                let apart = near(&promises[audio], at) - near(&whole[audio], *place);
                assert!(apart.abs() < 0.1, "segment {at} is {apart} s off");
            }
            let (_, start, duration) = promises[audio].segments.last().unwrap();
            assert!((start + duration - 20.0).abs() < 0.02, "{promises:?}");
            for (url, ..) in promises.iter().flat_map(|promise| &promise.segments) {
                get(&dynpack, url).await;
            }
        }
    }
}

/// What opens the film without bytes is not there: the first picture is one that has some.
#[tokio::test]
async fn pictures_without_media_are_not_offered() {
    let film = |samples| {
        let storage = Memory::new();
        storage.insert("sample/film.mp4", emptied_file("video_180p.mp4", samples));
        let policy = CutPolicy::SIX_SECONDS.unfilled();
        Dynpack::builder(storage).cut_policy(policy).build()
    };
    let whole = key_frames(&film(0..0), ASSET, Format::HlsV4).await;
    let dynpack = film(0..160);
    let damaged = key_frames(&dynpack, ASSET, Format::HlsV4).await;
    assert!(damaged[0].segments.len() < whole[0].segments.len());
    for (url, ..) in &damaged[0].segments {
        // The samples after it in the same chunk of the file are read from a wrong offset.
        if let Err(error) = ask(&dynpack, url).await {
            assert!(error.to_string().contains("the NAL unit at byte"), "{url}: {error}");
        }
    }
    // Beside other bitrates it is another film.
    let error = ask(&emptied("video_180p.mp4", 0..160), &manifest(ASSET, Format::HlsV4)).await;
    assert_eq!(error.unwrap_err().status(), 415);
}
