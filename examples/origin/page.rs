//! The root page: the assets, their URLs, and a player.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use dynpack::{
    Asset, AssetPath, Combination, Encryption, Format, Locators, PackagerError, Request, Scene,
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
                let scenes = scenes(&asset);
                let (tracks, warnings) = (tracks(&asset, &scenes), warnings(&asset.warnings));
                let (urls, filters) = (urls(path, clear()), filters(&asset, &scenes));
                let markers = markers(&scenes);
                let _ =
                    write!(cards, "<section>{tracks}{warnings}{urls}{filters}{markers}</section>");
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
        let filters = match locator.filters.is_empty() {
            true => String::new(),
            false => {
                format!("<p>Only what its filters leave: {}</p>", text(locator.filters.join(", ")))
            }
        };
        let _ = write!(
            cards,
            "<section><h2>{}: {}</h2><p>{shown}</p>{filters}{urls}</section>",
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

/// The film, or the clips of a program.
fn scenes(asset: &Asset) -> Vec<Scene<'_>> {
    asset.scenes(&Request::manifest(asset.path.clone(), Format::HlsCmaf)).unwrap_or_default()
}

/// How long an asset lasts, and its tracks.
fn tracks(asset: &Asset, scenes: &[Scene<'_>]) -> String {
    let lasts = scenes.iter().map(|scene| scene.presentation.duration().as_seconds()).sum::<f64>();
    let clips = match scenes.len() {
        0 | 1 => String::new(),
        count => format!(" in {count} clips"),
    };
    let title = text(&asset.path);
    let mut html = format!("<h2>{title}</h2><p>{lasts:.1} s{clips}</p><table class=tracks>");
    for rendition in &asset.presentation.renditions {
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
fn filters(asset: &Asset, scenes: &[Scene<'_>]) -> String {
    let mut html = String::new();
    for name in asset.filters.names() {
        let parameter = format!("filter={}", escape(name));
        let row = match left(asset, name, scenes) {
            Ok(left) => {
                let url = Request::manifest(asset.path.clone(), Format::HlsCmaf).to_string();
                let url = text(url.replace(')', &format!(",{parameter})")));
                format!("{}<td><button data-url=\"{url}\">Play</button>", text(left))
            }
            Err(error) => format!("<span class=error>{}</span><td>", text(error)),
        };
        let _ = write!(html, "<tr><td><code>{}</code><td>{row}", text(parameter));
    }
    table("Filters", &html)
}

/// What a filter leaves of a film, or of the clips of a program: tracks, and when.
fn left(asset: &Asset, name: &str, scenes: &[Scene<'_>]) -> Result<String, PackagerError> {
    let filters = Combination::new(asset.filters.get(name).map_err(PackagerError::from)?)?;
    let (mut tracks, mut start, mut end) = (BTreeSet::new(), f64::INFINITY, 0.0_f64);
    for scene in scenes {
        let filters = filters.since(scene.start);
        let Ok(filtered) = filters.apply(&scene.presentation) else { continue };
        let view = filtered.view(&filtered.presentation)?;
        let (period, before) = (view.first(), scene.start.as_seconds());
        let shown = period.presentation();
        tracks.extend(shown.renditions.iter().map(|one| one.id.clone()));
        start = start.min(before + period.start().as_seconds());
        end = end.max(before + shown.duration().as_seconds());
    }
    if tracks.is_empty() {
        return Err(filters.nothing_left());
    }
    let all = &asset.presentation.renditions;
    let shown = all.iter().filter(|one| tracks.contains(&one.id)).map(|one| &one.id);
    let tracks: Vec<_> = shown.map(|id| format!("{} {}", id.name, id.bitrate)).collect();
    let (count, all) = (tracks.len(), all.len());
    let tracks = tracks.join(", ");
    Ok(format!("{count} of {all} tracks ({tracks}), from {start:.1} to {end:.1} s"))
}

/// The markers of a film, or of a program, whose clips have a part of one that lasts longer.
fn markers(scenes: &[Scene<'_>]) -> String {
    let (mut html, mut shown) = (String::new(), HashSet::new());
    let all = scenes
        .iter()
        .flat_map(|scene| scene.presentation.markers.iter().map(move |marker| (scene, marker)));
    for (scene, marker) in all.filter(|(_, marker)| shown.insert(&marker.id)) {
        let start = scene.start.plus(marker.start);
        let end = marker.duration.map(|lasts| start.plus(lasts).as_seconds());
        let end = end.map_or_else(String::new, |end| format!(" to {end:.1}"));
        let (id, start) = (text(&marker.id), start.as_seconds());
        let class = text(marker.class.as_deref().unwrap_or_default());
        let cuts = if marker.cuts { "starts a segment" } else { "" };
        let _ = write!(html, "<tr><td>{id}<td>{start:.1}{end} s<td>{class}<td>{cuts}");
    }
    table("Markers", &html)
}

/// A table with a title, if it has rows.
fn table(title: &str, rows: &str) -> String {
    match rows {
        "" => String::new(),
        rows => {
            let class = title.to_lowercase();
            format!("<h3>{title}</h3><table class={class}>{rows}</table>")
        }
    }
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
