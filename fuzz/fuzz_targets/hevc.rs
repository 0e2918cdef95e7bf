//! Any bytes as a configuration record of HEVC, and as NAL units: headers end within their units.

#![no_main]

use bytes::Bytes;
use dynpack_codec::hevc::{SliceHeaders, picture};
use dynpack_codec::{HevcConfig, NalUnit};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(config) = HevcConfig::parse(Bytes::copy_from_slice(data), true) {
        let _ = (config.frame_shape(), config.rfc6381());
        if let Ok(again) = config.clone().out_of_band() {
            let read = HevcConfig::parse(again.record.clone(), false);
            assert_eq!(read.as_ref(), Ok(&again));
        }
    }
    let _ = picture(data, data.len(), 2);
    let mut headers = SliceHeaders::default();
    for unit in NalUnit::all_in(data, 2).map_while(Result::ok) {
        if let Ok(Some(len)) = headers.read(unit.bytes) {
            assert!(len <= unit.bytes.len());
        }
    }
});
