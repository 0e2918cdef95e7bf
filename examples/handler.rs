//! An axum handler around dynpack. The example `origin` adds limits, timeouts, logs and metrics.
//!
//! `cargo run --release --example handler -- FOLDER` serves the assets in a folder on
//! <http://127.0.0.1:8080/>.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, Response, StatusCode};
use axum::routing::get;
use dynpack::storage::Local;
use dynpack::{Conditions, Dynpack};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).ok_or("usage: handler FOLDER")?;
    let dynpack = Dynpack::builder(Local::new(folder)?).build();
    let app = Router::new().fallback(get(answer)).with_state(dynpack);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    Ok(axum::serve(listener, app).await?)
}

/// Answers a GET, or a HEAD, to which axum sends no body.
async fn answer(
    State(dynpack): State<Dynpack>,
    request: Request,
) -> Result<Response<Body>, (StatusCode, String)> {
    let conditions = Conditions::from_headers(|name| request.headers().get(name)?.to_str().ok());
    let conditions = conditions.with_head(request.method() == Method::HEAD);
    let url = request.uri().path_and_query().map_or("", |url| url.as_str());
    let answer = dynpack.get(url, &conditions).await.map_err(|error| {
        let status = StatusCode::from_u16(error.status());
        (status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), format!("{error}\n"))
    })?;
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    // The media is read from the storage as the client takes it.
    let response = response.body(Body::from_stream(answer.body));
    response.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    /// The status, a header, and the body of the answer to a GET of a URL of the sample.
    async fn get(url: &str, range: &str, header: &str) -> (u16, String, Vec<u8>) {
        let media = Local::new(concat!(env!("CARGO_MANIFEST_DIR"), "/media")).unwrap();
        let request = Request::builder().uri(format!("/sample/sample.ism/{url}"));
        let request = request.header("range", range).body(Body::empty()).unwrap();
        match answer(State(Dynpack::builder(media).build()), request).await {
            Ok(response) => {
                let header = response.headers()[header].to_str().unwrap().to_owned();
                let status = response.status().as_u16();
                (status, header, to_bytes(response.into_body(), usize::MAX).await.unwrap().into())
            }
            Err((status, text)) => (status.as_u16(), text, Vec::new()),
        }
    }

    #[tokio::test]
    async fn status_headers_and_body_are_passed_on() {
        let manifest = get("manifest(format=mpd-time-cmaf)", "", "content-type").await;
        assert_eq!((manifest.0, manifest.1.as_str()), (200, "application/dash+xml"));
        assert!(manifest.2.ends_with(b"</MPD>\n"), "{}", manifest.2.escape_ascii());
        let segment = "QualityLevels(62780)/Fragments(video=0,format=mpd-time-cmaf)";
        let (_, length, whole) = get(segment, "", "content-length").await;
        assert_eq!(length, whole.len().to_string());
        let (status, range, part) = get(segment, "bytes=10-19", "content-range").await;
        assert_eq!((status, range), (206, format!("bytes 10-19/{}", whole.len())));
        assert_eq!(part, whole[10..20]);
    }

    #[tokio::test]
    async fn errors_have_their_status() {
        let (status, text, _) = get("manifest(format=m3u8-cmaf,filter=nope)", "", "").await;
        assert_eq!((status, text.as_str()), (404, "there is no filter `nope`\n"));
    }
}
