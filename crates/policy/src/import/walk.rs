//! The files of a folder that may be documents, in the order of their names.

use std::path::{Path, PathBuf};

use documents::names::extension_of;

/// Files of one import.
const MOST: usize = 200_000;
/// Folders within folders.
const DEEPEST: usize = 32;
/// Endings of what is read, and of what is refused with advice; everything else in a folder is left alone.
const READ: [&str; 18] = [
    "docx", "doc", "wps", "rtf", "pdf", "md", "markdown", "txt", "html", "htm", "xls", "xlsx", "et", "ofd", "ceb",
    "ppt", "pptx", "odt",
];

/// A file to bring in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name with the folders below what was named, `/` between them.
    pub name: String,
    pub content: Content,
}

/// Where the bytes of a file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    OnDisk(PathBuf),
    Held(Vec<u8>),
}

/// Whether a file of this name is brought in from a folder.
pub(super) fn is_read(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    !last.starts_with("~$") && !last.starts_with('.') && READ.contains(&extension_of(last).as_str())
}

/// The files below these paths; a file that is named itself is taken whatever its ending.
///
/// # Errors
/// In words, when a path is not there or cannot be listed.
pub fn files(paths: &[PathBuf]) -> Result<Vec<Source>, String> {
    let mut found = Vec::new();
    for path in paths {
        let about = std::fs::metadata(path).map_err(|error| format!("打不开 {}：{}", path.display(), why(&error)))?;
        let own = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if about.is_dir() {
            // Of several folders each has its name before, so that equal names within stay apart.
            let before = if paths.len() > 1 { format!("{own}/") } else { String::new() };
            folder(path, &before, 0, &mut found)?;
        } else {
            found.push(Source { name: own, content: Content::OnDisk(path.clone()) });
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

fn folder(path: &Path, before: &str, depth: usize, found: &mut Vec<Source>) -> Result<(), String> {
    if depth > DEEPEST {
        return Err(format!("{} 里的文件夹套得太深，请整理后再导入。", path.display()));
    }
    let told = |error: &std::io::Error| format!("打不开文件夹 {}：{}", path.display(), why(error));
    for entry in std::fs::read_dir(path).map_err(|error| told(&error))? {
        let entry = entry.map_err(|error| told(&error))?;
        // Links are not followed: they may lead round in a circle, or out of the folder.
        let kind = entry.file_type().map_err(|error| told(&error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_dir() && !name.starts_with('.') {
            folder(&entry.path(), &format!("{before}{name}/"), depth + 1, found)?;
        } else if kind.is_file() && is_read(&name) {
            if found.len() >= MOST {
                return Err(format!("文件超过 {MOST} 个，请分几个文件夹导入。"));
            }
            found.push(Source { name: format!("{before}{name}"), content: Content::OnDisk(entry.path()) });
        }
    }
    Ok(())
}

/// What stands in the folders besides and is left alone: files of other kinds, and links, which are not followed. What programs leave
/// behind is not told.
pub fn besides(paths: &[PathBuf]) -> Vec<String> {
    let mut left = Vec::new();
    for path in paths.iter().filter(|path| path.is_dir()) {
        rest(path, "", 0, &mut left);
    }
    left.sort();
    left
}

fn rest(path: &Path, before: &str, depth: usize, left: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(path) else { return };
    for entry in entries.flatten() {
        let (Ok(kind), name) = (entry.file_type(), entry.file_name().to_string_lossy().into_owned()) else { continue };
        if name.starts_with(['.', '~']) || left.len() >= MOST {
            continue;
        }
        if kind.is_dir() && depth < DEEPEST {
            rest(&entry.path(), &format!("{before}{name}/"), depth + 1, left);
        } else if kind.is_symlink() {
            left.push(format!("{before}{name}（链接）"));
        } else if !(kind.is_dir() || kind.is_file() && is_read(&name)) {
            left.push(format!("{before}{name}"));
        }
    }
}

/// The system's reason in words.
pub(super) fn why(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "没有这个文件或文件夹，请检查路径".to_owned(),
        std::io::ErrorKind::PermissionDenied => "没有权限，请改用有权限的账号，或调整文件权限".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_alone_is_named() {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(home.path().join("下级")).expect("a folder");
        for name in ["甲.txt", "图.png", ".DS_Store", "~$甲.docx", "下级/表.csv"] {
            std::fs::write(home.path().join(name), "x").expect("a file");
        }
        assert_eq!(besides(&[home.path().to_path_buf()]), ["下级/表.csv", "图.png"]);
        assert!(besides(&[home.path().join("甲.txt")]).is_empty());
    }

    #[test]
    fn what_programs_leave_behind_is_no_document() {
        for name in ["a.docx", "通知.PDF", "甲/乙.md", "旧文.doc", "名单.xls", "版式.ofd"] {
            assert!(is_read(name), "{name}");
        }
        for name in ["~$a.docx", ".DS_Store", "图.png", "a", "甲/.b.md"] {
            assert!(!is_read(name), "{name}");
        }
    }
}
