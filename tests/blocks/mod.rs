//! Files in Markdown: each fence is one, and what stands behind its language says which.
//!
//! ````text
//! ```yaml scenarios/example.yaml latin-1
//! …
//! ```
//! ````
//!
//! The path may be left out. `latin-1` writes the file in that encoding; `long` puts very much of the same in the place of `…`.
//! A fence of the language `link` is a symbolic link to what stands in it.

use crate::project::Project;

/// The file of a fence without a path.
const UNNAMED: &str = "scenarios/example.yaml";
/// How often what stands before `…` is repeated in a long file.
const OFTEN: usize = 900;

/// A fence.
pub struct Block {
    /// Where it is written to.
    pub path: String,
    /// What is written.
    text: String,
    language: String,
    attribute: String,
}

/// The fences of a text; those with nothing but empty lines between them stand together.
pub fn groups(markdown: &str) -> Vec<Vec<Block>> {
    let mut groups: Vec<Vec<Block>> = Vec::new();
    let mut open: Option<Block> = None;
    let mut apart = true;
    for line in markdown.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let mut words = info.split_whitespace().map(str::to_owned);
                let language = words.next().unwrap_or_default();
                let path = words.next().unwrap_or_else(|| UNNAMED.to_owned());
                let attribute = words.next().unwrap_or_default();
                open = Some(Block { path, text: String::new(), language, attribute });
            }
            (Some(_), Some(_)) => {
                if apart {
                    groups.push(Vec::new());
                }
                apart = false;
                groups.last_mut().unwrap().extend(open.take());
            }
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => apart |= !line.trim().is_empty(),
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    groups
}

impl Block {
    /// Whether it is a fragment of scenarios.
    pub fn is_fragment(&self) -> bool {
        self.text.starts_with("fragment:")
    }

    /// Writes it into a project, over what was there.
    pub fn write(&self, project: &Project) {
        if self.language == "link" {
            let link = project.path().join(&self.path);
            drop(std::fs::remove_file(&link));
            #[cfg(unix)]
            std::os::unix::fs::symlink(self.text.trim(), link).unwrap();
            return;
        }
        match self.attribute.as_str() {
            "latin-1" => project.write(&self.path, self.text.chars().map(|c| c as u8).collect::<Vec<u8>>()),
            "long" => project.write(&self.path, self.text.replace('…', &"1 + ".repeat(OFTEN))),
            "empty" => project.write(&self.path, ""),
            "" => project.write(&self.path, &self.text),
            other => panic!("{other:?} is no attribute of a block"),
        }
    }
}
