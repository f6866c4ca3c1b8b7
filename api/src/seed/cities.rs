//! Where in their countries visitors of the demo site are: a few cities each, the first the most frequent. Of other countries
//! nothing is known, as a city database does not know everything either.

/// Region (ISO 3166-2) and city.
type City = (&'static str, &'static str);

const CITIES: [(&str, &[City]); 22] = [
    ("AR", &[("AR-C", "Buenos Aires"), ("AR-X", "Córdoba"), ("AR-S", "Rosario")]),
    ("AT", &[("AT-9", "Vienna"), ("AT-6", "Graz"), ("AT-4", "Linz")]),
    ("AU", &[("AU-NSW", "Sydney"), ("AU-VIC", "Melbourne"), ("AU-QLD", "Brisbane"), ("AU-WA", "Perth")]),
    ("BE", &[("BE-BRU", "Brussels"), ("BE-VLG", "Antwerp"), ("BE-VLG", "Ghent"), ("BE-WAL", "Liège")]),
    (
        "BR",
        &[
            ("BR-SP", "São Paulo"),
            ("BR-RJ", "Rio de Janeiro"),
            ("BR-MG", "Belo Horizonte"),
            ("BR-PR", "Curitiba"),
            ("BR-RS", "Porto Alegre"),
            ("BR-PE", "Recife"),
        ],
    ),
    ("CA", &[("CA-ON", "Toronto"), ("CA-QC", "Montreal"), ("CA-BC", "Vancouver"), ("CA-AB", "Calgary")]),
    ("CH", &[("CH-ZH", "Zurich"), ("CH-GE", "Geneva"), ("CH-BE", "Bern"), ("CH-VD", "Lausanne")]),
    ("CZ", &[("CZ-10", "Prague"), ("CZ-64", "Brno")]),
    (
        "DE",
        &[
            ("DE-BE", "Berlin"),
            ("DE-BY", "Munich"),
            ("DE-HH", "Hamburg"),
            ("DE-NW", "Cologne"),
            ("DE-HE", "Frankfurt am Main"),
            ("DE-SN", "Leipzig"),
        ],
    ),
    ("DK", &[("DK-84", "Copenhagen"), ("DK-82", "Aarhus")]),
    ("ES", &[("ES-MD", "Madrid"), ("ES-CT", "Barcelona"), ("ES-VC", "Valencia"), ("ES-AN", "Seville")]),
    ("FR", &[("FR-IDF", "Paris"), ("FR-ARA", "Lyon"), ("FR-PAC", "Marseille"), ("FR-OCC", "Toulouse")]),
    ("GB", &[("GB-ENG", "London"), ("GB-ENG", "Manchester"), ("GB-SCT", "Edinburgh"), ("GB-ENG", "Bristol")]),
    ("IN", &[("IN-KA", "Bengaluru"), ("IN-MH", "Mumbai"), ("IN-DL", "Delhi"), ("IN-TG", "Hyderabad")]),
    ("IT", &[("IT-25", "Milan"), ("IT-62", "Rome"), ("IT-21", "Turin"), ("IT-45", "Bologna")]),
    ("JP", &[("JP-13", "Tokyo"), ("JP-27", "Osaka"), ("JP-14", "Yokohama"), ("JP-40", "Fukuoka")]),
    ("MX", &[("MX-CMX", "Mexico City"), ("MX-JAL", "Guadalajara"), ("MX-NLE", "Monterrey")]),
    ("NL", &[("NL-NH", "Amsterdam"), ("NL-ZH", "Rotterdam"), ("NL-UT", "Utrecht"), ("NL-NB", "Eindhoven")]),
    ("PL", &[("PL-14", "Warsaw"), ("PL-12", "Kraków"), ("PL-02", "Wrocław"), ("PL-22", "Gdańsk")]),
    ("PT", &[("PT-11", "Lisbon"), ("PT-13", "Porto"), ("PT-03", "Braga")]),
    ("SE", &[("SE-AB", "Stockholm"), ("SE-O", "Gothenburg"), ("SE-M", "Malmö")]),
    (
        "US",
        &[
            ("US-NY", "New York"),
            ("US-CA", "San Francisco"),
            ("US-CA", "Los Angeles"),
            ("US-WA", "Seattle"),
            ("US-TX", "Austin"),
            ("US-IL", "Chicago"),
            ("US-MA", "Boston"),
            ("US-CO", "Denver"),
        ],
    ),
];

/// Spreads numbers that follow each other (Knuth's multiplicative hashing, twice).
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Where the visitor of that number is in a country: the same for the same one, without a throw of dice, so that what else is
/// imagined stays as it is. One in eight can't be placed.
pub(super) fn city(country: &str, visitor: u64) -> Option<City> {
    let index = CITIES.binary_search_by_key(&country, |(code, _)| code).ok()?;
    let cities = CITIES[index].1;
    let mut bits = visitor.wrapping_add(1).wrapping_mul(SPREAD);
    bits = (bits ^ (bits >> 32)).wrapping_mul(SPREAD);
    bits ^= bits >> 32;
    if bits.is_multiple_of(8) {
        return None;
    }
    let luck = usize::try_from(bits >> 40).unwrap_or_default();
    // Half of them anywhere, the others halved by each city that comes before.
    let place = if bits & 8 == 0 { luck } else { luck.trailing_zeros() as usize };
    Some(cities[place % cities.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cities_are_sorted_by_country_and_in_regions_of_it() {
        assert!(CITIES.is_sorted_by(|one, next| one.0 < next.0));
        for (country, cities) in CITIES {
            assert!(!cities.is_empty());
            for (region, city) in cities {
                assert!(region.starts_with(&format!("{country}-")), "{region}");
                assert!(!city.is_empty());
            }
        }
    }

    #[test]
    fn most_visitors_are_somewhere() {
        let placed: Vec<City> = (0..1_000).filter_map(|visitor| city("US", visitor)).collect();
        assert!((800..950).contains(&placed.len()), "{}", placed.len());
        let first = placed.iter().filter(|(region, _)| *region == "US-NY").count();
        assert!(first > placed.len() / 5, "{first} of {}", placed.len());
        assert_eq!(city("XX", 7), None);
        assert_eq!(city("DE", 12_345_678_901_234), city("DE", 12_345_678_901_234));
    }
}
