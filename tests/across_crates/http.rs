//! Range and conditional requests.

use dynpack::{Conditions, Dynpack, Request, Response};
use proptest::prelude::*;

use crate::support::{get, hls, sample_origin};

fn range(range: &str) -> Conditions {
    Conditions::from_headers(|name| (name == "range").then_some(range))
}

async fn segment(dynpack: &Dynpack) -> String {
    hls(dynpack, "/sample/sample.ism").await[4].segments[1].0.clone()
}

async fn ask(dynpack: &Dynpack, url: &str, conditions: &Conditions) -> Response {
    dynpack.respond(&Request::parse(url).unwrap(), conditions).await.unwrap()
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

#[tokio::test]
async fn a_whole_response_has_its_headers() {
    let dynpack = sample_origin();
    let url = segment(&dynpack).await;
    let response = ask(&dynpack, &url, &Conditions::default()).await;
    assert_eq!((response.status, response.content_type), (200, "video/mp4"));
    assert_eq!(header(&response, "cache-control").as_deref(), Some("public, max-age=259200"));
    assert_eq!(header(&response, "accept-ranges").as_deref(), Some("bytes"));
    assert_eq!(header(&response, "content-length"), Some(response.body.len().to_string()));
}

#[tokio::test]
async fn a_known_representation_is_not_sent_again() {
    let dynpack = sample_origin();
    let url = segment(&dynpack).await;
    let etag = ask(&dynpack, &url, &Conditions::default()).await.etag;
    let known = Conditions::from_headers(|name| (name == "if-none-match").then_some(etag.as_str()));
    let response = ask(&dynpack, &url, &known).await;
    assert_eq!(
        (response.status, response.body.len(), response.etag.as_str()),
        (304, 0, etag.as_str())
    );
    assert_eq!(header(&response, "content-length"), None);
}

#[tokio::test]
async fn a_range_outside_is_refused_with_the_length() {
    let dynpack = sample_origin();
    let url = segment(&dynpack).await;
    let len = get(&dynpack, &url).await.len();
    let response = ask(&dynpack, &url, &range(&format!("bytes={len}-"))).await;
    assert_eq!((response.status, response.content_range), (416, Some(format!("bytes */{len}"))));
    assert!(response.body.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn slice_equals_whole(start in 0_usize..200_000, len in 1_usize..200_000) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let dynpack = sample_origin();
            let url = segment(&dynpack).await;
            let whole = get(&dynpack, &url).await;
            let start = start % whole.len();
            let end = (start + len).min(whole.len());
            let bytes = format!("bytes={start}-{}", start + len - 1);
            let part = ask(&dynpack, &url, &range(&bytes)).await;
            let content_range = format!("bytes {start}-{}/{}", end - 1, whole.len());
            assert_eq!((part.status, part.content_range.clone()), (206, Some(content_range)));
            assert_eq!(part.body.collect().await.unwrap(), whole.slice(start..end));
        });
    }
}
