//! Screens and languages, coarse enough to say nothing about one person.
//!
//! Rule: a width becomes one of five classes, an `Accept-Language` its first tag. Nothing finer is kept.

/// Upper bounds (exclusive, in CSS pixels) of the classes, with their names. The thresholds are those at which layouts
/// usually change: phone, tablet, small notebook, desktop, large desktop.
const CLASSES: [(i64, &str); 4] = [(576, "under 576"), (992, "576-991"), (1440, "992-1439"), (1920, "1440-1919")];

/// The class of the widest screens.
const WIDEST: &str = "1920 and up";

/// The class of a screen's width.
pub(crate) fn screen_class(width: i64) -> &'static str {
    CLASSES.iter().find(|(below, _)| width < *below).map_or(WIDEST, |(_, name)| name)
}

/// The preferred language of an `Accept-Language` header, as `en` or `en-US`; blank when there is none. Script and
/// variants are left out: `zh-Hant-TW` is `zh-TW`.
pub(crate) fn language(accept: &str) -> String {
    let mut best = (0.0, "");
    for entry in accept.split(',').take(16) {
        let (tag, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        let quality = parameters
            .trim()
            .strip_prefix("q=")
            .map_or(1.0, |q| q.trim().parse::<f32>().ok().filter(|q| q.is_finite()).unwrap_or(0.0));
        if quality > best.0 {
            best = (quality, tag.trim());
        }
    }
    tag(best.1).unwrap_or_default()
}

fn tag(text: &str) -> Option<String> {
    let mut parts = text.split(['-', '_']);
    let letters = |part: &str| part.bytes().all(|b| b.is_ascii_alphabetic());
    let primary = parts.next().filter(|p| (2..=3).contains(&p.len()) && letters(p))?;
    let region = parts
        .find(|part| part.len() == 2 && letters(part) || part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit()));
    let primary = primary.to_ascii_lowercase();
    Some(match region {
        Some(region) => format!("{primary}-{}", region.to_ascii_uppercase()),
        None => primary,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_by_width() {
        for (width, class) in [
            (1, "under 576"),
            (575, "under 576"),
            (576, "576-991"),
            (991, "576-991"),
            (992, "992-1439"),
            (1440, "1440-1919"),
            (1919, "1440-1919"),
            (1920, "1920 and up"),
            (100_000, "1920 and up"),
        ] {
            assert_eq!(screen_class(width), class, "{width}");
        }
    }

    #[test]
    fn the_preferred_language() {
        for (accept, expected) in [
            ("en-US,en;q=0.9", "en-US"),
            ("pt-br", "pt-BR"),
            ("de", "de"),
            ("en;q=0.5, fr-CH", "fr-CH"),
            ("zh-Hant-TW,zh;q=0.9", "zh-TW"),
            ("es-419", "es-419"),
            ("sr_RS", "sr-RS"),
            ("*", ""),
            ("", ""),
            ("e\u{0}n", ""),
            ("en;q=0", ""),
            ("en;q=NaN,fr;q=0.1", "fr"),
            ("<script>", ""),
        ] {
            assert_eq!(language(accept), expected, "{accept}");
        }
    }
}
