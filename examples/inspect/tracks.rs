//! The tracks of an asset, and how it is cut.

use dynpack::{Asset, MediaKind, Presentation, Rendition, Scene};
use dynpack_codec::Codec;

/// How long an asset lasts, and in how many segments; also each clip of a program.
pub(crate) fn segments(scenes: &[Scene<'_>]) -> String {
    let lasts = |scene: &Scene<'_>| scene.presentation.duration().as_seconds();
    let count = |scene: &Scene<'_>| cut(&scene.presentation).cuts.len();
    let (seconds, all) = (scenes.iter().map(lasts).sum::<f64>(), scenes.iter().map(count));
    let mut text = format!("{seconds:.3} s, segments: {}\n", all.sum::<usize>());
    for (at, scene) in scenes.iter().enumerate().filter(|_| scenes.len() > 1) {
        let (number, start) = (at + 1, scene.start.as_seconds());
        let (lasts, count) = (lasts(scene), count(scene));
        text += &format!("clip {number} at {start:.3} s: {lasts:.3} s, segments: {count}\n");
    }
    text
}

/// The rendition whose segments are counted: the video that is played by default, or else the
/// audio.
pub(crate) fn cut(shown: &Presentation) -> &Rendition {
    let default = [MediaKind::Video, MediaKind::Audio, MediaKind::Text].into_iter();
    let mut default = default.filter_map(|kind| shown.default_of(kind));
    default.next().expect("a presentation has renditions")
}

/// A row for each track: of a program, those of all clips.
pub(crate) fn table(asset: &Asset, scenes: &[Scene<'_>]) -> String {
    let titles = ["track", "bit/s", "codec", "shape", "samples", "segments", "groups of pictures"];
    let rows = asset.presentation.renditions.iter().map(|rendition| row(rendition, scenes));
    let rows: Vec<_> = [titles.map(str::to_owned)].into_iter().chain(rows).collect();
    let mut text = String::new();
    for [track, bitrate, codec, shape, samples, segments, groups] in rows {
        let line = format!(
            "{track:<15} {bitrate:>9} {codec:<15} {shape:<20} {samples:>8} {segments:>8}  {groups}"
        );
        text += &format!("{}\n", line.trim_end());
    }
    text
}

fn row(rendition: &Rendition, scenes: &[Scene<'_>]) -> [String; 7] {
    let Rendition { id, language, .. } = rendition;
    let all: Vec<_> = scenes.iter().filter_map(|scene| scene.presentation.rendition(id)).collect();
    let ranges = all.iter().map(|one| one.cuts.samples());
    let samples: u64 = ranges.map(|range| u64::from(range.end.0 - range.start.0)).sum();
    let segments: usize = all.iter().map(|one| one.cuts.len()).sum();
    let codec = &rendition.track.codec;
    let (coding, shape, samples, groups) = match codec {
        Codec::Video(video) => {
            let (width, height) = video.dimensions();
            (codec.rfc6381(), format!("{width}x{height}"), samples.to_string(), groups(&all))
        }
        Codec::Audio(audio) => {
            let (rate, channels) = (audio.sampling_rate(), audio.channels());
            let shape = format!("{rate} Hz, {channels} ch, {language}");
            (codec.rfc6381(), shape, samples.to_string(), String::new())
        }
        Codec::Text => {
            let shape = format!("{language}, {}", rendition.role.as_str());
            ("text".into(), shape, String::new(), String::new())
        }
    };
    let (name, bitrate) = (id.name.to_string(), id.bitrate.to_string());
    [name, bitrate, coding, shape, samples, segments.to_string(), groups]
}

fn groups(all: &[Rendition]) -> String {
    let sync = all.iter().map(|one| one.track.samples.sync_samples(one.cuts.samples()));
    let Some(counts) = sync.map(|sync| sync.map(<[_]>::len)).collect::<Option<Vec<_>>>() else {
        return "every picture is one".into();
    };
    let count: usize = counts.into_iter().sum();
    let seconds: f64 = all.iter().map(|one| one.end_time().as_seconds()).sum();
    let each = seconds / f64::from(u32::try_from(count.max(1)).unwrap_or(u32::MAX));
    format!("{count}, {each:.2} s each")
}
