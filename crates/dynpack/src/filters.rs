//! Filters by name: those of the asset, and those of the account.

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use dynpack_packager::{AssetPath, Error as PackagerError, Filter, Filters};

use crate::assets::Asset;
use crate::error::Error;

/// Provides the filters of an account: those that an asset does not have itself (`filters.json` in
/// its folder).
///
/// It is asked for each name in each request for a manifest or a playlist, and for the filters of
/// locators in each request for media. So it must answer from memory, or from a cache of its own.
/// `async_trait` is the crate with that name.
#[async_trait]
pub trait FilterProvider: Send + Sync + 'static {
    /// The filter of that name for an asset; `None` if there is none.
    ///
    /// # Errors
    /// [`PackagerError::Filter`] if the filter cannot be used.
    async fn filter(&self, asset: &AssetPath, name: &str) -> Result<Option<Arc<Filter>>, Error>;
}

/// The filters of an account, in memory. Clones share them.
///
/// ```
/// use dynpack::storage::Memory;
/// use dynpack::{AccountFilters, Dynpack, Filter};
///
/// let filters = AccountFilters::default();
/// let dynpack = Dynpack::builder(Memory::new()).filters(filters.clone()).build();
/// // At any time:
/// filters.replace([Filter::new("mobile")].into_iter().collect());
/// ```
#[derive(Clone, Debug, Default)]
pub struct AccountFilters {
    filters: Arc<RwLock<Arc<Filters>>>,
}

impl AccountFilters {
    /// These filters.
    #[must_use]
    pub fn new(filters: Filters) -> Self {
        Self { filters: Arc::new(RwLock::new(Arc::new(filters))) }
    }

    /// Uses these filters instead of the earlier ones, from the next request on.
    pub fn replace(&self, filters: Filters) {
        *self.filters.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(filters);
    }
}

#[async_trait]
impl FilterProvider for AccountFilters {
    async fn filter(&self, _: &AssetPath, name: &str) -> Result<Option<Arc<Filter>>, Error> {
        let filters = Arc::clone(&self.filters.read().unwrap_or_else(PoisonError::into_inner));
        Ok(filters.get(name).map_err(PackagerError::from)?)
    }
}

/// The filters of these names for an asset. Those of the asset itself come first.
pub(crate) async fn named(
    names: impl Iterator<Item = &String>,
    asset: &Asset,
    account: &dyn FilterProvider,
) -> Result<Vec<Arc<Filter>>, Error> {
    let mut filters = Vec::new();
    for name in names {
        let own = asset.filters.get(name).map_err(PackagerError::from)?;
        let filter = match own {
            Some(filter) => Some(filter),
            None => account.filter(&asset.path, name).await?,
        };
        let not_found = || PackagerError::FilterNotFound { filter: name.clone() };
        filters.push(filter.ok_or_else(not_found)?);
    }
    Ok(filters)
}
