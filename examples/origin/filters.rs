//! The filters of the account: the file of `--filters`.

use std::path::{Path, PathBuf};

use dynpack::{AccountFilters, Filters};

/// Reads the filters of the account from a file, and shares them with the packager.
#[derive(Debug)]
pub(crate) struct FiltersFile {
    path: Option<PathBuf>,
    /// Those in use.
    pub(crate) account: AccountFilters,
}

impl FiltersFile {
    /// The filters of a file, or none.
    pub(crate) fn open(path: Option<PathBuf>) -> Result<Self, String> {
        let filters = Self { path, account: AccountFilters::default() };
        filters.read()?;
        Ok(filters)
    }

    /// Uses what is now in the file; `false` if there is no file. If it cannot be used, the earlier
    /// filters stay.
    pub(crate) fn read(&self) -> Result<bool, String> {
        let Some(path) = &self.path else { return Ok(false) };
        self.account.replace(read(path)?);
        Ok(true)
    }
}

fn read(path: &Path) -> Result<Filters, String> {
    let named = |problem: String| {
        format!("{}: {problem}\nhint: docs/filters.md describes the format", path.display())
    };
    let text = std::fs::read(path).map_err(|error| named(error.to_string()))?;
    let filters = Filters::parse(&text);
    let problem = filters.problems().next();
    problem.map_or(Ok(filters), |problem| Err(named(problem)))
}
