//! Where the assets lie that a path stands for.

use std::error::Error;
use std::ffi::OsStr;
use std::fs::read_dir;
use std::path::{Path, PathBuf};

use dynpack::AssetPath;

/// Assets below a folder.
pub(crate) struct Place {
    pub(crate) root: PathBuf,
    /// In the order of their names.
    pub(crate) assets: Vec<AssetPath>,
}

impl Place {
    /// What is at a path: the assets of a folder, the asset of an `.ism`, or a lone file. They are
    /// below `media`, if that is given.
    pub(crate) fn of(path: &Path, media: Option<&Path>) -> Result<Self, Box<dyn Error>> {
        let path = absolute(path)?;
        let above = |path: &Path| path.parent().unwrap_or(path).to_owned();
        let (folder, isms) = if path.is_dir() {
            let isms = isms_of(&path)?;
            (path, isms)
        } else if is_ism(&path) {
            (above(&path), vec![name(&path)?.to_owned()])
        } else {
            (lone(&path)?, Vec::new())
        };
        let root = media.map_or_else(|| Ok(above(&folder)), absolute)?;
        let within = folder.strip_prefix(&root).map_err(|_| {
            let (folder, root) = (folder.display(), root.display());
            format!("{folder} is not below {root}\nhint: --media DIR names the folder of all media")
        })?;
        let names: Vec<_> = within.iter().map(OsStr::to_string_lossy).collect();
        let asset = |ism: &String| AssetPath::new(&names.join("/"), ism);
        let isms = if isms.is_empty() { vec![format!("{}.ism", name(&folder)?)] } else { isms };
        let assets = isms.iter().map(asset).collect::<Result<_, _>>()?;
        Ok(Self { root, assets })
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let hint = "--help says what can be inspected";
    let named = |error| format!("{}: {error}\nhint: {hint}", path.display());
    Ok(path.canonicalize().map_err(named)?)
}

/// The folder that a lone file stands for.
fn lone(file: &Path) -> Result<PathBuf, String> {
    let folder = file.with_extension("");
    match folder.is_dir() {
        true => Err(format!(
            "the folder {} beside the file is the asset of that name\nhint: rename one of them",
            folder.display()
        )),
        false => Ok(folder),
    }
}

/// The names of the server manifests and programs in a folder.
fn isms_of(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let paths = read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>();
    let paths = paths.map_err(|error: std::io::Error| format!("{}: {error}", folder.display()))?;
    let isms = paths.iter().filter(|path| is_ism(path)).map(|path| Ok(name(path)?.to_owned()));
    let mut isms = isms.collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    isms.sort();
    Ok(isms)
}

fn is_ism(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("ism"))
}

fn name(path: &Path) -> Result<&str, Box<dyn Error>> {
    let name = path.file_name().and_then(OsStr::to_str);
    Ok(name.ok_or_else(|| format!("{}: its name is no text", path.display()))?)
}
