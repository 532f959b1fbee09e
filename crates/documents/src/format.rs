//! The formats that are read or kept.

use serde::{Deserialize, Serialize};

/// What a file is, by its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Plain text.
    Txt,
    Markdown,
    /// A web page.
    Html,
    /// Word document (Office Open XML), also from WPS.
    Docx,
    /// Excel workbook (Office Open XML), also from WPS.
    Xlsx,
    /// Excel workbook of the old binary kind.
    Xls,
    Pdf,
    /// PNG picture.
    Png,
    /// JPEG picture.
    Jpeg,
    /// Comma-separated values.
    Csv,
}

impl Format {
    /// What a clerk calls this format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Txt => "纯文本",
            Self::Markdown => "Markdown 文本",
            Self::Html => "网页（HTML）",
            Self::Docx => "Word 文档（.docx）",
            Self::Xlsx => "Excel 表格（.xlsx）",
            Self::Xls => "旧版 Excel 表格（.xls）",
            Self::Pdf => "PDF 文档",
            Self::Png => "PNG 图片",
            Self::Jpeg => "JPEG 图片",
            Self::Csv => "CSV 表格",
        }
    }

    /// The media type to serve the file with.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Txt => "text/plain; charset=utf-8",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Xls => "application/vnd.ms-excel",
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// The usual file name ending, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Txt => "txt",
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Xls => "xls",
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Csv => "csv",
        }
    }

    /// Whether this is a kind of text, which only the name can tell apart.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Txt | Self::Markdown | Self::Html | Self::Csv)
    }
}
