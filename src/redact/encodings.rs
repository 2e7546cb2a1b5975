//! Every way in which a text may stand in another one.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What encodeURIComponent encodes.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');
/// What encodeURI encodes: what parts a URL stays.
const URL: &AsciiSet = &COMPONENT
    .remove(b';')
    .remove(b'/')
    .remove(b'?')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b',')
    .remove(b'#');
/// The fewest characters of a secret that is looked for in capitals too: a shorter one could be a word of its own.
const LEAST_CAPITALS: usize = 8;

/// Every way in which a secret may stand in a text.
pub fn encodings(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    if secret.len() < 4 {
        return forms;
    }
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    // What browsers and form encoders leave as it is differs; the common choices are these.
    let gentle = ["%2D", "%2E", "%5F", "%7E"]
        .iter()
        .zip(["-", ".", "_", "~"])
        .fold(percent.clone(), |text, (from, to)| text.replace(from, to));
    let form = gentle.replace("%2A", "*").replace("%7E", "~").replace("%20", "+");
    // What a URL may keep as it is, as encodeURI leaves it.
    let url = utf8_percent_encode(secret, URL).to_string();
    let path = gentle.replace("%2F", "/");
    let plus = percent.replace("%20", "+");
    let component = utf8_percent_encode(secret, COMPONENT).to_string();
    let mut in_urls = vec![percent, plus, gentle, form, url, path, component];
    in_urls.extend(in_urls.clone().iter().map(|text| lower_escapes(text)));
    // Those of an id, which every test has, are nearly all alike.
    in_urls.sort_unstable();
    in_urls.dedup();
    for text in in_urls {
        // A URL in a parameter of a URL.
        forms.push(utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string());
        forms.push(text.replace('%', "%25"));
        forms.push(text);
    }
    let json = json_text(secret);
    let slashes = json.replace('/', "\\/");
    let thrice = json_text(&json_text(&json));
    forms.extend([json_text(&json), thrice, slashes, json]);
    forms.extend([unicode_escapes(secret, false), unicode_escapes(secret, true)]);
    forms.extend(in_html(secret));
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    forms.extend([hex.to_uppercase(), hex]);
    let quoted: Vec<String> = forms.iter().filter(|form| form.contains('\'')).map(|form| shell_text(form)).collect();
    forms.extend(quoted);
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        for core in (0..3).filter_map(|offset| aligned_base64(engine, secret, offset)) {
            let escaped = core.replace('+', "%2B").replace('/', "%2F");
            forms.extend([lower_escapes(&escaped), escaped, core]);
        }
    }
    if secret.chars().count() >= LEAST_CAPITALS {
        forms.extend(common_encodings(&secret.to_uppercase()));
    }
    forms.retain(|form| form.len() >= 4);
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// The ways in which what is no secret is looked for: as it is, in a URL, a form, JSON, JSON in JSON, HTML and base64.
pub fn common_encodings(text: &str) -> Vec<String> {
    let percent = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let gentle = ["%2D", "%2E", "%5F", "%7E"]
        .iter()
        .zip(["-", ".", "_", "~"])
        .fold(percent, |text, (from, to)| text.replace(from, to));
    let json = json_text(text);
    let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let mut forms = vec![text.to_owned(), gentle.replace("%20", "+"), gentle, json_text(&json), json, html];
    forms.push(utf8_percent_encode(text, URL).to_string());
    forms.push(utf8_percent_encode(text, COMPONENT).to_string());
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        forms.extend((0..3).filter_map(|offset| aligned_base64(engine, text, offset)));
    }
    if text.contains('\'') {
        forms.extend([shell_text(text), shell_text(&json_text(text)), text.replace('\'', "&#39;")]);
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// A text as writers of HTML have it: they differ in which signs they escape, and how.
fn in_html(text: &str) -> Vec<String> {
    let named = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut forms = Vec::new();
    // Without any of these signs, as in an id, all of them are alike.
    let quotes: &[&str] = if text.contains(['"', '\'', '/', '=', '`']) { &["&quot;", "&#34;", "&#x22;"] } else { &[] };
    if quotes.is_empty() {
        forms.push(named.clone());
    }
    for quote in quotes {
        let named = named.replace('"', quote);
        for apostrophe in ["&#39;", "&#x27;", "&apos;", "'"] {
            let named = named.replace('\'', apostrophe);
            forms.extend(["&#x2F;", "&#x2f;", "&#47;"].map(|slash| named.replace('/', slash)));
            // As Mustache does.
            let signs = named.replace('=', "&#x3D;").replace('`', "&#x60;");
            forms.extend([signs.replace('/', "&#x2F;"), named]);
        }
    }
    let numbered = |all: bool, write: &dyn Fn(u32) -> String| -> String {
        let plain = |letter: char| {
            letter.is_ascii_alphanumeric() || (!all && letter.is_ascii_punctuation() && !"&<>\"'/`=+".contains(letter))
        };
        let mut out = String::with_capacity(2 * text.len());
        for letter in text.chars() {
            match plain(letter) {
                true => out.push(letter),
                false => out.push_str(&write(u32::from(letter))),
            }
        }
        out
    };
    for all in [false, true] {
        forms.push(numbered(all, &|code| format!("&#{code};")));
        forms.push(numbered(all, &|code| format!("&#x{code:x};")));
        forms.push(numbered(all, &|code| format!("&#x{code:X};")));
    }
    forms
}

/// Percent-encoding with small letters in its escapes.
fn lower_escapes(text: &str) -> String {
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (escape, rest) = part.split_at(part.len().min(2));
        out.push('%');
        out.push_str(&escape.to_lowercase());
        out.push_str(rest);
    }
    out
}

/// A text as JSON writers have it that escape all but letters and digits of ASCII, or all beyond ASCII.
fn unicode_escapes(text: &str, punctuation: bool) -> String {
    let mut out = String::with_capacity(2 * text.len());
    for letter in text.chars() {
        match letter {
            _ if letter.is_ascii_alphanumeric() => out.push(letter),
            _ if letter.is_ascii() && !punctuation => out.push_str(&json_text(letter.encode_utf8(&mut [0; 4]))),
            _ => out.extend(letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}"))),
        }
    }
    out
}

/// A text as it stands in a JSON string.
fn json_text(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap_or_default();
    json.get(1..json.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// A text as it stands between single quotes of a POSIX shell.
fn shell_text(text: &str) -> String {
    text.replace('\'', "'\\''")
}

/// The characters that a secret surely gives when base64 is made of a longer text in which it begins `offset` bytes after a
/// multiple of three: the first and last ones also depend on its neighbours and are left out.
fn aligned_base64(engine: &impl Engine, secret: &str, offset: usize) -> Option<String> {
    let padded = [vec![0; offset], secret.as_bytes().to_vec()].concat();
    let encoded = engine.encode(&padded);
    let first = (offset * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    encoded.get(first..last).filter(|core| core.len() >= 6).map(str::to_owned)
}
