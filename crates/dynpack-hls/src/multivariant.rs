//! The multivariant playlist: the renditions of a presentation (RFC 8216, 4.3.4).

use dynpack_codec::MediaKind;
use dynpack_media::{Presentation, Rate, Rates, Role};

use crate::audio::{Groups, Rated};
use crate::model::{Audio, FrameRate, Multivariant, Resolution, Variant};
use crate::{Flavor, Key, Options, Urls};

/// Lists the variants of a presentation, by ascending bitrate of the video, and the audio
/// renditions from which a listener can choose.
///
/// `rates` are those of the presentation's renditions. Where one is missing, the declared bitrate
/// is used. The bandwidth of a variant is the sum of its video and the highest rate of the audio in
/// its group (RFC 8216, 4.3.4.2).
///
/// If there are audio renditions of one name, at several bitrates or in several codings, each has
/// its own group. There is a variant for each combination of a video and a group. Without video,
/// the variants are the audio renditions.
///
/// In [`Flavor::MuxedTs`] there is no choice of audio: the first audio rendition of the
/// presentation is muxed into each video. The rate of the video includes it.
///
/// If `rates` has a rate for the key frames of a video, the playlist also lists them for trick play
/// (RFC 8216, 4.3.4.3). The [session keys](Urls::session_keys) come last, each once.
#[must_use]
pub fn multivariant_playlist(
    presentation: &Presentation,
    rates: &Rates,
    urls: &impl Urls,
    options: &Options,
) -> String {
    let mut video = Rated::of_kind(presentation, rates, MediaKind::Video, options.flavor);
    video.sort_by_key(|rated| rated.rendition.id.bitrate);
    let audio = Rated::of_kind(presentation, rates, MediaKind::Audio, options.flavor);
    let session_keys = session_keys(presentation, urls);
    let (alternatives, variants) = match options.flavor {
        Flavor::Cmaf | Flavor::Ts => demuxed(&video, &audio, urls, options),
        Flavor::MuxedTs => (Vec::new(), muxed(&video, &audio, urls, options)),
    };
    let playlist = Multivariant {
        version: session_keys.iter().map(Key::version).fold(options.flavor.version(), u8::max),
        has_independent_segments: presentation
            .renditions
            .iter()
            .all(|rendition| rendition.has_independent_segments()),
        audio: alternatives,
        variants,
        key_frames: video.iter().filter_map(|video| key_frames(video, rates, urls)).collect(),
        session_keys,
    };
    playlist.write()
}

/// The session keys of a presentation, without duplicates (RFC 8216, 4.3.4.5).
fn session_keys(presentation: &Presentation, urls: &impl Urls) -> Vec<Key> {
    let mut keys = Vec::new();
    for key in urls.session_keys(presentation) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// Video and audio in separate segments: the audio renditions to choose from, and the variants.
fn demuxed(
    video: &[Rated<'_>],
    audio: &[Rated<'_>],
    urls: &impl Urls,
    options: &Options,
) -> (Vec<Audio>, Vec<Variant>) {
    let groups = Groups::new(audio);
    if video.is_empty() && groups.members.len() == 1 {
        return (Vec::new(), alone(audio, urls));
    }
    if groups.rows.is_empty() {
        return (Vec::new(), alone(video, urls));
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
    (alternatives(&groups, urls), variants)
}

/// The first audio rendition muxed into each video.
fn muxed(
    video: &[Rated<'_>],
    audio: &[Rated<'_>],
    urls: &impl Urls,
    options: &Options,
) -> Vec<Variant> {
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
    variants
}

/// Each rendition as a variant of its own.
fn alone(renditions: &[Rated<'_>], urls: &impl Urls) -> Vec<Variant> {
    renditions.iter().map(|rated| variant(rated, &[], None, urls)).collect()
}

/// A variant: `main` is the rendition of its playlist, `audio` what a client may play with it or
/// instead of it.
fn variant(
    main: &Rated<'_>,
    audio: &[Rated<'_>],
    group: Option<String>,
    urls: &impl Urls,
) -> Variant {
    let track = &main.rendition.track;
    let is_replaced = main.rendition.kind() == MediaKind::Audio && !audio.is_empty();
    let own = if is_replaced { Rate::default() } else { main.rate };
    let highest = |rate: fn(&Rate) -> u64| {
        audio.iter().map(|rated| rate(&rated.rate)).max().unwrap_or_default()
    };
    let mut codecs = vec![main.codec()];
    for codec in audio.iter().map(Rated::codec) {
        if !codecs.contains(&codec) {
            codecs.push(codec);
        }
    }
    let frame_rate = track.frame_rate().and_then(|rate| u32::try_from(rate.thousandths()).ok());
    Variant {
        uri: urls.playlist(main.rendition),
        bandwidth: own.peak.saturating_add(highest(|rate| rate.peak)),
        average_bandwidth: own.average.saturating_add(highest(|rate| rate.average)),
        codecs: codecs.join(","),
        resolution: track.display_size().map(|(width, height)| Resolution(width, height)),
        frame_rate: frame_rate.map(FrameRate),
        audio: group,
    }
}

/// `EXT-X-I-FRAME-STREAM-INF` of a video, if it has key frames and a rate for them.
fn key_frames(video: &Rated<'_>, rates: &Rates, urls: &impl Urls) -> Option<Variant> {
    let key_frames = video.rendition.key_frames()?;
    let rate = rates.get(&key_frames.id)?;
    let rated = Rated { rendition: &key_frames, rate, flavor: video.flavor };
    Some(Variant { frame_rate: None, ..variant(&rated, &[], None, urls) })
}

/// `EXT-X-MEDIA` for each member of each group.
fn alternatives(groups: &Groups<'_>, urls: &impl Urls) -> Vec<Audio> {
    let mut alternatives = Vec::new();
    for (row, renditions) in groups.rows.iter().enumerate() {
        for (at, (member, rated)) in groups.members.iter().zip(renditions).enumerate() {
            alternatives.push(Audio {
                uri: urls.playlist(rated.rendition),
                group: groups.id(row),
                language: (!member.language.is_undetermined())
                    .then(|| member.language.tag().to_owned()),
                name: member.name.clone(),
                is_default: at == groups.default,
                is_autoselect: groups.is_autoselect(at),
                characteristics: (member.role == Role::Description)
                    .then_some("public.accessibility.describes-video"),
                channels: (rated.channels() > 0).then(|| rated.channels().to_string()),
            });
        }
    }
    alternatives
}
