//! What can go wrong in storage, in words for the engineer at the console.

/// Result of storage.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure of storage. None of these is the reader's fault; pages show an incident code and log the rest.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused or broke.
    #[error("数据库错误：{0}")]
    Database(#[source] DatabaseError),
    /// One row was asked for and there is none.
    #[error("数据库里没有这一行")]
    NoRow,
    /// A question took longer than a reader may wait.
    #[error("查询超过时限，已停止。请缩小范围再试。")]
    TimeLimit,
    /// All connections were in use, or another write was under way, for too long. Nothing was written; trying again may help.
    #[error("数据库忙：{0}。请稍后再试。")]
    Busy(&'static str),
    /// A column does not hold what was asked of it, or a value cannot be stored.
    #[error("列值不对：{0}")]
    Value(String),
    /// A list was asked for with a filter, order or place that it does not have.
    #[error("列表参数不对：{0}")]
    List(String),
    /// An event does not fit what its kind declares, or may not be erased.
    #[error("事件不对：{0}")]
    Event(String),
    /// A sealed file cannot be opened, or a key is missing.
    #[error("密封错误：{0}")]
    Sealed(String),
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
    #[error(
        "数据库结构（{context}）是第 {found} 版，本程序只认识到第 {known} 版。请改用更新的程序，或从备份恢复。数据没有改动。"
    )]
    Newer {
        /// Whose tables.
        context: String,
        /// Version found.
        found: i64,
        /// Version that this program knows, 0 when it knows nothing of this context.
        known: i64,
    },
    /// A migration that was applied reads differently now.
    #[error("数据库结构（{0}）第 {1} 版与本程序内的不一致，可能来自另一个分支的程序。请使用建库时的程序版本。")]
    Changed(String, i64),
}

/// What the database said.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct DatabaseError(sqlx::Error);

/// A rule of the tables that a write broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// A unique or primary key.
    Unique,
    /// A foreign key.
    ForeignKey,
    /// A `CHECK`.
    Check,
    /// `NOT NULL`.
    NotNull,
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NoRow,
            sqlx::Error::PoolTimedOut => Self::Busy("所有连接都在使用中"),
            sqlx::Error::Database(refused) => match refused.code().as_deref() {
                // SQLite: interrupted; PostgreSQL: query_canceled.
                Some("9" | "57014") => Self::TimeLimit,
                // SQLite: busy, busy while recovering or with an old snapshot; PostgreSQL: lock_not_available,
                // deadlock_detected, serialization_failure.
                Some("5" | "261" | "517" | "55P03" | "40P01" | "40001") => Self::Busy("别的写入还没有结束"),
                _ => Self::Database(DatabaseError(error)),
            },
            _ => Self::Database(DatabaseError(error)),
        }
    }
}

impl Error {
    /// The rule of the tables that was broken, if it was one.
    pub fn violation(&self) -> Option<Violation> {
        use sqlx::error::ErrorKind;
        let Self::Database(DatabaseError(sqlx::Error::Database(error))) = self else { return None };
        match error.kind() {
            ErrorKind::UniqueViolation => Some(Violation::Unique),
            ErrorKind::ForeignKeyViolation => Some(Violation::ForeignKey),
            ErrorKind::CheckViolation => Some(Violation::Check),
            ErrorKind::NotNullViolation => Some(Violation::NotNull),
            _ => None,
        }
    }

    /// Whether a unique or primary key was violated, so that the caller can turn it into a message at the field. On
    /// PostgreSQL the transaction is lost with it.
    pub fn is_unique_violation(&self) -> bool {
        self.violation() == Some(Violation::Unique)
    }

    /// Whether storage is full or read-only, so that nothing was written and trying later may help.
    pub fn is_storage_full(&self) -> bool {
        let text = self.to_string().to_lowercase();
        let full = matches!(self, Self::Files(e) if e.kind() == std::io::ErrorKind::StorageFull);
        full || text.contains("disk is full") || text.contains("no space left") || text.contains("disk i/o error")
    }
}
