//! What can go wrong in storage, in words for the engineer at the console.

use std::io;

/// Result of storage: whatever returns it fails when the database or the disk does ([`Trouble`]). Other reasons are told where
/// there are any.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure of storage. None of these is the reader's fault; pages show an incident code and log the rest.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused or broke.
    #[error("数据库错误：{0}")]
    Database(DatabaseError),
    /// The database cannot be reached; where it was looked for, and what the system said.
    #[error("连不上数据库 {place}：{reason}")]
    Unreachable {
        /// Host and port, or the file.
        place: String,
        /// In words.
        reason: String,
    },
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
    /// The key of the log cannot be used as it lies, or not be made where it should lie: the path and what to do.
    #[error("{0}")]
    Key(String),
    /// A file could not be written or read.
    #[error("文件读写错误：{0}")]
    Files(io::Error),
    /// JSON that we wrote ourselves cannot be read.
    #[error("数据内容无法解析：{0}")]
    Json(serde_json::Error),
    /// The address of the database is none that we know.
    #[error("database.url 写法不对：{0}。请写 sqlite:文件路径 或 postgres://用户@主机/库名。")]
    Url(String),
    /// The address of the database says something that cannot be or cannot be meant: what, and what to write.
    #[error("database.url：{0}。")]
    Address(String),
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
    /// The database was written by an older program, and whoever opened it leaves the structure to the server.
    #[error(
        "数据库的结构比本程序旧（缺 {0} 步），只有 gongkai serve 会更新它。请先用原来的程序备份，再启动 gongkai serve 升级；\
         也可以用原来的程序办理。"
    )]
    Older(usize),
    /// The database may not be reached over the network in clear text.
    #[error(
        "数据库在 {0}，不在本机，不能用明文连接。请让数据库启用 TLS；确实只能用明文的，在地址后写 ?sslmode=disable。"
    )]
    ClearText(String),
}

/// What keeps storage from doing its work for now. None of these changes anything, and each passes when its cause is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// No room on the disk.
    Full,
    /// It can be read and not be written: file system, rights, or a database in recovery.
    ReadOnly,
    /// It is not there: stopped, unplugged, moved away.
    Gone,
    /// Too much at once, or locked by somebody else.
    Busy,
    /// A question was stopped because it took too long.
    Slow,
    /// The disk fails, or the file is damaged.
    Broken,
}

impl Trouble {
    /// For the log and for `/healthz`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Full => "存储空间已满",
            Self::ReadOnly => "数据库或所在磁盘只能读、不能写",
            Self::Gone => "数据库连不上",
            Self::Busy => "数据库忙",
            Self::Slow => "查询超过时限",
            Self::Broken => "磁盘读写出错或数据库文件损坏",
        }
    }
}

/// What the database said.
#[derive(Debug)]
pub struct DatabaseError(sqlx::Error);

impl std::fmt::Display for DatabaseError {
    /// The cause, once, in words: what the database itself said is in English and names its tables. Its code stays, by which an
    /// engineer finds more; for the rest see [`SAID`].
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            sqlx::Error::Database(refused) => match refused.code() {
                Some(code) => write!(f, "{}（代码 {code}）", refusal(refused.as_ref())),
                None => f.write_str(refusal(refused.as_ref())),
            },
            sqlx::Error::Io(error) => f.write_str(&why(error)),
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => f.write_str("连接中断"),
            sqlx::Error::Tls(_) => f.write_str("加密连接没有建成。请检查数据库的证书和 sslmode"),
            sqlx::Error::Decode(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::TypeNotFound { .. }
            | sqlx::Error::Protocol(_) => f.write_str("答复读不懂，可能是数据库或本程序的版本不对"),
            _ => f.write_str("没有做成这次操作，原话在日志里；运行命令时设 RUST_LOG=warn 可以看到"),
        }
    }
}

/// Target of the log lines with what the database itself said, where no words of ours say as much.
pub const SAID: &str = "store::said";

/// What a refusal means.
fn refusal(refused: &dyn sqlx::error::DatabaseError) -> &'static str {
    use sqlx::error::ErrorKind;
    if let Some(trouble) = refused.code().as_deref().and_then(trouble_of) {
        return trouble.words();
    }
    match refused.kind() {
        ErrorKind::UniqueViolation => "已经有同样的一条",
        ErrorKind::ForeignKeyViolation => "所指的那一条不存在，或者还有别处指着这一条",
        ErrorKind::CheckViolation => "有一个值不在允许的范围内",
        ErrorKind::NotNullViolation => "有一个必填的值是空的",
        _ => "没有接受这次操作，原话在日志里；运行命令时设 RUST_LOG=warn 可以看到",
    }
}

/// Tells the log what people are not shown. Rules of the tables and trouble have words of their own.
fn tell(error: &sqlx::Error) {
    match error {
        sqlx::Error::Database(refused) => {
            let code = refused.code();
            let known = code.as_deref().and_then(trouble_of).is_some();
            if !known && matches!(refused.kind(), sqlx::error::ErrorKind::Other) {
                let code = code.as_deref().unwrap_or_default();
                tracing::warn!(target: SAID, code, said = refused.message(), "the database refused");
            }
        }
        sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {}
        other => tracing::warn!(target: SAID, said = %other, "the database did not do it"),
    }
}

/// What the system says of a connection, in words.
pub(crate) fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "拒绝连接。请检查数据库是否已启动、端口对不对".into(),
        io::ErrorKind::TimedOut => "超时没有应答。请检查网络和防火墙".into(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::UnexpectedEof => {
            "连接中断".into()
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => "网络不通".into(),
        io::ErrorKind::NotFound => "没有这个文件或套接字".into(),
        io::ErrorKind::PermissionDenied => "没有权限".into(),
        io::ErrorKind::StorageFull => "存储空间已满".into(),
        io::ErrorKind::ReadOnlyFilesystem => "文件系统只读".into(),
        _ if error.to_string().contains("failed to lookup address") => "找不到这台主机，请检查地址".into(),
        _ => error.to_string(),
    }
}

/// What a refusal of the database means: of SQLite the low byte of the result code counts, of PostgreSQL the class.
fn trouble_of(code: &str) -> Option<Trouble> {
    if code.len() == 5 {
        return match code {
            "53100" => Some(Trouble::Full),
            "25006" => Some(Trouble::ReadOnly),
            "57014" => Some(Trouble::Slow),
            "55P03" | "40P01" | "40001" | "53300" | "53200" => Some(Trouble::Busy),
            "57P01" | "57P02" | "57P03" => Some(Trouble::Gone),
            "XX001" | "XX002" => Some(Trouble::Broken),
            _ if code.starts_with("08") => Some(Trouble::Gone),
            _ if code.starts_with("58") => Some(Trouble::Broken),
            _ => None,
        };
    }
    match code.parse::<i32>().ok()? & 0xff {
        5 | 6 | 15 => Some(Trouble::Busy),
        8 => Some(Trouble::ReadOnly),
        9 => Some(Trouble::Slow),
        10 | 11 | 26 => Some(Trouble::Broken),
        13 => Some(Trouble::Full),
        14 => Some(Trouble::Gone),
        _ => None,
    }
}

fn trouble_of_io(error: &io::Error) -> Option<Trouble> {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some(Trouble::Full),
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Some(Trouble::ReadOnly),
        // Input/output error.
        _ if error.raw_os_error() == Some(5) => Some(Trouble::Broken),
        // Too many open files, here or on the whole machine.
        _ if matches!(error.raw_os_error(), Some(23 | 24)) => Some(Trouble::Busy),
        _ => None,
    }
}

/// A rule of the tables that a write broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// A unique or primary key.
    Unique,
    ForeignKey,
    /// A value is none of those that a `CHECK` allows.
    Check,
    /// A column that must say something was left without a value.
    NotNull,
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NoRow,
            sqlx::Error::PoolTimedOut => Self::Busy("所有连接都在使用中"),
            sqlx::Error::Database(refused) => match refused.code().as_deref().and_then(trouble_of) {
                Some(Trouble::Slow) => Self::TimeLimit,
                Some(Trouble::Busy) => Self::Busy("别的写入还没有结束"),
                _ => {
                    tell(&error);
                    Self::Database(DatabaseError(error))
                }
            },
            _ => {
                tell(&error);
                Self::Database(DatabaseError(error))
            }
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

    /// Whether storage is full, so that nothing was written and trying later may help.
    pub fn is_storage_full(&self) -> bool {
        self.trouble() == Some(Trouble::Full)
    }

    /// What keeps storage from its work for now, if that is what is wrong. Nothing was written; reads may go on; the same
    /// succeeds when the cause is gone.
    pub fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::TimeLimit => Some(Trouble::Slow),
            Self::Busy(_) => Some(Trouble::Busy),
            Self::Unreachable { .. } => Some(Trouble::Gone),
            Self::Files(error) => trouble_of_io(error),
            Self::Database(DatabaseError(error)) => match error {
                sqlx::Error::Database(refused) => refused.code().as_deref().and_then(trouble_of),
                sqlx::Error::Io(error) => Some(trouble_of_io(error).unwrap_or(Trouble::Gone)),
                sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Tls(_) => Some(Trouble::Gone),
                _ => None,
            },
            _ => None,
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Files(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_known_by_its_code() {
        for (code, trouble) in [
            ("13", Some(Trouble::Full)),
            ("8", Some(Trouble::ReadOnly)),
            // The file was moved away; the journal cannot be opened.
            ("1032", Some(Trouble::ReadOnly)),
            ("14", Some(Trouble::Gone)),
            ("778", Some(Trouble::Broken)),
            ("517", Some(Trouble::Busy)),
            ("53100", Some(Trouble::Full)),
            ("25006", Some(Trouble::ReadOnly)),
            ("08006", Some(Trouble::Gone)),
            ("57P03", Some(Trouble::Gone)),
            ("53300", Some(Trouble::Busy)),
            // Rules of the tables, and mistakes of ours.
            ("2067", None),
            ("23505", None),
            ("42601", None),
        ] {
            assert_eq!(trouble_of(code), trouble, "{code}");
        }
    }

    #[test]
    fn each_error_tells_its_cause_once() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let error = Error::from(sqlx::Error::Io(refused));
        assert_eq!(error.trouble(), Some(Trouble::Gone));
        assert_eq!(error.to_string(), "数据库错误：拒绝连接。请检查数据库是否已启动、端口对不对");
        assert!(std::error::Error::source(&error).is_none(), "a chain would tell it again");
        for silent in
            [sqlx::Error::PoolClosed, sqlx::Error::WorkerCrashed, sqlx::Error::ColumnNotFound("secret".into())]
        {
            let told = Error::from(silent).to_string();
            assert!(!told.bytes().any(|b| b.is_ascii_alphabetic()), "words of ours alone: {told}");
        }
        let full = Error::from(io::Error::from(io::ErrorKind::StorageFull));
        assert!(full.is_storage_full() && std::error::Error::source(&full).is_none());
    }
}
