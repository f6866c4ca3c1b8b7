//! The pages of the demo site, how popular each is, and where people go from one to the next.

use super::chance::{Dice, Weighted, happens};

/// What kind of page it is: it decides how long people stay and where they go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageKind {
    Home,
    /// A list of others: blog, documentation, changelog.
    Hub,
    Post,
    Doc,
    /// Features, prices, download, sign-up.
    Product,
}

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) path: &'static str,
    pub(super) kind: PageKind,
}

pub(super) const HOME: Page = Page { path: "/", kind: PageKind::Home };

/// Posts that come out while the history runs, one after the other at even distances.
pub(super) const FRESH_POSTS: [&str; 9] = [
    "/blog/lumen-3-release",
    "/blog/why-we-left-electron",
    "/blog/raw-files-in-the-browser",
    "/blog/a-colour-pipeline-in-rust",
    "/blog/autumn-light",
    "/blog/what-a-histogram-tells",
    "/blog/four-million-photos-one-sqlite-file",
    "/blog/editing-on-a-train",
    "/blog/year-in-review",
];

const HUBS: [&str; 6] = ["/blog", "/docs", "/changelog", "/customers", "/integrations", "/blog/tags/color"];

const PRODUCT: [&str; 25] = [
    "/pricing",
    "/features",
    "/download",
    "/signup",
    "/features/raw-developer",
    "/features/sync",
    "/features/masks",
    "/features/presets",
    "/login",
    "/about",
    "/compare/lightroom",
    "/integrations/capture-one",
    "/features/batch-export",
    "/integrations/nextcloud",
    "/customers/studio-amaro",
    "/education",
    "/compare/darktable",
    "/roadmap",
    "/integrations/immich",
    "/contact",
    "/customers/north-sea-daily",
    "/press",
    "/careers",
    "/privacy",
    "/terms",
];

const DOCS: [&str; 42] = [
    "/docs/getting-started",
    "/docs/install/mac",
    "/docs/install/windows",
    "/docs/import",
    "/docs/keyboard-shortcuts",
    "/docs/install/linux",
    "/docs/export",
    "/docs/presets",
    "/docs/masks",
    "/docs/curves",
    "/docs/white-balance",
    "/docs/supported-cameras",
    "/docs/cli",
    "/docs/api",
    "/docs/sync",
    "/docs/color-management",
    "/docs/noise-reduction",
    "/docs/lens-corrections",
    "/docs/catalogs",
    "/docs/migrate-from-lightroom",
    "/docs/metadata",
    "/docs/backup",
    "/docs/plugins",
    "/docs/plugins/writing-a-plugin",
    "/docs/soft-proofing",
    "/docs/printing",
    "/docs/tethering",
    "/docs/hdr",
    "/docs/panorama",
    "/docs/keywords",
    "/docs/gpu",
    "/docs/troubleshooting",
    "/docs/self-hosting",
    "/docs/teams",
    "/docs/billing",
    "/docs/sso",
    "/docs/webhooks",
    "/docs/faq",
    "/docs/glossary",
    "/docs/release-channels",
    "/docs/accessibility",
    "/docs/licence",
];

const POSTS: [&str; 72] = [
    "/blog/how-sensors-see-color",
    "/blog/expose-to-the-right",
    "/blog/best-free-raw-editors",
    "/blog/understanding-curves",
    "/blog/srgb-display-p3-and-you",
    "/blog/film-simulation-from-scratch",
    "/blog/shooting-the-blue-hour",
    "/blog/denoise-before-or-after",
    "/blog/what-is-a-raw-file",
    "/blog/skin-tones",
    "/blog/a-calmer-photo-workflow",
    "/blog/the-zone-system-today",
    "/blog/black-and-white-conversion",
    "/blog/backing-up-ten-years-of-photos",
    "/blog/calibrating-a-cheap-monitor",
    "/blog/how-we-wrote-our-demosaicing",
    "/blog/simd-in-practice",
    "/blog/sharpening-explained",
    "/blog/white-balance-is-a-choice",
    "/blog/masks-without-tears",
    "/blog/why-sqlite",
    "/blog/culling-a-wedding-in-an-hour",
    "/blog/golden-hour-calculator",
    "/blog/highlight-recovery",
    "/blog/local-first-photos",
    "/blog/dynamic-range-myths",
    "/blog/keyboard-driven-editing",
    "/blog/metadata-that-lasts",
    "/blog/printing-at-home",
    "/blog/undo-is-a-tree",
    "/blog/gpu-pipelines-with-wgpu",
    "/blog/street-photography-ethics",
    "/blog/colour-grading-portraits",
    "/blog/lens-profiles",
    "/blog/from-lightroom-in-a-weekend",
    "/blog/astro-stacking",
    "/blog/hdr-without-the-look",
    "/blog/panoramas-by-hand",
    "/blog/a-year-of-self-hosting",
    "/blog/the-anatomy-of-a-preset",
    "/blog/fog",
    "/blog/winter-light",
    "/blog/portrait-lighting-with-one-lamp",
    "/blog/macro-on-a-budget",
    "/blog/benchmarks-that-do-not-lie",
    "/blog/pricing-for-one-person-companies",
    "/blog/our-stack",
    "/blog/wasm-image-decoding",
    "/blog/exif-privacy",
    "/blog/moire",
    "/blog/travel-light",
    "/blog/photographing-children",
    "/blog/architecture-and-verticals",
    "/blog/concert-photography",
    "/blog/infrared",
    "/blog/interview-ana-moura",
    "/blog/interview-kenji-sato",
    "/blog/reading-list-2026",
    "/blog/catalogues-or-folders",
    "/blog/file-formats-in-2026",
    "/blog/jpeg-xl",
    "/blog/testing-image-code",
    "/blog/accessibility-audit",
    "/blog/remote-team-notes",
    "/blog/no-trackers",
    "/blog/open-source-thanks",
    "/blog/lumen-2-9",
    "/blog/lumen-2-8",
    "/blog/lumen-2-7",
    "/blog/scanning-negatives",
    "/blog/light-meters",
    "/blog/hello-world",
];

/// The pages as they stand at one moment: older posts by rank, the newest ones in front.
#[derive(Clone, Debug)]
pub(super) struct Pages {
    hubs: Weighted<Page>,
    posts: Weighted<Page>,
    docs: Weighted<Page>,
    product: Weighted<Page>,
    newest: &'static str,
}

impl Pages {
    /// At `progress` of the history, from 0 to 1, which spans `days`.
    pub(super) fn at(progress: f64, days: f64) -> Self {
        let mut posts: Vec<(Page, f64)> = ranked(&POSTS, PageKind::Post, 0.85).collect();
        let mut newest = POSTS[0];
        for (index, path) in (0_u32..).zip(FRESH_POSTS) {
            let age = (progress - published(index)) * days;
            if age >= 0.0 {
                newest = path;
                posts.push((Page { path, kind: PageKind::Post }, 0.12 + 1.6 * (-age / 3.0).exp()));
            }
        }
        Self {
            hubs: Weighted::new(ranked(&HUBS, PageKind::Hub, 1.2)),
            posts: Weighted::new(posts),
            docs: Weighted::new(ranked(&DOCS, PageKind::Doc, 0.8)),
            product: Weighted::new(ranked(&PRODUCT, PageKind::Product, 1.0)),
            newest,
        }
    }

    /// A page of that kind, by popularity.
    pub(super) fn pick(&self, kind: PageKind, dice: &mut Dice) -> Page {
        match kind {
            PageKind::Home => HOME,
            PageKind::Hub => *self.hubs.pick(dice),
            PageKind::Post => *self.posts.pick(dice),
            PageKind::Doc => *self.docs.pick(dice),
            PageKind::Product => *self.product.pick(dice),
        }
    }

    /// The latest post.
    pub(super) fn newest(&self) -> Page {
        Page { path: self.newest, kind: PageKind::Post }
    }

    /// Where somebody goes from a page, never to itself.
    pub(super) fn after(&self, page: Page, dice: &mut Dice) -> Page {
        // Prices lead to trying it out, and there is one way from there.
        if page.path == "/pricing" && happens(dice, 0.3) {
            return Page { path: "/signup", kind: PageKind::Product };
        }
        loop {
            let next = self.pick(*next_kind(page.kind).pick(dice), dice);
            if next != page {
                return next;
            }
        }
    }
}

/// When a fresh post comes out, as a share of the history.
pub(super) fn published(index: u32) -> f64 {
    (f64::from(index) + 0.55) / 9.2
}

/// Zipf's law: the n-th most popular is viewed as often as 1/n to the power of `steepness`.
fn ranked(paths: &[&'static str], kind: PageKind, steepness: f64) -> impl Iterator<Item = (Page, f64)> {
    (1_u32..).zip(paths).map(move |(rank, path)| (Page { path, kind }, f64::from(rank).powf(-steepness)))
}

fn next_kind(from: PageKind) -> Weighted<PageKind> {
    use PageKind::{Doc, Home, Hub, Post, Product};
    Weighted::new(match from {
        Home => [(Product, 0.52), (Hub, 0.16), (Post, 0.18), (Doc, 0.14), (Home, 0.0)],
        Hub => [(Post, 0.58), (Doc, 0.22), (Product, 0.12), (Home, 0.08), (Hub, 0.0)],
        Post => [(Post, 0.42), (Home, 0.22), (Product, 0.18), (Hub, 0.14), (Doc, 0.04)],
        Doc => [(Doc, 0.66), (Product, 0.14), (Hub, 0.1), (Home, 0.08), (Post, 0.02)],
        Product => [(Product, 0.56), (Doc, 0.16), (Home, 0.14), (Post, 0.08), (Hub, 0.06)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_distinct() {
        let mut paths: Vec<&str> = [&HUBS[..], &PRODUCT, &DOCS, &POSTS, &FRESH_POSTS, &["/"]].concat();
        assert!(paths.len() > 150);
        paths.sort_unstable();
        assert!(paths.windows(2).all(|two| two[0] != two[1]), "{paths:?}");
    }

    #[test]
    fn posts_appear_one_after_the_other() {
        let newest = |progress| Pages::at(progress, 60.0).newest().path;
        assert_eq!(newest(0.0), POSTS[0]);
        assert_eq!(newest(0.1), FRESH_POSTS[0]);
        assert_eq!(newest(1.0), FRESH_POSTS[8]);
    }
}
