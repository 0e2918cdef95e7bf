//! Prints what is served of a film or a program: its tracks, segments, markers and clips, and what
//! filters leave.
//!
//! `cargo run --release --example inspect -- PATH` takes a folder of MP4 files, an `.ism` or an MP4
//! file. It opens them as an origin does, and reads their indexes alone, never their media.

mod filters;
mod place;
mod points;
mod tracks;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use dynpack::storage::Local;
use dynpack::{Asset, Dynpack, Format, Request, Scene};

use filters::FilterOptions;
use place::Place;

/// Prints what is served of a film or a program, and what filters leave of it.
#[derive(Debug, Parser)]
struct Options {
    /// A folder of MP4 files, an `.ism`, or an MP4 file.
    path: PathBuf,
    /// The folder from whose root the clips of a program are named [default: the folder that
    /// contains the asset]
    #[arg(long, value_name = "DIR")]
    media: Option<PathBuf>,
    #[command(flatten)]
    filters: FilterOptions,
}

#[tokio::main]
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a text is what this program makes")]
async fn main() -> ExitCode {
    match inspect(&Options::parse()).await {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What is at the path of the options, as text.
async fn inspect(options: &Options) -> Result<String, Box<dyn Error>> {
    let Place { root, assets } = Place::of(&options.path, options.media.as_deref())?;
    let dynpack = Dynpack::builder(Local::new(&root)?).build();
    let mut text = String::new();
    for path in &assets {
        let asset = dynpack.asset(path).await.map_err(|error| {
            let hint = error.remedy().unwrap_or("--help says what can be inspected");
            format!("{error}\nhint: {hint}\nhint: files are looked for below {}", root.display())
        })?;
        text += &described(&asset, &options.filters)?;
    }
    Ok(text)
}

fn described(asset: &Asset, filters: &FilterOptions) -> Result<String, Box<dyn Error>> {
    // HLS has all tracks, and each clip by itself.
    let scenes: Vec<Scene<'_>> =
        asset.scenes(&Request::manifest(asset.path.clone(), Format::HlsCmaf))?;
    let warnings = asset.warnings.iter().map(|warning| format!("warning: {warning}\n"));
    Ok([
        format!("{}\n", asset.path),
        tracks::segments(&scenes),
        tracks::table(asset, &scenes),
        points::listed(&scenes),
        warnings.collect(),
        filters.left(asset, &scenes)?,
    ]
    .concat())
}

#[cfg(test)]
mod tests;
