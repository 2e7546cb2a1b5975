//! What keys a terminal's input is.
//!
//! `console` knows the sequences of a few keys and hands on the beginning of any other: its rest would come as letters, and a
//! function key or a pasted text would decide about snapshots. Here each sequence is taken in whole.

use console::Key as Raw;

use crate::review::Key;

/// What was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Typed {
    /// A key for the review.
    Key(Key),
    /// Ctrl-Z.
    Suspend,
}

/// Turns what `console` reads into keys.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// A sequence that has begun, the escape aside.
    begun: Option<String>,
    pasting: bool,
}

const CTRL_Z: char = '\u{1a}';

impl Decoder {
    /// The key, where this completes one. Of what is pasted nothing is a key but Ctrl-C, so that there is always a way out.
    pub(super) fn decode(&mut self, raw: &Raw) -> Option<Typed> {
        if *raw == Raw::CtrlC {
            return Some(Typed::Key(Key::Interrupt));
        }
        if let Raw::UnknownEscSeq(letters) = raw {
            return self.go_on(letters.iter().collect());
        }
        match (self.begun.take(), raw) {
            (Some(mut begun), Raw::Char(letter)) => {
                begun.push(*letter);
                self.go_on(begun)
            }
            _ if self.pasting => None,
            (_, Raw::Char(CTRL_Z)) => Some(Typed::Suspend),
            (_, raw) => Some(Typed::Key(known(raw))),
        }
    }

    /// Takes in a sequence up to its last letter.
    fn go_on(&mut self, sequence: String) -> Option<Typed> {
        let ended = match sequence.as_bytes() {
            [b'['] | [b'O'] => false,
            [b'O', _] => true,
            [b'[', b'[', rest @ ..] => !rest.is_empty(),
            [b'[', .., last] => matches!(last, b'@'..=b'~'),
            _ => true,
        };
        match sequence.as_str() {
            "[200~" => self.pasting = true,
            "[201~" => self.pasting = false,
            _ if !ended => self.begun = Some(sequence),
            _ => {}
        }
        (ended && !self.pasting).then_some(Typed::Key(Key::Other))
    }
}

fn known(key: &Raw) -> Key {
    match key {
        Raw::Char(letter) => Key::Char(*letter),
        Raw::Enter => Key::Enter,
        Raw::Escape => Key::Escape,
        Raw::Backspace => Key::Backspace,
        Raw::ArrowUp => Key::Up,
        Raw::ArrowDown => Key::Down,
        Raw::ArrowLeft => Key::Left,
        Raw::ArrowRight => Key::Right,
        Raw::PageUp => Key::PageUp,
        Raw::PageDown => Key::PageDown,
        Raw::Home => Key::Home,
        Raw::End => Key::End,
        _ => Key::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `console` reads of an input.
    fn raw(input: &str) -> Vec<Raw> {
        let mut keys = Vec::new();
        let mut letters = input.chars().peekable();
        while let Some(letter) = letters.next() {
            if letter != '\u{1b}' {
                keys.push(if letter == '\r' { Raw::Enter } else { Raw::Char(letter) });
                continue;
            }
            let mut begun: Vec<char> = letters.next().into_iter().collect();
            if begun == ['['] {
                begun.extend(letters.by_ref().take(2));
            }
            keys.push(if begun.is_empty() { Raw::Escape } else { Raw::UnknownEscSeq(begun) });
        }
        keys
    }

    fn typed(input: &str) -> String {
        let mut decoder = Decoder::default();
        let keys = raw(input);
        let keys = keys.iter().filter_map(|key| decoder.decode(key));
        keys.map(|key| match key {
            Typed::Key(Key::Char(letter)) => letter,
            Typed::Key(Key::Other) => '.',
            Typed::Key(_) => '!',
            Typed::Suspend => 'Z',
        })
        .collect()
    }

    #[test]
    fn nothing_that_is_pasted_is_a_key() {
        assert_eq!(typed("a\u{1b}[200~READ me\r\u{1a}\u{1b}OR\u{1b}[1;2A\u{1b}[201~s"), "a.s");
    }

    #[test]
    fn the_rest_of_a_key_that_is_not_known_is_no_letter() {
        // Shift and an arrow, F3 in two ways, F4, F9, Alt and a letter.
        assert_eq!(typed("\u{1b}[1;2Aa\u{1b}ORb\u{1b}OSc\u{1b}[1;2Rd\u{1b}[20~e\u{1b}Rf"), ".a.b.c.d.e.f");
    }

    #[test]
    fn ctrl_c_is_always_heard() {
        let mut decoder = Decoder::default();
        raw("\u{1b}[200~pasted").iter().for_each(|key| assert_eq!(decoder.decode(key), None));
        assert_eq!(decoder.decode(&Raw::CtrlC), Some(Typed::Key(Key::Interrupt)));
    }
}
