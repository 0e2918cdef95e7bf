//! Any text as a URL: what is read is printed in a form that reads the same.

#![no_main]

use dynpack::Request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|url: &str| {
    if let Ok(request) = Request::parse(url) {
        assert_eq!(Request::parse(&request.to_string()).as_ref(), Ok(&request));
    }
});
