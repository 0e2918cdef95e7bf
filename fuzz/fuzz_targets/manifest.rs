//! Any bytes as a server or client manifest: what is read can be written, and reads the same again.
//! Also any bytes as a document of keys, a list of filters and a list of markers.

#![no_main]

use dynpack::{Filters, Markers};
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
});
