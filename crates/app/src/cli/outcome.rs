//! How a command ends that did not come to a good end: words for people, an answer for programs, the exit status.

use std::process::ExitCode;

use anyhow::{Error, Result};
use serde::Serialize;
use serde_json::{Value, json};

/// Exit status of a command that found nothing wrong and could not prove what it was asked for.
pub(super) const UNDECIDED: u8 = 3;

/// Nothing wrong was found, and nothing proven either; why.
#[derive(Debug)]
pub(super) struct Undecided(pub(super) String);

impl std::fmt::Display for Undecided {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Undecided {}

/// A failure that the answer for programs, if it was asked for, has told already.
#[derive(Debug)]
pub(super) struct Answered(pub(super) String);

impl std::fmt::Display for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Answered {}

/// What a command answers programs, with whether it ended well and, if it did not, why.
///
/// # Errors
/// When it cannot be written as JSON.
pub(super) fn answer(of: &impl Serialize, reason: Option<&str>) -> Result<String> {
    let mut value = serde_json::to_value(of)?;
    if let Value::Object(fields) = &mut value {
        fields.insert("ok".to_owned(), Value::Bool(reason.is_none()));
        if let Some(reason) = reason {
            fields.insert("reason".to_owned(), Value::String(reason.to_owned()));
        }
    }
    Ok(value.to_string())
}

/// Tells a failure to whoever waits for it.
pub(super) fn failed(error: &Error, as_json: bool) -> ExitCode {
    let undecided = error.is::<Undecided>();
    eprintln!("{}：{error:#}", if undecided { "没有结论" } else { "没有完成" });
    if as_json && !error.is::<Answered>() {
        tell(&format!("{error:#}"), undecided);
    }
    if undecided { ExitCode::from(UNDECIDED) } else { ExitCode::FAILURE }
}

/// Tells programs why there is no answer.
pub(super) fn tell(reason: &str, undecided: bool) {
    let mut answer = json!({ "ok": false, "reason": reason });
    if undecided && let Value::Object(fields) = &mut answer {
        fields.insert("undecided".to_owned(), Value::Bool(true));
    }
    // Whoever does not read any more is told nothing, and the exit status stays.
    let _ = super::file::print(format!("{answer}\n").as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_how_it_ended() {
        let well: Value = serde_json::from_str(&answer(&json!({ "events": 3 }), None).expect("JSON")).expect("JSON");
        assert_eq!(well, json!({ "events": 3, "ok": true }));
        let ill = answer(&json!({ "events": 3, "ok": true }), Some("缺一条")).expect("JSON");
        let ill: Value = serde_json::from_str(&ill).expect("JSON");
        assert_eq!(ill, json!({ "events": 3, "ok": false, "reason": "缺一条" }));
    }

    #[test]
    fn what_is_undecided_is_told_from_what_failed() {
        let code = |error: Error| format!("{:?}", failed(&error, false));
        let three = format!("{:?}", ExitCode::from(3));
        assert_eq!(code(Undecided("网站停用".to_owned()).into()), three);
        assert_eq!(code(Error::new(Undecided("网站停用".to_owned())).context("见证")), three);
        assert_eq!(code(anyhow::anyhow!("日志被改写")), format!("{:?}", ExitCode::FAILURE));
    }
}
