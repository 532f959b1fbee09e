//! Why a file was refused: a code for programs, a Chinese message for the clerk.

use serde::{Deserialize, Serialize};

/// A refusal. `message` says in Chinese what the file really is and what to do; it never contains text of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Rejected {
    /// The kind of refusal, stable for programs.
    pub code: Code,
    /// What to tell the person who uploaded the file.
    pub message: String,
}

impl Rejected {
    /// A refusal with its message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// [`Code::Damaged`]: the file breaks off or cannot be opened as `what` it claims to be.
    pub fn damaged(what: &str) -> Self {
        Self::new(
            Code::Damaged,
            format!("{what}内容已损坏，无法读取。请用 Word、WPS 或原来的软件打开，确认能看到内容，另存一份后再上传。"),
        )
    }

    /// [`Code::TooComplex`]: `what` was uploaded is larger or more intricate than the limits allow.
    pub fn too_complex(what: &str) -> Self {
        Self::new(
            Code::TooComplex,
            format!("{what}过于庞大或复杂，系统不能读取。请拆分成几个文件，例如每个部分单独保存为一个文件后分别上传。"),
        )
    }
}

/// The kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// No bytes, or no content to read.
    Empty,
    /// More bytes than the upload limit.
    TooLarge,
    /// The name claims one format, the bytes are another.
    WrongName,
    /// A format of the old office programs (.doc, .ppt, .wps, RTF).
    LegacyOffice,
    /// A format that is not read.
    Unsupported,
    /// A general archive (zip, rar, 7z).
    Archive,
    Program,
    /// Protected by a password.
    Encrypted,
    /// Contains macros.
    Macro,
    /// Does something when it is opened: fetches a template, starts a program, runs a script, carries other files.
    Active,
    /// Breaks off before its end.
    Truncated,
    /// Cannot be read as what it claims to be.
    Damaged,
    /// Unpacks to far more than its size.
    Bomb,
    /// Uses features with no place in an office document: document type definitions, entities, paths out of the file.
    Hostile,
    /// Beyond the limits for depth, elements, pages or cells.
    TooComplex,
    /// Not text in any encoding that is read.
    NotText,
    /// The child process that read the file died.
    Crashed,
    /// The child process did not finish in time.
    TimedOut,
    /// The child process could not be started; the fault is ours, not the file's.
    Internal,
}

impl Code {
    /// The code as programs see it, the same as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge => "too-large",
            Self::WrongName => "wrong-name",
            Self::LegacyOffice => "legacy-office",
            Self::Unsupported => "unsupported",
            Self::Archive => "archive",
            Self::Program => "program",
            Self::Encrypted => "encrypted",
            Self::Macro => "macro",
            Self::Active => "active",
            Self::Truncated => "truncated",
            Self::Damaged => "damaged",
            Self::Bomb => "bomb",
            Self::Hostile => "hostile",
            Self::TooComplex => "too-complex",
            Self::NotText => "not-text",
            Self::Crashed => "crashed",
            Self::TimedOut => "timed-out",
            Self::Internal => "internal",
        }
    }
}
