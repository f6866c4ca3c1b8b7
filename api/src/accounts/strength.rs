//! Which passwords are too easy to guess: by zxcvbn, which knows common passwords, words, names, dates and keyboard rows,
//! and estimates how many guesses an attacker needs.

use zxcvbn::Score;
use zxcvbn::feedback::Feedback;

/// The least of 0 to 4: more than a hundred million guesses, which also a stolen hash holds out against for years.
const LEAST: Score = Score::Three;

/// Why a password is too easy to guess; nothing when it is not. `about` is what is known of the user: address and name.
///
/// It looks at the first 100 characters, and takes milliseconds: not for async threads.
pub(super) fn weakness(password: &str, about: &[&str]) -> Option<String> {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2).map(str::to_owned).collect()
    };
    // Each as it is, word by word, and its words in a row.
    let mut known = vec!["haru".to_owned(), "analytics".to_owned()];
    for text in about {
        let local = text.split('@').next().unwrap_or_default();
        known.extend([(*text).to_owned(), words(text).concat(), words(local).concat()]);
        known.extend(words(text));
    }
    let known: Vec<&str> = known.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    let guessed = zxcvbn::zxcvbn(password, &known);
    if guessed.score() >= LEAST {
        return None;
    }
    let why = guessed.feedback().and_then(reason).unwrap_or_else(|| "use a few uncommon words".to_owned());
    Some(format!("is too easy to guess: {why}"))
}

/// The warning, else the first suggestion, as the end of a sentence.
fn reason(feedback: &Feedback) -> Option<String> {
    let warning = feedback.warning().map(|warning| warning.to_string());
    let text = warning.or_else(|| feedback.suggestions().first().map(ToString::to_string))?;
    let mut characters = text.trim_end_matches('.').chars();
    let first = characters.next()?.to_lowercase();
    Some(first.chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_common_or_about_oneself_is_refused_with_the_reason() {
        let about = ["ana.lovelace@example.com", "Ana Lovelace"];
        for weak in [
            "password1234",
            "123456789012",
            "qwertyuiopas",
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "iloveyou1234",
            "ana.lovelace@example.com",
            "AnaLovelace1",
            "Lovelace2026!",
            "haruanalytics",
        ] {
            let why = weakness(weak, &about).unwrap_or_else(|| panic!("{weak} is weak"));
            assert!(why.starts_with("is too easy to guess: ") && !why.ends_with('.'), "{weak}: {why}");
        }
        for good in [
            "correct horse battery staple",
            "a long enough password",
            "a password for the demo",
            "only good for a benchmark",
            "tJ8#qLw2!zRv",
            "přísně tajné heslo",
        ] {
            assert_eq!(weakness(good, &about), None, "{good}");
        }
    }

    #[test]
    fn the_longest_and_strangest_are_looked_at_without_harm() {
        for text in
            ["a".repeat(128), "1q2w".repeat(32), "\u{1F600}".repeat(128), "e\u{301}".repeat(64), "@4$5".repeat(32)]
        {
            let _either_way = weakness(&text, &["a@b.c", ""]);
        }
    }
}
