//! E-mail addresses where a pattern leaves none of the domains for examples.

use super::{candidates, fits, forms, shape};
use crate::api::element::Limits;
use crate::fake::kind::Applicant;
use crate::fake::pattern::Pattern;
use crate::fake::seed::Seed;

/// Of more domains than this, made after one pattern, the pattern prescribes none.
const MOST_PRESCRIBED: usize = 4;

/// Whether a text has an e-mail address of which somebody might get the mail: it is not at one of the domains that RFC 2606
/// keeps for examples and tests.
pub(super) fn is_strange(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !is_reserved(domain))
}

fn is_reserved(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    let top = domain.rsplit_once('.').map_or("", |(_, top)| top);
    ["example.com", "example.org", "example.net"].contains(&domain.as_str())
        || ["example", "test", "invalid"].contains(&top)
}

/// An address that a pattern takes at a domain `example` of the same end, `example.co.uk`, as registries keep it.
pub(super) fn elsewhere(pattern: &Pattern, limits: &Limits, own: &Seed, applicant: &Applicant) -> Option<String> {
    let domains = domains(pattern, limits, own);
    let ends = domains.iter().filter_map(|domain| domain.split_once('.'));
    let found = ends.map(|(_, end)| format!("example.{end}"));
    found.collect::<Vec<_>>().iter().find_map(|domain| at(domain, pattern, limits, own, applicant))
}

/// An address at the domain that a pattern prescribes; none where it takes many. Whoever has that domain made the flow.
pub(super) fn at_its_domain(pattern: &Pattern, limits: &Limits, own: &Seed, applicant: &Applicant) -> Option<String> {
    let domains = domains(pattern, limits, own);
    let prescribed = (1..=MOST_PRESCRIBED).contains(&domains.len());
    let domains = if prescribed { domains } else { Vec::new() };
    domains.iter().find_map(|domain| at(domain, pattern, limits, own, applicant)).or_else(|| {
        let all = candidates(pattern, limits, own.child("pattern")).filter(|_| prescribed);
        all.filter(|text| text.contains('@')).find(|text| fits(text, limits) && pattern.matches_within(text))
    })
}

/// The domains of addresses that are made after a pattern and match it, each once.
fn domains(pattern: &Pattern, limits: &Limits, own: &Seed) -> Vec<String> {
    let made = candidates(pattern, limits, own.child("pattern")).filter(|text| pattern.matches_within(text));
    made.fold(Vec::new(), |mut all, text| {
        let domain = text.split_once('@').map(|(_, domain)| domain.to_owned());
        all.extend(domain.filter(|domain| !all.contains(domain)));
        all
    })
}

/// The applicant's address at a domain, where the pattern takes it.
fn at(domain: &str, pattern: &Pattern, limits: &Limits, own: &Seed, applicant: &Applicant) -> Option<String> {
    let addresses = forms("email", applicant).into_iter();
    let moved = addresses.filter_map(|address| Some(format!("{}@{domain}", address.split_once('@')?.0)));
    let mut moved = moved.filter_map(|address| shape("email", &address, limits, own));
    moved.find(|address| fits(address, limits) && pattern.matches_within(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_goes_to_nobody() {
        assert!(is_strange("a@b.co") && is_strange("a@example.com.evil.org"));
        assert!(!is_strange("@handle") && !is_strange("A@EXAMPLE.ORG") && !is_strange("no mail"));
        assert!(!is_strange("a@work.example") && !is_strange("a@b.c.test") && is_strange("a@test"));
    }

    #[test]
    fn an_address_is_at_the_domain_that_the_pattern_leaves() {
        let applicant = Seed::new(3);
        let applicant = Applicant::new(&applicant, jiff::civil::date(2026, 11, 23), None);
        let limits = Limits::default();
        let made = |source: &str| {
            let pattern = Pattern::read(source).unwrap();
            let own = Seed::new(5);
            (elsewhere(&pattern, &limits, &own, &applicant), at_its_domain(&pattern, &limits, &own, &applicant))
        };
        let (elsewhere, own) = made(r"^[^@ ]+@company\.com$");
        assert_eq!(elsewhere, None);
        let own = own.unwrap();
        assert!(own.ends_with("@company.com") && own.starts_with(|c: char| c.is_ascii_lowercase()), "{own}");
        assert!(made(r"^[a-z.0-9]+@[a-z]+\.co\.uk$").0.unwrap().ends_with("@example.co.uk"));
        assert_eq!(made(r"^[a-z.0-9]+@bank[a-z]{5}\.com$"), (None, None), "nobody says whose that is");
        assert!(made(r"^[A-Z]\d@(north|south)\.com$").1.is_some_and(|mail| mail.len() == "A1@north.com".len()));
    }
}
