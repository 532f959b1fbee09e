//! What every reader keeps to: the size of a file, no macros, panics of libraries, the ends of lines.

use documents::{Code, Limits, Rejected};

/// Refuses a file beyond the upload limit.
pub(crate) fn check_size(bytes: &[u8], limits: &Limits) -> Result<(), Rejected> {
    if bytes.len() as u64 <= limits.input_bytes {
        return Ok(());
    }
    Err(Rejected::new(
        Code::TooLarge,
        format!(
            "文件有 {} MB，超过 {} MB 的上限。请压缩文件中的图片，或拆分成几个文件后再上传。",
            bytes.len().div_ceil(1 << 20),
            limits.input_bytes >> 20
        ),
    ))
}

/// The refusal of macros, wherever they are found.
pub(crate) fn macros() -> Rejected {
    Rejected::new(
        Code::Macro,
        "文件含有宏（小程序），为保证安全不能上传。请用 Word、WPS 或 Excel 另存为不含宏的 .docx 或 .xlsx 后再上传。",
    )
}

/// Runs a reader of a library that may panic on hostile input.
pub(crate) fn caught<T>(what: &str, read: impl FnOnce() -> Result<T, Rejected>) -> Result<T, Rejected> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).unwrap_or_else(|_| Err(Rejected::damaged(what)))
}

/// Line ends made uniform, blanks at line ends removed.
pub(crate) fn lines(text: &str) -> String {
    let uniform = text.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{c}', '\u{1a}'], "\n");
    let mut out = String::with_capacity(uniform.len());
    for line in uniform.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
}
