//! Playlists of random films: other readers accept them, and they agree with the timeline.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::str::FromStr;

use dynpack_codec::MediaKind;
use dynpack_hls::{Options, Part, SegmentUrl, media_playlist, multivariant_playlist};
use dynpack_media::{CutPolicy, Presentation, Rate, Rates, Rendition, Role, Stream, Ticks};
use dynpack_testkit::urls::Azure;
use dynpack_testkit::{self as film, AAC_48_STEREO, AAC_48_SURROUND, HE_AAC_48_STEREO};
use m3u8_rs::{AlternativeMediaType, Playlist};
use proptest::prelude::*;

/// Video of two cameras at several rates and bitrates, and audio of several codings, some late and
/// some with odd labels.
fn films() -> impl Strategy<Value = Presentation> {
    let rates = prop::sample::select(vec![
        (1_001, 30_000),
        (512, 12_800),
        (1_001, 24_000),
        (33, 1_000),
        (1, 25),
    ]);
    let videos = prop::collection::vec((rates, 1_u32..600, 1_u32..100), 0..5);
    let configs = prop::sample::select(vec![AAC_48_STEREO, AAC_48_SURROUND, HE_AAC_48_STEREO]);
    let audios = prop::collection::vec(
        (
            configs,
            1_u32..900,
            prop::sample::select(vec!["en", "de", "und"]),
            prop_oneof![Just(0_i64), 0_i64..2_000_000],
            ".{0,8}",
        ),
        0..4,
    );
    (videos, audios, 500_u64..8_000).prop_filter_map(
        "nothing to present",
        |(videos, audios, millis)| {
            if videos.is_empty() && audios.is_empty() {
                return None;
            }
            let names = ["video", "video", "rear", "rear"];
            let video =
                videos.iter().zip(names).zip(1..).map(|((&(rate, frames, gop), name), at)| {
                    (name, at * 100_000, film::video((640, 360), rate, frames, gop))
                });
            let audio =
                audios.iter().zip(0..).map(|(&(config, frames, language, delay, _), at)| {
                    let name = ["one", "one", "two", "three"][usize::try_from(at).unwrap()];
                    (name, 64_000 + at, film::late(film::audio(config, frames, language), delay))
                });
            let policy = CutPolicy::with_target(std::time::Duration::from_millis(millis));
            let mut film = film::presentation(video.chain(audio).collect(), policy);
            let labels = audios.iter().map(|audio| &audio.4).cycle();
            for (rendition, label) in film.renditions.iter_mut().zip(labels) {
                rendition.label = Some(label.clone());
                rendition.role = if label.len() > 4 { Role::Description } else { Role::Main };
            }
            Some(film)
        },
    )
}

proptest! {
    #[test]
    fn playlists_agree_with_the_timeline(film in films()) {
        for rendition in &film.renditions {
            let parts = [Part::whole(Stream::new(rendition))];
            let playlist = media_playlist(&parts, &Azure, &Options::CMAF);
            let Ok(Playlist::MediaPlaylist(read)) =
                m3u8_rs::parse_playlist_res(playlist.as_bytes())
            else {
                return Err(TestCaseError::fail(playlist));
            };
            let own = read
                .segments
                .iter()
                .filter(|segment| !segment.unknown_tags.iter().any(|tag| tag.tag == "X-GAP"));
            let expected: Vec<_> = rendition
                .cuts
                .segments()
                .map(|segment| segment_url(rendition, segment.start))
                .collect();
            prop_assert_eq!(own.map(|segment| segment.uri.clone()).collect::<Vec<_>>(), expected);

            // Every position in the playlist is equal to that of the timeline, to the microsecond.
            let micros: Vec<i64> = playlist
                .lines()
                .filter_map(|line| line.strip_prefix("#EXTINF:"))
                .map(micros)
                .collect();
            let ends = rendition.cuts.segments().map(|segment| segment.start + segment.duration);
            let mut position: i64 = micros.iter().sum();
            for (end, duration) in ends.rev().zip(micros.iter().rev()) {
                let hz = i128::from(rendition.timescale().hz());
                let error = i128::from(end.0) * 1_000_000 - i128::from(position) * hz;
                prop_assert!(error.abs() * 2 <= hz, "{} at {}", end, position);
                position -= duration;
            }
            let longest = micros.iter().max().unwrap();
            prop_assert_eq!(
                read.target_duration,
                u64::try_from((longest + 500_000) / 1_000_000).unwrap().max(1)
            );
            prop_assert!(read.end_list);
        }
    }

    #[test]
    fn groups_hold_the_same_members_each_with_one_default(film in films(), audio_only: bool) {
        let rates: Rates = film
            .renditions
            .iter()
            .map(|rendition| {
                let bitrate = rendition.id.bitrate.into();
                (rendition.id.clone(), Rate::new(bitrate, bitrate))
            })
            .collect();
        let playlist = multivariant_playlist(
            &film,
            &rates,
            &Azure,
            &Options::CMAF.with_audio_only(audio_only),
        );
        let Ok(Playlist::MasterPlaylist(read)) = m3u8_rs::parse_playlist_res(playlist.as_bytes())
        else {
            return Err(TestCaseError::fail(playlist));
        };
        prop_assert!(!read.variants.is_empty());
        let groups = read.alternatives.chunk_by(|one, next| one.group_id == next.group_id);
        for group in groups.clone() {
            prop_assert_eq!(group.iter().filter(|member| member.default).count(), 1);
            prop_assert!(group.iter().all(|member| member.autoselect || !member.default));
            let mut names: Vec<_> = group.iter().map(|member| &member.name).collect();
            let of_kind = groups.clone().find(|first| first[0].media_type == group[0].media_type);
            let first: Vec<_> = of_kind.unwrap().iter().map(|member| &member.name).collect();
            prop_assert_eq!(&names, &first);
            names.sort();
            names.dedup();
            prop_assert_eq!(names.len(), group.len());
        }
        for variant in read.variants.iter().filter(|variant| !variant.is_i_frame) {
            let found = |kind: AlternativeMediaType, id: &Option<String>| {
                let mut of_kind = groups.clone().filter(|group| group[0].media_type == kind);
                match id {
                    Some(id) => of_kind.any(|group| group[0].group_id == *id),
                    None => of_kind.next().is_none(),
                }
            };
            prop_assert!(found(AlternativeMediaType::Audio, &variant.audio));
            let is_sound = audio_only && variant.resolution.is_none();
            prop_assert!(is_sound || found(AlternativeMediaType::Video, &variant.video));
        }
        // Every rendition can be reached.
        for rendition in &film.renditions {
            prop_assert!(
                playlist.contains(&dynpack_hls::Urls::playlist(&Azure, rendition)),
                "{}",
                playlist
            );
        }
    }

    /// No sample of either rendition is lost, names ascend, and the segments cover the time from
    /// the first start to the last end.
    #[test]
    fn a_muxed_stream_holds_all_of_both(film in films()) {
        let [Some(main), audio] =
            [MediaKind::Video, MediaKind::Audio].map(|kind| film.of_kind(kind).next())
        else {
            return Ok(());
        };
        let stream = Stream::new(main).with_audio(audio);
        let segments = stream.segments();
        let of_main: Vec<_> = segments.iter().filter_map(|segment| segment.main.clone()).collect();
        prop_assert_eq!(of_main, main.cuts.segments().collect::<Vec<_>>());
        let of_audio: Vec<_> =
            segments.iter().filter_map(|segment| segment.audio.clone()).collect();
        prop_assert_eq!(
            of_audio,
            audio.map_or_else(Vec::new, |audio| audio.cuts.segments().collect())
        );
        prop_assert!(
            segments.windows(2).all(|pair| pair[0].start + pair[0].duration == pair[1].start
                && pair[0].duration > Ticks::ZERO)
        );
        for segment in &segments {
            prop_assert_eq!(stream.segment_at(segment.start), Some(segment.clone()));
            prop_assert!(
                stream
                    .segment_at(segment.start - Ticks(1))
                    .is_none_or(|other| other.number < segment.number)
            );
        }
        let playlist = media_playlist(&[Part::whole(stream)], &Azure, &Options::MUXED_TS);
        let Ok(Playlist::MediaPlaylist(read)) = m3u8_rs::parse_playlist_res(playlist.as_bytes())
        else {
            return Err(TestCaseError::fail(playlist));
        };
        prop_assert!(read.segments.iter().all(|segment| segment.duration > 0.0), "{}", playlist);
    }

    /// Key frames cover the track without gaps, as segments do, and each is found by its name.
    #[test]
    fn key_frames_cover_the_track(film in films()) {
        for video in film.of_kind(MediaKind::Video) {
            let key_frames = video.key_frames().unwrap();
            let frames: Vec<_> = key_frames.cuts.segments().collect();
            prop_assert_eq!(
                (frames[0].start, frames.last().unwrap().start + frames.last().unwrap().duration),
                (video.cuts.start(), video.end())
            );
            prop_assert!(
                frames.windows(2).all(|pair| pair[0].start + pair[0].duration == pair[1].start)
            );
            prop_assert!(frames.iter().all(|frame| frame.duration > Ticks::ZERO
                && video.track.samples.is_sync(frame.samples.start)));
            let found = frames.iter().map(|frame| key_frames.cuts.segment_at(frame.start));
            prop_assert!(found.eq(frames.iter().cloned().map(Some)));
            let part = Part::whole(Stream::new(&key_frames));
            let playlist = media_playlist(&[part], &Azure, &Options::CMAF);
            let Ok(Playlist::MediaPlaylist(read)) =
                m3u8_rs::parse_playlist_res(playlist.as_bytes())
            else {
                return Err(TestCaseError::fail(playlist));
            };
            let gaps = playlist.matches("#EXT-X-GAP").count();
            prop_assert!(
                read.i_frames_only && read.segments.len() == frames.len() + gaps,
                "{}",
                playlist
            );
        }
    }

    /// `hls_m3u8` also checks that groups exist, that there is one default, and that durations are
    /// below the target.
    #[test]
    fn a_strict_reader_accepts_both(film in films()) {
        let rates = film.renditions.iter().flat_map(|rendition| {
            let key_frames = rendition.key_frames().map(|frames| (frames.id, Rate::new(200, 100)));
            [(rendition.id.clone(), Rate::new(2_000, 1_000))].into_iter().chain(key_frames)
        });
        let rates: Rates = rates.collect();
        let playlist = multivariant_playlist(&film, &rates, &Azure, &Options::CMAF);
        let read = hls_m3u8::MasterPlaylist::try_from(playlist.as_str());
        prop_assert!(read.is_ok(), "{:?}: {}", read.err(), playlist);
        for rendition in &film.renditions {
            // This reader knows no version above 7, and no gaps.
            let parts = [Part::whole(Stream::new(rendition))];
            let playlist = media_playlist(&parts, &Azure, &Options::CMAF)
                .replace("#EXT-X-VERSION:8\n", "#EXT-X-VERSION:7\n");
            let read = hls_m3u8::MediaPlaylist::from_str(&playlist);
            prop_assert!(read.is_ok(), "{:?}: {}", read.err(), playlist);
        }
    }
}

fn segment_url(rendition: &Rendition, start: Ticks) -> String {
    let SegmentUrl { before, after } = dynpack_hls::Urls::segments(&Azure, rendition);
    format!("{before}{start}{after}")
}

/// Microseconds of an `EXTINF` with six decimals.
fn micros(extinf: &str) -> i64 {
    let (seconds, decimals) = extinf.trim_end_matches(',').split_once('.').unwrap();
    assert_eq!(decimals.len(), 6, "{extinf}");
    seconds.parse::<i64>().unwrap() * 1_000_000 + decimals.parse::<i64>().unwrap()
}
