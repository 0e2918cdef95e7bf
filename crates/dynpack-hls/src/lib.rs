//! HTTP Live Streaming playlists (RFC 8216) from dynpack presentations.
