//! Data in a page: in a way in which it cannot become markup, whatever it holds.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde::Serialize;

/// A text as it stands between tags, or in quotes in one.
pub fn text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // HTML knows no such character.
            '\0' => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}

/// JSON as it stands in a `<script>`: with nothing that ends one, or begins another or a comment. These letters are in JSON only
/// within strings.
pub fn json(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_default();
    json.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}

/// Writes items as scripts `NAME-0`, `NAME-1`, …, each a JSON array of some items, packed as zlib does and in base64.
pub fn packed<'a, Item: Sync, Shown: Serialize>(
    name: &str,
    items: &'a [Item],
    a_chunk: usize,
    show: impl Fn(&'a Item) -> Shown + Sync,
    page: &mut String,
) {
    let chunks = items.len().div_ceil(a_chunk);
    let a_worker = chunks.div_ceil(std::thread::available_parallelism().map_or(1, usize::from)).max(1) * a_chunk;
    let pack = |chunk: &'a [Item]| -> String {
        let shown: Vec<Shown> = chunk.iter().map(&show).collect();
        zlib(&shown).map(|bytes| STANDARD.encode(bytes)).unwrap_or_default()
    };
    let pack = &pack;
    let texts: Vec<String> = std::thread::scope(|scope| {
        let work = |part: &'a [Item]| scope.spawn(move || part.chunks(a_chunk).map(pack).collect::<Vec<_>>());
        let workers: Vec<_> = items.chunks(a_worker).map(work).collect();
        workers
            .into_iter()
            .flat_map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    for (at, text) in texts.iter().enumerate() {
        page.push_str(&format!("<script type=\"application/octet-stream\" id=\"{name}-{at}\">{text}</script>\n"));
    }
}

fn zlib(value: &impl Serialize) -> std::io::Result<Vec<u8>> {
    // What is packed is alike again and again: more effort makes it hardly smaller.
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(4));
    encoder.write_all(&serde_json::to_vec(value)?)?;
    encoder.finish()
}
