//! The configuration of nginx.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What the configuration depends on.
pub(crate) struct Configuration<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) listen: SocketAddr,
    pub(crate) origins: Vec<SocketAddr>,
    /// The bucket that nginx serves too, if it is a folder.
    pub(crate) bucket: Option<(SocketAddr, PathBuf)>,
}

impl Configuration<'_> {
    /// The text of `nginx.conf`.
    pub(crate) fn text(&self) -> String {
        let mut origins = String::new();
        for address in &self.origins {
            // Writing to a string does not fail.
            let _ = writeln!(origins, "        server {address} max_fails=1 fail_timeout=10s;");
        }
        let bucket = self.bucket.as_ref().map(|(address, media)| {
            include_str!("bucket.conf")
                .replace("{bucket}", &address.to_string())
                .replace("{media}", &quoted(media))
        });
        include_str!("nginx.conf")
            .replace("{user}", user())
            .replace("{folder}", &self.folder.display().to_string())
            .replace("{listen}", &self.listen.to_string())
            .replace("{origins}\n", &origins)
            .replace("{bucket}\n", &bucket.unwrap_or_default())
    }

    /// The addresses of all servers.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        let bucket = self.bucket.iter().map(|(address, _)| *address);
        [self.listen].into_iter().chain(bucket).chain(self.origins.iter().copied())
    }
}

/// A path as a string of nginx.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}

/// Who reads the films: if this runs as root, nginx would choose a user that may not be allowed to.
#[cfg(unix)]
fn user() -> &'static str {
    if rustix::process::geteuid().is_root() { "user root;" } else { "" }
}

#[cfg(not(unix))]
fn user() -> &'static str {
    ""
}
