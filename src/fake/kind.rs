//! The named generators, which templates call as `fake.NAME()`.
//!
//! One seed is one applicant: the address of an e-mail is made of the same seed's names, and city, state and postcode
//! are those of one town. Everything is invented and looks it: surnames such as Testwell, streets such as Sample
//! Street, domains reserved for examples, telephone numbers reserved for fiction.

use jiff::civil::Date;

use super::identity;
use super::place::{self, Country, Place};
use super::seed::Seed;

/// A named generator.
#[derive(Debug)]
pub struct Kind {
    /// The name by which a template calls it.
    pub name: &'static str,
    /// What it gives, in words for documentation.
    pub gives: &'static str,
    make: fn(&Applicant) -> String,
}

/// Whom a seed stands for.
pub(super) struct Applicant<'a> {
    pub(super) seed: &'a Seed,
    pub(super) today: Date,
    /// The code of the country lived in, of whatever country.
    code: String,
    country: Option<&'static Country>,
}

const fn kind(name: &'static str, gives: &'static str, make: fn(&Applicant) -> String) -> Kind {
    Kind { name, gives, make }
}

/// Every generator there is. **A new one goes here**, and into `meaning.rs` when labels should lead to it.
pub const KINDS: [Kind; 28] = [
    kind("first_name", "a given name", |a| a.first_name()),
    kind("last_name", "a family name, always an invented one", |a| a.last_name()),
    kind("middle_name", "a second given name", |a| a.middle_name()),
    kind("full_name", "first and last name", |a| format!("{} {}", a.first_name(), a.last_name())),
    kind("email", "an address at example.com, .org or .net, made of the names", |a| a.email()),
    kind("username", "a login name, made of the names", |a| a.username()),
    kind("phone", "a telephone number in E.164 form from a range reserved for fiction", |a| a.phone()),
    kind("company", "a firm's name", |a| a.company()),
    kind("street", "a street with the house's number", |a| a.street()),
    kind("unit", "a second line of an address", |a| format!("Unit {}", a.draw("unit").range(1..=99))),
    kind("city", "a town, in agreement with state and postcode", |a| a.place().city),
    kind("state", "a state, province or region, by its code where that is usual", |a| a.state()),
    kind("postcode", "a postal code", |a| a.place().postcode),
    kind("country", "a country's two-letter code", |a| a.code.clone()),
    kind("date_of_birth", "an adult's date of birth, as YYYY-MM-DD", |a| a.date_of_birth()),
    kind("iban", "an IBAN with valid check digits, at no real bank", |a| identity::iban(a.known(), &a.draw("iban"))),
    kind("national_id", "a national identity or social security number, nobody's", |a| {
        identity::national_id(a.known(), &a.draw("national_id"))
    }),
    kind("passport_number", "a passport's number", |a| identity::passport(a.known(), &a.draw("passport_number"))),
    kind("driver_licence_number", "a driving licence's number", |a| {
        identity::driver_licence(a.known(), &a.draw("driver_licence_number"))
    }),
    kind("number", "a whole number from 1 to 9999", |a| a.draw("number").range(1..=9999).to_string()),
    kind("digits", "eight digits", |a| a.draw("digits").digits(8)),
    kind("word", "a word in small letters", |a| a.draw("word").one_of(&WORDS).to_owned()),
    kind("sentence", "a short sentence", |a| a.sentence()),
    kind("job_title", "an occupation", |a| a.draw("job_title").one_of(&JOBS).to_owned()),
    kind("url", "a page at example.com", |a| format!("https://example.com/{}", a.draw("url").one_of(&WORDS))),
    kind("ipv4", "an address of a range for documentation", |a| a.ipv4()),
    kind("date", "a day of the years 2015 to 2024, as YYYY-MM-DD", |a| a.date()),
    kind("age", "an adult's age in years", |a| a.draw("age").range(18..=80).to_string()),
];

const FIRST_NAMES: [&str; 24] = [
    "Avery",
    "Blair",
    "Casey",
    "Dana",
    "Ellis",
    "Frankie",
    "Greer",
    "Harper",
    "Indigo",
    "Jules",
    "Kendall",
    "Logan",
    "Morgan",
    "Noel",
    "Oakley",
    "Parker",
    "Quinn",
    "Rowan",
    "Sage",
    "Taylor",
    "Umber",
    "Valentine",
    "Winter",
    "Yael",
];
const LAST_NAMES: [&str; 20] = [
    "Testwell",
    "Sampleton",
    "Mockford",
    "Exampleby",
    "Trialson",
    "Dummond",
    "Fakenham",
    "Placeholder",
    "Testerby",
    "Samplewood",
    "Mockridge",
    "Proofman",
    "Checkley",
    "Draftson",
    "Specimen",
    "Testington",
    "Fixtureman",
    "Stubbington",
    "Demoson",
    "Prototype",
];
const WORDS: [&str; 20] = [
    "amber", "birch", "cobalt", "dune", "ember", "fjord", "garnet", "harbor", "indigo", "juniper", "kelp", "lagoon",
    "meadow", "nectar", "orchid", "pebble", "quartz", "raven", "saffron", "tundra",
];
const JOBS: [&str; 6] =
    ["Tester", "Sample Analyst", "Trial Engineer", "Specimen Curator", "Proof Reader", "Draft Clerk"];

/// A value of the named kind; none when there is no such kind.
///
/// It depends on the name, the seed, the country and, for ages, the day. `country` is a code or a name; without it the
/// seed's own country is taken, always the same one. Of a country that is not known in detail, addresses and numbers have a general form.
///
/// ```
/// use draftgate::fake::{Seed, generate};
/// let today = jiff::civil::date(2026, 11, 23);
/// let email = generate("email", &Seed::new(1), today, Some("CA")).unwrap();
/// assert!(email.contains("@example."));
/// assert_eq!(generate("shoe_size", &Seed::new(1), today, None), None);
/// ```
pub fn generate(name: &str, seed: &Seed, today: Date, country: Option<&str>) -> Option<String> {
    let kind = KINDS.iter().find(|kind| kind.name == name)?;
    Some((kind.make)(&Applicant::new(seed, today, country)))
}

impl<'a> Applicant<'a> {
    pub(super) fn new(seed: &'a Seed, today: Date, country: Option<&str>) -> Self {
        let named = country.map(str::trim).filter(|country| !country.is_empty());
        let known = match named {
            Some(name) => place::country_named(name),
            None => Some(place::home(seed)),
        };
        let code = known.map_or_else(|| named.unwrap_or("US").to_ascii_uppercase(), |known| known.code.to_owned());
        Applicant { seed, today, code, country: known }
    }

    pub(super) fn draw(&self, label: &str) -> Seed {
        self.seed.child(label)
    }

    /// The code of the country lived in, when it is one known in detail.
    pub(super) fn known(&self) -> Option<&'static str> {
        self.country.map(|country| country.code)
    }

    /// The code of the country lived in, known or not.
    pub(super) fn country_code(&self) -> &str {
        &self.code
    }

    /// The country's names, for the choice of an option.
    pub(super) fn country_spellings(&self) -> Vec<String> {
        let names = self.country.iter().flat_map(|country| std::iter::once(&country.alpha3).chain(country.names));
        std::iter::once(self.code.clone()).chain(names.map(|name| (*name).to_owned())).collect()
    }

    pub(super) fn place(&self) -> Place {
        place::town(self.country, self.seed)
    }

    pub(super) fn first_name(&self) -> String {
        self.draw("first_name").one_of(&FIRST_NAMES).to_owned()
    }

    pub(super) fn last_name(&self) -> String {
        self.draw("last_name").one_of(&LAST_NAMES).to_owned()
    }

    fn middle_name(&self) -> String {
        let first = self.draw("first_name").index(FIRST_NAMES.len());
        // Any but the first name.
        let step = 1 + self.draw("middle_name").index(FIRST_NAMES.len() - 1);
        FIRST_NAMES[(first + step) % FIRST_NAMES.len()].to_owned()
    }

    fn email(&self) -> String {
        format!("{}@{}", self.username(), self.mail_domain())
    }

    /// One of the domains that RFC 2606 reserves for examples.
    pub(super) fn mail_domain(&self) -> &'static str {
        self.draw("email").one_of(&["example.com", "example.org", "example.net"])
    }

    fn username(&self) -> String {
        let number = self.draw("username").digits(3);
        format!("{}.{}{number}", self.first_name(), self.last_name()).to_ascii_lowercase()
    }

    /// Ranges: NANPA 555-0100 to 0199, Ofcom 07700 900xxx, ARCEP 06 39 98 xx xx, Bundesnetzagentur 030 23125 xxx, ACMA
    /// (02) 5550 xxxx.
    fn phone(&self) -> String {
        let seed = self.draw("phone");
        match self.known() {
            Some("GB") => format!("+447700900{}", seed.digits(3)),
            Some("FR") => format!("+3363998{}", seed.digits(4)),
            Some("DE") => format!("+493023125{}", seed.digits(3)),
            Some("AU") => format!("+6125550{}", seed.digits(4)),
            Some("CA") => {
                format!("+1{}55501{}", seed.child("area").one_of(&["416", "902", "403", "250", "514"]), seed.digits(2))
            }
            _ => {
                format!("+1{}55501{}", seed.child("area").one_of(&["202", "312", "415", "512", "617"]), seed.digits(2))
            }
        }
    }

    fn company(&self) -> String {
        let seed = self.draw("company");
        let form = match self.known() {
            Some("GB") => "Ltd",
            Some("FR") => "SARL",
            Some("DE") => "GmbH",
            Some("AU") => "Pty Ltd",
            _ => "Inc",
        };
        let word = seed.one_of(&WORDS);
        let (head, tail) = word.split_at(1);
        let trade = seed.child("trade").one_of(&["Testing", "Samples", "Trials", "Specimens"]);
        format!("{}{tail} {trade} {form}", head.to_ascii_uppercase())
    }

    fn street(&self) -> String {
        let seed = self.draw("street");
        let number = seed.child("number").range(1..=299);
        match self.known() {
            Some("FR") => {
                format!("{number} rue {}", seed.one_of(&["du Test", "du Modele", "des Essais", "de la Maquette"]))
            }
            Some("DE") => {
                format!("{} {number}", seed.one_of(&["Musterstrasse", "Testweg", "Beispielallee", "Probeplatz"]))
            }
            _ => {
                format!("{number} {}", seed.one_of(&["Sample Street", "Test Avenue", "Example Road", "Specimen Lane"]))
            }
        }
    }

    fn state(&self) -> String {
        let place = self.place();
        if self.country.is_none_or(|country| country.region_by_code) { place.region_code } else { place.region }
    }

    fn date_of_birth(&self) -> String {
        let (from, to) = super::date::birth_range(self.today);
        super::date::between(from, to, &self.draw("date_of_birth")).to_string()
    }

    fn date(&self) -> String {
        let (from, to) = super::date::past_range(self.today);
        super::date::between(from, to, &self.draw("date")).to_string()
    }

    fn sentence(&self) -> String {
        let seed = self.draw("sentence");
        let word = |n: usize| seed.nth(n).one_of(&WORDS);
        format!("This is test data about {} and {}.", word(0), word(1))
    }

    /// RFC 5737: TEST-NET-1, 2 and 3.
    fn ipv4(&self) -> String {
        let seed = self.draw("ipv4");
        let net = seed.one_of(&["192.0.2", "198.51.100", "203.0.113"]);
        format!("{net}.{}", seed.child("host").range(1..=254))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const TODAY: Date = jiff::civil::date(2026, 11, 23);
    const ALL: [Option<&str>; 8] =
        [None, Some("US"), Some("CA"), Some("GB"), Some("FR"), Some("DE"), Some("AU"), Some("BR")];

    fn make(name: &str, seed: u64, country: Option<&str>) -> String {
        generate(name, &Seed::new(seed), TODAY, country).unwrap()
    }

    #[test]
    fn every_kind_gives_ascii_and_varies_with_the_seed() {
        let names: BTreeSet<_> = KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), KINDS.len(), "a name twice");
        for kind in &KINDS {
            for country in ALL {
                let values: BTreeSet<_> = (0..40).map(|seed| make(kind.name, seed, country)).collect();
                assert!(values.iter().all(|value| !value.is_empty() && value.is_ascii()), "{}: {values:?}", kind.name);
                let fixed = kind.name == "country" || (kind.name == "state" && country == Some("BR"));
                assert!(values.len() > 2 || (fixed && country.is_some()), "{}: {values:?}", kind.name);
            }
        }
    }

    #[test]
    fn telephone_numbers_are_fictional() {
        let reserved = regex::Regex::new(
            r"^(\+1[2-9]\d\d55501\d\d|\+447700900\d{3}|\+3363998\d{4}|\+493023125\d{3}|\+6125550\d{4})$",
        )
        .unwrap();
        for country in ALL {
            for seed in 0..50 {
                let phone = make("phone", seed, country);
                assert!(reserved.is_match(&phone), "{phone}");
            }
        }
    }

    #[test]
    fn one_seed_is_one_applicant() {
        for seed in 0..50 {
            let email = make("email", seed, Some("GB"));
            let first = make("first_name", seed, Some("GB")).to_lowercase();
            assert!(email.starts_with(&first), "{email} is not {first}'s");
            assert!(["example.com", "example.org", "example.net"].contains(&email.split('@').nth(1).unwrap()));
            assert_ne!(first, make("middle_name", seed, Some("GB")).to_lowercase());
            let (city, state, postcode) =
                (make("city", seed, Some("USA")), make("state", seed, Some("US")), make("postcode", seed, Some("us")));
            assert_eq!(city == "Albany", state == "NY");
            assert_eq!(city == "Albany", postcode == "12207");
        }
    }

    #[test]
    fn without_a_country_the_seeds_own_is_taken() {
        for seed in 0..30 {
            let home = make("country", seed, None);
            assert_eq!(make("city", seed, None), make("city", seed, Some(&home)));
            assert_eq!(make("phone", seed, None), make("phone", seed, Some(&home)));
        }
        assert_eq!(make("country", 1, Some("br")), "BR");
    }
}
