//! What an API token may be used for.

/// One thing that a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TokenScope {
    /// Ask for numbers, past and live.
    StatsRead,
    /// List and read sites.
    SitesRead,
    /// Make, change and delete sites and rotate their tracking tokens.
    SitesWrite,
    /// Send events.
    EventsWrite,
}

impl TokenScope {
    /// All of them, in the order in which they are told.
    pub(crate) const ALL: [Self; 4] = [Self::StatsRead, Self::SitesRead, Self::SitesWrite, Self::EventsWrite];

    /// The word used in database and API.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::StatsRead => "stats:read",
            Self::SitesRead => "sites:read",
            Self::SitesWrite => "sites:write",
            Self::EventsWrite => "events:write",
        }
    }

    /// What a caller is told who lacks it.
    pub(super) fn lacking(self) -> &'static str {
        match self {
            Self::StatsRead => "this API token lacks the scope stats:read",
            Self::SitesRead => "this API token lacks the scope sites:read",
            Self::SitesWrite => "this API token lacks the scope sites:write",
            Self::EventsWrite => "this API token lacks the scope events:write",
        }
    }

    /// True when it changes something, which viewers may not.
    pub(super) fn writes(self) -> bool {
        matches!(self, Self::SitesWrite | Self::EventsWrite)
    }
}

impl std::str::FromStr for TokenScope {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word).ok_or(())
    }
}

/// What a token may be used for, each once and in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenScopes(Vec<TokenScope>);

impl TokenScopes {
    /// Those of a list.
    pub(super) fn new(scopes: impl IntoIterator<Item = TokenScope>) -> Self {
        let mut scopes: Vec<TokenScope> = scopes.into_iter().collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes)
    }

    /// Those that are stored; a word that this build does not know gives no right.
    pub(crate) fn stored(words: &str) -> Self {
        Self::new(words.split(' ').filter_map(|word| word.parse().ok()))
    }

    /// The form in which they are stored.
    pub(super) fn to_stored(&self) -> String {
        self.words().collect::<Vec<_>>().join(" ")
    }

    /// The words.
    pub(crate) fn words(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|scope| scope.as_str())
    }

    pub(super) fn has(&self, scope: TokenScope) -> bool {
        self.0.contains(&scope)
    }

    /// True when one of them changes something.
    pub(super) fn writes(&self) -> bool {
        self.0.iter().any(|scope| scope.writes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_has_its_word_and_is_named_when_it_is_missing() {
        for scope in TokenScope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
            assert!(scope.lacking().ends_with(scope.as_str()));
        }
        assert_eq!("stats".parse::<TokenScope>(), Err(()));
    }

    #[test]
    fn what_is_stored_is_read_again_and_unknown_words_give_nothing() {
        let scopes = TokenScopes::new([TokenScope::EventsWrite, TokenScope::StatsRead, TokenScope::EventsWrite]);
        assert_eq!(scopes.to_stored(), "stats:read events:write");
        assert_eq!(TokenScopes::stored(&scopes.to_stored()), scopes);
        assert_eq!(TokenScopes::stored("stats:read everything"), TokenScopes::new([TokenScope::StatsRead]));
        assert!(!TokenScopes::stored("").has(TokenScope::StatsRead));
    }
}
