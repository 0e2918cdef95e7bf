//! Listings of folders, as nginx writes them (`autoindex_format json`).

use serde::Deserialize;

use crate::bucket::Page;

/// A file or a folder. Anything else is left out.
#[derive(Deserialize)]
struct Entry {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

/// The names in a listing. `None` if the text is not one.
pub(super) fn parse(text: &[u8]) -> Option<Page> {
    let entries: Vec<Entry> = serde_json::from_slice(text).ok()?;
    let mut page = Page::default();
    for Entry { name, kind } in entries {
        match kind.as_str() {
            "file" => page.files.push(name),
            "directory" => page.folders.push(name),
            _ => {}
        }
    }
    Some(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders_are_listed() {
        let page = parse(
            br#"[
{ "name":"films", "type":"directory", "mtime":"Sun, 06 Nov 1994 08:49:37 GMT" },
{ "name":"pipe", "type":"other", "mtime":"Sun, 06 Nov 1994 08:49:37 GMT" },
{ "name":"a\"b.mp4", "type":"file", "mtime":"Sun, 06 Nov 1994 08:49:37 GMT", "size":5 }
]"#,
        );
        let page = page.unwrap();
        assert_eq!((page.files, page.folders), (vec!["a\"b.mp4".into()], vec!["films".into()]));
        assert!(parse(b"[]").unwrap().files.is_empty());
    }

    #[test]
    fn a_page_is_not_a_listing() {
        for text in ["", "<html><title>Index of /</title>", "{}", "[1]", r#"[{"name":"a"}]"#] {
            assert!(parse(text.as_bytes()).is_none(), "{text}");
        }
    }
}
