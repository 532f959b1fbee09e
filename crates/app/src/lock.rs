//! One server for each part of an installation on SQLite: two that write the same file wait for each other, and each believes to
//! be alone with what it holds in memory.
//!
//! The lock is the system's own on an open file: it ends with the process, also with one that was killed. The file stays and
//! means nothing by itself.

use std::{fs::File, io::Write, path::Path};

use anyhow::{Context, Result, bail};
use rustix::fs::{FlockOperation, flock};

/// What one process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ProcessRole {
    /// 门户、后台和作业
    All,
    /// 只有门户
    Portal,
    /// 只有后台
    Office,
    /// 只有作业
    Worker,
}

/// Held for as long as the process serves.
#[derive(Debug)]
pub(crate) struct Lock {
    _files: Vec<File>,
    /// No other process has these parts: the system says so.
    pub(crate) is_alone: bool,
}

/// Takes the parts of this role.
///
/// # Errors
/// When another process has one of them, or the folder cannot be written.
pub(crate) fn take(data: &Path, role: ProcessRole) -> Result<Lock> {
    let parts: &[&str] = match role {
        ProcessRole::All => &["portal", "office", "worker"],
        ProcessRole::Portal => &["portal"],
        ProcessRole::Office => &["office"],
        ProcessRole::Worker => &["worker"],
    };
    let (mut files, mut is_alone) = (Vec::new(), true);
    for part in parts {
        let path = data.join(format!("serve-{part}.lock"));
        let opened = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.with_context(|| format!("打不开 {}", path.display()))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let holder = std::fs::read_to_string(&path).unwrap_or_default();
                bail!(
                    "另一个 gongkai serve（进程 {}）正在使用数据目录 {}。SQLite 的数据目录只能由一个服务使用：\
                     请先停掉那个进程，或用 --data 指定别的目录；多台机器请改用 PostgreSQL。",
                    holder.trim(),
                    data.display()
                );
            }
            // File systems without locks: said, and not in the way.
            Err(error) => {
                is_alone = false;
                tracing::warn!(%error, "the data directory could not be locked");
            }
        }
        // For people; on a full disk it is left out.
        let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
        files.push(file);
    }
    Ok(Lock { _files: files, is_alone })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_server_of_a_folder_is_refused_and_parts_may_be_split() {
        let folder = tempfile::tempdir().expect("folder");
        let data = folder.path();
        let portal = take(data, ProcessRole::Portal).expect("the first");
        let _office = take(data, ProcessRole::Office).expect("another part");
        for second in [ProcessRole::Portal, ProcessRole::All] {
            let refused = take(data, second).expect_err("taken").to_string();
            assert!(refused.contains(&std::process::id().to_string()) && refused.contains("只能由一个"), "{refused}");
        }
        drop(portal);
        take(data, ProcessRole::Portal).expect("who has ended holds nothing");
    }
}
