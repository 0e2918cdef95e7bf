//! Documents that attack their reader.

use dynpack_xml::{Error, Event, Limit, Options, Reader, decode};
use proptest::prelude::*;

/// Reads a document to its end. Returns the number of its elements.
fn read(text: &str, options: Options) -> Result<usize, Error> {
    let mut reader = Reader::new(text, options);
    let mut elements = 0;
    while let Some(event) = reader.read()? {
        elements += usize::from(matches!(event, Event::Start(_)));
    }
    Ok(elements)
}

#[test]
fn entity_bombs_are_refused_before_they_are_read() {
    let bomb = r#"<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<lolz>&b;</lolz>"#;
    let error = read(bomb, Options::new()).unwrap_err().to_string();
    assert_eq!(error, "not supported at line 2, column 1: a document type declaration");
    let external = r#"<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>"#;
    assert!(matches!(read(external, Options::new()), Err(Error::NotSupported { .. })));
    let without = r"<a>&b;&b;</a>";
    let error = read(without, Options::new()).unwrap_err().to_string();
    assert_eq!(error, "malformed at line 1, column 4: the entity &b; is not defined");
}

#[test]
fn deep_nesting_and_many_elements_have_limits() {
    let nested = |depth| "<a>".repeat(depth) + &"</a>".repeat(depth);
    assert_eq!(read(&nested(64), Options::new()), Ok(64));
    let exceeded = |limit, max| Err(Error::LimitExceeded { limit, max });
    assert_eq!(read(&nested(65), Options::new()), exceeded(Limit::Depth, 64));
    assert_eq!(read(&nested(3), Options::new().with_max_depth(2)), exceeded(Limit::Depth, 2));
    let many = format!("<a>{}</a>", "<b/>".repeat(1000));
    assert_eq!(read(&many, Options::new()), Ok(1001));
    let options = Options::new().with_max_elements(1000);
    assert_eq!(read(&many, options), exceeded(Limit::Elements, 1000));
}

/// Skipping an element does not recurse into it.
#[test]
fn skipped_elements_may_nest_to_any_depth() {
    let text = format!("<a>{}{}</a>", "<b>".repeat(100_000), "</b>".repeat(100_000));
    let mut reader = Reader::new(&text, Options::new());
    reader.root("a").unwrap();
    reader.children(|_, _| Ok::<_, Error>(())).unwrap();
    reader.finish().unwrap();
}

#[test]
fn attributes_may_be_long_but_not_many() {
    let value = "x".repeat(1 << 20);
    let text = format!("<a b='{value}'/>");
    let root = Reader::new(&text, Options::new()).root("a").unwrap();
    assert_eq!(root.get("b").map(str::len), Some(1 << 20));
    let error = root.number::<u32>("b").unwrap_err().to_string();
    assert!(error.len() < 200, "{error}");
    let refused = Err(Error::LimitExceeded { limit: Limit::Attributes, max: 128 });
    for prefix in ["b", "xmlns:b"] {
        let attributes: String = (0..200_000).map(|at| format!(" {prefix}{at}=''")).collect();
        assert_eq!(read(&format!("<a{attributes}/>"), Options::new()), refused);
    }
}

#[test]
fn errors_about_secrets_repeat_nothing() {
    for text in [
        "<a>&secret;</a>",
        "<a b='&secret;'/>",
        "<a></secret>",
        "<a secret=1/>",
        "<a secret='' secret=''/>",
        "<a/><secret/>",
        "<a/>secret",
        "<a>&#secret;</a>",
        "<!-- secret",
        "<a><secret",
    ] {
        let error = read(text, Options::new().for_secrets()).unwrap_err().to_string();
        assert!(error.ends_with(": not well-formed XML"), "{text}: {error}");
    }
}

#[test]
fn errors_repeat_little_of_a_long_text() {
    let long = "é".repeat(100_000);
    for text in [format!("<a>&{long};</a>"), format!("<a b='&{long};'/>"), format!("<a></{long}>")]
    {
        let error = read(&text, Options::new()).unwrap_err().to_string();
        assert!(error.chars().count() < 200, "{error}");
    }
}

/// Pieces of XML in random order: more of them are well-formed documents than of random bytes.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<a>",
        "</a>",
        "<b c='d'>",
        "</b>",
        "<b/>",
        "text",
        "&lt;",
        "&#x41;",
        "&#0;",
        "&e;",
        "&",
        ";",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<?xml version='1.0'?>",
        "<!DOCTYPE a>",
        "<",
        ">",
        "'",
        "\r\n",
        "\u{0}",
        "é",
    ]);
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(text) = decode(&bytes, 1000) {
            let _ = read(&text, Options::new());
        }
    }

    #[test]
    fn any_text_in_utf_16_is_decoded_or_refused(
        text in "\\PC{0,20}",
        len in 0_usize..40,
        little: bool,
    ) {
        let to_bytes = if little { u16::to_le_bytes } else { u16::to_be_bytes };
        let units = format!("\u{feff}{text}");
        let mut bytes: Vec<u8> = units.encode_utf16().flat_map(to_bytes).collect();
        prop_assert_eq!(decode(&bytes, 1000), Ok(text.clone()));
        bytes.truncate(len.max(2));
        if let Ok(part) = decode(&bytes, 1000) {
            prop_assert!(text.starts_with(&part), "{:?} of {:?}", part, text);
        }
    }

    #[test]
    fn any_pieces_of_xml_do_no_harm(text in pieces()) {
        let whole = read(&text, Options::new());
        // Hiding the text in errors changes nothing else.
        let hidden = read(&text, Options::new().for_secrets());
        prop_assert_eq!(whole.is_ok(), hidden.is_ok());
        let mut reader = Reader::new(&text, Options::new());
        if reader.root("a").is_ok() {
            let _ = reader.children(|reader, child| {
                if child.is("b") { reader.text().map(drop) } else { Ok(()) }
            });
            let _ = reader.finish();
        }
    }
}
