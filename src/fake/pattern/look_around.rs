//! What remains of a pattern that looks around or refers back, for who makes a text after it.

use std::collections::HashMap;

/// The name of a group, before its number.
pub(super) const GROUP: &str = "__group_";
/// The name of an empty group that stands where the pattern refers back: the group's number and a number of its own follow.
pub(super) const BACK: &str = "__back_";

/// A pattern without its look-around, each back reference an empty group; and what each of its look-aheads wants to see.
///
/// Its groups have names then, `__group_N`, and the empty ones `__back_N_M`.
pub(super) fn without_look_around(source: &str) -> (String, Vec<String>) {
    let mut taken = Taken { chars: source.chars().collect(), at: 0, groups: 0, backs: 0, names: HashMap::new() };
    let mut ahead = Vec::new();
    let rest = taken.rest(&mut ahead);
    (rest, ahead)
}

struct Taken {
    chars: Vec<char>,
    at: usize,
    groups: usize,
    backs: usize,
    names: HashMap<String, usize>,
}

impl Taken {
    /// The text up to the parenthesis that closes what one is in, which is not taken.
    fn rest(&mut self, ahead: &mut Vec<String>) -> String {
        let mut out = String::new();
        while let Some(&c) = self.chars.get(self.at) {
            match c {
                '\\' => out.push_str(&self.escape()),
                '[' => out.push_str(&self.class()),
                ')' => break,
                '(' => out.push_str(&self.group(ahead)),
                _ => {
                    out.push(c);
                    self.at += 1;
                }
            }
        }
        out
    }

    fn follows(&self, text: &str) -> bool {
        text.chars().eq(self.chars[self.at..].iter().copied().take(text.chars().count()))
    }

    /// An escape; one that refers back becomes an empty group.
    fn escape(&mut self) -> String {
        self.at += 1;
        let named = self.follows("k<");
        let group = if named {
            self.at += 2;
            let name = self.name();
            self.names.get(&name).copied()
        } else {
            let digits: String = self.chars[self.at..].iter().take_while(|c| c.is_ascii_digit()).collect();
            let group = digits.parse().ok().filter(|group| *group > 0);
            self.at += if group.is_some() { digits.len() } else { 0 };
            group
        };
        match group {
            Some(group) => {
                self.backs += 1;
                format!("(?P<{BACK}{group}_{}>)", self.backs)
            }
            None if named => String::new(),
            None => {
                let escaped = self.chars.get(self.at).copied();
                self.at += 1;
                escaped.map(|c| format!("\\{c}")).unwrap_or_default()
            }
        }
    }

    /// The text up to `>`, which is taken.
    fn name(&mut self) -> String {
        let name: String = self.chars[self.at..].iter().take_while(|c| **c != '>').collect();
        self.at += name.chars().count() + 1;
        name
    }

    fn class(&mut self) -> String {
        let start = self.at;
        while let Some(&c) = self.chars.get(self.at) {
            self.at += if c == '\\' { 2 } else { 1 };
            if c == ']' {
                break;
            }
        }
        self.at = self.at.min(self.chars.len());
        self.chars[start..self.at].iter().collect()
    }

    /// A group with all that is in it; nothing where it only looks around.
    fn group(&mut self, ahead: &mut Vec<String>) -> String {
        let looks = ["(?=", "(?!", "(?<=", "(?<!"].into_iter().find(|opening| self.follows(opening));
        if let Some(opening) = looks {
            self.at += opening.len();
            let within = self.rest(&mut Vec::new());
            self.at += 1;
            if opening == "(?=" {
                ahead.push(within);
            }
            return String::new();
        }
        let name = ["(?<", "(?P<"].into_iter().find(|opening| self.follows(opening));
        let opening = if name.is_some() || !self.follows("(?") {
            self.groups += 1;
            self.at += name.map_or(1, str::len);
            if name.is_some() {
                let name = self.name();
                self.names.insert(name, self.groups);
            }
            format!("(?P<{GROUP}{}>", self.groups)
        } else {
            self.at += 1;
            "(".to_owned()
        };
        let within = self.rest(ahead);
        self.at += 1;
        format!("{opening}{within})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_remains_and_what_is_looked_for() {
        let taken = |source: &str| without_look_around(source);
        assert_eq!(taken(r"^(?!000)\d{9}$"), (r"^\d{9}$".to_owned(), vec![]));
        assert_eq!(
            taken(r"(?=.*[)(])(?=.*(?!x)b)(?:a|[\](])+"),
            (r"(?:a|[\](])+".to_owned(), vec![".*[)(]".into(), ".*b".into()])
        );
        assert_eq!(
            taken(r"(?i)(a)(?<b>c)\1\k<b>\(").0,
            r"(?i)(?P<__group_1>a)(?P<__group_2>c)(?P<__back_1_1>)(?P<__back_2_2>)\("
        );
        assert_eq!(taken(r"(?=(a))(b)\2").0, "(?P<__group_2>b)(?P<__back_2_1>)");
        assert_eq!(taken("(?=a").0, "");
        assert_eq!(taken("a\\").0, "a");
    }
}
