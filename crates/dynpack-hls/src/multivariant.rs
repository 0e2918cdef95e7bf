//! The multivariant playlist: the renditions of a presentation (RFC 8216, 4.3.4).

use dynpack_codec::{MediaKind, VideoCodec};
use dynpack_media::{Presentation, Role};
use m3u8_rs::{
    AlternativeMedia, AlternativeMediaType, ExtTag, MasterPlaylist, Resolution, VariantStream,
};

use crate::audio::{Groups, Rated};
use crate::text::{quoted, uri};
use crate::{Flavor, Key, Options, Rate, Rates, Urls};

/// Lists the variants of a presentation, by ascending bitrate of the video, and the audio
/// renditions to choose from.
///
/// `rates` are those of the presentation's renditions, in the same order; where one is missing, the
/// declared bitrate stands in. The bandwidth of a variant is that of its video and of the most
/// demanding audio of its group together (RFC 8216, 4.3.4.2).
///
/// Audio renditions of one name, at several bitrates or in several codings, are each in a group of
/// their own, and there is a variant for each video with each group. Without video, the variants
/// are the audio renditions.
///
/// In [`Flavor::MuxedTs`] there are no audio renditions to choose from: the first of the
/// presentation is in each video, whose rate includes it.
///
/// A video for which there is a rate of its key frames has a list of those for trick play (RFC
/// 8216, 4.3.4.3). Behind all stand the [session keys](Urls::session_keys), each once.
#[must_use]
pub fn multivariant_playlist(
    presentation: &Presentation,
    rates: &[Rates],
    urls: &impl Urls,
    options: &Options,
) -> String {
    let mut video = Rated::of_kind(presentation, rates, MediaKind::Video, options.flavor);
    video.sort_by_key(|rated| rated.rendition.id.bitrate);
    let audio = Rated::of_kind(presentation, rates, MediaKind::Audio, options.flavor);
    let keys = session_keys(presentation, urls);
    let version = keys.iter().map(Key::version).fold(options.flavor.version(), u8::max);
    let mut playlist = MasterPlaylist {
        version: Some(version.into()),
        independent_segments: presentation
            .renditions
            .iter()
            .all(|rendition| rendition.has_independent_segments()),
        ..match options.flavor {
            Flavor::Cmaf | Flavor::Ts => demuxed(&video, &audio, urls, options),
            Flavor::MuxedTs => muxed(&video, &audio, urls, options),
        }
    };
    playlist.variants.extend(video.iter().filter_map(|video| key_frames(video, urls)));
    // The model has a type for session keys, but without `KEYID`.
    let session_key =
        |key: &Key| ExtTag { tag: "X-SESSION-KEY".into(), rest: Some(key.attributes()) };
    playlist.unknown_tags.extend(keys.iter().map(session_key));
    let mut text = Vec::new();
    // Writing to memory does not fail, and all that is written is UTF-8.
    let _ = playlist.write_to(&mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// The session keys of a presentation, no two alike (RFC 8216, 4.3.4.5).
fn session_keys(presentation: &Presentation, urls: &impl Urls) -> Vec<Key> {
    let mut keys = Vec::new();
    for key in urls.session_keys(presentation) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// Video and audio apart.
fn demuxed(
    video: &[Rated<'_>],
    audio: &[Rated<'_>],
    urls: &impl Urls,
    options: &Options,
) -> MasterPlaylist {
    let groups = Groups::new(audio);
    if video.is_empty() && groups.members.len() == 1 {
        return MasterPlaylist { variants: alone(audio, urls), ..MasterPlaylist::default() };
    }
    if groups.rows.is_empty() {
        return MasterPlaylist { variants: alone(video, urls), ..MasterPlaylist::default() };
    }
    let rows = || groups.rows.iter().enumerate().map(|(row, members)| (groups.id(row), members));
    let pairs = video.iter().flat_map(|video| rows().map(move |row| (video, row)));
    let mut variants: Vec<_> =
        pairs.map(|(video, (id, members))| variant(video, members, Some(id), urls)).collect();
    if video.is_empty() || options.audio_only {
        let sound = |(id, members): (String, &Vec<Rated<'_>>)| {
            let default = members.get(groups.default)?;
            Some(variant(default, members, Some(id), urls))
        };
        variants.extend(rows().filter_map(sound));
    }
    MasterPlaylist {
        variants,
        alternatives: alternatives(&groups, urls),
        ..MasterPlaylist::default()
    }
}

/// The first audio in each video.
fn muxed(
    video: &[Rated<'_>],
    audio: &[Rated<'_>],
    urls: &impl Urls,
    options: &Options,
) -> MasterPlaylist {
    let sound = audio.get(..1).unwrap_or_default();
    let within: Vec<_> =
        sound.iter().map(|sound| Rated { rate: Rate::default(), ..*sound }).collect();
    let mut variants: Vec<_> =
        video.iter().map(|video| variant(video, &within, None, urls)).collect();
    if video.is_empty() {
        variants = alone(audio, urls);
    } else if options.audio_only {
        variants.extend(alone(sound, urls));
    }
    MasterPlaylist { variants, ..MasterPlaylist::default() }
}

/// Each rendition as a variant by itself.
fn alone(renditions: &[Rated<'_>], urls: &impl Urls) -> Vec<VariantStream> {
    renditions.iter().map(|rated| variant(rated, &[], None, urls)).collect()
}

/// A variant: `main` is what its playlist holds, `audio` what a client may play with it or in its
/// place.
fn variant(
    main: &Rated<'_>,
    audio: &[Rated<'_>],
    group: Option<String>,
    urls: &impl Urls,
) -> VariantStream {
    let track = &main.rendition.track;
    let is_replaced = main.rendition.kind() == MediaKind::Audio && !audio.is_empty();
    let own = if is_replaced { Rate::default() } else { main.rate };
    let most = |rate: fn(&Rate) -> u64| {
        audio.iter().map(|rated| rate(&rated.rate)).max().unwrap_or_default()
    };
    let mut codecs = vec![main.codec()];
    for codec in audio.iter().map(Rated::codec) {
        if !codecs.contains(&codec) {
            codecs.push(codec);
        }
    }
    let frame_rate = track.frame_rate().and_then(|rate| u32::try_from(rate.thousandths()).ok());
    VariantStream {
        uri: uri(&urls.playlist(main.rendition)),
        bandwidth: own.peak.saturating_add(most(|rate| rate.peak)),
        average_bandwidth: Some(own.average.saturating_add(most(|rate| rate.average))),
        codecs: Some(quoted(&codecs.join(","))),
        resolution: track.codec.video().map(resolution),
        frame_rate: frame_rate.map(|thousandths| f64::from(thousandths) / 1_000.0),
        audio: group,
        ..VariantStream::default()
    }
}

/// The size at which pictures are to be displayed (RFC 8216, 4.3.4.2), in square pixels.
fn resolution(video: &VideoCodec) -> Resolution {
    let (width, height) = video.dimensions();
    let halves = video.pixel_aspect().stretch(width, 2).unwrap_or_else(|| 2 * u32::from(width));
    Resolution { width: halves.div_ceil(2).into(), height: height.into() }
}

/// `EXT-X-I-FRAME-STREAM-INF` of a video.
fn key_frames(video: &Rated<'_>, urls: &impl Urls) -> Option<VariantStream> {
    let rate = video.key_frames?;
    Some(VariantStream {
        is_i_frame: true,
        uri: uri(&urls.key_frame_playlist(video.rendition)),
        bandwidth: rate.peak,
        average_bandwidth: Some(rate.average),
        frame_rate: None,
        ..variant(video, &[], None, urls)
    })
}

/// `EXT-X-MEDIA` for each member of each group.
fn alternatives(groups: &Groups<'_>, urls: &impl Urls) -> Vec<AlternativeMedia> {
    let mut alternatives = Vec::new();
    for (row, renditions) in groups.rows.iter().enumerate() {
        for (at, (member, rated)) in groups.members.iter().zip(renditions).enumerate() {
            alternatives.push(AlternativeMedia {
                media_type: AlternativeMediaType::Audio,
                group_id: groups.id(row),
                name: quoted(&member.name),
                language: (!member.language.is_undetermined())
                    .then(|| quoted(member.language.tag())),
                default: at == groups.default,
                autoselect: groups.is_autoselect(at),
                characteristics: (member.role == Role::Description)
                    .then(|| "public.accessibility.describes-video".into()),
                channels: (rated.channels() > 0).then(|| rated.channels().to_string()),
                uri: Some(uri(&urls.playlist(rated.rendition))),
                ..AlternativeMedia::default()
            });
        }
    }
    alternatives
}
