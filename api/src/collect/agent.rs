//! Browser, system and device, by user agent.
//!
//! Rule: a full version never leaves this module: of a browser the major, of a system at most major.minor. Names are
//! spelled as Plausible spells them. The lists (uap-core, made into `assets/regexes.json` by `data/make-lists.mjs`)
//! say browser and system; the kind of device is told here, since uap-core's list of devices knows brands, not kinds.
//!
//! Reading a user agent costs far more than everything else in `collect`, so each distinct one is read once: verdict
//! and agent sit together in a bounded cache, under a keyed hash of the string rather than under the string itself.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use moka::sync::Cache;
use serde::Deserialize;
use ua_parser::{os, user_agent};

use super::bots::{Bots, BotsError};

/// How many distinct user agents are remembered.
const CACHE_ENTRIES: u64 = 20_000;

/// What stands beyond this many bytes of a user agent is not looked at. Browsers send 80 to 400.
const MAX_AGENT: usize = 1_024;

/// What a user agent says, coarse; blank where unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Agent {
    /// `Chrome`, `Safari`, `Firefox`, `Microsoft Edge`, ….
    pub(crate) browser: String,
    /// The major version.
    pub(crate) browser_version: String,
    /// `Windows`, `Mac`, `iOS`, `Android`, `GNU/Linux`, `Chrome OS`, ….
    pub(crate) os: String,
    /// Major, or major.minor.
    pub(crate) os_version: String,
    /// `Desktop`, `Mobile` or `Tablet`.
    pub(crate) device: &'static str,
}

/// Reads user agents. Cheap to share, not to make: the lists are compiled once.
pub(crate) struct Agents {
    browsers: user_agent::Extractor<'static>,
    systems: os::Extractor<'static>,
    bots: Bots,
    cache: Cache<(u64, u64), Option<Arc<Agent>>>,
    hashers: (RandomState, RandomState),
}

/// Why the lists can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AgentError {
    /// Not the JSON that `data/make-lists.mjs` writes.
    #[error("the list of user agents can't be read: {0}")]
    Json(#[from] serde_json::Error),
    /// A pattern that is no regular expression here.
    #[error("a pattern in the list of user agents is wrong: {0}")]
    Pattern(#[from] ua_parser::Error),
    /// The list of bots is wrong.
    #[error(transparent)]
    Bots(#[from] BotsError),
}

/// The shape of `assets/regexes.json`.
#[derive(Deserialize)]
struct Regexes {
    user_agent_parsers: Vec<user_agent::Parser<'static>>,
    os_parsers: Vec<os::Parser<'static>>,
}

impl Agents {
    /// Compiles the lists out of `assets/regexes.json` and `assets/bots.json`.
    pub(crate) fn load(regexes_json: &[u8], bots_json: &[u8]) -> Result<Self, AgentError> {
        let regexes: Regexes = serde_json::from_slice(regexes_json)?;
        let browsers = user_agent::Builder::new().push_all(regexes.user_agent_parsers)?;
        let systems = os::Builder::new().push_all(regexes.os_parsers).map_err(ua_parser::Error::from)?;
        Ok(Self {
            browsers: browsers.build().map_err(ua_parser::Error::from)?,
            systems: systems.build().map_err(ua_parser::Error::from)?,
            bots: Bots::load(bots_json)?,
            cache: Cache::new(CACHE_ENTRIES),
            hashers: (RandomState::new(), RandomState::new()),
        })
    }

    /// What a user agent says, `None` for a bot. An empty user agent is a bot.
    pub(crate) fn read(&self, user_agent: &str) -> Option<Arc<Agent>> {
        let user_agent = cut(user_agent.trim());
        let key = (self.hashers.0.hash_one(user_agent), self.hashers.1.hash_one(user_agent));
        self.cache.get_with(key, || (!self.bots.is_bot(user_agent)).then(|| Arc::new(self.parse(user_agent))))
    }

    fn parse(&self, user_agent: &str) -> Agent {
        let mut agent = Agent { device: device(user_agent), ..Agent::default() };
        if let Some(found) = self.browsers.extract(user_agent) {
            browser_name(&found.family).clone_into(&mut agent.browser);
            agent.browser_version =
                if agent.browser.is_empty() { String::new() } else { browser_version(found.major.unwrap_or_default()) };
        }
        if let Some(found) = self.systems.extract(user_agent) {
            system_name(&found.os).clone_into(&mut agent.os);
            if !agent.os.is_empty() && agent.os != "GNU/Linux" {
                let minor = found.minor.as_deref().unwrap_or_default();
                let major = found.major.as_deref().unwrap_or_default();
                agent.os_version = system_version(&format!("{major}.{minor}"));
            }
        }
        agent
    }
}

/// The major of a browser's version.
pub(crate) fn browser_version(version: &str) -> String {
    numbers(version, 1)
}

/// Major, or major.minor, of a system's version.
pub(crate) fn system_version(version: &str) -> String {
    numbers(version, 2)
}

/// The leading dot-separated parts of a version, at most `count`, of at most eight letters or digits each.
fn numbers(version: &str, count: usize) -> String {
    let parts: Vec<&str> = version
        .trim()
        .split(['.', '_'])
        .take(count)
        .take_while(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
        .collect();
    parts.join(".")
}

/// `text` without what lies beyond [`MAX_AGENT`] bytes.
fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_AGENT)).unwrap_or_default()
}

/// The kind of device. Tablets first: an iPad says `Mobile`, an Android tablet is one that does not.
fn device(user_agent: &str) -> &'static str {
    let has = |word| user_agent.contains(word);
    let television =
        ["TV", "Tizen/", "Web0S", "BRAVIA", "CrKey", "Roku/", "PlayStation", "Xbox", "Nintendo"].into_iter().any(has)
            && !has("Mobile");
    if television {
        // As Plausible has it: whoever sits before a big screen.
        return "Desktop";
    }
    let android = has("Android") || has("Adr ");
    let mobile = has("Mobile") || has("Mobi/") || has("mobile");
    if has("iPad") || has("Tablet") || has("PlayBook") || has("Kindle") || has("Silk/") && !mobile {
        return if has("Windows NT") { "Desktop" } else { "Tablet" };
    }
    if android && !mobile && !has("Opera Mini") {
        return "Tablet";
    }
    let phone = [
        "iPhone",
        "iPod",
        "Windows Phone",
        "Opera Mini",
        "Opera Mobi",
        "KAIOS",
        "BlackBerry",
        "BB10",
        "Symbian",
        "J2ME",
        "UCWEB",
    ]
    .into_iter()
    .any(has);
    if mobile || phone { "Mobile" } else { "Desktop" }
}

/// uap-core's name of a browser in Plausible's spelling; blank for "Other".
fn browser_name(family: &str) -> &str {
    match family {
        "Other" => "",
        "Chrome Mobile" | "Chrome Mobile iOS" | "HeadlessChrome" | "Chrome Desktop" => "Chrome",
        "Mobile Safari" => "Safari",
        "Firefox Mobile" | "Firefox iOS" | "Firefox Focus" | "Firefox Alpha" | "Firefox Beta" | "Firefox Klar"
        | "Firefox Reality" => "Firefox",
        "Edge" | "Edge Mobile" | "Edge iOS" => "Microsoft Edge",
        "Opera Mobile" | "Opera Mini" | "Opera Touch" | "Opera Tablet" | "Opera GX" | "Opera iOS" | "Opera Neon"
        | "Opera Coast" => "Opera",
        "Samsung Internet" => "Samsung Browser",
        "IE" | "IE Mobile" | "IE Large Screen" => "Internet Explorer",
        "UC Browser Mini" | "UC Browser HD" => "UC Browser",
        "QQ Browser Mobile" | "QQ Browser Mini" => "QQ Browser",
        "MiuiBrowser" => "MIUI Browser",
        "HuaweiBrowser" => "Huawei Browser",
        "DuckDuckGo Mobile" | "DuckDuckGo" => "DuckDuckGo Privacy Browser",
        "Android" => "Android Browser",
        "BlackBerry WebKit" => "BlackBerry Browser",
        "Amazon Silk" => "Mobile Silk",
        // Pages that people read inside other apps.
        "Chrome Mobile WebView"
        | "Mobile Safari UI/WKWebView"
        | "Facebook"
        | "FacebookBot"
        | "Facebook Messenger"
        | "Instagram"
        | "Pinterest"
        | "Snapchat"
        | "TikTok"
        | "Twitter"
        | "LinkedIn"
        | "WhatsApp"
        | "Google"
        | "Line"
        | "KakaoTalk"
        | "WeChat"
        | "WeChat Mobile"
        | "Slack Desktop Client"
        | "Flipboard"
        | "Threads"
        | "baidubrowser app"
        | "Electron"
        | "GSA" => "Mobile App",
        other => other,
    }
}

/// uap-core's name of a system in Plausible's spelling; blank for "Other".
fn system_name(family: &str) -> &str {
    match family {
        "Other" => "",
        "Mac OS X" | "Mac OS" => "Mac",
        "Linux" | "Ubuntu" | "Fedora" | "Debian" | "Red Hat" | "CentOS" | "SUSE" | "openSUSE" | "Arch Linux"
        | "Gentoo" | "Linux Mint" | "Mageia" | "Mandriva" | "Slackware" | "Kubuntu" | "Xubuntu" | "VectorLinux"
        | "PCLinuxOS" | "Puppy" | "Lupuppy" => "GNU/Linux",
        "Chromecast" | "Chrome OS" => "Chrome OS",
        "BlackBerry OS" | "BlackBerry Tablet OS" => "BlackBerry OS",
        "Symbian OS" | "Symbian^3" | "Symbian^3 Anna" | "Symbian^3 Belle" => "Symbian",
        "KaiOS" | "KAIOS" => "KaiOS",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::tests::agents::{BOTS, KNOWN, PEOPLE, agents};

    #[test]
    fn values_are_spelled_as_plausible_spells_them() {
        let agents = agents();
        let mut wrong = Vec::new();
        for (user_agent, browser, browser_version, os, os_version, device) in KNOWN {
            let agent = agents.read(user_agent).unwrap_or_else(|| panic!("a bot? {user_agent}"));
            let found = (&*agent.browser, &*agent.browser_version, &*agent.os, &*agent.os_version, agent.device);
            if found != (browser, browser_version, os, os_version, device) {
                wrong.push(format!("{user_agent}\n  {found:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn full_versions_do_not_get_out() {
        let agents = agents();
        for user_agent in PEOPLE {
            let agent = agents.read(user_agent).unwrap();
            assert!(!agent.browser_version.contains('.'), "{agent:?}");
            assert!(agent.os_version.matches('.').count() <= 1, "{agent:?}");
            assert!(["Desktop", "Mobile", "Tablet"].contains(&agent.device), "{agent:?}");
        }
        assert_eq!(browser_version("120.0.6099.1"), "120");
        assert_eq!(system_version("10_15_7"), "10.15");
        assert_eq!(system_version("11"), "11");
        assert_eq!(system_version("..."), "");
    }

    #[test]
    fn bots_are_none_and_answers_are_cached() {
        let agents = agents();
        for user_agent in BOTS {
            assert!(agents.read(user_agent).is_none(), "{user_agent}");
        }
        let first = agents.read(PEOPLE[0]).unwrap();
        assert!(Arc::ptr_eq(&first, &agents.read(PEOPLE[0]).unwrap()));
    }

    #[test]
    fn absurd_user_agents_are_harmless() {
        let agents = agents();
        let _ = agents.read(&"é".repeat(100_000));
        let _ = agents.read(&"Mozilla/5.0 (".repeat(10_000));
        let _ = agents.read("\u{0}\u{fffd}\n");
    }
}
