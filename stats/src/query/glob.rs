//! Wildcards in pages: `*` is any run within a segment, `**` crosses slashes; both may be empty.

use std::collections::BTreeMap;

/// Bits of a word.
const WORD: usize = u64::BITS as usize;

/// A pattern over whole pages.
///
/// Its states are numbered by how many of its characters were found so far, one bit each; a star lets its state stay. So each
/// character of a text moves all states at once, a word at a time, whatever the pattern: no pattern and no page can take long.
#[derive(Clone, Debug)]
pub struct Glob {
    /// For each character of the pattern, the states that it leads to.
    leads_to: BTreeMap<char, Box<[u64]>>,
    /// States behind which any character may stand.
    any: Box<[u64]>,
    /// States behind which any character but a slash may stand.
    segment: Box<[u64]>,
    /// The state in which the whole pattern was found.
    last: usize,
}

impl Glob {
    /// Any text is a pattern.
    pub fn new(pattern: &str) -> Self {
        let last = pattern.chars().filter(|char| *char != '*').count();
        let none = vec![0; last / WORD + 1].into_boxed_slice();
        let (mut leads_to, mut any, mut segment) = (BTreeMap::new(), none.clone(), none.clone());
        let mut state = 0;
        let mut chars = pattern.chars().peekable();
        while let Some(char) = chars.next() {
            if char != '*' {
                state += 1;
                set(leads_to.entry(char).or_insert_with(|| none.clone()), state);
                continue;
            }
            let mut stays = &mut segment;
            while chars.next_if_eq(&'*').is_some() {
                stays = &mut any;
            }
            set(stays, state);
        }
        Self { leads_to, any, segment, last }
    }

    /// Whether the whole text fits. Takes a step for each character of the text and each 64 of the pattern.
    pub fn matches(&self, text: &str) -> bool {
        let mut states = vec![0u64; self.any.len()];
        states[0] = 1;
        for char in text.chars() {
            let leads_to = self.leads_to.get(&char);
            let (mut carried, mut alive) = (0, 0);
            for (index, states) in states.iter_mut().enumerate() {
                let moved = leads_to.map_or(0, |leads_to| (*states << 1 | carried) & leads_to[index]);
                let stays = if char == '/' { self.any[index] } else { self.any[index] | self.segment[index] };
                carried = *states >> (WORD - 1);
                *states = moved | *states & stays;
                alive |= *states;
            }
            if alive == 0 {
                return false;
            }
        }
        states[self.last / WORD] >> (self.last % WORD) & 1 == 1
    }
}

fn set(states: &mut [u64], state: usize) {
    states[state / WORD] |= 1 << (state % WORD);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Glob;

    #[test]
    fn stars_keep_to_segments_and_double_stars_cross_them() {
        let fits = |pattern: &str, page: &str| Glob::new(pattern).matches(page);
        assert!(fits("/blog/*", "/blog/post"));
        assert!(fits("/blog/*", "/blog/"));
        assert!(!fits("/blog/*", "/blog/2026/post"));
        assert!(!fits("/blog/*", "/blog"));
        assert!(fits("/blog/**", "/blog/2026/post"));
        assert!(fits("/blog**", "/blog"));
        assert!(fits("/*/post", "/2026/post"));
        assert!(!fits("/*/post", "/a/b/post"));
        assert!(fits("**/post", "/a/b/post"));
        assert!(!fits("/a", "/ab"));
        assert!(fits("/ä*", "/äö"));
        assert!(fits("", ""));
        assert!(!fits("", "/"));
    }

    /// The definition, tried out from every place.
    fn slow(pattern: &[char], text: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['*', '*', rest @ ..] => {
                let rest = &rest[rest.iter().take_while(|char| **char == '*').count()..];
                (0..=text.len()).any(|from| slow(rest, &text[from..]))
            }
            ['*', rest @ ..] => {
                let within = text.iter().take_while(|char| **char != '/').count();
                (0..=within).any(|from| slow(rest, &text[from..]))
            }
            [char, rest @ ..] => text.first() == Some(char) && slow(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn it_agrees_with_its_definition(pattern in "[ab/*]{0,9}", text in "[ab/]{0,9}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(Glob::new(&pattern).matches(&text), slow(&chars(&pattern), &chars(&text)));
        }

        #[test]
        fn states_go_on_from_word_to_word(before in 50usize..140, between in 0usize..80) {
            let pattern = format!("{}*{}", "a".repeat(before), "b".repeat(between));
            let text = |within: &str| format!("{}{within}{}", "a".repeat(before), "b".repeat(between));
            prop_assert!(Glob::new(&pattern).matches(&text("abc")));
            prop_assert!(!Glob::new(&pattern).matches(&text("x/")));
            prop_assert!(!Glob::new(&pattern).matches(&text("xbc")[1..]));
        }
    }
}
