//! The files of two editions.

/// A file as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct File {
    /// Its address; a file that was replaced keeps it.
    pub id: String,
    /// As it is called.
    pub name: String,
    /// SHA-256.
    pub digest: String,
    /// Kind and size in words.
    pub about: String,
    /// Whether it is a picture of the text.
    pub picture: bool,
}

impl File {
    fn words(&self) -> String {
        if self.about.is_empty() { self.name.clone() } else { format!("{}（{}）", self.name, self.about) }
    }
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Name of the change, as for units: `added`, `removed`, `modified`.
    pub code: &'static str,
    /// In words.
    pub label: &'static str,
    /// As it was; empty when it is new.
    pub old: String,
    /// As it is; empty when it is gone.
    pub new: String,
}

/// Compares: by address, then by content.
pub(super) fn compare(old: &[File], new: &[File]) -> Vec<FileChange> {
    let mut left: Vec<&File> = old.iter().collect();
    let mut changes = Vec::new();
    let mut fresh = Vec::new();
    for file in new {
        let place = left.iter().position(|one| one.id == file.id);
        let Some(was) = place.map(|at| left.remove(at)) else {
            fresh.push(file);
            continue;
        };
        changes.extend(changed(was, file));
    }
    for file in fresh {
        match left.iter().position(|one| one.digest == file.digest) {
            Some(at) => changes.extend(changed(left.remove(at), file)),
            None => {
                let new = file.words();
                changes.push(FileChange {
                    code: "added",
                    label: said(file, "增加附件", "增加图片"),
                    old: String::new(),
                    new,
                });
            }
        }
    }
    let gone = |file: &File| FileChange {
        code: "removed",
        label: said(file, "移除附件", "移除图片"),
        old: file.words(),
        new: String::new(),
    };
    changes.extend(left.into_iter().map(gone));
    changes
}

/// The words for a file, or for a picture.
fn said(file: &File, attached: &'static str, shown: &'static str) -> &'static str {
    if file.picture { shown } else { attached }
}

fn changed(was: &File, is: &File) -> Option<FileChange> {
    let label = match (was.digest == is.digest, was.name == is.name) {
        (true, true) => return None,
        (true, false) => said(is, "附件改名", "图片改名"),
        (false, _) => said(is, "更换附件", "更换图片"),
    };
    Some(FileChange { code: "modified", label, old: was.words(), new: is.words() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(id: &str, name: &str, digest: &str) -> File {
        File { id: id.into(), name: name.into(), digest: digest.into(), about: String::new(), picture: false }
    }

    #[test]
    fn files_are_known_by_address_then_by_content() {
        let old = [file("a", "甲", "1"), file("b", "乙", "2"), file("c", "丙", "3"), file("d", "丁", "4")];
        let new = [file("a", "甲", "9"), file("x", "乙改", "2"), file("d", "丁", "4"), file("y", "戊", "5")];
        let told: Vec<(&str, String, String)> =
            compare(&old, &new).into_iter().map(|change| (change.label, change.old, change.new)).collect();
        let told: Vec<(&str, &str, &str)> = told.iter().map(|(a, b, c)| (*a, b.as_str(), c.as_str())).collect();
        assert_eq!(
            told,
            [("更换附件", "甲", "甲"), ("附件改名", "乙", "乙改"), ("增加附件", "", "戊"), ("移除附件", "丙", "")]
        );
    }
}
