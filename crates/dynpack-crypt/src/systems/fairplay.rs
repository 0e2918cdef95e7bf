//! FairPlay Streaming, whose only signalling is a URI.

/// The `KEYFORMAT` of FairPlay in HLS.
pub const KEY_FORMAT: &str = "com.apple.streamingkeydelivery";

/// The key URI for a licence URL. Its scheme is `skd`, which signals to players that FairPlay must
/// fetch the key.
#[must_use]
pub fn key_uri(licence_url: &str) -> String {
    let rest = licence_url.split_once("://").map_or(licence_url, |(_, rest)| rest);
    format!("skd://{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_url_becomes_a_key_uri() {
        for url in [
            "https://keys.example/FairPlay/?kid=1",
            "skd://keys.example/FairPlay/?kid=1",
            "keys.example/FairPlay/?kid=1",
        ] {
            assert_eq!(key_uri(url), "skd://keys.example/FairPlay/?kid=1");
        }
    }
}
