//! Files that are checked by the clock: a workbook of five megabytes and a PDF of three hundred pages.

use anyhow::{Result, anyhow};
use documents::tables::{Sheet, write_xlsx};

/// Bytes of the workbook at least.
const HEAVY: usize = 5 << 20;
/// Pages of the paper.
const PAGES: usize = 300;

/// A list of many rows; each is another one, so that packing does not make it small.
///
/// # Errors
/// When the rows do not fit on a sheet.
pub(crate) fn workbook() -> Result<Vec<u8>> {
    let mut rows = 60_000;
    loop {
        let bytes = write_xlsx(&sheet(rows)).map_err(|rejected| anyhow!(rejected.message))?;
        if bytes.len() >= HEAVY || rows > 500_000 {
            return Ok(bytes);
        }
        rows += rows / 2;
    }
}

fn sheet(rows: usize) -> Sheet {
    let row = |n: usize| {
        let spread = n.wrapping_mul(2_654_435_761) % 1_000_003;
        let cells = [
            n.to_string(),
            format!("第{}村民小组道路硬化工程", spread % 997),
            format!("{}.{:02}", spread, n % 100),
            format!("青禾县第{}号项目，按期完成", spread),
            format!("{:x}", spread.wrapping_mul(7_919)),
        ];
        cells.into_iter().map(Into::into).collect()
    };
    Sheet {
        name: "项目".into(),
        title: None,
        header: ["序号", "项目", "金额", "说明", "编码"].map(str::to_owned).to_vec(),
        rows: (1..=rows).map(row).collect(),
        widths: Vec::new(),
    }
}

/// A paper with forty lines of Latin letters on each page: fonts of Chinese would have to be embedded.
pub(crate) fn paper() -> Vec<u8> {
    let mut out: Vec<u8> = b"%PDF-1.4\n".to_vec();
    let mut places: Vec<usize> = Vec::new();
    let mut object = |out: &mut Vec<u8>, body: &str| {
        places.push(out.len());
        let number = places.len();
        out.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
    };
    object(&mut out, "<< /Type /Catalog /Pages 2 0 R >>");
    let kids: Vec<String> = (0..PAGES).map(|page| format!("{} 0 R", 4 + 2 * page)).collect();
    object(&mut out, &format!("<< /Type /Pages /Count {PAGES} /Kids [{}] >>", kids.join(" ")));
    object(&mut out, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
    for page in 0..PAGES {
        object(
            &mut out,
            &format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R /Resources << /Font << /F1 3 0 R >> >> >>",
                5 + 2 * page
            ),
        );
        let lines: Vec<String> = (0..40)
            .map(|line| {
                let text =
                    format!("Page {page} line {line}: amount {}.{:02}, item {}", page * line, line, page * 40 + line);
                format!("BT /F1 11 Tf 60 {} Td ({text}) Tj ET", 800 - 19 * line)
            })
            .collect();
        let content = lines.join("\n");
        object(&mut out, &format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
    }
    let table = out.len();
    let mut tail = format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1);
    for place in &places {
        tail.push_str(&format!("{place:010} 00000 n \n"));
    }
    tail.push_str(&format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", places.len() + 1));
    out.extend_from_slice(tail.as_bytes());
    out
}
