//! Files that commands read, and what they print.

use std::{
    io::{Read, Write},
    path::Path,
};

use anyhow::Result;
use documents::{Code, Extracted, Limits};

/// Reads a file of any supported form, or standard input for `-`. Nothing is kept or handed out here, so that a Word or Excel
/// file under the ending of its older kin, as office programs leave them (`要点.doc`, `要点.wps`), is read by its bytes; an
/// upload under such a name is refused.
///
/// # Errors
/// When it cannot be read, in words.
pub(super) fn read(file: &Path) -> Result<Extracted> {
    let bytes = bytes(file, u64::MAX)?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let limits = Limits::default();
    match documents_read::extract(&bytes, &name, &limits) {
        Err(rejected) if rejected.code == Code::WrongName && is_of_office(&name) => {
            let mut found = documents_read::extract(&bytes, "", &limits)?;
            let kind = found.format.name();
            found
                .warnings
                .insert(0, format!("文件名“{name}”与内容不符，内容是{kind}，已按内容读取；上传前请把文件名改对。"));
            Ok(found)
        }
        read => Ok(read?),
    }
}

/// The first `most` bytes of a file, or of standard input for `-`.
///
/// # Errors
/// When it cannot be read, in words.
pub(super) fn bytes(file: &Path, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let done = if file == Path::new("-") {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    done.map_err(|error| anyhow::anyhow!("读不到文件 {}：{}", file.display(), why(&error)))?;
    Ok(bytes)
}

/// Whether a name ends as files of older office programs do.
fn is_of_office(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [".doc", ".wps", ".xls", ".et"].iter().any(|end| lower.ends_with(end))
}

/// The system's reason in words, with what to do.
pub(super) fn why(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::AlreadyExists => "已有这个文件，不覆盖。请换一个文件名。".into(),
        std::io::ErrorKind::StorageFull => "磁盘已满。请清理后再试，或换一块磁盘。".into(),
        std::io::ErrorKind::ReadOnlyFilesystem => "所在的磁盘只能读。请换一个位置。".into(),
        std::io::ErrorKind::NotFound => "没有这个文件。请检查路径和文件名，含空格的要加引号。".into(),
        std::io::ErrorKind::PermissionDenied => "没有权限。请改用有权限的账号，或调整文件权限。".into(),
        std::io::ErrorKind::IsADirectory => "这是文件夹。请写出其中的一个文件。".into(),
        _ => error.to_string(),
    }
}

/// Writes a result to standard output.
///
/// # Errors
/// When that fails; a reader that has seen enough (`… | head`) is no failure.
pub(super) fn print(text: &[u8]) -> Result<()> {
    match std::io::stdout().lock().write_all(text) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
