//! Any bytes as a film: feeding them whole or in small pieces gives the same. What opens can be
//! cut, described, planned and made, clear and under every protection. Its text and its chapters
//! can be read, and are within limits.

#![no_main]

use bytes::Bytes;
use dynpack::{
    AssetPath, Content, ContentKey, CutPolicy, Encryption, Format, Job, KeyDelivery, KeyId, KeySet,
    LocatorKey, Package, Place, Presentation, Protection, Request, Resource, StreamingPolicy,
    Terms, present,
};
use dynpack_isobmff::{Demuxer, Error, Limits, demux};
use dynpack_media::{Extent, Movie, TextTrack, Ticks, Time, Timescale, View};
use dynpack_text::{Cue, Options, chapters, limits, mp4};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let file = Bytes::copy_from_slice(data);
    let whole = demux(file.clone());
    assert_eq!(whole, in_pieces(&file), "whole and in pieces");
    let Ok(movie) = whole else { return };
    movie.texts.iter().chain(&movie.chapters.tracks).for_each(|text| read_text(&file, text));
    let Ok(presentation) = present([movie], CutPolicy::SIX_SECONDS) else { return };
    for format in Format::ALL {
        walk(&file, &presentation, format, None);
        for encryption in format.encryptions() {
            walk(&file, &presentation, format, Some(encryption));
        }
    }
});

/// Reads a text track.
fn read_text(file: &Bytes, text: &TextTrack) {
    let Ok(reads) = mp4::reads(text) else { return };
    assert!(reads.len() <= limits::MAX_SAMPLES);
    let pieces: Vec<_> =
        reads.into_iter().map(|read| within(file, read).expect("within the file")).collect();
    let Ok(parsed) = mp4::read(text, Options::new(), &pieces) else { return };
    let document = parsed.document.since(Time::new(Ticks(1), Timescale::MILLIS));
    let cues = document.cues.all();
    assert!(cues.len() <= limits::MAX_CUES);
    let start = Time::new(Ticks::ZERO, Timescale::MILLIS);
    assert!(cues.iter().all(|cue| start <= cue.start && cue.end <= Cue::NEVER));
    let _ = chapters::read(&document, &text.language);
}

/// Requests a manifest and some segments.
fn walk(file: &Bytes, presentation: &Presentation, format: Format, encryption: Option<Encryption>) {
    let Ok(packager) = format.packager() else { return };
    let protection = encryption.map(|encryption| protection(presentation, encryption));
    let asset = AssetPath::new("film", "film.ism").expect("plain names");
    let ask = |target| {
        let request = Request::new(asset.clone(), format, target).with_encryption(encryption);
        let view = View::whole(presentation);
        packager.package(&Job::new(&view, &request).with_protection(protection.as_ref()))
    };
    let _ = ask(Resource::Manifest);
    for rendition in &presentation.renditions {
        for segment in rendition.cuts.segments().take(3) {
            let package = ask(Resource::Media(rendition.id.clone(), Place::Time(segment.start)));
            if let Ok(Package { content: Content::Plan(plan), .. }) = package {
                let media: Option<Vec<_>> =
                    plan.reads().iter().map(|read| within(file, read.extent)).collect();
                let _ = media.map(|media| plan.finish(&media));
            }
        }
    }
}

fn within(file: &Bytes, extent: Extent) -> Option<Bytes> {
    let start = usize::try_from(extent.offset).ok()?;
    let end = start.checked_add(usize::try_from(extent.len).ok()?)?;
    (end <= file.len()).then(|| file.slice(start..end))
}

fn protection(presentation: &Presentation, encryption: Encryption) -> Protection {
    let policy = StreamingPolicy::predefined("Predefined_MultiDrmStreaming").expect("one of six");
    let keys =
        KeySet::Labelled(vec![LocatorKey::new(KeyId([1; 16]), Some(ContentKey::new([2; 16])))]);
    let delivery = KeyDelivery::default();
    Protection::new(encryption, presentation, "film", &Terms::new(&policy, &delivery), &keys)
        .expect("a key for all")
}

/// Feeds a few bytes at a time.
fn in_pieces(file: &Bytes) -> Result<Movie, Error> {
    let mut demuxer = Demuxer::new(file.len() as u64, Limits::default());
    while let Some(range) = demuxer.need() {
        let start = usize::try_from(range.offset).unwrap_or(usize::MAX).min(file.len());
        let end = (start + usize::try_from(range.len).unwrap_or(usize::MAX).min(7)).min(file.len());
        demuxer.feed(range.offset, file.slice(start..end))?;
    }
    demuxer.finish()
}
