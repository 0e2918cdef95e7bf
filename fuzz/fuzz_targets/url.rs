//! Any text as a URL: a parsed request prints as a text that parses to the same request.

#![no_main]

use dynpack::Request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|url: &str| {
    if let Ok(request) = Request::parse(url) {
        assert_eq!(Request::parse(&request.to_string()).as_ref(), Ok(&request));
    }
});
