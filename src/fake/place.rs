//! Countries, and towns in them with the region and postcode that belong together.
//!
//! The towns are real, so that an address check finds region and postcode in agreement; streets are invented elsewhere.
//! Everything is plain ASCII, as many a form accepts nothing else.

use super::seed::Seed;

/// A country of which we know enough to make an address.
#[derive(Debug)]
pub(super) struct Country {
    /// ISO 3166-1 alpha-2.
    pub(super) code: &'static str,
    /// ISO 3166-1 alpha-3.
    pub(super) alpha3: &'static str,
    /// Names that an option or a label may carry.
    pub(super) names: &'static [&'static str],
    /// Whether a region is commonly written by its code.
    pub(super) region_by_code: bool,
    towns: [(&'static str, &'static str, &'static str, &'static str); 5],
}

/// A town with its region and postcode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) city: String,
    pub(super) region: String,
    pub(super) region_code: String,
    pub(super) postcode: String,
}

/// The countries; the most usual first.
const COUNTRIES: [Country; 6] = [
    Country {
        code: "US",
        alpha3: "USA",
        names: &["United States", "United States of America", "U.S.A.", "Etats-Unis"],
        region_by_code: true,
        towns: [
            ("Albany", "New York", "NY", "12207"),
            ("Austin", "Texas", "TX", "78701"),
            ("Denver", "Colorado", "CO", "80202"),
            ("Portland", "Oregon", "OR", "97204"),
            ("Columbus", "Ohio", "OH", "43215"),
        ],
    },
    Country {
        code: "CA",
        alpha3: "CAN",
        names: &["Canada"],
        region_by_code: true,
        towns: [
            ("Toronto", "Ontario", "ON", "M5H 2N2"),
            ("Halifax", "Nova Scotia", "NS", "B3J 3K5"),
            ("Calgary", "Alberta", "AB", "T2P 2M5"),
            ("Victoria", "British Columbia", "BC", "V8W 1P6"),
            ("Montreal", "Quebec", "QC", "H2Y 1C6"),
        ],
    },
    Country {
        code: "GB",
        alpha3: "GBR",
        names: &["United Kingdom", "Great Britain", "Britain", "UK", "Royaume-Uni"],
        region_by_code: false,
        towns: [
            ("Leeds", "England", "ENG", "LS1 4DY"),
            ("Edinburgh", "Scotland", "SCT", "EH1 1YZ"),
            ("Cardiff", "Wales", "WLS", "CF10 1EP"),
            ("Bristol", "England", "ENG", "BS1 5TR"),
            ("Belfast", "Northern Ireland", "NIR", "BT1 5GS"),
        ],
    },
    Country {
        code: "FR",
        alpha3: "FRA",
        names: &["France"],
        region_by_code: false,
        towns: [
            ("Lyon", "Auvergne-Rhone-Alpes", "ARA", "69002"),
            ("Nantes", "Pays de la Loire", "PDL", "44000"),
            ("Lille", "Hauts-de-France", "HDF", "59000"),
            ("Rennes", "Bretagne", "BRE", "35000"),
            ("Paris", "Ile-de-France", "IDF", "75002"),
        ],
    },
    Country {
        code: "DE",
        alpha3: "DEU",
        names: &["Germany", "Deutschland", "Allemagne"],
        region_by_code: false,
        towns: [
            ("Berlin", "Berlin", "BE", "10115"),
            ("Hamburg", "Hamburg", "HH", "20095"),
            ("Leipzig", "Sachsen", "SN", "04109"),
            ("Bonn", "Nordrhein-Westfalen", "NW", "53111"),
            ("Bremen", "Bremen", "HB", "28195"),
        ],
    },
    Country {
        code: "AU",
        alpha3: "AUS",
        names: &["Australia", "Australie"],
        region_by_code: true,
        towns: [
            ("Sydney", "New South Wales", "NSW", "2000"),
            ("Hobart", "Tasmania", "TAS", "7000"),
            ("Perth", "Western Australia", "WA", "6000"),
            ("Adelaide", "South Australia", "SA", "5000"),
            ("Brisbane", "Queensland", "QLD", "4000"),
        ],
    },
];

/// The country that a text names: by either code, or by a name, in any case.
pub(super) fn country_named(text: &str) -> Option<&'static Country> {
    let text = text.trim();
    let is = |name: &str| name.eq_ignore_ascii_case(text);
    COUNTRIES.iter().find(|country| is(country.code) || is(country.alpha3) || country.names.iter().any(|name| is(name)))
}

/// The country in which a seed's applicant lives when nothing says otherwise.
pub(super) fn home(seed: &Seed) -> &'static Country {
    &COUNTRIES[seed.child("country").index(COUNTRIES.len())]
}

/// The town in which a seed's applicant lives; an invented one in a country that we do not know.
pub(super) fn town(country: Option<&'static Country>, seed: &Seed) -> Place {
    let seed = seed.child("place");
    let Some(country) = country else {
        let city = seed.one_of(&["Sampleton", "Testbury", "Mockville", "Exampleford"]).to_owned();
        let postcode = format!("1{}", seed.digits(4));
        return Place { city, region: "Testshire".into(), region_code: "TS".into(), postcode };
    };
    let (city, region, code, postcode) = seed.one_of(&country.towns);
    Place { city: city.into(), region: region.into(), region_code: code.into(), postcode: postcode.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_by_code_and_by_name() {
        let code = |text: &str| country_named(text).map(|country| country.code);
        assert_eq!(
            (code("ca"), code(" GBR "), code("Deutschland"), code("BR")),
            (Some("CA"), Some("GB"), Some("DE"), None)
        );
    }

    #[test]
    fn a_town_is_of_the_country_asked_for() {
        for country in &COUNTRIES {
            for i in 0..20 {
                let town = town(Some(country), &Seed::new(i));
                assert!(country.towns.iter().any(|(city, region, _, code)| {
                    (*city, *region, *code) == (town.city.as_str(), town.region.as_str(), town.postcode.as_str())
                }));
            }
        }
        assert_eq!(town(None, &Seed::new(1)).region, "Testshire");
    }
}
