//! Any bytes as an index, or as the content of one under a digest that fits: it is refused, or read
//! and written again. What it holds can be cut, described and planned, as a film from any file.

#![no_main]

use bytes::{BufMut, Bytes, BytesMut};
use dynpack::{AssetPath, CutPolicy, Format, Job, Place, Request, Resource, present_knowing};
use dynpack_index::{Content, Index, read, write};
use dynpack_isobmff::Limits;
use dynpack_media::{Movie, View};
use libfuzzer_sys::fuzz_target;
use twox_hash::XxHash3_128;

fuzz_target!(|data: &[u8]| {
    let _ = read(Bytes::copy_from_slice(data), &limits());
    let content = if data.starts_with(b"dpix") { data.get(24..).unwrap_or_default() } else { data };
    if let Ok(index) = read(signed(content), &limits()) {
        let again = write(&index).expect("what was read can be written");
        assert_eq!(write(&read(again.clone(), &limits()).expect("our own")), Ok(again));
        walk(index);
    }
});

/// So few samples that a film of them is walked through at once.
fn limits() -> Limits {
    Limits::default().with_samples(1 << 14)
}

/// An index with that content and its digest.
fn signed(content: &[u8]) -> Bytes {
    let mut whole = BytesMut::new();
    whole.put_slice(b"dpix\0\0\0\x01");
    whole.put_u128(XxHash3_128::oneshot(content));
    whole.put_slice(content);
    whole.freeze()
}

/// Requests manifests and some segments.
fn walk(index: Index) {
    let movies: Vec<Movie> = index
        .files
        .into_iter()
        .filter_map(|file| match file.content {
            Content::Movie { movie, .. } => Some(movie),
            Content::Manifest(_) => None,
        })
        .collect();
    let (policy, findings) = match index.presented {
        Some(presented) => (presented.policy, Some(presented.findings)),
        None => (CutPolicy::SIX_SECONDS, None),
    };
    let Ok((presentation, _)) = present_knowing(None, movies, policy, findings.as_ref()) else {
        return;
    };
    let asset = AssetPath::new("film", "film.ism").expect("plain names");
    let view = View::whole(&presentation);
    for format in Format::ALL {
        let Ok(packager) = format.packager() else { continue };
        let ask = |target| {
            packager.package(&Job::new(&view, &Request::new(asset.clone(), format, target)))
        };
        let _ = ask(Resource::Manifest);
        for rendition in &presentation.renditions {
            for segment in rendition.cuts.segments().take(3) {
                let _ = ask(Resource::Media(rendition.id.clone(), Place::Time(segment.start)));
            }
        }
    }
}
