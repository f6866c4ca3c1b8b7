//! Where an address is.
//!
//! Rule: a country always, region and city only as far as the operator's database knows them. A broken record is an
//! unknown place, never an error: nobody's visit depends on it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::net::IpAddr;
use std::path::Path;

use maxminddb::{Reader, WithinOptions};
use serde::Deserialize;

use super::address::country_code;

/// A database in `MaxMind`'s format: the embedded list of countries, or the operator's own file.
pub(crate) struct Geo {
    reader: Reader<Cow<'static, [u8]>>,
}

/// Why a database can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GeoError {
    /// The file can't be read.
    #[error("the geo database can't be read: {0}")]
    Read(#[from] std::io::Error),
    /// The bytes are not a database of this format.
    #[error("the geo database is not a MaxMind database: {0}")]
    Format(#[from] maxminddb::MaxMindDbError),
}

/// A place; blank where unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// ISO 3166-1 alpha-2: `BR`.
    pub(crate) country: String,
    /// ISO 3166-2: `BR-SP`.
    pub(crate) region: String,
    /// `GeoNames` id as text, or the English name where the database has no id.
    pub(crate) city: String,
}

/// What the known databases hold of a place: `MaxMind`'s and DB-IP's nested form, and the flat one of
/// `@ip-location-db`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Record<'a> {
    #[serde(borrow)]
    country: Country<'a>,
    #[serde(borrow)]
    registered_country: Country<'a>,
    subdivisions: Vec<Country<'a>>,
    #[serde(borrow)]
    city: City<'a>,
    country_code: &'a str,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Country<'a> {
    iso_code: &'a str,
}

/// What of a record hits have no need of.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Subdivisions<'a> {
    #[serde(borrow)]
    subdivisions: Vec<Subdivision<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Subdivision<'a> {
    #[serde(borrow)]
    names: Names<'a>,
}

/// Either a record with an id and names, or just a name.
#[derive(Deserialize)]
#[serde(untagged)]
enum City<'a> {
    Name(&'a str),
    Record {
        geoname_id: Option<u32>,
        #[serde(borrow, default)]
        names: Names<'a>,
    },
}

impl Default for City<'_> {
    fn default() -> Self {
        Self::Name("")
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Names<'a> {
    en: &'a str,
}

impl Geo {
    /// Uses a database in memory, such as the embedded one.
    pub(crate) fn from_bytes(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, GeoError> {
        Ok(Self { reader: Reader::from_source(bytes.into())? })
    }

    /// Reads a database from a file.
    pub(crate) fn open(path: &Path) -> Result<Self, GeoError> {
        Self::from_bytes(std::fs::read(path)?)
    }

    /// Looks an address up.
    pub(crate) fn locate(&self, address: IpAddr) -> Place {
        let address = address.to_canonical();
        if is_nowhere(address) {
            return Place::default();
        }
        let record: Option<Record<'_>> =
            self.reader.lookup(address).ok().and_then(|found| found.decode().ok()).flatten();
        record.as_ref().map(place).unwrap_or_default()
    }

    /// Calls back with code and English name of each region and city that has both, some of them several times. Looks at each
    /// distinct record of the database once; broken ones are left out.
    pub(super) fn each_name(&self, mut each: impl FnMut(String, &str)) {
        let Ok(networks) = self.reader.networks(WithinOptions::default()) else { return };
        let mut seen = HashSet::new();
        for found in networks.filter_map(Result::ok) {
            if !found.offset().is_some_and(|offset| seen.insert(offset)) {
                continue;
            }
            let Ok(Some(record)) = found.decode::<Record<'_>>() else { continue };
            let Ok(Some(Subdivisions { subdivisions })) = found.decode() else { continue };
            let place = place(&record);
            if let Some(region) = subdivisions.first().filter(|_| !place.region.is_empty()) {
                each(place.region, region.names.en);
            }
            if let City::Record { geoname_id: Some(_), names } = record.city {
                each(place.city, names.en);
            }
        }
    }
}

/// Addresses that are at no place, whatever a registry wrote beside them: those for examples in documents have a
/// country in some databases.
fn is_nowhere(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_documentation() || v4.is_private() || v4.is_loopback(),
        IpAddr::V6(v6) => matches!(v6.segments(), [0x2001, 0xdb8, ..]) || v6.is_loopback(),
    }
}

fn place(record: &Record<'_>) -> Place {
    let country = [record.country.iso_code, record.country_code, record.registered_country.iso_code]
        .into_iter()
        .find_map(country_code)
        .unwrap_or_default();
    if country.is_empty() {
        return Place::default();
    }
    let region = record
        .subdivisions
        .first()
        .filter(|region| {
            (1..=3).contains(&region.iso_code.len()) && region.iso_code.bytes().all(|b| b.is_ascii_alphanumeric())
        })
        .map(|region| format!("{country}-{}", region.iso_code))
        .unwrap_or_default();
    let city = match record.city {
        City::Name(name) => name.to_owned(),
        City::Record { geoname_id: Some(id), .. } => id.to_string(),
        City::Record { geoname_id: None, ref names } => names.en.to_owned(),
    };
    Place { country, region, city }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundled() -> Geo {
        Geo::open(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/country.mmdb"))).unwrap()
    }

    #[test]
    fn the_bundled_database_knows_countries() {
        let geo = bundled();
        for (address, country) in [
            ("8.8.8.8", "US"),
            ("::ffff:8.8.8.8", "US"),
            ("200.160.2.3", "BR"),
            ("193.0.6.139", "NL"),
            ("2001:4860:4860::8888", "US"),
            ("127.0.0.1", ""),
            ("10.0.0.1", ""),
            ("203.0.113.9", ""),
            ("2001:db8::1", ""),
            ("::1", ""),
        ] {
            assert_eq!(geo.locate(address.parse().unwrap()).country, country, "{address}");
        }
    }

    #[test]
    fn city_databases_give_region_and_city() {
        let json = r#"{"country":{"iso_code":"BR"},"subdivisions":[{"iso_code":"SP","geoname_id":1}],
            "city":{"geoname_id":3448439,"names":{"en":"São Paulo"}},"location":{"latitude":1.0}}"#;
        let record: Record<'_> = serde_json::from_str(json).unwrap();
        let expected =
            |region: &str, city: &str| Place { country: "BR".into(), region: region.into(), city: city.into() };
        assert_eq!(place(&record), expected("BR-SP", "3448439"));
        let flat: Record<'_> = serde_json::from_str(r#"{"city":"Santos","country_code":"BR","state1":"x"}"#).unwrap();
        assert_eq!(place(&flat), expected("", "Santos"));
        let named: Record<'_> =
            serde_json::from_str(r#"{"city":{"names":{"en":"Santos"}},"registered_country":{"iso_code":"BR"}}"#)
                .unwrap();
        assert_eq!(place(&named), expected("", "Santos"));
    }

    #[test]
    fn what_is_no_database_is_an_error() {
        assert!(Geo::from_bytes(&b"nonsense"[..]).is_err());
        assert!(Geo::open(Path::new("/nonexistent.mmdb")).is_err());
    }
}
