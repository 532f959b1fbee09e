//! What can go wrong with the index, and what it means for it.

use std::io::ErrorKind;

use tantivy::TantivyError;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the index could not be read or fed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The library that keeps the index could not read or write it.
    #[error("检索索引：{0}")]
    Index(#[from] TantivyError),
    /// Its files do not fit together; it will be rebuilt.
    #[error("检索索引已损坏：{0}")]
    Damaged(String),
    /// There is no index to search yet.
    #[error("检索索引尚未建好，请稍后再试。")]
    NotReady,
    /// Too many ask at once.
    #[error("现在搜索的人很多，请过几秒再试。")]
    Crowded,
    /// Another process feeds this index.
    #[error("检索索引正由另一个进程（通常是正在运行的服务）使用。请先停止服务，再执行 gongkai reindex。")]
    Busy,
    /// The database, which is asked before a hit is shown, failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A source of entries failed.
    #[error("读取待检索的内容时出错：{0}")]
    Source(String),
    /// The folder of the index could not be read or written.
    #[error("检索索引的文件：{0}")]
    Io(#[from] std::io::Error),
}

impl Error {
    /// Whether the index may be broken. Only a look at its files decides (see [`crate::disk::examine`]): the library tells of a
    /// full disk in many ways, and a good index must not be thrown away for it.
    pub(crate) fn is_suspicious(&self) -> bool {
        match self {
            Self::Damaged(_) => true,
            Self::Index(_) | Self::Io(_) => !self.passes(),
            _ => false,
        }
    }

    /// The cause in words, for whoever watches the machine; in those of the library where it says something of its own.
    pub(crate) fn words(&self) -> String {
        let text = format!("{self} {self:?}");
        let said = |code: &i32| text.contains(&format!("os error {code})")) || text.contains(&format!("code: {code},"));
        let known = SAID.iter().find(|(codes, _)| codes.iter().any(said));
        known.map_or_else(|| self.to_string(), |(_, words)| (*words).to_owned())
    }

    /// Whether the cause lies outside of the index and goes away by itself: no room, no right, no free file, a lock held
    /// elsewhere, a disk that fails.
    pub(crate) fn passes(&self) -> bool {
        match self {
            Self::Io(error) => io_passes(error),
            Self::Index(error) => match error {
                TantivyError::LockFailure(..)
                | TantivyError::InvalidArgument(_)
                | TantivyError::SystemError(_)
                | TantivyError::OpenWriteError(_) => true,
                TantivyError::IoError(error) => io_passes(error),
                // The library wraps what the system said in its own words.
                other => text_passes(&other.to_string()),
            },
            Self::Damaged(_) => false,
            _ => true,
        }
    }
}

/// What the system says by these numbers, in words: the library tells of it in its own, in English and with paths.
const SAID: [(&[i32], &str); 5] = [
    (&[28, 122], "磁盘没有空间了，腾出空间以后会自己接着做"),
    (&[1, 13, 30], "索引所在的文件夹或磁盘只能读、不能写"),
    (&[23, 24], "打开的文件太多"),
    (&[12], "内存不足"),
    (&[5], "磁盘读写出错"),
];

/// Numbers of the system: not permitted, disk error, try again, no memory, no access, too many files (two), no room, read-only,
/// over quota.
const PASSING: [i32; 10] = [1, 5, 11, 12, 13, 23, 24, 28, 30, 122];

fn io_passes(error: &std::io::Error) -> bool {
    let kind = matches!(
        error.kind(),
        ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::PermissionDenied
            | ErrorKind::OutOfMemory
            | ErrorKind::WouldBlock
            | ErrorKind::TimedOut
            | ErrorKind::Interrupted
    );
    kind || error.raw_os_error().is_some_and(|code| PASSING.contains(&code)) || text_passes(&error.to_string())
}

/// An error of the system that was made into text: `… (os error 28)`, or `Os { code: 28, … }`.
fn text_passes(text: &str) -> bool {
    PASSING.iter().any(|code| text.contains(&format!("os error {code})")) || text.contains(&format!("code: {code},")))
}

impl From<Error> for web::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::NotReady => Self::Unavailable("检索索引正在重建，请过一两分钟再试。也可以按栏目浏览。".into()),
            Error::Crowded => Self::Unavailable(error.to_string()),
            Error::Store(error) => error.into(),
            other => {
                if let Some(again) = store::quiet::line("search failed") {
                    tracing::error!(error = %other, again, "search failed");
                }
                Self::Unavailable("检索暂时不能使用，系统正在自动修复。请稍后再试，或者按栏目浏览。".into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{io, sync::Arc};

    use tantivy::directory::error::OpenWriteError;

    use super::*;

    #[test]
    fn a_full_disk_is_told_in_words() {
        let full = || io::Error::from_raw_os_error(28);
        for error in [
            Error::Io(full()),
            Error::from(TantivyError::IoError(Arc::new(full()))),
            Error::from(TantivyError::InternalError(format!("failed: {}", full()))),
        ] {
            assert!(error.words().starts_with("磁盘没有空间了"), "{error:?}");
        }
    }

    #[test]
    fn a_full_disk_is_no_damage_in_whatever_words_the_library_tells_it() {
        let full = || io::Error::from_raw_os_error(28);
        for error in [
            TantivyError::IoError(Arc::new(full())),
            TantivyError::OpenWriteError(OpenWriteError::wrap_io_error(full(), "x.store".into())),
            TantivyError::InternalError(format!("failed: {}", full())),
            TantivyError::ErrorInThread(format!("{:?}", full())),
            TantivyError::IoError(Arc::new(io::Error::other(full().to_string()))),
            TantivyError::IoError(Arc::new(io::Error::from_raw_os_error(30))),
            TantivyError::IoError(Arc::new(io::Error::from_raw_os_error(24))),
        ] {
            assert!(Error::from(error.clone()).passes() && !Error::from(error.clone()).is_suspicious(), "{error:?}");
        }
        for error in [
            TantivyError::IoError(Arc::new(io::ErrorKind::UnexpectedEof.into())),
            TantivyError::InternalError("2800 terms".into()),
        ] {
            assert!(Error::from(error.clone()).words().starts_with("检索索引"), "{error:?}");
            assert!(Error::from(error.clone()).is_suspicious(), "{error:?}");
        }
    }
}
