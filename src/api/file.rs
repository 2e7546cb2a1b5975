//! The files that the API takes: their extensions and media types.

/// Each extension that the vendor's documentation lists, with its media type.
pub const FILE_TYPES: [(&str, &str); 14] = [
    ("pdf", "application/pdf"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("bmp", "image/bmp"),
    ("heic", "image/heic"),
    ("webp", "image/webp"),
    ("xml", "application/xml"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("csv", "text/csv"),
    ("txt", "text/plain"),
];

/// What follows the last dot of a file's name, lower case; nothing where there is no dot.
pub fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}

/// The media type of a file, by its name; that of mere bytes for one that the API does not take.
///
/// ```
/// use draftgate::api::file::media_type;
/// assert_eq!(media_type("Bill.PDF"), "application/pdf");
/// assert_eq!(media_type("note"), "application/octet-stream");
/// ```
pub fn media_type(name: &str) -> &'static str {
    let extension = extension(name);
    let row = FILE_TYPES.iter().find(|(known, _)| *known == extension);
    row.map_or("application/octet-stream", |(_, media_type)| media_type)
}

/// The extension of a media type, if the API takes it.
pub fn extension_of(media_type: &str) -> Option<&'static str> {
    FILE_TYPES.iter().find(|(_, known)| known.eq_ignore_ascii_case(media_type)).map(|(extension, _)| *extension)
}
