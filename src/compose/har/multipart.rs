//! The file in the text of a `multipart/form-data` body.

/// A file, as its part describes it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// The first file of a body; none where there is none.
pub(super) fn file(kind: &str, body: &[u8]) -> Option<Part> {
    let boundary = format!("--{}", boundary(kind)?);
    let mut rest = body;
    loop {
        let from = find(rest, boundary.as_bytes())? + boundary.len();
        rest = rest.get(from..)?;
        let head_end = find(rest, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&rest[..head_end]).into_owned();
        let content = &rest[head_end + 4..];
        let end = find(content, boundary.as_bytes()).unwrap_or(content.len());
        let bytes = content[..end].strip_suffix(b"\r\n").unwrap_or(&content[..end]);
        let header = |name: &str| {
            head.lines().find_map(|line| {
                let (known, value) = line.split_once(':')?;
                known.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            })
        };
        let name = header("content-disposition").and_then(|value| parameter(&value, "filename"));
        if let Some(name) = name {
            let media_type = header("content-type").unwrap_or_default();
            return Some(Part { name, media_type, bytes: bytes.to_vec() });
        }
        rest = &content[end..];
    }
}

fn boundary(kind: &str) -> Option<String> {
    parameter(kind, "boundary").filter(|boundary| !boundary.is_empty())
}

/// A parameter of a header's value, its quotes taken off.
fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|part| {
        let (known, value) = part.split_once('=')?;
        known.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_found_among_other_parts() {
        let body = b"--b\r\ncontent-disposition: form-data; name=\"note\"\r\n\r\nhi\r\n--b\r\n\
            Content-Disposition: form-data; name=file; filename=\"a b.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n\xff\r\n--b--\r\n";
        let part = file("multipart/form-data; boundary=\"b\"", body).unwrap();
        assert_eq!(
            part,
            Part {
                name: "a b.pdf".to_owned(),
                media_type: "application/pdf".to_owned(),
                bytes: b"%PDF\r\n\xff".to_vec()
            }
        );
        assert_eq!(file("multipart/form-data", body), None);
        assert_eq!(file("multipart/form-data; boundary=c", body), None);
        assert_eq!(file("multipart/form-data; boundary=b", b"--b\r\n--b--"), None);
    }
}
