//! The zip container of docx and xlsx, opened with suspicion.
//!
//! Everything is counted before anything is believed: entries, declared sizes, and, by unpacking every entry once into
//! nothing, the real sizes. Entries may not overlap, be encrypted, share a name or point out of the archive. After
//! [`Package::open`] each entry is known to be whole and of bearable size.

use std::io::{Cursor, Read};

use documents::{Code, Limits, Rejected};
use zip::ZipArchive;

/// Name and bytes of a file in an archive; the name as it lies there, in whatever encoding.
pub(crate) type NamedBytes = (Vec<u8>, Vec<u8>);

/// Below this size a high ratio is normal: a few kilobytes of blank XML pack very well.
const RATIO_FLOOR: u64 = 1 << 20;

/// An opened and fully verified container.
pub(crate) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    names: Vec<String>,
    /// Bytes that all entries unpack to, as counted.
    pub(crate) unpacked: u64,
}

impl<'a> Package<'a> {
    /// Opens the container and verifies every entry against `limits`.
    pub(crate) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, Rejected> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| truncated())?;
        if archive.len() > limits.entries {
            return Err(bomb());
        }
        if archive.offset() != 0 || archive.has_duplicate_names() {
            return Err(hostile());
        }
        if archive.has_overlapping_entries().map_err(|_| truncated())? {
            return Err(bomb());
        }
        let mut names = Vec::with_capacity(archive.len());
        let mut declared = 0_u64;
        for index in 0..archive.len() {
            let entry = archive.by_index_data(index).map_err(|_| truncated())?;
            let name = entry.name().map_err(|_| hostile())?.into_owned();
            if name.split(['/', '\\']).any(|step| step == "..") || name.starts_with(['/', '\\']) || name.contains('\0')
            {
                return Err(hostile());
            }
            if entry.encrypted() {
                return Err(encrypted());
            }
            declared = declared.saturating_add(entry.size());
            names.push(name);
        }
        if declared > limits.unpacked_bytes {
            return Err(bomb());
        }
        let mut package = Self { archive, names, unpacked: 0 };
        package.verify(bytes.len() as u64, limits)?;
        Ok(package)
    }

    /// Unpacks every entry into nothing and counts: what the headers declare may be a lie.
    fn verify(&mut self, packed_total: u64, limits: &Limits) -> Result<(), Rejected> {
        let mut buffer = vec![0_u8; 64 * 1024];
        for index in 0..self.archive.len() {
            let mut entry = self.archive.by_index(index).map_err(|_| Rejected::damaged("文件"))?;
            let packed = entry.compressed_size().max(1);
            let mut size = 0_u64;
            loop {
                let read = entry.read(&mut buffer).map_err(|_| Rejected::damaged("文件"))?;
                if read == 0 {
                    break;
                }
                size += read as u64;
                self.unpacked += read as u64;
                let swollen = size > RATIO_FLOOR && size / packed > limits.ratio;
                if swollen || self.unpacked > limits.unpacked_bytes {
                    return Err(bomb());
                }
            }
        }
        if self.unpacked > RATIO_FLOOR && self.unpacked / packed_total.max(1) > limits.ratio {
            return Err(bomb());
        }
        Ok(())
    }

    /// The names of all entries, with `/` between folders.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Name as it lies in the archive and bytes of every file, folders left out.
    pub(crate) fn files(&mut self) -> Result<Vec<NamedBytes>, Rejected> {
        let mut files = Vec::new();
        for index in 0..self.archive.len() {
            let mut entry = self.archive.by_index(index).map_err(|_| Rejected::damaged("文件"))?;
            let name = entry.name_raw().to_vec();
            if name.ends_with(b"/") || name.ends_with(b"\\") {
                continue;
            }
            let mut bytes = Vec::new();
            // `verify` has counted this entry, so it is bounded by the limit on the whole.
            entry.read_to_end(&mut bytes).map_err(|_| Rejected::damaged("文件"))?;
            files.push((name, bytes));
        }
        Ok(files)
    }

    /// Whether an entry of this exact name exists.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|each| each == name)
    }

    /// The bytes of an entry; `None` when there is none of this name.
    pub(crate) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, Rejected> {
        let Some(index) = self.names.iter().position(|each| each == name) else {
            return Ok(None);
        };
        let mut entry = self.archive.by_index(index).map_err(|_| Rejected::damaged("文件"))?;
        // `verify` has counted this entry, so it is bounded by the limit on the whole; what is declared is checked against it too.
        let mut bytes = Vec::with_capacity(usize::try_from(entry.size()).unwrap_or(0));
        entry.read_to_end(&mut bytes).map_err(|_| Rejected::damaged("文件"))?;
        Ok(Some(bytes))
    }
}

/// The names in the central directory without unpacking anything; `None` when there is no readable directory.
pub(crate) fn entry_names(bytes: &[u8], limits: &Limits) -> Option<Vec<String>> {
    let archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    if archive.len() > limits.entries {
        return Some(Vec::new());
    }
    Some(archive.file_names().filter_map(|name| name.ok().map(|name| name.into_owned())).collect())
}

pub(crate) fn truncated() -> Rejected {
    Rejected::new(
        Code::Truncated,
        "文件不完整，可能是复制或传输时中断了。请在电脑上打开原文件，确认能看到全部内容，另存一份后再上传。",
    )
}

pub(crate) fn encrypted() -> Rejected {
    Rejected::new(
        Code::Encrypted,
        "文件设置了打开密码，系统不能读取。请在 Word、WPS 或 Excel 中取消密码（文件 → 信息 → 保护文档），保存后再上传。",
    )
}

fn hostile() -> Rejected {
    Rejected::new(
        Code::Hostile,
        "文件内部结构异常，不像办公软件保存的文档，为保证安全没有打开。请用 Word、WPS 或 Excel 重新另存一份后再上传。",
    )
}

/// The archive unpacks to far more than its size: a decompression bomb or a badly made file.
pub(crate) fn bomb() -> Rejected {
    Rejected::new(
        Code::Bomb,
        "文件解压后的体积异常巨大，为保证安全没有打开。请用 Word、WPS 或 Excel 重新另存一份后再上传。",
    )
}
