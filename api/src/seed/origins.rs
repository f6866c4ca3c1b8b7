//! Where visits of the demo site come from: the referrer that a browser would send, and what is tagged onto the address.

use super::chance::Weighted;
use super::pages::PageKind;

/// What people who come from one kind of place have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crowd {
    /// Typed it in, or come back.
    Familiar,
    /// Have a question.
    Searching,
    /// Follow a link between other things.
    Passing,
    /// The same, but at a computer and with an eye on how things are made.
    Technical,
    /// Subscribed.
    Reading,
    /// Clicked an ad.
    Courted,
}

impl Crowd {
    /// Chance to leave after one page.
    pub(super) fn leaves_at_once(self) -> f64 {
        match self {
            Self::Familiar => 0.35,
            Self::Searching => 0.49,
            Self::Passing => 0.58,
            Self::Technical => 0.62,
            Self::Reading => 0.33,
            Self::Courted => 0.47,
        }
    }

    /// How much likelier than usual they hold a phone.
    pub(super) fn phone_factor(self) -> f64 {
        match self {
            Self::Passing => 1.5,
            Self::Technical => 0.55,
            Self::Reading => 1.15,
            Self::Familiar | Self::Searching | Self::Courted => 1.0,
        }
    }

    /// Kinds of pages that they arrive at.
    pub(super) fn arrives_at(self) -> Weighted<PageKind> {
        use PageKind::{Doc, Home, Hub, Post, Product};
        Weighted::new(match self {
            Self::Familiar => [(Home, 0.52), (Post, 0.14), (Doc, 0.14), (Product, 0.12), (Hub, 0.08)],
            Self::Searching => [(Post, 0.5), (Doc, 0.22), (Home, 0.17), (Product, 0.09), (Hub, 0.02)],
            Self::Passing => [(Post, 0.74), (Home, 0.16), (Product, 0.05), (Doc, 0.03), (Hub, 0.02)],
            Self::Technical => [(Post, 0.6), (Home, 0.2), (Doc, 0.15), (Product, 0.03), (Hub, 0.02)],
            Self::Reading => [(Post, 0.84), (Home, 0.06), (Product, 0.06), (Hub, 0.04), (Doc, 0.0)],
            Self::Courted => [(Product, 0.6), (Home, 0.4), (Post, 0.0), (Doc, 0.0), (Hub, 0.0)],
        })
    }
}

/// A place that visits come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    weight: f64,
    pub(super) crowd: Crowd,
    /// One of these is the referrer; blank for none.
    pub(super) referrers: &'static [&'static str],
    /// One of these is the query; `{week}` stands for the number of the week.
    pub(super) queries: &'static [&'static str],
}

pub(super) const DIRECT: Origin = plain(24.0, Crowd::Familiar, &[""]);
pub(super) const HACKER_NEWS: Origin = plain(1.6, Crowd::Technical, &["https://news.ycombinator.com/"]);
pub(super) const REDDIT: Origin = plain(
    2.6,
    Crowd::Passing,
    &["https://www.reddit.com/", "https://old.reddit.com/r/photography/", "https://out.reddit.com/"],
);
pub(super) const PRODUCT_HUNT: Origin = Origin {
    weight: 0.6,
    crowd: Crowd::Technical,
    referrers: &["https://www.producthunt.com/"],
    queries: &["?ref=producthunt"],
};
pub(super) const NEWSLETTER: Origin = Origin {
    weight: 1.6,
    crowd: Crowd::Reading,
    referrers: &["", "", "https://mail.google.com/"],
    queries: &["?utm_source=newsletter&utm_medium=email&utm_campaign=weekly-{week}"],
};

const ORIGINS: [Origin; 46] = [
    DIRECT,
    HACKER_NEWS,
    REDDIT,
    PRODUCT_HUNT,
    NEWSLETTER,
    plain(30.0, Crowd::Searching, &["https://www.google.com/"]),
    plain(1.2, Crowd::Searching, &["android-app://com.google.android.googlequicksearchbox/"]),
    plain(3.0, Crowd::Searching, &["https://www.bing.com/"]),
    plain(3.6, Crowd::Searching, &["https://duckduckgo.com/"]),
    plain(0.7, Crowd::Searching, &["https://www.ecosia.org/"]),
    plain(0.9, Crowd::Searching, &["https://search.brave.com/"]),
    plain(0.6, Crowd::Searching, &["https://yandex.ru/"]),
    plain(0.5, Crowd::Searching, &["https://search.yahoo.com/"]),
    plain(0.4, Crowd::Technical, &["https://kagi.com/"]),
    plain(0.3, Crowd::Searching, &["https://www.baidu.com/"]),
    plain(2.2, Crowd::Searching, &["https://chatgpt.com/"]),
    plain(0.9, Crowd::Searching, &["https://www.perplexity.ai/"]),
    plain(0.8, Crowd::Technical, &["https://claude.ai/"]),
    plain(0.5, Crowd::Searching, &["https://gemini.google.com/"]),
    plain(0.3, Crowd::Searching, &["https://copilot.microsoft.com/"]),
    plain(2.4, Crowd::Passing, &["https://t.co/", "https://t.co/9bXvQ2", "https://x.com/"]),
    plain(1.5, Crowd::Passing, &["https://www.linkedin.com/", "https://lnkd.in/"]),
    plain(1.4, Crowd::Passing, &["https://l.facebook.com/", "https://m.facebook.com/"]),
    plain(0.8, Crowd::Passing, &["https://l.instagram.com/"]),
    plain(1.1, Crowd::Passing, &["https://bsky.app/", "https://go.bsky.app/"]),
    plain(1.0, Crowd::Technical, &["https://mastodon.social/", "https://fosstodon.org/"]),
    plain(0.6, Crowd::Technical, &["https://lobste.rs/"]),
    plain(0.6, Crowd::Technical, &["https://dev.to/"]),
    plain(1.5, Crowd::Passing, &["https://www.youtube.com/"]),
    plain(0.4, Crowd::Passing, &["https://www.pinterest.com/"]),
    plain(2.1, Crowd::Technical, &["https://github.com/", "https://github.com/lumen-photo/lumen"]),
    plain(0.7, Crowd::Technical, &["https://stackoverflow.com/"]),
    plain(0.5, Crowd::Searching, &["https://en.wikipedia.org/", "https://de.wikipedia.org/"]),
    plain(0.9, Crowd::Passing, &["https://petapixel.com/", "https://petapixel.com/2026/10/lumen-3-review/"]),
    plain(0.7, Crowd::Courted, &["https://alternativeto.net/software/lumen/", "https://alternativeto.net/"]),
    plain(0.5, Crowd::Passing, &["https://fstoppers.com/reviews/lumen-3"]),
    plain(0.5, Crowd::Reading, &["https://feedly.com/"]),
    plain(0.4, Crowd::Technical, &["https://pixls.us/", "https://discuss.pixls.us/"]),
    plain(0.3, Crowd::Technical, &["https://selfh.st/weekly/"]),
    Origin {
        weight: 0.9,
        crowd: Crowd::Searching,
        referrers: &["https://chatgpt.com/"],
        queries: &["?utm_source=chatgpt.com"],
    },
    Origin {
        weight: 2.6,
        crowd: Crowd::Courted,
        referrers: &["https://www.google.com/"],
        queries: &[
            "?utm_source=google&utm_medium=cpc&utm_campaign=brand&utm_term=lumen&gclid=EAIaIQ",
            "?utm_source=google&utm_medium=cpc&utm_campaign=raw-editor&utm_term=raw+photo+editor&gclid=EAIaIQ",
            "?utm_source=google&utm_medium=cpc&utm_campaign=raw-editor&utm_term=lightroom+alternative&gclid=EAIaIQ",
        ],
    },
    Origin {
        weight: 0.5,
        crowd: Crowd::Courted,
        referrers: &["https://www.bing.com/"],
        queries: &["?utm_source=bing&utm_medium=cpc&utm_campaign=raw-editor&msclkid=4f2a"],
    },
    Origin {
        weight: 0.8,
        crowd: Crowd::Courted,
        referrers: &["https://l.facebook.com/", "https://l.instagram.com/"],
        queries: &[
            "?utm_source=facebook&utm_medium=paid-social&utm_campaign=autumn-sale&utm_content=carousel&fbclid=IwAR",
            "?utm_source=instagram&utm_medium=paid-social&utm_campaign=autumn-sale&utm_content=story&fbclid=IwAR",
        ],
    },
    Origin {
        weight: 0.4,
        crowd: Crowd::Courted,
        referrers: &["https://photoschool.example/tools"],
        queries: &["?utm_source=photoschool&utm_medium=affiliate&utm_campaign=partners"],
    },
    Origin {
        weight: 0.3,
        crowd: Crowd::Passing,
        referrers: &[""],
        queries: &["?utm_source=darkroom-podcast&utm_medium=audio&utm_campaign=sponsor-42"],
    },
    Origin {
        weight: 0.5,
        crowd: Crowd::Reading,
        referrers: &["", "https://substack.com/"],
        queries: &["?ref=the-daily-frame"],
    },
];

/// A place that tags nothing onto addresses.
const fn plain(weight: f64, crowd: Crowd, referrers: &'static [&'static str]) -> Origin {
    Origin { weight, crowd, referrers, queries: &[""] }
}

/// All places, by how many come from them.
pub(super) fn origins() -> Weighted<Origin> {
    Weighted::new(ORIGINS.map(|origin| (origin, origin.weight)))
}
