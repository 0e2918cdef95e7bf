//! The style sheets of WebVTT documents, as far as other formats can say the same.

use std::collections::BTreeMap;

use crate::color::Color;
use crate::content::Style;

/// The styles of classes. Only rules for one class are read, `::cue(.name)`, and of those colours,
/// bold, italic and underlined text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Stylesheet {
    classes: BTreeMap<String, Style>,
}

impl Stylesheet {
    pub(crate) fn read(sheets: &[String]) -> Self {
        let mut classes = BTreeMap::new();
        for rule in sheets.iter().flat_map(|sheet| sheet.split('}')) {
            let Some((selectors, declarations)) = rule.split_once('{') else { continue };
            let style = style(declarations);
            for selector in selectors.split(',').map(str::trim) {
                let class =
                    selector.strip_prefix("::cue(.").and_then(|rest| rest.strip_suffix(')'));
                if let Some(class) = class {
                    let before = classes.entry(class.trim().to_owned()).or_default();
                    *before = style.over(*before);
                }
            }
        }
        Self { classes }
    }

    /// The style that classes have together.
    pub(crate) fn style_of(&self, classes: &[String]) -> Style {
        let styles = classes.iter().filter_map(|class| self.classes.get(class));
        styles.fold(Style::PLAIN, |all, style| style.over(all))
    }
}

fn style(declarations: &str) -> Style {
    let mut style = Style::PLAIN;
    for (property, value) in declarations.split(';').filter_map(|text| text.split_once(':')) {
        let value = value.trim();
        match property.trim() {
            "color" => style.color = Color::parse(value).or(style.color),
            "background" | "background-color" => {
                style.background = Color::parse(value).or(style.background);
            }
            "font-weight" => style.bold = value == "bold",
            "font-style" => style.italic = matches!(value, "italic" | "oblique"),
            "text-decoration" => style.underline = value == "underline",
            _ => {}
        }
    }
    style
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_for_a_class_are_its_style() {
        let sheet = "::cue(.a), ::cue(.b) { color: #ff8000; font-weight:bold }\n\
                     ::cue { color: red }\n::cue(.b) { background-color: rgba(0,0,0,0.5) }\n\
                     ::cue(b.c) { color: red } ::cue(.d { } }";
        let sheet = Stylesheet::read(&[sheet.into()]);
        let a = Style { bold: true, color: Color::hex("#ff8000"), ..Style::PLAIN };
        let b = Style { background: Color::hex("#00000080"), ..a };
        for (classes, style) in
            [(&["a"][..], a), (&["b"], b), (&["c", "d"], Style::PLAIN), (&["x", "a"], a)]
        {
            let classes: Vec<String> = classes.iter().map(|class| (*class).to_owned()).collect();
            assert_eq!(sheet.style_of(&classes), style, "{classes:?}");
        }
    }
}
