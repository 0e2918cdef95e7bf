//! XML that is put into an element as it is.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

/// Whether an element may hold that: elements, all of them closed, and text (Extensible Markup
/// Language 1.0, 3.1).
pub(super) fn check(xml: &str) -> Result<(), String> {
    let mut reader = Reader::from_str(xml);
    let mut open = 0_u32;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) => {
                check_attributes(&tag)?;
                open += 1;
            }
            Event::Empty(tag) => check_attributes(&tag)?,
            // The reader has no end without its start.
            Event::End(_) => open -= 1,
            Event::GeneralRef(entity) => {
                let name = entity.xml10_content();
                if !entity.is_char_ref() && resolve_predefined_entity(&name).is_none() {
                    return Err(format!("the entity &{name}; is not defined"));
                }
            }
            Event::Text(_) | Event::CData(_) | Event::Comment(_) => {}
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {
                return Err("there are declarations or instructions in it".into());
            }
            Event::Eof if open > 0 => return Err("an element is not closed".into()),
            Event::Eof => return Ok(()),
        }
    }
}

fn check_attributes(tag: &BytesStart<'_>) -> Result<(), String> {
    tag.attributes()
        .try_for_each(|attribute| attribute.map(drop).map_err(|error| error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn elements_and_text_may_be_held() {
        for xml in [
            "",
            "text &amp; &#65;",
            "<A>1</A><B b='2'/>",
            "<A xmlns='urn:a'><![CDATA[<]]><!-- c --></A>",
        ] {
            assert_eq!(check(xml), Ok(()), "{xml}");
        }
    }

    #[test]
    fn what_would_break_the_header_may_not() {
        for (xml, problem) in [
            ("<A>", "an element is not closed"),
            ("</CUSTOMATTRIBUTES><LA_URL/>", "close tag"),
            ("<A></B>", "expected"),
            ("<A", "syntax error"),
            ("<A b=c/>", "value"),
            ("&unknown;", "the entity &unknown; is not defined"),
            ("a & b", "entity"),
            ("<?xml version='1.0'?><A/>", "there are declarations or instructions in it"),
            ("<!DOCTYPE a><A/>", "there are declarations or instructions in it"),
        ] {
            let told = check(xml).unwrap_err();
            assert!(told.contains(problem), "{xml}: {told}");
        }
    }
}
