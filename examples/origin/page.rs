//! The root page: the assets, their URLs, and a player.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use dynpack::{
    Asset, AssetPath, Combination, Encryption, Format, Locators, PackagerError, Presentation,
    Request,
};
use dynpack_codec::{Codec, MediaKind};
use dynpack_media::text::escape;
use futures_util::{FutureExt, StreamExt, stream};
use serde::Deserialize;

use crate::Origin;

/// How many assets are opened at once, to show their tracks.
const OPENED_AT_ONCE: usize = 8;

/// Which page of which folder is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Place {
    /// The root unless set.
    folder: String,
    /// The name after which the page starts.
    after: Option<String>,
}

/// `/`: every asset with the URL of each format.
pub(crate) async fn index(
    State(origin): State<Arc<Origin>>,
    Query(place): Query<Place>,
) -> Response {
    match origin.dynpack.locators() {
        None if origin.has_tokens => {
            (StatusCode::FORBIDDEN, "assets are not listed: each URL needs a token\n")
                .into_response()
        }
        None => assets(&origin, &place).await,
        Some(locators) if origin.gives_demo_keys => page(&published(&locators)),
        Some(_) => page(
            "<section><p>Assets are published by locators. They are not listed, since a \
             locator's id gives access.</p></section>",
        ),
    }
}

async fn assets(origin: &Origin, place: &Place) -> Response {
    let catalog = match origin.dynpack.catalog(&place.folder, place.after.as_deref()).await {
        Ok(catalog) => catalog,
        Err(error) => {
            let status = StatusCode::from_u16(error.status());
            let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return (status, error.to_string()).into_response();
        }
    };
    let opened: Vec<_> =
        catalog.assets.iter().map(|path| origin.dynpack.asset(path).boxed()).collect();
    let opened: Vec<_> = stream::iter(opened).buffered(OPENED_AT_ONCE).collect().await;
    let mut cards = folders(&place.folder, &catalog.folders);
    let mut refused = Vec::new();
    for (path, opened) in catalog.assets.iter().zip(opened) {
        match opened {
            Ok(asset) => {
                let (tracks, warnings) =
                    (tracks(path, &asset.presentation), warnings(&asset.warnings));
                let (filters, urls) = (filters(&asset), urls(path, clear()));
                let _ = write!(cards, "<section>{tracks}{warnings}{urls}{filters}</section>");
            }
            Err(error) => {
                refused.push((path.to_string(), error.to_string(), error.remedy().unwrap_or("")));
            }
        }
    }
    refused
        .extend(catalog.not_served.into_iter().map(|file| (file.path, file.reason, file.remedy)));
    cards.push_str(&not_served(&refused));
    if let Some(after) = &catalog.next {
        let url = url(&place.folder, Some(after));
        let _ = write!(cards, "<p><a href=\"{}\">Next page</a></p>", text(url));
    }
    if cards.is_empty() {
        cards.push_str(
            "<section><p>There are no assets yet: put a folder of MP4 files into the media folder.\
             </p></section>",
        );
    }
    page(&cards)
}

/// Links to the folders above the one that is shown, and in it.
fn folders(shown: &str, folders: &[String]) -> String {
    let above = shown.match_indices('/').filter_map(|(at, _)| shown.get(..at));
    let above: Vec<&str> =
        if shown.is_empty() { vec![] } else { [""].into_iter().chain(above).collect() };
    let link = |folder: &str| {
        let name = if folder.is_empty() { "all assets" } else { folder };
        format!("<a href=\"{}\">{}/</a>", text(url(folder, None)), text(name))
    };
    let links = above.into_iter().chain(folders.iter().map(String::as_str)).map(link);
    let links: Vec<_> = links.collect();
    if links.is_empty() {
        return String::new();
    }
    format!("<nav><b>Folders</b> {}</nav>", links.join(" "))
}

/// The URL of a page of a folder.
fn url(folder: &str, after: Option<&String>) -> String {
    let after = after.map(|after| format!("&after={}", escape(after))).unwrap_or_default();
    format!("/?folder={}{after}", escape(folder))
}

/// What looks like media and is not served: its path, the reason and a remedy.
fn not_served(files: &[(String, String, &str)]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let mut html = String::from("<section><h2>Not served</h2><table>");
    for (path, reason, remedy) in files {
        let (path, reason, remedy) = (text(path), text(reason), text(remedy));
        let _ = write!(html, "<tr><td>{path}<td><span class=error>{reason}</span><br>{remedy}");
    }
    html + "</table></section>"
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
            Codec::Text => ("❝", format!("{}, {}", rendition.language, rendition.role.as_str())),
        };
        let kilobits = rendition.id.bitrate.div_ceil(1000);
        let name = text(&rendition.id.name);
        let codecs = match codec.kind() {
            MediaKind::Text => "text".to_owned(),
            kind => {
                format!("<code data-kind={}>{}</code>", kind.as_str(), text(codec.rfc6381()))
            }
        };
        let _ = write!(html, "<tr><td>{icon} {name}<td>{shape}<td>{kilobits} kb/s<td>{codecs}");
    }
    html + "</table>"
}

/// What is left out of an asset, or is wrong with it.
fn warnings(warnings: &[String]) -> String {
    warnings.iter().map(|warning| format!("<p class=error>{}</p>", text(warning))).collect()
}

/// The filters of an asset itself, with what each leaves.
fn filters(asset: &Asset) -> String {
    let whole = &asset.presentation;
    let left = |name: &str| {
        let filter = asset.filters.get(name).map_err(PackagerError::from)?;
        let filtered = Combination::new(filter)?.apply(whole)?;
        let view = filtered.view(&filtered.presentation)?;
        let (period, all) = (view.first(), whole.renditions.len());
        let shown = period.presentation();
        let (start, end) = (period.start().as_seconds(), shown.duration().as_seconds());
        let tracks =
            shown.renditions.iter().map(|one| format!("{} {}", one.id.name, one.id.bitrate));
        let (count, tracks) = (shown.renditions.len(), tracks.collect::<Vec<_>>().join(", "));
        Ok::<_, PackagerError>(format!(
            "{count} of {all} tracks ({tracks}), from {start:.1} to {end:.1} s"
        ))
    };
    let mut html = String::new();
    for name in asset.filters.names() {
        let shown = match left(name) {
            Ok(left) => text(left),
            Err(error) => format!("<span class=error>{}</span>", text(error)),
        };
        let _ = write!(html, "<tr><td><code>filter={}</code><td>{shown}", text(escape(name)));
    }
    if html.is_empty() { html } else { format!("<h3>Filters</h3><table>{html}</table>") }
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
