//! Uploads: a file goes up first, and a submit carries its key.

use serde_json::Value;

use super::Recorded;
use super::scribe::{Scribe, Upload};
use super::sort::Assigned;
use crate::api::element::{Element, ElementType};
use crate::api::exchange::RequestBody;
use crate::api::file::{self, FILE_TYPES};
use crate::compose::draft::{Data, Step};
use crate::compose::field;
use crate::compose::personal::{Treatment, small_words};
use crate::fake::{self, Context, Filled, Seed, sample_file};

impl Scribe<'_> {
    /// A file that went up: it stands in the submit that carries its key, or alone where none does.
    pub(super) fn upload(&mut self, call: &Assigned<'_>, later: &[Assigned<'_>]) {
        let recorded = call.recorded;
        let person = self.standing(call);
        // Browsers show little of a file that goes up, some nothing at all.
        let (name, media_type, bytes) = match &recorded.exchange.request.body {
            RequestBody::File { name, media_type, bytes, .. } => (plain_name(name), media_type.clone(), bytes.clone()),
            _ => Default::default(),
        };
        let answer = &recorded.exchange.answer;
        let key = answer.json().and_then(|body| body.get("key")?.as_str()).filter(|_| !answer.is_error());
        let upload = Upload { key: key.unwrap_or_default().to_owned(), name, media_type, bytes };
        if key.is_some_and(|key| later.iter().any(|later| carries(&later.recorded.exchange.request.body, key))) {
            return self.uploads.push(upload);
        }
        let fields = self.persons[person].elements.iter();
        let field = fields.filter(|element| element.kind == ElementType::File).collect::<Vec<_>>();
        let [element] = field[..] else {
            return self.note(recorded, "a file was uploaded, and no submit tells for which field: left out");
        };
        let element = element.clone();
        let key = field::key(&self.persons[person].elements, &element);
        let mut entries = vec![("field", Data::text(key))];
        entries.extend(self.keep_file(recorded, Some(&element), &upload));
        self.push(Some(person), Step::with_map("upload", entries), recorded);
    }

    /// What a submit says in place of an upload's key; none where the value is no such key.
    pub(super) fn file_of(&mut self, recorded: &Recorded, element: Option<&Element>, value: &Value) -> Option<Data> {
        let key = value.as_str().filter(|key| !key.is_empty())?;
        let at = self.uploads.iter().rposition(|upload| upload.key == key)?;
        let upload = self.uploads.remove(at);
        let entries = self.keep_file(recorded, element, &upload);
        self.uploads.insert(at, upload);
        Some(Data::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
    }

    /// Keeps a file beside the scenario: the recorded one, or a made-up one of the same type where it may tell of a person or
    /// the recording does not hold it.
    fn keep_file(
        &mut self,
        recorded: &Recorded,
        element: Option<&Element>,
        upload: &Upload,
    ) -> Vec<(&'static str, Data)> {
        let keep = self.options.treatment == Treatment::Keep;
        let is_known = |ending: &str| FILE_TYPES.iter().any(|(known, _)| *known == ending);
        let ending = match file::extension(&upload.name) {
            ending if is_known(&ending) || (keep && !ending.is_empty()) => ending,
            _ => self.ending_for(element, &upload.media_type),
        };
        let name = match element.filter(|_| !keep || upload.name.is_empty()) {
            Some(element) => format!("{}.{ending}", file_stem(&field::key(std::slice::from_ref(element), element))),
            None if keep && !upload.name.is_empty() => upload.name.clone(),
            None => format!("document.{ending}"),
        };
        let made_up = !keep || upload.bytes.is_empty();
        if keep && made_up {
            let why = format!("the recording does not hold the bytes of {name}: a made-up file stands in its place");
            self.note(recorded, &why);
        }
        let bytes = if made_up { sample_file(&name) } else { upload.bytes.clone() };
        let path = self.path_for(&name, bytes);
        let mut entries = vec![("file", Data::text(path))];
        let plain = |c: char| c.is_ascii_alphanumeric() || "/.+-".contains(c);
        let odd = !keep && (upload.media_type.len() > 80 || !upload.media_type.chars().all(plain));
        if !odd && !upload.media_type.is_empty() && !upload.media_type.eq_ignore_ascii_case(file::media_type(&name)) {
            entries.push(("type", Data::text(upload.media_type.as_str())));
        }
        entries
    }

    /// A made-up file in place of one of which the recording holds only the key.
    pub(super) fn made_up_file(&mut self, recorded: &Recorded, element: &Element) -> Data {
        let nothing = Upload { key: String::new(), name: String::new(), media_type: String::new(), bytes: Vec::new() };
        let entries = self.keep_file(recorded, Some(element), &nothing);
        Data::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// The ending of a file of which the recording shows no name: by its media type, else one that the field takes.
    fn ending_for(&self, element: Option<&Element>, media_type: &str) -> String {
        let by_type = file::extension_of(media_type).map(str::to_owned);
        by_type.unwrap_or_else(|| {
            let context = Context { today: self.options.today, country: None };
            let made_up = element.map(|element| fake::value_for(element, &Seed::new(self.options.seed), &context));
            match made_up {
                Some(Ok(Filled::File { name, .. })) => file::extension(&name),
                _ => "pdf".to_owned(),
            }
        })
    }

    /// A path below `files/`, the same for the same file.
    fn path_for(&mut self, name: &str, bytes: Vec<u8>) -> String {
        let (stem, ending) =
            name.rsplit_once('.').map_or((name, String::new()), |(stem, ending)| (stem, format!(".{ending}")));
        let mut names =
            std::iter::once(format!("files/{name}")).chain((2..).map(|n| format!("files/{stem}-{n}{ending}")));
        let fits = |path: &String| self.files.iter().all(|(known, held)| known != path || *held == bytes);
        let path = names.find(fits).unwrap_or_else(|| format!("files/{name}"));
        if !self.files.iter().any(|(known, _)| *known == path) {
            self.files.push((path.clone(), bytes));
        }
        path
    }
}

/// Whether a body has a text anywhere.
fn carries(body: &RequestBody, key: &str) -> bool {
    fn holds(value: &Value, key: &str) -> bool {
        match value {
            Value::String(text) => text == key,
            Value::Array(items) => items.iter().any(|item| holds(item, key)),
            Value::Object(members) => members.values().any(|member| holds(member, key)),
            _ => false,
        }
    }
    matches!(body, RequestBody::Json(body) if holds(body, key))
}

/// A recorded file's name without any folder, and of characters that every system takes.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().map(|c| if c.is_alphanumeric() || "-_. ".contains(c) { c } else { '-' }).collect();
    plain.trim_matches(['.', ' ', '-']).chars().take(100).collect()
}

/// A key as the stem of a file's name.
fn file_stem(key: &str) -> String {
    let stem = small_words(key).into_iter().take(6).collect::<Vec<_>>().join("-");
    if stem.is_empty() { "document".to_owned() } else { stem }
}
