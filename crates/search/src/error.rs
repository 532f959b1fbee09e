//! What can go wrong with the index, and what it means for it.

use std::io::ErrorKind;

use tantivy::TantivyError;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the index could not be read or fed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The index refused.
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
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A source of entries failed.
    #[error("读取待检索的内容时出错：{0}")]
    Source(String),
    /// The disk refused.
    #[error("检索索引的文件：{0}")]
    Io(#[from] std::io::Error),
}

impl Error {
    /// Whether only rebuilding helps. A full disk or a lock held elsewhere passes by itself and destroys nothing.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::Damaged(_) => true,
            Self::Index(error) => match error {
                TantivyError::LockFailure(..) | TantivyError::InvalidArgument(_) | TantivyError::SystemError(_) => {
                    false
                }
                TantivyError::IoError(error) => matches!(
                    error.kind(),
                    ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::NotFound | ErrorKind::InvalidInput
                ),
                _ => true,
            },
            _ => false,
        }
    }
}

impl From<Error> for web::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::NotReady => Self::Unavailable("检索索引正在重建，请过一两分钟再试。也可以按栏目浏览。".into()),
            Error::Crowded => Self::Unavailable(error.to_string()),
            Error::Store(error) => error.into(),
            other => {
                tracing::error!(error = %other, "search failed");
                Self::Unavailable("检索暂时不能使用，系统正在自动修复。请稍后再试，或者按栏目浏览。".into())
            }
        }
    }
}
