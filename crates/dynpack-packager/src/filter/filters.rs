//! Filters by name: those of an asset, or those of an account.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use serde_json::Value;

use super::{Filter, FilterError, FilterPart};
use crate::json;

/// Filters by name. A filter that cannot be used is an error when it is named: it must not be
/// replaced by another one, nor by none.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    by_name: BTreeMap<String, Result<Arc<Filter>, FilterError>>,
    /// Why none of them can be read.
    unreadable: Option<String>,
}

impl Filters {
    /// The maximum length of a document, in bytes.
    pub const MAX_BYTES: usize = 1 << 18;

    /// Reads a list of filters as Azure's API gives it (`{"value": [..]}`), a bare list, or one
    /// filter.
    ///
    /// Filters that cannot be used are in the list: see [`problems`](Self::problems). Where the
    /// document is no such list, no name can be used.
    #[must_use]
    pub fn parse(document: &[u8]) -> Self {
        Self::try_parse(document).unwrap_or_else(Self::unreadable)
    }

    /// Filters none of which can be used.
    #[must_use]
    pub fn unreadable(problem: String) -> Self {
        Self { by_name: BTreeMap::new(), unreadable: Some(problem) }
    }

    fn try_parse(document: &[u8]) -> Result<Self, String> {
        if document.len() > Self::MAX_BYTES {
            let (len, max) = (document.len(), Self::MAX_BYTES);
            return Err(format!("the list has {len} bytes, where {max} are the limit"));
        }
        let mut filters = Self::default();
        for value in list(document)? {
            let filter = Filter::from_json(value);
            let name = match &filter {
                Ok(filter) => filter.name.clone(),
                Err(error) if error.filter.is_empty() => return Err(error.problem.clone()),
                Err(error) => error.filter.clone(),
            };
            filters.insert(name, filter.map(Arc::new));
        }
        Ok(filters)
    }

    fn insert(&mut self, name: String, filter: Result<Arc<Filter>, FilterError>) {
        match self.by_name.entry(name) {
            Entry::Vacant(entry) => drop(entry.insert(filter)),
            Entry::Occupied(mut entry) => {
                let problem = "there are two of that name";
                let error = FilterError::new(entry.key(), FilterPart::Whole, problem);
                drop(entry.insert(Err(error)));
            }
        }
    }

    /// The filter of that name; `None` if there is none.
    ///
    /// # Errors
    /// [`FilterError`] if it cannot be used.
    pub fn get(&self, name: &str) -> Result<Option<Arc<Filter>>, FilterError> {
        if let Some(problem) = &self.unreadable {
            return Err(FilterError::new(name, FilterPart::Whole, problem));
        }
        self.by_name.get(name).cloned().transpose()
    }

    /// The names, in ascending order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// What cannot be used, for people.
    pub fn problems(&self) -> impl Iterator<Item = String> + '_ {
        let filters = self.by_name.values().filter_map(|filter| filter.as_ref().err());
        let unreadable =
            self.unreadable.iter().map(|problem| format!("no filter can be read: {problem}"));
        unreadable.chain(filters.map(ToString::to_string))
    }
}

impl FromIterator<Filter> for Filters {
    fn from_iter<T: IntoIterator<Item = Filter>>(filters: T) -> Self {
        let mut all = Self::default();
        for filter in filters {
            all.insert(filter.name.clone(), Ok(Arc::new(filter)));
        }
        all
    }
}

/// The filters of a document.
fn list(document: &[u8]) -> Result<Vec<Value>, String> {
    match json::read(document)? {
        Value::Array(list) => Ok(list),
        Value::Object(fields) if fields.contains_key("@odata.nextLink") => {
            Err("the list is one page of several".into())
        }
        Value::Object(mut fields) => match fields.remove("value") {
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err("its `value` is no list".into()),
            None => Ok(vec![Value::Object(fields)]),
        },
        _ => Err("it is no list of filters".into()),
    }
}
