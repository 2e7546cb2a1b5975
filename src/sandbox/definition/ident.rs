//! Ids and names: 24 hex digits, pinned by a seed or new at every load, and names as expressions write them.

use uuid::Uuid;

/// Makes the ids of one definition.
pub(super) struct Ids {
    seed: Option<String>,
}

impl Ids {
    /// Ids that are the same at every load where there is a seed, and new where there is none.
    pub(super) fn new(seed: Option<String>) -> Self {
        Ids { seed }
    }

    /// The id of what these words lead to, 24 hex digits.
    pub(super) fn id(&self, path: &[&str]) -> String {
        match &self.seed {
            Some(seed) => hex_digest(std::iter::once(seed.as_str()).chain(path.iter().copied()), 24),
            None => Uuid::new_v4().simple().to_string()[..24].to_owned(),
        }
    }
}

/// As many hex digits as asked for (at most 32), always the same for the same words.
///
/// FNV-1a twice over: it must be stable from build to build, which the standard library's hasher does not promise, and
/// nothing here needs more.
pub fn hex_digest<'a>(words: impl IntoIterator<Item = &'a str>, digits: usize) -> String {
    const PRIME: u64 = 0x0100_0000_01b3;
    let (mut low, mut high) = (0xcbf2_9ce4_8422_2325_u64, 0x6c62_272e_07bb_0142_u64);
    for word in words {
        for byte in word.bytes().chain([0]) {
            low = (low ^ u64::from(byte)).wrapping_mul(PRIME);
            high = (high.rotate_left(5) ^ u64::from(byte)).wrapping_mul(PRIME) ^ (low >> 32);
        }
    }
    let mut hex = format!("{low:016x}{high:016x}");
    hex.truncate(digits);
    hex
}

/// A name as expressions write it: lower case, with one `_` for everything between letters and digits.
///
/// ```
/// assert_eq!(draftgate::sandbox::definition::snake_case("Proof of address (PDF)"), "proof_of_address_pdf");
/// ```
pub fn snake_case(name: &str) -> String {
    let words: Vec<String> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_hold_only_with_a_seed() {
        let seeded = |seed: &str| Ids::new(Some(seed.to_owned())).id(&["personal", "First name"]);
        assert_eq!(seeded("7"), seeded("7"));
        assert_ne!(seeded("7"), seeded("8"));
        let free = Ids::new(None);
        assert_ne!(free.id(&["a"]), free.id(&["a"]));
        for id in [seeded("7"), free.id(&["a"])] {
            assert!(id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        }
    }

    #[test]
    fn words_do_not_run_together() {
        assert_ne!(hex_digest(["ab", "c"], 32), hex_digest(["a", "bc"], 32));
    }
}
