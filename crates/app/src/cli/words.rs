//! Help and usage errors in the reader's language: clap's own words are English.

use clap::{
    Command,
    error::{ContextKind, ContextValue, Error, ErrorKind},
};

/// Headings of a help page, and what every command ends with.
const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";
/// The same for commands that hold commands.
const EXIT: &str = "退出码：0 完成；1 输入或当前状态不允许，提示会说明怎么改；2 命令用法不对；\
    3 没有发现问题，也没有证明什么。";

/// The command line with Chinese headings on every level.
pub(super) fn chinese(command: Command) -> Command {
    let example = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let has_commands = command.get_subcommands().next().is_some();
    let after = if example.is_empty() { EXIT.to_owned() } else { format!("{example}\n\n{EXIT}") };
    let mut command = command
        .help_template(TEMPLATE)
        .after_help(after)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .arg(
            clap::Arg::new("help")
                .short('h')
                .long("help")
                .help("显示帮助")
                .help_heading("选项")
                .action(clap::ArgAction::Help),
        )
        .mut_args(|arg| {
            let heading = if arg.is_positional() { "参数" } else { "选项" };
            arg.help_heading(heading)
        });
    if has_commands {
        let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        for name in names {
            command = command.mut_subcommand(name, chinese);
        }
    }
    command
}

/// A page of help or the version, as rendered by clap, without its own English words.
pub(super) fn page(error: &Error) -> String {
    const WORDS: [(&str, &str); 5] = [
        ("[OPTIONS]", "[选项]"),
        ("[default: ", "[默认："),
        ("[env: ", "[环境变量："),
        ("[possible values: ", "[可以是："),
        ("Possible values:", "可以是："),
    ];
    WORDS.iter().fold(error.render().to_string(), |text, (english, chinese)| text.replace(english, chinese))
}

/// What is wrong with what was typed, and what to do.
pub(super) fn explain(error: &Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return page(error);
    }
    let told = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(" "),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let (arg, value) = (told(ContextKind::InvalidArg), told(ContextKind::InvalidValue));
    let mut text = match error.kind() {
        ErrorKind::MissingRequiredArgument => format!("缺少参数 {arg}。"),
        ErrorKind::UnknownArgument if !arg.starts_with('-') => {
            format!("“{arg}”是多出来的。词句里有空格的，请用引号括起来。")
        }
        ErrorKind::UnknownArgument => format!("没有“{arg}”这个选项。"),
        ErrorKind::InvalidSubcommand => format!("没有“{}”这个命令。", told(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand => "请写明要执行的命令。".to_owned(),
        ErrorKind::InvalidValue if value.is_empty() => format!("选项 {arg} 后面要写值。"),
        ErrorKind::InvalidValue => format!("{arg} 不能是“{value}”，可以是：{}。", told(ContextKind::ValidValue)),
        ErrorKind::ValueValidation => {
            let reason = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            format!("{arg} 不能是“{value}”：{}。", reason.trim_end_matches('。'))
        }
        ErrorKind::ArgumentConflict => {
            let other = told(ContextKind::PriorArg);
            if other.is_empty() || other == arg {
                format!("{arg} 写了两次，或不能这样一起使用。")
            } else {
                format!("{arg} 和 {other} 不能一起使用。")
            }
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{arg} 的值的个数不对。")
        }
        _ => "命令写法不对。".to_owned(),
    };
    let near: Vec<String> =
        [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue].map(told).into();
    let near: Vec<&str> = near.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    if !near.is_empty() {
        text.push_str(&format!("是不是要写 {}？", near.join(" ")));
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        let usage = usage.to_string().replace("[OPTIONS]", "[选项]");
        text.push_str(&format!("\n用法：{}", usage.trim_start_matches("Usage:").trim()));
    }
    text.push_str("\n加 --help 可以看说明和例子。");
    text
}

/// A year of four digits.
///
/// # Errors
/// In words, for [`explain`].
pub(super) fn year(text: &str) -> Result<i16, String> {
    let year: Option<i16> = text.parse().ok();
    year.filter(|year| (2000..=2100).contains(year))
        .ok_or_else(|| "请写 2000 到 2100 之间的四位年份，例如 2026".to_owned())
}

/// Address and port on which to listen.
///
/// # Errors
/// In words, for [`explain`].
pub(super) fn address(text: &str) -> Result<String, String> {
    let parsed: Result<std::net::SocketAddr, _> = text.parse();
    parsed.map(|_| text.to_owned()).map_err(|_| "请写“地址:端口”，例如 127.0.0.1:8080".to_owned())
}
