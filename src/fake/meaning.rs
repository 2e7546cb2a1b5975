//! What a field is about: from its role, its normalised name, its label, the name of its type.

use crate::api::element::Element;

/// Phrases that lead to a generator, tried from the top: what is more telling stands higher ("e-mail address" is no
/// address). A phrase is met by these words side by side, in small letters.
const PHRASES: &[(&str, &[&str])] = &[
    ("email", &["email", "e mail", "mail address", "courriel", "correo"]),
    ("ipv4", &["ip address", "ip"]),
    ("url", &["website", "web site", "url", "homepage", "web address"]),
    ("phone", &["phone", "telephone", "mobile", "cell", "tel", "fax", "telefon", "handy", "phone number"]),
    (
        "date_of_birth",
        &["dob", "date of birth", "birth date", "birthdate", "birthday", "born", "date de naissance", "geburtsdatum"],
    ),
    ("country", &["country", "nationality", "citizenship", "pays", "land"]),
    ("passport_number", &["passport", "passport number", "passportnumber", "passeport", "reisepass"]),
    (
        "driver_licence_number",
        &[
            "driver licence",
            "driver license",
            "drivers licence",
            "drivers license",
            "driving licence",
            "driving license",
            "driverlicencenumber",
        ],
    ),
    (
        "national_id",
        &[
            "national id",
            "national identity",
            "national insurance",
            "social security",
            "social insurance",
            "social service",
            "ssn",
            "sin",
            "nino",
            "tfn",
            "nir",
            "tax id",
            "tax file",
            "tin",
            "id number",
            "identity number",
            "id card",
            "identity card",
            "personal number",
        ],
    ),
    ("iban", &["iban", "account number", "bank account"]),
    (
        "first_name",
        &[
            "first name",
            "firstname",
            "given name",
            "given names",
            "forename",
            "fname",
            "prénom",
            "prenom",
            "vorname",
            "nombre",
        ],
    ),
    ("middle_name", &["middle name", "middle names", "middlename", "second name", "middle initial"]),
    (
        "last_name",
        &["last name", "lastname", "surname", "family name", "lname", "nom de famille", "nachname", "apellido"],
    ),
    ("username", &["username", "user name", "login", "user id"]),
    (
        "company",
        &[
            "company name",
            "business name",
            "legal name",
            "trading name",
            "trade name",
            "entity name",
            "organisation name",
            "organization name",
            "employer",
        ],
    ),
    (
        "postcode",
        &["postcode", "post code", "postal code", "postal", "zip", "zipcode", "plz", "code postal", "postleitzahl"],
    ),
    ("unit", &["address 2", "address line 2", "unit", "apartment", "suite", "flat", "unit number"]),
    (
        "city",
        &["city", "town", "suburb", "locality", "municipality", "ville", "stadt", "ort", "ciudad", "place of birth"],
    ),
    ("state", &["state", "province", "region", "county", "bundesland"]),
    ("street", &["street", "address", "address 1", "adresse", "rue", "strasse", "straße", "direccion"]),
    ("company", &["company", "business", "organisation", "organization", "firm", "entreprise", "firma"]),
    ("job_title", &["occupation", "job title", "job", "profession", "position"]),
    ("age", &["age", "how old"]),
    (
        "sentence",
        &[
            "comment",
            "comments",
            "description",
            "describe",
            "notes",
            "reason",
            "message",
            "explain",
            "purpose",
            "details",
        ],
    ),
    ("full_name", &["name", "full name", "fullname", "nom", "signature"]),
    ("number", &["amount", "income", "salary", "number of", "how many", "quantity", "percentage", "revenue"]),
];

/// The words of a name: parted at anything that is no letter or digit, and where a small letter meets a capital.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in text.chars().filter(|c| *c != '\'' && *c != '’') {
        let parted = !c.is_alphanumeric()
            || (before.is_lowercase() && c.is_uppercase())
            || (before.is_alphabetic() && c.is_numeric());
        if parted {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

fn says(words: &[String], phrase: &str) -> bool {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    words.windows(phrase.len()).any(|window| window == phrase.as_slice())
}

/// The generator that a text leads to.
fn kind_of(text: &str) -> Option<&'static str> {
    let words = words(text);
    PHRASES.iter().find(|(_, phrases)| phrases.iter().any(|phrase| says(&words, phrase))).map(|(kind, _)| *kind)
}

/// What a field is about, as the name of the generator in [`KINDS`](super::KINDS) for it; none when nothing about the
/// field is telling.
///
/// The role decides before the normalised name, that before the label, as the label is in the applicant's language
/// and anybody's wording.
pub fn meaning(element: &Element) -> Option<&'static str> {
    let wire_type = element.json.get("type").and_then(serde_json::Value::as_str);
    [element.role.as_deref(), element.normalized_name.as_deref(), Some(element.name.as_str()), wire_type]
        .into_iter()
        .flatten()
        .find_map(kind_of)
}

/// Whether any of the names of a field has one of these words.
pub(super) fn mentions(element: &Element, wanted: &[&str]) -> bool {
    [element.role.as_deref(), element.normalized_name.as_deref(), Some(element.name.as_str())]
        .into_iter()
        .flatten()
        .any(|text| {
            let words = words(text);
            wanted.iter().any(|phrase| says(&words, phrase))
        })
}

#[cfg(test)]
mod tests {
    use super::super::kind::KINDS;
    use super::*;
    use serde_json::json;

    #[test]
    fn every_phrase_leads_to_a_generator_and_can_be_met() {
        for (kind, phrases) in PHRASES {
            assert!(KINDS.iter().any(|known| known.name == *kind), "{kind}");
            for phrase in *phrases {
                assert!(kind_of(phrase).is_some(), "{phrase}");
            }
        }
    }

    #[test]
    fn labels_and_roles_of_the_real_service() {
        for (text, kind) in [
            ("first_name", "first_name"),
            ("dob", "date_of_birth"),
            ("address_1", "street"),
            ("address_city", "city"),
            ("address_state", "state"),
            ("address_zip", "postcode"),
            ("address_country", "country"),
            ("social_service_number", "national_id"),
            ("national_id_nr", "national_id"),
            ("MiddleName", "middle_name"),
            ("Suburb", "city"),
            ("PassportNumber", "passport_number"),
            ("DriverLicenceNumber", "driver_licence_number"),
            ("Email", "email"),
            ("E-mail address", "email"),
            ("Company phone", "phone"),
            ("Business address", "street"),
            ("Company name", "company"),
            ("Your name", "full_name"),
            ("Driver's license", "driver_licence_number"),
            ("Address line 2", "unit"),
            ("Country of birth", "country"),
            ("Prénom", "first_name"),
        ] {
            assert_eq!(kind_of(text), Some(kind), "{text}");
        }
        assert_eq!(
            (kind_of("Favourite colour"), kind_of("external_customer_id"), kind_of("Statement")),
            (None, None, None)
        );
    }

    #[test]
    fn a_role_wins_over_a_label() {
        let element = |json| Element::from_json(&json).unwrap();
        let both = element(json!({"id": "1", "type": "text", "name": "Email", "role": "first_name"}));
        assert_eq!(meaning(&both), Some("first_name"));
        assert_eq!(meaning(&element(json!({"id": "1", "type": "email", "name": "Contact"}))), Some("email"));
        assert_eq!(meaning(&element(json!({"id": "1", "type": "text", "name": "Contact"}))), None);
    }
}
