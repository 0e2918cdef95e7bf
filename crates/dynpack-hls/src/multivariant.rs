//! The multivariant playlist: the renditions of a presentation (RFC 8216, 4.3.4).

use dynpack_codec::MediaKind;
use dynpack_media::{Presentation, Rate, Rates};

use crate::audio::{Groups, Rated};
use crate::model::{FrameRate, Media, Multivariant, Resolution, Variant};
use crate::subtitles::Subtitles;
use crate::video::Videos;
use crate::{Flavor, Key, Options, Urls, captions};

/// Lists the variants of a presentation, by ascending [family](dynpack_media::VideoFamily) and
/// bitrate of the video, and the renditions from which a viewer can choose.
///
/// `rates` are those of the presentation's renditions. Where one is missing, the declared bitrate
/// is used. The bandwidth of a variant is the sum of the highest rates of the video and of the
/// audio in its groups (RFC 8216, 4.3.4.2).
///
/// The variants are the bitrates of the video that is [played by
/// default](Presentation::default_of). Other videos, such as a second camera, are in a group of
/// videos (`TYPE=VIDEO`) that every variant names.
///
/// If there are audio renditions of one name, at several bitrates or in several codings, each has
/// its own group. There is a variant for each combination of a video and a group. Without video,
/// the variants are the audio renditions.
///
/// The variants of the [first quality](Options::first_quality) come before the others.
///
/// In [`Flavor::MuxedTs`] there is no choice: the first audio rendition of the presentation is
/// muxed into each bitrate of the default video. The rate of the video includes it.
///
/// All variants may be shown with any of the texts, which are in one group (`TYPE=SUBTITLES`).
///
/// If `rates` has a rate for the key frames of a variant, the playlist also lists them for trick
/// play (RFC 8216, 4.3.4.3). The URL of the [chapters](Urls::chapters) follows, if there are any
/// (4.3.4.4). The [session keys](Urls::session_keys) come last, each once.
#[must_use]
pub fn multivariant_playlist(
    presentation: &Presentation,
    rates: &Rates,
    urls: &impl Urls,
    options: &Options,
) -> String {
    let video = Videos::new(presentation, rates, options.flavor);
    let audio = Rated::of_kind(presentation, rates, MediaKind::Audio, options.flavor);
    let session_keys = session_keys(presentation, urls);
    let text = Subtitles::new(presentation);
    let (choices, mut variants) = match options.flavor {
        Flavor::Cmaf | Flavor::Ts => demuxed(&video, &audio, urls, options),
        Flavor::MuxedTs => (Vec::new(), muxed(&video, &audio, urls, options)),
    };
    for variant in &mut variants {
        text.add_to(variant, options);
    }
    if let Some(first) = options.first_quality {
        variants.sort_by_key(|variant| variant.bitrate != first);
    }
    let playlist = Multivariant {
        version: session_keys.iter().map(Key::version).fold(options.flavor.version(), u8::max),
        has_independent_segments: presentation
            .renditions
            .iter()
            .all(|rendition| rendition.has_independent_segments()),
        begin: presentation.begin(),
        audio: choices,
        captions: captions::media(&video.defaults),
        text: text.media(urls, options),
        variants,
        video: video.media(urls),
        key_frames: video
            .defaults
            .iter()
            .filter_map(|video| key_frames(video, rates, urls))
            .collect(),
        chapters: urls.chapters(presentation),
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

/// Video and audio in separate segments: the audio to choose from, and the variants.
fn demuxed(
    video: &Videos<'_>,
    audio: &[Rated<'_>],
    urls: &impl Urls,
    options: &Options,
) -> (Vec<Media>, Vec<Variant>) {
    let groups = Groups::new(audio);
    if video.defaults.is_empty() && groups.members.len() == 1 {
        return (Vec::new(), alone(audio, urls));
    }
    let mut rows: Vec<(Option<String>, &[Rated<'_>])> =
        (0..).zip(&groups.rows).map(|(row, members)| (Some(groups.id(row)), &**members)).collect();
    if rows.is_empty() {
        rows.push((None, &[]));
    }
    let mut variants = Vec::new();
    for (main, choices, group) in video.variants() {
        for (id, members) in &rows {
            let (audio, video) = (id.clone(), group.clone());
            variants.push(Variant { audio, video, ..variant(main, choices, members, urls) });
        }
    }
    if video.defaults.is_empty() || options.audio_only {
        for (id, members) in &rows {
            let sound = members.get(groups.default).map(|main| variant(main, &[], members, urls));
            variants.extend(sound.map(|sound| Variant { audio: id.clone(), ..sound }));
        }
    }
    (alternatives(&groups, urls), variants)
}

/// The first audio rendition muxed into each bitrate of the default video.
fn muxed(
    video: &Videos<'_>,
    audio: &[Rated<'_>],
    urls: &impl Urls,
    options: &Options,
) -> Vec<Variant> {
    let sound = audio.get(..1).unwrap_or_default();
    let within: Vec<_> =
        sound.iter().map(|sound| Rated { rate: Rate::default(), ..*sound }).collect();
    let mut variants: Vec<_> =
        video.defaults.iter().map(|video| variant(video, &[], &within, urls)).collect();
    if video.defaults.is_empty() {
        variants = alone(audio, urls);
    } else if options.audio_only {
        variants.extend(alone(sound, urls));
    }
    variants
}

/// Each rendition as a variant of its own.
fn alone(renditions: &[Rated<'_>], urls: &impl Urls) -> Vec<Variant> {
    renditions.iter().map(|rated| variant(rated, &[], &[], urls)).collect()
}

/// A variant, in no group yet: `main` is the rendition of its playlist, `choices` are videos that a
/// client may play instead, `audio` is what a client may play with it or instead of it.
fn variant(
    main: &Rated<'_>,
    choices: &[Rated<'_>],
    audio: &[Rated<'_>],
    urls: &impl Urls,
) -> Variant {
    let is_replaced = main.rendition.kind() == MediaKind::Audio && !audio.is_empty();
    let own = if is_replaced { Rate::default() } else { main.rate };
    let shown = || [main].into_iter().chain(choices);
    let highest = |rate: fn(&Rate) -> u64| {
        let video = choices.iter().map(|rated| rate(&rated.rate)).fold(rate(&own), u64::max);
        let audio = audio.iter().map(|rated| rate(&rated.rate)).max().unwrap_or_default();
        video.saturating_add(audio)
    };
    let mut codecs = Vec::new();
    for codec in shown().chain(audio).map(Rated::codec) {
        if !codecs.contains(&codec) {
            codecs.push(codec);
        }
    }
    let frame_rates = shown()
        .filter_map(|rated| u32::try_from(rated.rendition.track.frame_rate()?.thousandths()).ok());
    Variant {
        bitrate: main.rendition.id.bitrate,
        uri: urls.playlist(main.rendition),
        bandwidth: highest(|rate| rate.peak),
        average_bandwidth: highest(|rate| rate.average),
        codecs: codecs.join(","),
        supplemental_codec: main.supplemental_codec(),
        range: main.range(),
        resolution: main
            .rendition
            .track
            .display_size()
            .map(|(width, height)| Resolution(width, height)),
        frame_rate: frame_rates.max().map(FrameRate),
        audio: None,
        video: None,
        text: None,
        captions: captions::group(main),
        stable_id: main.stable_id(),
    }
}

/// `EXT-X-I-FRAME-STREAM-INF` of a video, if it has key frames and a rate for them.
fn key_frames(video: &Rated<'_>, rates: &Rates, urls: &impl Urls) -> Option<Variant> {
    let key_frames = video.rendition.key_frames()?;
    let rate = rates.get(&key_frames.id)?;
    let rated = Rated { rendition: &key_frames, rate, flavor: video.flavor };
    Some(Variant { frame_rate: None, ..variant(&rated, &[], &[], urls) })
}

/// `EXT-X-MEDIA` for each member of each group of audio.
fn alternatives(groups: &Groups<'_>, urls: &impl Urls) -> Vec<Media> {
    let mut alternatives = Vec::new();
    for (row, renditions) in groups.rows.iter().enumerate() {
        for (at, (member, rated)) in groups.members.iter().zip(renditions).enumerate() {
            alternatives.push(Media {
                kind: "AUDIO",
                uri: Some(urls.playlist(rated.rendition)),
                group: groups.id(row),
                language: (!member.language.is_undetermined())
                    .then(|| member.language.tag().to_owned()),
                name: member.name.clone(),
                is_default: at == groups.default,
                is_autoselect: groups.is_autoselect(at),
                is_forced: false,
                characteristics: member.characteristics.clone(),
                channels: rated.channels(),
                channel: None,
                stable_id: rated.stable_id(),
            });
        }
    }
    alternatives
}
