//! What is secret by where it stands, whatever it is: credentials in headers, tokens in JSON, in forms and in URLs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::Value;

use super::MASK;

/// Headers that carry credentials.
const HEADERS: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "set-cookie"];
/// Headers that nearly every request and answer has, and that carry none.
const EVERYDAY: [&str; 10] = [
    "accept",
    "accept-language",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "date",
    "server",
    "user-agent",
    "x-hf-session",
];
/// How the names of headers end that name a scheme before the credentials.
const AUTHORIZATION: &str = "authorization";
/// What the name of a header with a key in it holds somewhere: `x-api-key`, `x-csrf-token`.
const HEADER_PARTS: [&str; 10] =
    ["api-key", "apikey", "api_key", "access-key", "token", "secret", "password", "credential", "signature", "x-auth"];
/// The letters, of either case, with which one of them begins: at any other nothing has to be compared.
static MAY_BEGIN: [bool; 256] = letters(&HEADER_PARTS, 0, false);
/// Members, without dashes and underscores and in small letters.
const MEMBERS: [&str; 10] = [
    "accesskey",
    "apikey",
    "assertion",
    "authorization",
    "clientassertion",
    "jwt",
    "passwd",
    "privatekey",
    "secretkey",
    "shortcode",
];
/// How the names of other members end: `access_token`, `clientSecret`.
const MEMBER_ENDS: [&str; 3] = ["token", "secret", "password"];
/// The last letters of such names, of either case, and those before them.
static MAY_END: [[[bool; 256]; 2]; 2] = [
    [letters(&MEMBERS, 0, true), letters(&MEMBERS, 1, true)],
    [letters(&MEMBER_ENDS, 0, true), letters(&MEMBER_ENDS, 1, true)],
];
/// Parameters of URLs that open what the URL names, for whoever has it: of these the ends of names count.
const PARAMETER_ENDS: [&str; 2] = ["signature", "sig"];
/// The fewest characters of a credential that is masked wherever it stands; a shorter one must have a digit in it.
const LEAST: usize = 8;
const LEAST_WITH_DIGIT: usize = 4;

/// The letters, of either case, that stand so far from the beginning or the end of one of these words.
const fn letters(words: &[&str], far: usize, from_end: bool) -> [bool; 256] {
    let mut may = [false; 256];
    let mut word = 0;
    while word < words.len() {
        let bytes = words[word].as_bytes();
        let letter = if from_end { bytes[bytes.len() - 1 - far] } else { bytes[far] };
        may[letter.to_ascii_lowercase() as usize] = true;
        may[letter.to_ascii_uppercase() as usize] = true;
        word += 1;
    }
    may
}

/// Whether a header carries credentials, by its name.
pub fn is_secret_header(name: &str) -> bool {
    // Asked for every header of every request and answer.
    !EVERYDAY.contains(&name) && names_credentials(name)
}

/// Whether the name of a header is, or has in it, what credentials are called; nothing is allocated for it.
fn names_credentials(name: &str) -> bool {
    let bytes = name.as_bytes();
    let begins = |rest: &[u8], part: &[u8]| {
        // Few go on as the part does: the second letter is looked at before a comparison is called for.
        rest.get(1).is_some_and(|second| second.eq_ignore_ascii_case(&part[1]))
            && rest.get(..part.len()).is_some_and(|here| here.eq_ignore_ascii_case(part))
    };
    let is_secret = |at: usize| {
        let rest = &bytes[at..];
        MAY_BEGIN[rest[0] as usize] && HEADER_PARTS.iter().any(|part| begins(rest, part.as_bytes()))
    };
    HEADERS.iter().any(|header| name.eq_ignore_ascii_case(header)) || (0..bytes.len()).any(is_secret)
}

/// Whether a member of an object, a field of a form or a parameter of a URL is a token or the like, by its name.
pub fn is_secret_member(name: &str) -> bool {
    // Asked for every member of every answer: nothing is allocated for it.
    let letters =
        || name.bytes().filter(|letter| !matches!(letter, b'-' | b'_')).map(|letter| letter.to_ascii_lowercase());
    let mut last = name.bytes().rev().filter(|letter| !matches!(letter, b'-' | b'_'));
    let (Some(last), Some(before)) = (last.next(), last.next()) else { return false };
    // Most end in another way than all of these.
    if !MAY_END.iter().any(|may| may[0][last as usize] && may[1][before as usize]) {
        return false;
    }
    let ends = |end: &str| end.bytes().rev().eq(letters().rev().take(end.len()));
    MEMBER_ENDS.iter().any(|end| ends(end)) || MEMBERS.iter().any(|member| member.bytes().eq(letters()))
}

/// Whether a parameter of a URL is a credential, by its name: a token, or the signature of a URL that opens a session or a
/// file for whoever has it.
pub fn is_secret_parameter(name: &str) -> bool {
    let last = name.rsplit(['-', '_']).next().unwrap_or(name);
    is_secret_member(name) || PARAMETER_ENDS.iter().any(|end| last.eq_ignore_ascii_case(end))
}

/// A header's value as it may be shown: the scheme of credentials stays.
///
/// ```
/// use draftgate::redact::places::shown_header;
/// assert_eq!(shown_header("authorization", "Bearer t0p"), "Bearer [secret]");
/// assert_eq!(shown_header("x-api-key", "t0p"), "[secret]");
/// assert_eq!(shown_header("accept", "text/html"), "text/html");
/// ```
pub fn shown_header(name: &str, value: &str) -> String {
    if !is_secret_header(name) {
        return value.to_owned();
    }
    match scheme(name, value) {
        Some((scheme, _)) => format!("{scheme} {MASK}"),
        None => MASK.to_owned(),
    }
}

/// The scheme of credentials in a header, and the credentials.
pub(super) fn scheme<'a>(name: &str, value: &'a str) -> Option<(&'a str, &'a str)> {
    let ending = name.len().checked_sub(AUTHORIZATION.len()).and_then(|at| name.get(at..))?;
    let (scheme, rest) = value.trim().split_once(' ')?;
    let is_scheme = ending.eq_ignore_ascii_case(AUTHORIZATION)
        && scheme.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    is_scheme.then_some((scheme, rest.trim()))
}

/// The credentials in a header that are masked wherever else they stand.
pub fn header_secrets(name: &str, value: &str) -> Vec<String> {
    let scheme = scheme(name, value);
    if scheme.is_none() && !is_secret_header(name) {
        return Vec::new();
    }
    let lower = name.to_ascii_lowercase();
    let mut found: Vec<String> = match (lower.as_str(), scheme) {
        ("cookie", _) => value.split(';').filter_map(|pair| Some(pair.split_once('=')?.1.trim().to_owned())).collect(),
        ("set-cookie", _) => {
            value.split(';').take(1).filter_map(|pair| Some(pair.split_once('=')?.1.trim().to_owned())).collect()
        }
        (_, Some((scheme, rest))) => {
            let basic = scheme.eq_ignore_ascii_case("basic").then(|| rest.trim_end_matches('='));
            let decoded = basic.and_then(|text| String::from_utf8(STANDARD_NO_PAD.decode(text).ok()?).ok());
            let password = decoded.as_deref().and_then(|text| Some(text.split_once(':')?.1.to_owned()));
            std::iter::once(rest.to_owned()).chain(password).chain(decoded).collect()
        }
        _ => vec![value.trim().to_owned()],
    };
    found.retain(|secret| is_distinctive(secret));
    found
}

/// Whether a credential can be told from an ordinary word wherever it stands.
pub fn is_distinctive(secret: &str) -> bool {
    let length = secret.chars().count();
    length >= LEAST || (length >= LEAST_WITH_DIGIT && secret.contains(|letter: char| letter.is_ascii_digit()))
}

/// Tells of the tokens of a JSON value, which are told by their names.
pub fn see_members(value: &Value, see: &mut dyn FnMut(&str)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| see_members(item, see)),
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if is_secret_member(name) && !text.is_empty() => see(text),
                    Value::Number(number) if is_secret_member(name) => see(&number.to_string()),
                    other => see_members(other, see),
                }
            }
        }
        // JSON in a JSON string.
        Value::String(text) if text.starts_with(['{', '[']) => {
            if let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
                see_members(&inner, see);
            }
        }
        _ => {}
    }
}

/// Masks the tokens of a JSON value, and tells of each as [`see_members`] does.
pub fn mask_members(value: &mut Value, see: &mut dyn FnMut(&str)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| mask_members(item, see)),
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if is_secret_member(name) && !text.is_empty() => {
                        see(text);
                        *text = MASK.to_owned();
                    }
                    Value::Number(number) if is_secret_member(name) => {
                        see(&number.to_string());
                        *value = Value::from(MASK);
                    }
                    other => mask_members(other, see),
                }
            }
        }
        // JSON in a JSON string.
        Value::String(text) if text.starts_with(['{', '[']) => {
            if let Ok(mut inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
                let before = inner.clone();
                mask_members(&mut inner, see);
                if inner != before {
                    *text = inner.to_string();
                }
            }
        }
        _ => {}
    }
}

/// Masks the tokens in the parameters of a URL, or of a form's text, by their names, and tells of each.
pub fn mask_parameters(text: &str, see: &mut dyn FnMut(&str)) -> String {
    masked_parameters(text, is_secret_member, see)
}

/// Masks the same, and signatures: for reports. A snapshot keeps these as they were always kept.
///
/// ```
/// use draftgate::redact::places::mask_link;
/// assert_eq!(mask_link("https://h/a?id=1&signature=04f", &mut |_| {}), "https://h/a?id=1&signature=[secret]");
/// ```
pub fn mask_link(text: &str, see: &mut dyn FnMut(&str)) -> String {
    masked_parameters(text, is_secret_parameter, see)
}

fn masked_parameters(text: &str, is_secret: fn(&str) -> bool, see: &mut dyn FnMut(&str)) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, part) in text.split_inclusive(['?', '&', '#']).enumerate() {
        let (pair, end) = match part.char_indices().next_back() {
            Some((last, '?' | '&' | '#')) => part.split_at(last),
            _ => (part, ""),
        };
        match pair.split_once('=').filter(|(name, value)| is_secret(name) && !value.is_empty()) {
            // The first part of a URL is no parameter; that of a form is.
            Some((name, value)) if at > 0 || !name.contains('/') => {
                see(&percent_encoding::percent_decode_str(value).decode_utf8_lossy());
                out.push_str(&format!("{name}={MASK}"));
            }
            _ => out.push_str(pair),
        }
        out.push_str(end);
    }
    out
}

/// Masks the tokens in the URLs that a body holds, and tells of each.
pub fn mask_links(body: &mut Value, see: &mut dyn FnMut(&str)) {
    match body {
        Value::Array(items) => items.iter_mut().for_each(|item| mask_links(item, see)),
        Value::Object(members) => members.values_mut().for_each(|value| mask_links(value, see)),
        Value::String(text) if is_link(text) => *text = mask_link(text, see),
        _ => {}
    }
}

/// Whether [`mask_links`] would find a token.
pub fn has_token_in_link(body: &Value) -> bool {
    match body {
        Value::Array(items) => items.iter().any(has_token_in_link),
        Value::Object(members) => members.values().any(has_token_in_link),
        Value::String(text) if is_link(text) => {
            let mut seen = false;
            mask_link(text, &mut |_| seen = true);
            seen
        }
        _ => false,
    }
}

/// Whether a text may be a URL with parameters.
fn is_link(text: &str) -> bool {
    text.contains('=') && (text.contains("://") || text.starts_with(['/', '?']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn credentials_are_told_by_the_name_of_their_header() {
        for name in
            ["Authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "X-CSRF-Token", "x-auth-user"]
        {
            assert!(is_secret_header(name), "{name}");
        }
        assert!(!EVERYDAY.iter().any(|name| names_credentials(name)));
        for name in ["x-hf-session", "www-authenticate", "x-hf-language", "content-type", "x-request-id"] {
            assert!(!is_secret_header(name), "{name}");
        }
        assert_eq!(
            header_secrets("authorization", "Basic aWQ6aHVzaC1odXNo"),
            ["aWQ6aHVzaC1odXNo", "hush-hush", "id:hush-hush"]
        );
        assert_eq!(header_secrets("set-cookie", "sid=0123456789; Path=/; HttpOnly"), ["0123456789"]);
        assert_eq!(header_secrets("cookie", "a=0123456789; b=x; c=abcdefgh"), ["0123456789", "abcdefgh"]);
        assert!(header_secrets("authorization", "Bearer wrong").is_empty());
    }

    #[test]
    fn tokens_are_told_by_the_name_of_their_member() {
        let mut seen = Vec::new();
        let mut body = json!({"access_token": "a1", "token_type": "Bearer", "list": [{"linkToken": 7, "token": {"id": "x"}}],
            "inner": "{\"refresh_token\":\"r2\"}", "id": "y"});
        let mut only_seen = Vec::new();
        see_members(&body, &mut |secret| only_seen.push(secret.to_owned()));
        mask_members(&mut body, &mut |secret| seen.push(secret.to_owned()));
        assert_eq!(body["access_token"], MASK);
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["list"], json!([{"linkToken": MASK, "token": {"id": "x"}}]));
        assert_eq!(body["inner"], "{\"refresh_token\":\"[secret]\"}");
        assert_eq!(seen, ["a1", "7", "r2"]);
        assert_eq!(only_seen, seen);
    }

    #[test]
    fn tokens_are_told_by_the_name_of_their_parameter() {
        let mut seen = Vec::new();
        let url = "http://h/a=b?x=1&access_token=a%2Fb&y#id_token=c";
        assert_eq!(
            mask_parameters(url, &mut |secret| seen.push(secret.to_owned())),
            "http://h/a=b?x=1&access_token=[secret]&y#id_token=[secret]"
        );
        assert_eq!(seen, ["a/b", "c"]);
        assert_eq!(mask_parameters("client_secret=x&a=b", &mut |_| {}), "client_secret=[secret]&a=b");
    }
}
