//! Captions in video, as a viewer can choose them (RFC 8216, 4.3.4.1).

use std::collections::BTreeSet;

use dynpack_codec::CaptionChannel;

use crate::Flavor;
use crate::audio::Rated;
use crate::model::Media;

/// `GROUP-ID` of all captions: the bitrates of a video carry the same.
const GROUP: &str = "cc";

/// The channels that a playlist can list. Services need protocol version 7 (RFC 8216, 7), and
/// playlists of version 3 list no choices.
fn channels(video: &Rated<'_>) -> impl Iterator<Item = CaptionChannel> {
    let captions = video.rendition.track.codec.video().map(|video| &*video.captions);
    let flavor = video.flavor;
    captions.unwrap_or_default().iter().copied().filter(move |channel| match flavor {
        Flavor::Cmaf => true,
        Flavor::Ts => matches!(channel, CaptionChannel::Line21(_)),
        Flavor::MuxedTs => false,
    })
}

/// `CLOSED-CAPTIONS` of a variant with that video, if it carries any. It is never `NONE`: not all
/// of a film was searched, and players would show no captions then.
pub(crate) fn group(video: &Rated<'_>) -> Option<&'static str> {
    channels(video).next().map(|_| GROUP)
}

/// `EXT-X-MEDIA` for each channel of these videos. Which language it is in is not known, so players
/// may choose none but the first by themselves.
pub(crate) fn media(videos: &[Rated<'_>]) -> Vec<Media> {
    let channels: BTreeSet<_> = videos.iter().flat_map(channels).collect();
    let media = channels.into_iter().enumerate().map(|(at, channel)| Media {
        kind: "CLOSED-CAPTIONS",
        group: GROUP.into(),
        name: channel.to_string(),
        is_autoselect: at == 0,
        channel: Some(channel),
        ..Media::default()
    });
    media.collect()
}
