//! What can go wrong in storage, in words for the engineer at the console.

/// Result of storage.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure of storage. None of these is the reader's fault; pages show an incident code and log the rest.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused or broke.
    #[error("数据库错误：{0}")]
    Database(#[from] sqlx::Error),
    /// A file could not be written or read.
    #[error("文件读写错误：{0}")]
    Files(#[from] std::io::Error),
    /// JSON that we wrote ourselves cannot be read.
    #[error("数据内容无法解析：{0}")]
    Json(#[from] serde_json::Error),
    /// The address of the database is none that we know.
    #[error("database.url 写法不对：{0}。请写 sqlite:文件路径 或 postgres://用户@主机/库名。")]
    Url(String),
    /// The database was written by a newer program.
    #[error("数据库结构是第 {found} 版，本程序只认识到第 {known} 版。请改用更新的程序，或从备份恢复。数据没有改动。")]
    Newer {
        /// Version found.
        found: i64,
        /// Version that this program knows.
        known: i64,
    },
    /// A migration that was applied reads differently now.
    #[error("数据库结构第 {0} 版与本程序内的不一致，可能来自另一个分支的程序。请使用建库时的程序版本。")]
    Changed(i64),
}

impl Error {
    /// Whether the database named this constraint as violated (unique key, primary key), so that the caller can turn it
    /// into a message at the field.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(e)) if e.is_unique_violation())
    }

    /// Whether storage is full or read-only, so that nothing was written and trying later may help.
    pub fn is_storage_full(&self) -> bool {
        let text = self.to_string().to_lowercase();
        let full = matches!(self, Self::Files(e) if e.kind() == std::io::ErrorKind::StorageFull);
        full || text.contains("disk is full") || text.contains("no space left") || text.contains("disk i/o error")
    }
}
