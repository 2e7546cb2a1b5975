//! The smallest files that are what they claim to be.

use serde_json::Value;

use super::Filled;
use super::cannot_fill::CannotFill;
use crate::api::element::Element;

struct Format {
    endings: &'static [&'static str],
    media_type: &'static str,
    bytes: fn(title: &str) -> Vec<u8>,
}

/// The kinds made here; the first that an element accepts is taken.
const FORMATS: [Format; 6] = [
    Format { endings: &["pdf"], media_type: "application/pdf", bytes: pdf },
    Format { endings: &["png"], media_type: "image/png", bytes: |_| PNG.to_vec() },
    Format { endings: &["jpg", "jpeg"], media_type: "image/jpeg", bytes: |_| jpeg() },
    Format { endings: &["txt", "text"], media_type: "text/plain", bytes: |title| format!("{title}\n").into_bytes() },
    Format {
        endings: &["csv"],
        media_type: "text/csv",
        bytes: |title| format!("document,test\r\n{title},true\r\n").into_bytes(),
    },
    Format {
        endings: &["xml"],
        media_type: "application/xml",
        bytes: |title| format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<test>{title}</test>\n").into_bytes(),
    },
];

/// Keys under which an element may say what it accepts; none is documented.
const ACCEPT_KEYS: [&str; 9] = [
    "accept",
    "accepts",
    "acceptedFileTypes",
    "acceptedTypes",
    "fileTypes",
    "allowedTypes",
    "allowedFileTypes",
    "mimeTypes",
    "extensions",
];

/// One pixel, grey.
const PNG: [u8; 67] = [
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 0,
    0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T', 0x78, 0xda, 0x63, 0x68, 0, 0, 0, 0x82, 0,
    0x81, 0xda, 0x45, 0x08, 0x3b, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

/// A file that the element accepts; a PDF when it does not say.
pub(super) fn file(element: &Element, field: &str) -> Result<Filled, CannotFill> {
    let accepts = accepted_files(element);
    let format = FORMATS
        .iter()
        .find(|format| accepts.is_empty() || accepts.iter().any(|accept| format.is(accept)))
        .ok_or_else(|| CannotFill::FileType { field: field.to_owned(), accepts: accepts.join(", ") })?;
    let stem = stem(field);
    let bytes = (format.bytes)(&format!("Test document: {stem}"));
    Ok(Filled::File { name: format!("{stem}.{}", format.endings[0]), media_type: format.media_type.to_owned(), bytes })
}

/// The bytes of a made-up file: of the kind that its name's ending says where that is one of those made here, plain text
/// otherwise.
pub fn sample_file(name: &str) -> Vec<u8> {
    let (title, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let title = format!("Test document: {}", stem(title));
    let ending = ending.to_ascii_lowercase();
    match FORMATS.iter().find(|format| format.endings.contains(&ending.as_str())) {
        Some(format) => (format.bytes)(&title),
        None => format!("{title}\n").into_bytes(),
    }
}

impl Format {
    /// Whether this is what an entry of an accept list allows: a media type, a family such as `image/*`, an ending.
    fn is(&self, accept: &str) -> bool {
        let family = accept.strip_suffix("/*").is_some_and(|family| self.media_type.split('/').next() == Some(family));
        let ending = self.endings.contains(&accept.trim_start_matches(['*', '.']));
        let other_name =
            matches!((accept, self.media_type), ("text/xml", "application/xml") | ("image/jpg", "image/jpeg"));
        accept == "*" || accept == "*/*" || accept == self.media_type || family || ending || other_name
    }
}

/// What an element says that it accepts: media types, families such as `image/*` and endings, in small letters; nothing
/// where it does not say.
pub fn accepted_files(element: &Element) -> Vec<String> {
    let rules = element.json.get("validations").and_then(Value::as_array);
    let mut found = Vec::new();
    for place in std::iter::once(&element.json).chain(rules.into_iter().flatten()) {
        ACCEPT_KEYS.iter().filter_map(|key| place.get(*key)).for_each(|list| gather(list, &mut found));
    }
    found
}

fn gather(list: &Value, found: &mut Vec<String>) {
    match list {
        Value::String(text) => {
            let entries = text.split([',', ';', '|', ' ']).map(|entry| entry.trim().to_ascii_lowercase());
            found.extend(entries.filter(|entry| !entry.is_empty()));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        Value::Object(fields) => {
            ["value", "type", "mimeType", "extension"]
                .iter()
                .filter_map(|key| fields.get(*key))
                .for_each(|entry| gather(entry, found));
        }
        _ => {}
    }
}

/// A label as a file's name: small ASCII letters and digits, parted by hyphens.
fn stem(field: &str) -> String {
    let plain: String =
        field.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    let stem = plain.split_whitespace().take(6).collect::<Vec<_>>().join("-");
    if stem.is_empty() { "test-document".to_owned() } else { stem.chars().take(60).collect() }
}

/// A page with a line of text in a font that every reader has. `text` is of [`stem`]'s characters and needs no escape.
fn pdf(text: &str) -> Vec<u8> {
    let content = format!("BT /F1 14 Tf 40 120 Td ({text}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (i, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", i + 1));
    }
    let start = out.len();
    out.push_str(&format!("{table}trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1));
    out.into_bytes()
}

/// One pixel, grey: a block whose coefficients are all 0, so that each Huffman table needs a single code.
fn jpeg() -> Vec<u8> {
    let mut out = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];
    out.extend([0xff, 0xdb, 0, 67, 0]);
    out.extend([1; 64]);
    out.extend([0xff, 0xc0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0]);
    for table in [0x00, 0x10] {
        out.extend([0xff, 0xc4, 0, 20, table, 1]);
        out.extend([0; 16]);
    }
    // Two codes of one bit, then ones to fill the byte.
    out.extend([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x3f, 0xff, 0xd9]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn made(extra: Value) -> Result<(String, String, Vec<u8>), CannotFill> {
        let mut json = json!({"id": "1", "type": "file", "name": "Proof of address (PDF)"});
        json.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        match file(&Element::from_json(&json).unwrap(), "Proof of address (PDF)")? {
            Filled::File { name, media_type, bytes } => Ok((name, media_type, bytes)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_accept_list_decides() {
        for (extra, media_type, magic) in [
            (json!({}), "application/pdf", b"%PDF-".as_slice()),
            (json!({"accept": "image/*,.pdf"}), "application/pdf", b"%PDF-"),
            (json!({"accept": "image/*"}), "image/png", b"\x89PNG"),
            (json!({"allowedTypes": ["HEIC", "JPG"]}), "image/jpeg", b"\xff\xd8\xff"),
            (json!({"acceptedFileTypes": [".docx", ".csv"]}), "text/csv", b"document,"),
            (json!({"validations": [{"type": "fileType", "fileTypes": ["xml"]}]}), "application/xml", b"<?xml"),
            (json!({"fileTypes": [{"mimeType": "text/plain"}]}), "text/plain", b"Test"),
        ] {
            let (name, kind, bytes) = made(extra.clone()).unwrap();
            assert_eq!(kind, media_type, "{extra}");
            assert!(bytes.starts_with(magic) && name.starts_with("proof-of-address-pdf."), "{extra} {name}");
        }
        let refused = made(json!({"accept": ".heic"})).unwrap_err().to_string();
        assert!(refused.contains(".heic") && refused.contains("not generated"), "{refused}");
    }

    #[test]
    fn the_table_of_a_pdf_points_at_its_objects() {
        let text = String::from_utf8(pdf("Test document: a")).unwrap();
        let start: usize = text.lines().rev().nth(1).unwrap().parse().unwrap();
        let table: Vec<&str> = text[start..].lines().collect();
        assert_eq!(table[..2], ["xref", "0 6"]);
        for (i, row) in table[3..8].iter().enumerate() {
            assert_eq!(row.len(), 19, "a row of the table has 20 bytes with its newline");
            let at: usize = row[..10].parse().unwrap();
            assert!(text[at..].starts_with(&format!("{} 0 obj", i + 1)));
        }
        let (before, after) = text.split_once("stream\n").unwrap();
        let length: usize = before.rsplit_once("/Length ").unwrap().1.split_once('>').unwrap().0.parse().unwrap();
        assert!(after[length..].starts_with("\nendstream"));
    }

    #[test]
    fn the_segments_of_a_jpeg_have_the_lengths_they_state() {
        let bytes = jpeg();
        let mut at = 2;
        let mut seen = Vec::new();
        while bytes[at + 1] != 0xda {
            assert_eq!(bytes[at], 0xff);
            seen.push(bytes[at + 1]);
            at += 2 + usize::from(bytes[at + 2]) * 256 + usize::from(bytes[at + 3]);
        }
        assert_eq!(seen, [0xe0, 0xdb, 0xc0, 0xc4, 0xc4]);
        assert_eq!(bytes[at + 2 + usize::from(bytes[at + 3])..], [0x3f, 0xff, 0xd9]);
    }
}
