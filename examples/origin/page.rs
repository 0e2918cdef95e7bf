//! The root page: the assets, their URLs, and a player.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use dynpack::{AssetPath, Encryption, Format, Locators, Presentation, Request};
use dynpack_codec::Codec;
use futures_util::future::join_all;

use crate::Origin;

/// How many assets are opened to show their tracks. For the others, only the URLs are shown.
const MAX_OPENED: usize = 20;

/// `/`: every asset with the URL of each format.
pub(crate) async fn index(State(origin): State<Arc<Origin>>) -> Response {
    match origin.dynpack.locators() {
        None => assets(&origin).await,
        Some(locators) if origin.gives_demo_keys => page(&published(&locators)),
        Some(_) => page(
            "<section><p>Assets are published by locators. They are not listed, since a \
             locator's id gives access.</p></section>",
        ),
    }
}

async fn assets(origin: &Origin) -> Response {
    let assets = match origin.dynpack.assets().await {
        Ok(assets) => assets,
        Err(error) => {
            return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response();
        }
    };
    let (shown, others) = assets.split_at(assets.len().min(MAX_OPENED));
    let opened = join_all(shown.iter().map(|path| origin.dynpack.asset(path))).await;
    let mut cards = String::new();
    for (path, opened) in shown.iter().zip(opened) {
        cards.push_str(&match opened {
            Ok(asset) => format!(
                "<section>{}{}{}</section>",
                tracks(path, &asset.presentation),
                warnings(&asset.warnings),
                urls(path, clear())
            ),
            Err(error) => format!(
                "<section><h2>{}</h2><p class=error>{}</p></section>",
                text(path),
                text(error)
            ),
        });
    }
    for path in others {
        let _ = write!(
            cards,
            "<section><details><summary>{}</summary>{}</details></section>",
            text(path),
            urls(path, clear())
        );
    }
    if assets.is_empty() {
        cards.push_str(
            "<section><p>There are no assets yet: put a folder of MP4 files into the media folder.\
             </p></section>",
        );
    }
    page(&cards)
}

/// The assets of all locators, by their names in the storage.
fn published(locators: &Locators) -> String {
    let mut cards =
        String::from("<p class=error>For demos: every client gets the keys of all locators.</p>");
    for locator in locators.iter() {
        let (asset, policy) = (&locator.asset_name, &locator.streaming_policy_name);
        let name = asset.rsplit('/').next().unwrap_or(asset);
        let path = AssetPath::new(&locator.id, &format!("{name}.ism")).ok();
        let Some((path, admitted)) =
            path.zip(locators.policy(locator).map(|policy| policy.admitted()))
        else {
            continue;
        };
        let (shown, urls) = (text(&path), urls(&path, admitted));
        let _ = write!(
            cards,
            "<section><h2>{}: {}</h2><p>{shown}</p>{urls}</section>",
            text(asset),
            text(policy)
        );
    }
    cards
}

/// All clear formats.
fn clear() -> impl Iterator<Item = (Format, Option<Encryption>)> {
    Format::ALL.into_iter().filter(|format| format.packager().is_ok()).map(|format| (format, None))
}

fn page(cards: &str) -> Response {
    Html(include_str!("page.html").replace("<!-- assets -->", cards)).into_response()
}

fn tracks(path: &AssetPath, presentation: &Presentation) -> String {
    let seconds = presentation.duration().as_seconds();
    let mut html = format!("<h2>{}</h2><p>{seconds:.1} s</p><table class=tracks>", text(path));
    for rendition in &presentation.renditions {
        let codec = &rendition.track.codec;
        let (icon, shape) = match codec {
            Codec::Video(video) => {
                let (width, height) = video.dimensions();
                ("▣", format!("{width} × {height}"))
            }
            Codec::Audio(audio) => {
                let (rate, channels) = (audio.sampling_rate(), audio.channels());
                ("♪", format!("{rate} Hz, {channels} channels, {}", rendition.language))
            }
        };
        let kilobits = rendition.id.bitrate.div_ceil(1000);
        let name = text(&rendition.id.name);
        let _ = write!(
            html,
            "<tr><td>{icon} {name}<td>{shape}<td>{kilobits} kb/s<td><code>{}</code>",
            codec.rfc6381()
        );
    }
    html + "</table>"
}

/// What is left out of an asset, or is wrong with it.
fn warnings(warnings: &[String]) -> String {
    warnings.iter().map(|warning| format!("<p class=error>{}</p>", text(warning))).collect()
}

/// The URLs of an asset: each manifest by its name in the asset.
fn urls(path: &AssetPath, ways: impl Iterator<Item = (Format, Option<Encryption>)>) -> String {
    let mut html = String::from("<table class=urls>");
    for (format, encryption) in ways {
        let url = Request::manifest(path.clone(), format).with_encryption(encryption).to_string();
        let shown = url.rsplit('/').next().unwrap_or(&url);
        let (url, shown) = (text(&url), text(shown));
        let play = if plays(format, encryption) {
            format!("<button data-url=\"{url}\">Play</button>")
        } else {
            String::new()
        };
        let _ = write!(
            html,
            "<tr><td>{}{}<td><a href=\"{url}\">{shown}</a><td>{play}",
            format.title(),
            named(encryption)
        );
    }
    html + "</table>"
}

/// Whether browsers with native HLS can play it: Chromium only decrypts whole segments of transport
/// streams.
const fn plays(format: Format, encryption: Option<Encryption>) -> bool {
    matches!((format, encryption), (Format::HlsCmaf, None) | (Format::HlsV4, Some(Encryption::Cbc)))
}

fn named(encryption: Option<Encryption>) -> String {
    encryption.map(|encryption| format!(", {encryption}")).unwrap_or_default()
}

/// Escapes text for HTML.
fn text(shown: impl ToString) -> String {
    shown
        .to_string()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
