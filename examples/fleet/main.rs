//! A fleet: several origins on one bucket, behind nginx, which caches and finds those that work.
//!
//! ```console
//! $ cargo build --release --examples --features object-stores
//! $ cargo run --release --example fleet --features object-stores
//! ```
//!
//! It writes a configuration of nginx, starts all processes, and prints what to do. End an origin
//! while a film plays: the player does not notice. `docs/deployment.md` explains each part.

#![expect(clippy::print_stdout, reason = "it says what it does")]

mod configuration;
mod processes;

use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU8;
use std::path::{Path, PathBuf};

use clap::Parser;

use configuration::Configuration;
use processes::Processes;

/// Serves films by several origins behind one address.
#[derive(Debug, Parser)]
struct Options {
    /// Where the films are: a URL for the origins (docs/object-stores.md), or a folder, which then
    /// is a bucket over HTTP.
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/media"))]
    media: PathBuf,
    /// The address of the fleet.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// How many origins there are.
    #[arg(long, value_name = "COUNT", default_value = "2")]
    origins: NonZeroU8,
    /// The folder for the configuration, the logs and the cache of nginx. Its files stay.
    #[arg(long, value_name = "DIR", default_value_os_t = default_folder())]
    folder: PathBuf,
    /// The nginx to start.
    #[arg(long, value_name = "FILE", default_value = "nginx")]
    nginx: PathBuf,
    /// More options for each origin, after `--`.
    #[arg(last = true, value_name = "OPTION")]
    of_origins: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let origin = std::env::current_exe()?.with_file_name("origin");
    if !origin.exists() {
        return Err(format!(
            "there is no {}\nhint: cargo build --release --examples --features object-stores",
            origin.display()
        )
        .into());
    }
    std::fs::create_dir_all(&options.folder)?;
    let folder = options.folder.canonicalize()?;
    let is_url = options.media.to_str().is_some_and(|media| media.contains("://"));
    let bucket = if is_url { None } else { Some((free_port()?, options.media.canonicalize()?)) };
    let origins = (0..options.origins.get()).map(|_| free_port()).collect::<Result<Vec<_>, _>>()?;
    let configuration = Configuration { folder: &folder, listen: options.listen, origins, bucket };
    let file = folder.join("nginx.conf");
    std::fs::write(&file, configuration.text())?;
    println!("nginx is configured by {}", file.display());

    let mut processes = Processes::default();
    let arguments = [Path::new("-c"), &file, Path::new("-p"), &folder].map(Into::into);
    processes.start("nginx", &options.nginx, arguments.to_vec(), &folder)?;
    let media = match &configuration.bucket {
        Some((address, folder)) => {
            println!("the bucket is http://{address}/, with the films in {}", folder.display());
            format!("http://{address}/")
        }
        None => options.media.display().to_string(),
    };
    for (number, address) in (1..).zip(&configuration.origins) {
        let mut arguments = vec!["--media".into(), media.as_str().into()];
        arguments.extend(["--listen".into(), address.to_string().into()]);
        arguments.extend(options.of_origins.iter().map(Into::into));
        let name = format!("origin {number}");
        let id = processes.start(&name, &origin, arguments, &folder)?;
        println!("{name} is process {id} at http://{address}/");
    }
    for address in configuration.addresses() {
        processes.wait_for(address).await?;
    }
    println!("the fleet serves http://{}/", options.listen);
    println!("play a film there, and end the origin that `x-origin` in the answers names: kill ID");
    println!("Ctrl-C ends all");
    processes.watch().await;
    Ok(())
}

fn default_folder() -> PathBuf {
    std::env::temp_dir().join("dynpack-fleet")
}

/// An address of this machine that nothing uses.
fn free_port() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}
