//! Any bytes as a server or client manifest: what is read can be written, and reads the same again.
//! Also any bytes as a document of keys, and as a list of filters, of markers and of clips, which
//! name only what is below the root of the media.

#![no_main]

use dynpack::{ClipList, ClipMedia, Filters, Markers};
use dynpack_crypt::cpix::Cpix;
use dynpack_smooth::{ClientManifest, ServerManifest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(manifest) = ServerManifest::parse(data) {
        assert_eq!(ServerManifest::parse(manifest.to_xml().as_bytes()).as_ref(), Ok(&manifest));
    }
    let _ = ClientManifest::parse(data);
    let _ = Cpix::parse(data);
    let _ = Filters::parse(data);
    let _ = Markers::parse(data);
    let Ok(Some(list)) = ClipList::parse(data, "films/day") else { return };
    assert!((1..=ClipList::MAX_CLIPS).contains(&list.clips.len()));
    for clip in list.clips {
        let files = match clip.media {
            ClipMedia::Asset(asset) => vec![asset.to_string()],
            ClipMedia::Files(files) => files,
        };
        assert!(
            files
                .iter()
                .flat_map(|file| file.split('/'))
                .all(|name| { !["", ".", ".."].contains(&name) && !name.contains(['\\', ':']) })
        );
    }
});
