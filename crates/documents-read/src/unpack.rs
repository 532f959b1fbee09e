//! A zip that somebody sends instead of many files: its files as they lie in it, within bounds, each to be read in a
//! child of its own.

use documents::{Code, Held, Limits, Rejected, decode_text};

use crate::bounds::check_size;
use crate::container::Package;

/// Files in one archive.
const ENTRIES: usize = 500;
/// Bytes of all of them: the answer of the child holds them in letters.
const UNPACKED: u64 = 44 << 20;
/// What computers put beside the files of people.
const LEFT_BY_PROGRAMS: [&str; 4] = [".ds_store", "thumbs.db", "desktop.ini", ".directory"];

/// The files of a zip. What lies in archives within it stays packed.
///
/// # Errors
/// A [`Rejected`] when it is none, is damaged, protected by a password, or unpacks to more than is borne.
pub fn unpack(bytes: &[u8], limits: &Limits) -> Result<Vec<Held>, Rejected> {
    check_size(bytes, limits)?;
    if !bytes.starts_with(b"PK") {
        return Err(Rejected::new(
            Code::Archive,
            "这个文件不是 zip 压缩包。请用系统自带的压缩功能生成 .zip 文件，或直接选择文件上传。",
        ));
    }
    let limits = Limits { entries: ENTRIES, unpacked_bytes: UNPACKED, ..limits.clone() };
    let files = Package::open(bytes, &limits).and_then(|mut package| package.files()).map_err(in_words)?;
    let held = |(name, bytes): (Vec<u8>, Vec<u8>)| Some(Held { name: name_of(&name)?, bytes });
    let files: Vec<Held> = files.into_iter().filter_map(held).collect();
    if files.is_empty() {
        return Err(Rejected::new(Code::Empty, "压缩包里没有文件。请检查是否选错了压缩包。"));
    }
    Ok(files)
}

/// The name of an entry, with its folders, in whatever encoding the packing program wrote it; `None` for what is
/// nobody's document.
fn name_of(raw: &[u8]) -> Option<String> {
    let name = match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        // Windows packs names in the encoding of the system.
        Err(_) => decode_text(raw).map_or_else(|_| String::from_utf8_lossy(raw).into_owned(), |(name, _)| name),
    };
    let name = name.replace('\\', "/");
    let last = name.rsplit('/').next().unwrap_or_default();
    let left = name.starts_with("__MACOSX/") || last.starts_with("~$") || last.starts_with("._");
    (!left && !last.is_empty() && !LEFT_BY_PROGRAMS.contains(&last.to_lowercase().as_str())).then_some(name)
}

/// The refusals of office documents, said of an archive.
fn in_words(rejected: Rejected) -> Rejected {
    let words = match rejected.code {
        Code::Encrypted => "压缩包设置了密码，系统不能读取。请去掉密码重新压缩后再上传。",
        Code::Bomb => {
            "压缩包里的文件太多或解压后太大（上限 500 个文件、44 MB）。请分成几个压缩包，或请管理员在服务器上用 gongkai import 导入。"
        }
        Code::Hostile => "压缩包内部结构异常，为保证安全没有打开。请用系统自带的压缩功能重新压缩后再上传。",
        Code::Truncated | Code::Damaged => "压缩包不完整或已损坏。请在电脑上确认能解压，重新压缩后再上传。",
        _ => return rejected,
    };
    Rejected::new(rejected.code, words)
}
