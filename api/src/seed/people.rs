//! Who visits the demo site: countries with their languages, and browsers that exist on the systems they run on.

use rand::RngExt;

use super::chance::{Dice, Weighted, any, happens, real, whole};
use super::origins::Crowd;
use super::rhythm;

/// A country: code, weight, hours ahead of UTC, share of phones, share of iPhones among them, languages.
type Row = (&'static str, f64, i64, f64, f64, &'static [(&'static str, f64)]);

const COUNTRIES: [Row; 46] = [
    ("US", 25.0, -6, 0.4, 0.58, &[("en-US", 0.88), ("es-US", 0.08), ("zh-CN", 0.02), ("ko-KR", 0.02)]),
    ("GB", 8.0, 0, 0.42, 0.52, &[("en-GB", 0.95), ("pl-PL", 0.05)]),
    ("DE", 8.0, 1, 0.36, 0.38, &[("de-DE", 0.84), ("en-US", 0.13), ("tr-TR", 0.03)]),
    ("IN", 6.5, 5, 0.58, 0.06, &[("en-IN", 0.5), ("en-US", 0.3), ("hi-IN", 0.2)]),
    ("CA", 4.5, -5, 0.4, 0.56, &[("en-CA", 0.6), ("en-US", 0.2), ("fr-CA", 0.2)]),
    ("FR", 4.4, 1, 0.38, 0.35, &[("fr-FR", 0.92), ("en-US", 0.08)]),
    ("BR", 4.0, -3, 0.55, 0.18, &[("pt-BR", 0.94), ("en-US", 0.06)]),
    ("NL", 3.0, 1, 0.36, 0.42, &[("nl-NL", 0.72), ("en-US", 0.2), ("en-GB", 0.08)]),
    ("AU", 2.6, 10, 0.42, 0.58, &[("en-AU", 0.92), ("zh-CN", 0.08)]),
    ("ES", 2.4, 1, 0.44, 0.26, &[("es-ES", 0.9), ("ca-ES", 0.06), ("en-GB", 0.04)]),
    ("IT", 2.3, 1, 0.45, 0.3, &[("it-IT", 0.94), ("en-US", 0.06)]),
    ("JP", 2.3, 9, 0.45, 0.66, &[("ja-JP", 0.97), ("en-US", 0.03)]),
    ("PL", 2.0, 1, 0.4, 0.12, &[("pl-PL", 0.92), ("en-US", 0.08)]),
    ("SE", 1.6, 1, 0.36, 0.55, &[("sv-SE", 0.75), ("en-US", 0.25)]),
    ("CH", 1.4, 1, 0.36, 0.55, &[("de-CH", 0.6), ("fr-CH", 0.22), ("it-CH", 0.06), ("en-US", 0.12)]),
    ("PT", 1.3, 0, 0.42, 0.28, &[("pt-PT", 0.86), ("en-US", 0.14)]),
    ("MX", 1.2, -6, 0.56, 0.2, &[("es-MX", 0.93), ("en-US", 0.07)]),
    ("AT", 1.1, 1, 0.38, 0.4, &[("de-AT", 0.9), ("en-US", 0.1)]),
    ("ID", 1.1, 7, 0.62, 0.08, &[("id-ID", 0.85), ("en-US", 0.15)]),
    ("KR", 1.0, 9, 0.46, 0.3, &[("ko-KR", 0.96), ("en-US", 0.04)]),
    ("BE", 1.0, 1, 0.38, 0.4, &[("nl-BE", 0.52), ("fr-BE", 0.38), ("en-US", 0.1)]),
    ("DK", 0.9, 1, 0.36, 0.6, &[("da-DK", 0.78), ("en-US", 0.22)]),
    ("NO", 0.9, 1, 0.36, 0.6, &[("nb-NO", 0.75), ("en-US", 0.25)]),
    ("FI", 0.9, 2, 0.36, 0.32, &[("fi-FI", 0.75), ("en-US", 0.25)]),
    ("AR", 0.9, -3, 0.54, 0.12, &[("es-AR", 0.95), ("en-US", 0.05)]),
    ("CZ", 0.9, 1, 0.36, 0.22, &[("cs-CZ", 0.9), ("en-US", 0.1)]),
    ("TR", 0.9, 3, 0.54, 0.2, &[("tr-TR", 0.95), ("en-US", 0.05)]),
    ("IE", 0.8, 0, 0.42, 0.5, &[("en-IE", 0.85), ("en-GB", 0.15)]),
    ("UA", 0.8, 2, 0.4, 0.24, &[("uk-UA", 0.8), ("ru-UA", 0.14), ("en-US", 0.06)]),
    ("SG", 0.8, 8, 0.44, 0.4, &[("en-SG", 0.6), ("zh-SG", 0.2), ("en-US", 0.2)]),
    ("PH", 0.8, 8, 0.6, 0.14, &[("en-PH", 0.6), ("en-US", 0.3), ("fil-PH", 0.1)]),
    ("TW", 0.7, 8, 0.44, 0.5, &[("zh-TW", 0.96), ("en-US", 0.04)]),
    ("RO", 0.7, 2, 0.42, 0.24, &[("ro-RO", 0.82), ("en-US", 0.18)]),
    ("CO", 0.6, -5, 0.56, 0.18, &[("es-CO", 0.96), ("en-US", 0.04)]),
    ("ZA", 0.6, 2, 0.52, 0.18, &[("en-ZA", 0.85), ("af-ZA", 0.15)]),
    ("VN", 0.6, 7, 0.56, 0.3, &[("vi-VN", 0.92), ("en-US", 0.08)]),
    ("IL", 0.6, 2, 0.42, 0.32, &[("he-IL", 0.75), ("en-US", 0.25)]),
    ("GR", 0.5, 2, 0.44, 0.2, &[("el-GR", 0.85), ("en-US", 0.15)]),
    ("HU", 0.5, 1, 0.4, 0.2, &[("hu-HU", 0.9), ("en-US", 0.1)]),
    ("NG", 0.5, 1, 0.66, 0.1, &[("en-NG", 0.6), ("en-GB", 0.3), ("en-US", 0.1)]),
    ("CL", 0.5, -3, 0.52, 0.2, &[("es-CL", 0.95), ("en-US", 0.05)]),
    ("NZ", 0.5, 12, 0.42, 0.48, &[("en-NZ", 1.0)]),
    ("AE", 0.4, 4, 0.54, 0.3, &[("en-AE", 0.6), ("ar-AE", 0.4)]),
    ("HK", 0.4, 8, 0.46, 0.5, &[("zh-HK", 0.8), ("en-HK", 0.2)]),
    ("TH", 0.4, 7, 0.56, 0.32, &[("th-TH", 0.92), ("en-US", 0.08)]),
    ("KE", 0.3, 3, 0.64, 0.06, &[("en-KE", 0.6), ("en-GB", 0.3), ("sw-KE", 0.1)]),
];

/// An operating system, as far as a download page cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    Windows,
    Mac,
    Linux,
    ChromeOs,
    Ios,
    Android,
}

/// A browser on a system: its user agent with `{c}`, `{f}` and `{s}` for the current Chrome, Firefox and Safari; weight,
/// widths of the screens.
type BrowserRow = (System, &'static str, f64, &'static [u32]);

const DESKTOP: [BrowserRow; 12] = [
    (
        System::Windows,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{c}.0.0.0 Safari/537.36",
        34.0,
        &PC,
    ),
    (
        System::Windows,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{c}.0.0.0 Safari/537.36 Edg/{c}.0.0.0",
        9.0,
        &PC,
    ),
    (System::Windows, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{f}.0) Gecko/20100101 Firefox/{f}.0", 5.0, &PC),
    (
        System::Windows,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{c}.0.0.0 Safari/537.36 OPR/125.0.0.0",
        1.4,
        &PC,
    ),
    (
        System::Mac,
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{c}.0.0.0 Safari/537.36",
        17.0,
        &MAC,
    ),
    (
        System::Mac,
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{s} Safari/605.1.15",
        15.0,
        &MAC,
    ),
    (System::Mac, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:{f}.0) Gecko/20100101 Firefox/{f}.0", 3.0, &MAC),
    (
        System::Mac,
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{c}.0.0.0 Safari/537.36 Edg/{c}.0.0.0",
        1.0,
        &MAC,
    ),
    (
        System::Linux,
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{c}.0.0.0 Safari/537.36",
        4.5,
        &PC,
    ),
    (System::Linux, "Mozilla/5.0 (X11; Linux x86_64; rv:{f}.0) Gecko/20100101 Firefox/{f}.0", 4.5, &PC),
    (System::Linux, "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:{f}.0) Gecko/20100101 Firefox/{f}.0", 1.6, &PC),
    (
        System::ChromeOs,
        "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{c}.0.0.0 Safari/537.36",
        1.8,
        &PC,
    ),
];

const IOS: [BrowserRow; 5] = [
    (
        System::Ios,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{s} Mobile/15E148 Safari/604.1",
        80.0,
        &PHONE,
    ),
    (
        System::Ios,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/{c}.0.7412.40 Mobile/15E148 Safari/604.1",
        12.0,
        &PHONE,
    ),
    (
        System::Ios,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/{f}.0 Mobile/15E148 Safari/605.1.15",
        1.6,
        &PHONE,
    ),
    (
        System::Ios,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
        6.0,
        &PHONE,
    ),
    (
        System::Ios,
        "Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{s} Mobile/15E148 Safari/604.1",
        6.0,
        &TABLET,
    ),
];

const ANDROID: [BrowserRow; 5] = [
    (
        System::Android,
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{c}.0.0.0 Mobile Safari/537.36",
        78.0,
        &PHONE,
    ),
    (
        System::Android,
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36",
        12.0,
        &PHONE,
    ),
    (System::Android, "Mozilla/5.0 (Android 16; Mobile; rv:{f}.0) Gecko/{f}.0 Firefox/{f}.0", 4.5, &PHONE),
    (
        System::Android,
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{c}.0.0.0 Mobile Safari/537.36 OPR/93.0.0.0",
        2.0,
        &PHONE,
    ),
    (
        System::Android,
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{c}.0.0.0 Safari/537.36",
        3.5,
        &TABLET,
    ),
];

const PC: [u32; 10] = [1280, 1366, 1366, 1440, 1536, 1536, 1680, 1920, 1920, 2560];
const MAC: [u32; 6] = [1440, 1470, 1512, 1728, 1920, 2560];
const PHONE: [u32; 8] = [360, 375, 384, 390, 393, 402, 412, 430];
const TABLET: [u32; 4] = [768, 820, 834, 1180];

/// Current versions at the end of the history; a new one comes out about every four weeks.
const CHROME: i64 = 154;
const FIREFOX: i64 = 157;
const SAFARI: [&str; 4] = ["26.6", "26.6", "26.5", "18.6"];
const RELEASE_DAYS: f64 = 28.0;

/// Somebody at a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) country: &'static str,
    pub(super) language: &'static str,
    pub(super) user_agent: String,
    pub(super) width: u32,
    pub(super) system: System,
}

/// Everybody who might come by.
#[derive(Clone, Debug)]
pub(super) struct People {
    /// Who is awake, by hour UTC.
    awake: Vec<Weighted<Row>>,
    desktop: Weighted<BrowserRow>,
    technical_desktop: Weighted<BrowserRow>,
    ios: Weighted<BrowserRow>,
    android: Weighted<BrowserRow>,
}

impl People {
    pub(super) fn new() -> Self {
        let awake =
            |hour: i64| Weighted::new(COUNTRIES.map(|row| (row, row.1 * (0.15 + rhythm::activity(hour + row.2)))));
        let technical = |row: BrowserRow| {
            let factor = match row.0 {
                System::Linux => 2.4,
                System::Mac => 1.3,
                _ => 1.0,
            };
            (row, row.2 * if row.1.contains("Firefox") { factor * 1.8 } else { factor })
        };
        Self {
            awake: (0..24).map(awake).collect(),
            desktop: Weighted::new(DESKTOP.map(|row| (row, row.2))),
            technical_desktop: Weighted::new(DESKTOP.map(technical)),
            ios: Weighted::new(IOS.map(|row| (row, row.2))),
            android: Weighted::new(ANDROID.map(|row| (row, row.2))),
        }
    }

    /// Somebody of that crowd at an hour UTC, so many days before the end of the history.
    pub(super) fn meet(&self, crowd: Crowd, hour: i64, days_ago: f64, dice: &mut Dice) -> Person {
        let awake = &self.awake[usize::try_from(hour.rem_euclid(24)).unwrap_or_default()];
        let (country, _, _, phones, iphones, languages) = *awake.pick(dice);
        let phone = happens(dice, (phones * crowd.phone_factor()).min(0.9));
        let browsers = match (phone, crowd) {
            (true, _) if happens(dice, iphones) => &self.ios,
            (true, _) => &self.android,
            (false, Crowd::Technical) => &self.technical_desktop,
            (false, _) => &self.desktop,
        };
        let (system, template, _, widths) = *browsers.pick(dice);
        let releases_ago = i64::try_from(whole(days_ago / RELEASE_DAYS + dice.random::<f64>().powi(6) * 3.0));
        let releases_ago = releases_ago.unwrap_or_default();
        let user_agent = template
            .replace("{c}", &(CHROME - releases_ago).to_string())
            .replace("{f}", &(FIREFOX - releases_ago).to_string())
            .replace("{s}", any(dice, &SAFARI));
        let language = Weighted::new(languages.iter().copied()).pick(dice).to_owned();
        Person { country, language, user_agent, width: any(dice, widths), system }
    }
}

/// Days between two instants in milliseconds.
pub(super) fn days_between(from: i64, to: i64) -> f64 {
    real(to - from) / 86_400_000.0
}
