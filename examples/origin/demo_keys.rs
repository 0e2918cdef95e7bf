//! A key server for demos: it gives every key to every client. Never use it for content that must
//! be protected.
//!
//! `GET /demo-keys/ID` returns the 16 bytes of a key, as AES-128 in HLS requires. A `POST` with a
//! licence request of ClearKey returns the requested keys (*Encrypted Media Extensions*, 9.1.3 and
//! 9.1.4).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use dynpack::{ContentKey, KeyId};
use dynpack_crypt::systems::clear_key;
use serde::Deserialize;

use crate::Origin;

/// The routes below `/demo-keys/`.
pub(crate) fn routes() -> MethodRouter<Arc<Origin>> {
    get(key)
        .post(licence)
        .options(|| async { answer(StatusCode::NO_CONTENT, "text/plain", Vec::new()) })
}

/// The bytes of one key.
async fn key(State(origin): State<Arc<Origin>>, Path(id): Path<String>) -> Response {
    let wanted = id.parse::<KeyId>().ok();
    match keys(&origin).iter().find(|(id, _)| Some(*id) == wanted) {
        Some((_, key)) => answer(StatusCode::OK, "application/octet-stream", key.expose().to_vec()),
        None => answer(StatusCode::NOT_FOUND, "text/plain", b"there is no such key\n".to_vec()),
    }
}

/// A licence request: the ids of keys in Base64 for URLs.
#[derive(Deserialize)]
struct LicenceRequest {
    kids: Vec<String>,
}

/// A licence with all requested keys that exist.
async fn licence(State(origin): State<Arc<Origin>>, body: Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<LicenceRequest>(&body) else {
        return answer(
            StatusCode::BAD_REQUEST,
            "text/plain",
            b"not a licence request of ClearKey\n".to_vec(),
        );
    };
    let mut wanted = keys(&origin);
    wanted.retain(|(id, _)| request.kids.contains(&clear_key::key_id(*id)));
    wanted.sort_by_key(|(id, _)| *id);
    wanted.dedup_by_key(|(id, _)| *id);
    let licence = clear_key::licence(wanted.iter().map(|(id, key)| (*id, key)));
    answer(StatusCode::OK, "application/json", licence.as_bytes().to_vec())
}

/// The keys in the locators.
fn keys(origin: &Origin) -> Vec<(KeyId, ContentKey)> {
    let locators = origin.dynpack.locators();
    let keys = locators
        .iter()
        .flat_map(|locators| locators.iter())
        .flat_map(|locator| &locator.content_keys);
    keys.filter_map(|key| Some((key.id, key.value.clone()?))).collect()
}

fn answer(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Response {
    (status, [("content-type", content_type), ("cache-control", "no-store")], body).into_response()
}
