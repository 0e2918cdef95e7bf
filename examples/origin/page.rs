//! The root page: the assets, their URLs, and a player.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use dynpack::{AssetPath, Format, MediaKind, Presentation, Request};

use crate::Origin;

/// `/`: every asset with the URL of each format that is made.
pub(crate) async fn index(State(origin): State<Arc<Origin>>) -> Response {
    let assets = match origin.dynpack.assets().await {
        Ok(assets) => assets,
        Err(error) => return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    };
    let mut cards = String::new();
    for path in &assets {
        let opened = origin.dynpack.asset(path).await;
        cards.push_str(&match opened {
            Ok(asset) => card(path, &asset.presentation),
            Err(error) => format!("<section><h2>{}</h2><p class=error>{}</p></section>", text(path), text(error)),
        });
    }
    if assets.is_empty() {
        cards.push_str("<section><p>There are no assets yet: put a folder of MP4 files into the media folder.</p></section>");
    }
    Html(include_str!("page.html").replace("<!-- assets -->", &cards)).into_response()
}

fn card(path: &AssetPath, presentation: &Presentation) -> String {
    let (end, clock) = presentation.duration();
    let mut html = format!("<section><h2>{}</h2><p>{:.1} s</p><table class=tracks>", text(path), end.as_seconds(clock));
    for rendition in &presentation.renditions {
        let codec = &rendition.track.codec;
        let shape = match (codec.dimensions(), codec.sampling()) {
            (Some((width, height)), _) => format!("{width} × {height}"),
            (_, Some((rate, channels))) => format!("{rate} Hz, {channels} channels, {}", rendition.language),
            _ => String::new(),
        };
        let icon = if rendition.kind() == MediaKind::Video { "▣" } else { "♪" };
        let kilobits = rendition.bitrate.div_ceil(1000);
        let name = text(&rendition.name);
        let _ = write!(html, "<tr><td>{icon} {name}<td>{shape}<td>{kilobits} kb/s<td><code>{}</code>", codec.rfc6381());
    }
    html.push_str("</table><table class=urls>");
    for format in Format::ALL.into_iter().filter(|format| format.packager().is_ok()) {
        let url = text(Request::manifest(path.clone(), format));
        let play = if format == Format::HlsCmaf { format!("<button data-url=\"{url}\">Play</button>") } else { String::new() };
        let _ = write!(html, "<tr><td>{}<td><a href=\"{url}\">{url}</a><td>{play}", format.title());
    }
    html.push_str("</table></section>");
    html
}

/// Text within HTML.
fn text(shown: impl ToString) -> String {
    shown.to_string().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
