//! Numbers of identity papers and bank accounts: the right shape and check digits, and nobody's.
//!
//! Each country's numbers come from a range that is never given to a person, where there is one: a check of the shape
//! passes, a look-up finds nobody.

use super::seed::Seed;

/// A national number: US social security, Canadian social insurance, British national insurance, French NIR, German
/// tax id, Australian tax file number; `T` and eight digits elsewhere.
pub(super) fn national_id(country: Option<&str>, seed: &Seed) -> String {
    match country {
        // 9xx is never a social security number, and groups below 50 are never a taxpayer's number either.
        Some("US") => format!("9{}{:02}{}", seed.digits(2), seed.range(1..=49), seed.child("serial").digits(4)),
        // A leading 0 is not given to anybody.
        Some("CA") => with_luhn(&format!("0{}", seed.digits(7))),
        // The prefix QQ is the one of the examples and is not given to anybody.
        Some("GB") => format!("QQ{}{}", seed.digits(6), seed.one_of(&['A', 'B', 'C', 'D'])),
        Some("FR") => nir(seed),
        Some("DE") => german_tax_id(seed),
        Some("AU") => tax_file_number(seed),
        _ => format!("T{}", seed.digits(8)),
    }
}

/// A passport's number.
pub(super) fn passport(country: Option<&str>, seed: &Seed) -> String {
    match country {
        Some("CA") => format!("ZZ{}", seed.digits(6)),
        Some("GB") => format!("000{}", seed.digits(6)),
        Some("FR") => format!("00ZZ{}", seed.digits(5)),
        Some("DE") => format!("X00T{}", seed.digits(5)),
        Some("AU") => format!("ZZ{}", seed.digits(7)),
        _ => format!("X{}", seed.digits(8)),
    }
}

/// A driving licence's number.
pub(super) fn driver_licence(country: Option<&str>, seed: &Seed) -> String {
    match country {
        Some("CA") => format!("T0000-{}-{}", seed.digits(5), seed.child("tail").digits(5)),
        Some("GB") => format!("TESTW{}{}TT9ZZ", 7, seed.digits(5)),
        Some("FR") => format!("00{}", seed.digits(10)),
        Some("DE") => format!("T00{}TT0", seed.digits(5)),
        Some("AU") => format!("00{}", seed.digits(6)),
        _ => format!("T{}", seed.digits(8)),
    }
}

/// An IBAN with valid check digits at a bank that does not exist; British where the country has none.
pub(super) fn iban(country: Option<&str>, seed: &Seed) -> String {
    let (country, account) = match country {
        // No bank code begins with 0.
        Some("DE") => ("DE", format!("00000000{}", seed.digits(10))),
        Some("FR") => {
            let account = seed.digits(11);
            // The key of bank, branch and account; those of bank and branch 0 fall away.
            let key = 97 - (3 * remainder(&account, 97)) % 97;
            ("FR", format!("0000000000{account}{key:02}"))
        }
        _ => ("GB", format!("TEST000000{}", seed.digits(8))),
    };
    let check = 98 - iban_remainder(&format!("{account}{country}00"));
    format!("{country}{check:02}{account}")
}

/// ISO 7064 MOD 97-10 over letters and digits, a letter counting from 10 for `A`.
fn iban_remainder(text: &str) -> u64 {
    text.chars().fold(0, |rest, c| match c.to_digit(36) {
        Some(value) if value >= 10 => (rest * 100 + u64::from(value)) % 97,
        Some(value) => (rest * 10 + u64::from(value)) % 97,
        None => rest,
    })
}

fn remainder(digits: &str, divisor: u64) -> u64 {
    digits.bytes().fold(0, |rest, digit| (rest * 10 + u64::from(digit.saturating_sub(b'0'))) % divisor)
}

fn with_luhn(digits: &str) -> String {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, digit)| {
            let digit = u32::from(digit.saturating_sub(b'0'));
            let doubled = if i % 2 == 0 { digit * 2 } else { digit };
            doubled / 10 + doubled % 10
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

fn nir(seed: &Seed) -> String {
    let (sex, month) = (seed.range(1..=2), seed.child("month").range(1..=12));
    let year = seed.child("year").range(60..=99);
    // Born abroad (99) in the country 999, which does not exist.
    let body = format!("{sex}{year}{month:02}99999{:03}", seed.child("order").range(1..=999));
    let key = 97 - remainder(&body, 97);
    format!("{body}{key:02}")
}

fn german_tax_id(seed: &Seed) -> String {
    // A leading 0 marks a number as one for tests. Among the first ten digits exactly one occurs twice, one not at all.
    let mut rest: Vec<u8> = (1..=9).collect();
    for i in (1..rest.len()).rev() {
        rest.swap(i, seed.nth(i).index(i + 1));
    }
    // The last of the shuffled gives way to a second of another, which is not its neighbour: three in a row are barred.
    let twin = rest[seed.child("twin").index(7)];
    rest[8] = twin;
    let digits: Vec<u8> = std::iter::once(0).chain(rest).collect();
    let product = digits.iter().fold(10u32, |product, digit| {
        let sum = match (u32::from(*digit) + product) % 10 {
            0 => 10,
            sum => sum,
        };
        (sum * 2) % 11
    });
    let check = (11 - product) % 10;
    digits.iter().map(|digit| char::from(b'0' + digit)).chain(char::from_digit(check, 10)).collect()
}

fn tax_file_number(seed: &Seed) -> String {
    const WEIGHTS: [u32; 8] = [1, 4, 3, 7, 5, 8, 6, 9];
    for i in 0.. {
        let body = format!("00{}", seed.nth(i).digits(6));
        let sum: u32 =
            body.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit.saturating_sub(b'0')) * weight).sum();
        // The check digit weighs 10, that is -1 modulo 11, so it equals the sum; 10 is no digit.
        if sum % 11 < 10 {
            return format!("{body}{}", sum % 11);
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeds() -> impl Iterator<Item = Seed> {
        (0..300).map(Seed::new)
    }

    #[test]
    fn check_digits_of_an_iban() {
        assert_eq!(iban_remainder("WEST12345698765432GB82"), 1, "the registry's example");
        for (country, length) in [("GB", 22), ("DE", 22), ("FR", 27)] {
            for seed in seeds() {
                let iban = iban(Some(country), &seed);
                let (head, tail) = iban.split_at(4);
                assert_eq!((iban_remainder(&format!("{tail}{head}")), iban.len()), (1, length), "{iban}");
            }
        }
    }

    #[test]
    fn a_french_account_has_its_own_key() {
        for seed in seeds() {
            let iban = iban(Some("FR"), &seed);
            let (account, key) = (remainder(&iban[14..25], 97), iban[25..].parse::<u64>().unwrap());
            assert_eq!((3 * account + key) % 97, 0, "{iban}");
        }
    }

    #[test]
    fn national_numbers_check_out_and_are_nobodys() {
        assert_eq!(with_luhn("04645428"), "046454286", "the usual example");
        for seed in seeds() {
            let us = national_id(Some("US"), &seed);
            assert!(
                us.len() == 9 && us.starts_with('9') && (1..=49).contains(&us[3..5].parse::<u8>().unwrap()),
                "{us}"
            );
            let ca = national_id(Some("CA"), &seed);
            assert!(ca.starts_with('0') && with_luhn(&ca[..8]) == ca, "{ca}");
            let fr = national_id(Some("FR"), &seed);
            assert_eq!(fr.len(), 15, "{fr}");
            assert_eq!((remainder(&fr[..13], 97) + fr[13..].parse::<u64>().unwrap()) % 97, 0, "{fr}");
            let au = national_id(Some("AU"), &seed);
            let sum: u32 = au.bytes().zip([1, 4, 3, 7, 5, 8, 6, 9, 10]).map(|(d, w)| u32::from(d - b'0') * w).sum();
            assert_eq!((au.len(), sum % 11), (9, 0), "{au}");
        }
    }

    #[test]
    fn a_german_tax_id_for_tests() {
        for seed in seeds() {
            let id = national_id(Some("DE"), &seed);
            assert!(id.len() == 11 && id.starts_with('0'), "{id}");
            let mut counts = [0; 10];
            id.bytes().take(10).for_each(|digit| counts[usize::from(digit - b'0')] += 1);
            counts.sort_unstable();
            assert_eq!(counts, [0, 1, 1, 1, 1, 1, 1, 1, 1, 2], "{id}");
            // ISO 7064 MOD 11,10 the other way about: with its check digit the whole comes to 1.
            let rest = id.bytes().take(10).fold(10, |p, d| {
                let sum = (u32::from(d - b'0') + p) % 10;
                if sum == 0 { 20 % 11 } else { sum * 2 % 11 }
            });
            assert_eq!((rest + u32::from(id.as_bytes()[10] - b'0')) % 10, 1, "{id}");
        }
    }
}
