//! What is published under which id: the file of `--locators`, and the source of its keys.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use dynpack::storage::{Local, Storage};
use dynpack::{Builder, CpixKeys, HmacTokens, Locators, LocatorsDocument, UrlTemplate};
use zeroize::Zeroizing;

/// Options of the publication.
#[derive(Debug, clap::Args)]
pub(crate) struct Publication {
    /// A JSON file of locators and policies (docs/locators.md). With it, nothing else is served.
    #[arg(long, value_name = "FILE")]
    locators: Option<PathBuf>,
    /// A folder of CPIX documents with keys: `ID.xml` or `ID.ENCRYPTION.xml` for the locator with
    /// that id.
    #[arg(long, value_name = "DIR", requires = "locators")]
    cpix: Option<PathBuf>,
    /// A file of keys for tokens in URLs (docs/tokens.md), one in each line, of 32 bytes at least.
    /// With it, every URL needs a token; with --locators, those of locators that say so.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_key_file: Option<PathBuf>,
    /// For demos only: gives the keys in the locators file to every client, below /demo-keys/,
    /// instead of the key URLs of its keyDelivery, and lists the locators on the root page.
    #[arg(long, requires = "locators")]
    pub(crate) demo_keys: bool,
    /// The URL by which players reach this origin, for the URLs of demo keys [default: that of
    /// --listen]
    #[arg(long, value_name = "URL", requires = "demo_keys")]
    public_url: Option<String>,
}

impl Publication {
    /// The builder with the locators, if there are any, and the source of their keys. `listen` is
    /// the address of the server.
    pub(crate) fn publish<S: Storage>(
        &self,
        builder: Builder<S>,
        listen: SocketAddr,
    ) -> Result<Builder<S>, Box<dyn std::error::Error>> {
        let builder = match &self.token_key_file {
            Some(file) => builder.tokens(tokens(file)?),
            None => builder,
        };
        let Some(locators) = self.read(listen)? else { return Ok(builder) };
        let builder = builder.locators(locators);
        let Some(folder) = &self.cpix else { return Ok(builder) };
        let documents = Local::new(folder)
            .map_err(|error| format!("the folder of --cpix cannot be used: {error}"))?;
        Ok(builder.keys(CpixKeys::new(documents)))
    }

    /// The current locators in the file, if there is one.
    pub(crate) fn read(
        &self,
        listen: SocketAddr,
    ) -> Result<Option<Locators>, Box<dyn std::error::Error>> {
        let Some(path) = &self.locators else { return Ok(None) };
        let mut document = read(path)?;
        if self.demo_keys {
            let base = self.public_url.clone().unwrap_or_else(|| format!("http://{listen}"));
            let url: UrlTemplate =
                format!("{}/demo-keys/{{ContentKeyId}}", base.trim_end_matches('/')).parse()?;
            document.key_delivery.key_url_template = Some(url.clone());
            document.key_delivery.clear_key_url_template = Some(url);
        }
        Ok(Some(Locators::new(document).map_err(|error| format!("{}: {error}", path.display()))?))
    }
}

fn tokens(path: &Path) -> Result<HmacTokens, String> {
    let named = |problem: String| {
        format!("{}: {problem}\nhint: `openssl rand -hex 32` makes a key", path.display())
    };
    let text = std::fs::read_to_string(path).map(Zeroizing::new);
    let text = text.map_err(|error| named(error.to_string()))?;
    HmacTokens::new(text.lines()).map_err(|error| named(error.to_string()))
}

fn read(path: &Path) -> Result<LocatorsDocument, String> {
    let named = |problem: String| {
        format!("{}: {problem}\nhint: docs/locators.md describes the format", path.display())
    };
    let text = Zeroizing::new(std::fs::read(path).map_err(|error| named(error.to_string()))?);
    serde_json::from_slice(&text).map_err(|error| named(error.to_string()))
}
