//! Words for jobs and their states, as the system page shows them.

/// What a job does.
pub(super) fn job(kind: &str) -> &str {
    match kind {
        "mail.send" => "发送邮件",
        "publishing.publish_due" => "按时发布稿件",
        "oversight.notify" => "把任务通知各机关",
        "oversight.look" => "检查佐证网址能否打开",
        other => other,
    }
}

/// Where a job stands.
pub(super) fn state(state: &str) -> &str {
    match state {
        "ready" => "等待",
        "running" => "正在办理",
        "dead" => "未能完成",
        other => other,
    }
}
