//! Wildcards in pages: `*` is any run within a segment, `**` crosses slashes; both may be empty.

/// A pattern over whole pages.
#[derive(Clone, Debug)]
pub struct Glob {
    tokens: Vec<Token>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token {
    Char(char),
    Segment,
    Any,
}

impl Glob {
    /// Any text is a pattern.
    pub fn new(pattern: &str) -> Self {
        let mut tokens = Vec::new();
        let mut chars = pattern.chars().peekable();
        while let Some(char) = chars.next() {
            if char != '*' {
                tokens.push(Token::Char(char));
                continue;
            }
            let mut token = Token::Segment;
            while chars.next_if_eq(&'*').is_some() {
                token = Token::Any;
            }
            tokens.push(token);
        }
        Self { tokens }
    }

    /// Whether the whole text fits. Takes at most tokens × characters steps.
    pub fn matches(&self, text: &str) -> bool {
        // `reached[i]`: the text read so far fits the first `i` tokens.
        let mut reached = vec![false; self.tokens.len() + 1];
        reached[0] = true;
        self.skip_stars(&mut reached);
        let mut next = vec![false; reached.len()];
        for char in text.chars() {
            next.fill(false);
            for (at, token) in self.tokens.iter().enumerate().filter(|(at, _)| reached[*at]) {
                match token {
                    Token::Char(expected) if *expected == char => next[at + 1] = true,
                    Token::Char(_) => {}
                    Token::Segment => next[at] |= char != '/',
                    Token::Any => next[at] = true,
                }
            }
            self.skip_stars(&mut next);
            std::mem::swap(&mut reached, &mut next);
        }
        reached[self.tokens.len()]
    }

    /// A star may be empty.
    fn skip_stars(&self, reached: &mut [bool]) {
        for (at, token) in self.tokens.iter().enumerate() {
            if reached[at] && !matches!(token, Token::Char(_)) {
                reached[at + 1] = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
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
    }
}
