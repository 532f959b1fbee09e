//! The starter of the child that makes PDF, and the fonts for it.
//!
//! The program starts itself again with [`TYPESET_COMMAND`]; what stands on the paper goes in by standard input, so that no list
//! of processes shows it. The child is bounded in memory and time and is killed when it takes too long.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;

use crate::paper::Paper;

/// The first argument that tells the program to be the child: it must be looked for before any other parsing of arguments, and
/// the rest handed to `typeset::child_main`.
pub const TYPESET_COMMAND: &str = "__typeset";

/// Largest PDF that the parent reads, in bytes.
const MOST: u64 = 64 << 20;
/// Children at work at the same time, of the whole process.
const AT_ONCE: usize = 2;
static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_ONCE)));

/// Where systems keep fonts with Chinese characters: packages fonts-noto-cjk, fonts-arphic-ukai and fonts-wqy-* of Debian and
/// Ubuntu, google-noto-*-cjk-fonts of Fedora, openEuler and Kylin; and the usual files of the fonts that the standard names.
const STANDARD: [&str; 20] = [
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-serif-cjk-fonts/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-serif-cjk-fonts/NotoSerifCJK-Bold.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSerifCJK-Bold.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/source-han-serif/SourceHanSerifSC-Regular.otf",
    "/usr/share/fonts/opentype/source-han-serif/SourceHanSerifSC-Bold.otf",
    "/usr/share/fonts/truetype/arphic/ukai.ttc",
    "/usr/share/fonts/truetype/hanazono/HanaMinA.ttf",
    "/usr/share/fonts/truetype/hanazono/HanaMinB.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "/usr/share/fonts/gongkai/fangsong.ttf",
    "/usr/share/fonts/gongkai/xiaobiaosong.ttf",
    "/usr/share/fonts/gongkai/kaiti.ttf",
    "/usr/share/fonts/gongkai/heiti.ttf",
];

/// Files of fonts that the child reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fonts {
    pub files: Vec<PathBuf>,
}

/// `[papers]`: how letters and reports are written as PDF.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Papers {
    /// Files of fonts besides those that systems keep in the usual places: 仿宋, 小标宋, 楷体, 黑体, fonts with rare characters.
    pub fonts: Vec<PathBuf>,
}

impl kernel::Section for Papers {
    const KEY: &'static str = "papers";

    fn problems(&self) -> Vec<String> {
        let relative = self.fonts.iter().filter(|path| !path.is_absolute());
        relative.map(|path| format!("fonts：{} 应为字体文件的完整路径", path.display())).collect()
    }
}

impl Fonts {
    /// The configured files, then what is in the usual places.
    pub fn found(papers: &Papers) -> Self {
        let usual = STANDARD.iter().map(PathBuf::from).filter(|path| path.is_file());
        Self { files: papers.fonts.iter().cloned().chain(usual).collect() }
    }

    /// What the machine has for papers, in words for whoever looks after it; without any, what to install: papers go out as Word
    /// then.
    ///
    /// # Errors
    /// When a configured font is not there, or is none.
    pub fn in_words(&self) -> Result<String, String> {
        if let Some(missing) = self.files.iter().find(|path| !path.is_file()) {
            return Err(format!("papers.fonts：没有 {} 这个文件", missing.display()));
        }
        if let Some(other) = self.files.iter().find(|path| !is_font(path)) {
            return Err(format!("papers.fonts：{} 不是字体文件，应为 ttf、otf 或 ttc", other.display()));
        }
        if self.files.is_empty() {
            return Ok(format!("提醒：{}", Unprinted::NoFont));
        }
        Ok(self.files.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("、"))
    }
}

/// Whether a file begins as fonts do: TrueType, OpenType, a collection of them.
fn is_font(path: &Path) -> bool {
    let mut mark = [0_u8; 4];
    let read = std::fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut mark));
    read.is_ok() && matches!(&mark, b"\0\x01\0\0" | b"OTTO" | b"ttcf" | b"true")
}

/// What the child is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub fonts: Fonts,
    pub paper: Paper,
}

/// Why there is no PDF.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Unprinted {
    /// The machine has no font with Chinese characters.
    #[error(
        "本机没有可用的汉字字体，不能生成 PDF。请安装字体（Debian、Ubuntu 是 fonts-noto-cjk），或在配置 [papers] fonts 写明字体文件。"
    )]
    NoFont,
    /// No font has these characters: each with the places where it stands, in the words of letters.
    #[error("字体里没有下列字，没有生成 PDF：{}。请安装含有这些字的字体（例如 Debian 的 fonts-hanazono）并写进配置 [papers] fonts，或改用 Word 文件打印。", listed(.0))]
    Lacks(Vec<(char, String)>),
    /// A table has holes, or there are more pages than are borne.
    #[error("{0}")]
    Refused(String),
    /// The child took too long, or more memory than it may.
    #[error("内容太多或太复杂，在规定时间内没有排完。请减少内容，或改用 Word 文件。")]
    TooMuch,
    /// Our own fault; what it is stands in the log.
    #[error("系统没有生成 PDF，不是内容的问题。请改用 Word 文件，并告诉系统管理员。")]
    Internal,
}

fn listed(lacking: &[(char, String)]) -> String {
    let each = lacking.iter().map(|(c, place)| format!("“{c}”（{place}，U+{:04X}）", u32::from(*c)));
    each.collect::<Vec<_>>().join("、")
}

/// How the child's answer begins: PDF follows, or an [`Unprinted`] as JSON.
const DONE: u8 = 0;
const REFUSED: u8 = 1;

/// The answer of the child as it is written on its standard output.
pub fn answer(made: &Result<Vec<u8>, Unprinted>) -> Vec<u8> {
    match made {
        Ok(pdf) => [&[DONE][..], pdf.as_slice()].concat(),
        Err(refused) => {
            let mut out = vec![REFUSED];
            // An error without maps and floats is always written.
            serde_json::to_writer(&mut out, refused).unwrap_or_default();
            out
        }
    }
}

fn understood(answer: &[u8]) -> Option<Result<Vec<u8>, Unprinted>> {
    match answer.split_first()? {
        (&DONE, pdf) if pdf.starts_with(b"%PDF-") => Some(Ok(pdf.to_vec())),
        (&REFUSED, json) => serde_json::from_slice(json).ok().map(Err),
        _ => None,
    }
}

/// Makes PDF in a child process. Clones are the same.
#[derive(Debug, Clone)]
pub struct Press {
    /// The program to start, normally the running one.
    program: PathBuf,
    fonts: Fonts,
    /// How long the child may take.
    pub timeout: Duration,
}

impl Press {
    /// One that starts `program`, with 20 seconds for each paper.
    pub fn new(program: &Path, fonts: Fonts) -> Self {
        Self { program: program.to_owned(), fonts, timeout: Duration::from_secs(20) }
    }

    /// The paper as PDF.
    ///
    /// # Errors
    /// [`Unprinted`], in words for whoever asked for it. Dropping the future kills the child.
    pub async fn pdf(&self, paper: &Paper) -> Result<Vec<u8>, Unprinted> {
        if self.fonts.files.is_empty() {
            return Err(Unprinted::NoFont);
        }
        let paper = paper.ready().map_err(|uneven| Unprinted::Refused(format!("{uneven}。")))?;
        let order = serde_json::to_vec(&Order { fonts: self.fonts.clone(), paper });
        let order = order.map_err(|error| internal(&error))?;
        let _turn = TURNS.acquire().await.map_err(|error| internal(&error))?;
        let mut child = Command::new(&self.program)
            .arg(TYPESET_COMMAND)
            .env_clear()
            // One thread: its memory is bounded, and others wait for the processor too.
            .env("RAYON_NUM_THREADS", "1")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| internal(&error))?;
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Unprinted::Internal);
        };
        let mut said = Vec::new();
        let talk = async {
            // A child that died is told by its answer, which is none.
            stdin.write_all(&order).await.ok();
            drop(stdin);
            stdout.take(MOST + 1).read_to_end(&mut said).await.ok();
            if said.len() as u64 > MOST { None } else { child.wait().await.ok() }
        };
        let Ok(status) = tokio::time::timeout(self.timeout, talk).await else {
            child.kill().await.ok();
            return Err(Unprinted::TooMuch);
        };
        let Some(status) = status else {
            child.kill().await.ok();
            return Err(Unprinted::TooMuch);
        };
        match understood(&said) {
            Some(answer) if status.success() => answer,
            // Killed by one of its limits.
            _ if status.code().is_none() => Err(Unprinted::TooMuch),
            _ => Err(internal(&status)),
        }
    }
}

fn internal(why: &dyn std::fmt::Display) -> Unprinted {
    tracing::error!(%why, "the child that makes PDF did not answer");
    Unprinted::Internal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_through_and_nothing_else_does() {
        let pdf = b"%PDF-1.7 ...".to_vec();
        assert_eq!(understood(&answer(&Ok(pdf.clone()))), Some(Ok(pdf)));
        let lacks = Unprinted::Lacks(vec![('𰻝', "主送".into())]);
        assert_eq!(understood(&answer(&Err(lacks.clone()))), Some(Err(lacks)));
        let wrong: [&[u8]; 5] = [&[], &[DONE], b"\0<html>", &[REFUSED, b'x'], b"%PDF-1.7"];
        for wrong in wrong {
            assert_eq!(understood(wrong), None);
        }
    }

    #[test]
    fn who_has_no_font_or_not_the_character_reads_what_to_install() {
        assert!(Unprinted::NoFont.to_string().contains("fonts-noto-cjk"));
        let told = Unprinted::Lacks(vec![('𰻝', "主送".into())]).to_string();
        assert!(told.contains("“𰻝”（主送，U+30EDD）") && told.contains("fonts-hanazono"), "{told}");
        assert!(Fonts::default().in_words().is_ok_and(|words| words.contains("fonts-noto-cjk")));
        let gone = Fonts { files: vec!["/no/such/font.ttf".into()] };
        assert!(gone.in_words().is_err_and(|words| words.contains("/no/such/font.ttf")));
    }
}
