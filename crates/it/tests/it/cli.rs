//! The program as a process: commands, exit codes, start and stop.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

pub(crate) fn gongkai(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gongkai-under-test"));
    command.env_clear().env("GONGKAI_DATA", data).env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

pub(crate) fn run(data: &Path, arguments: &[&str]) -> Output {
    gongkai(data).args(arguments).output().expect("the program starts")
}

pub(crate) fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON on standard output")
}

const PLAN: &str = "2026年青禾县政务公开工作要点\n全县政务公开工作的总体要求是：实。\n一、加强解读回应\n\
    （一）深入解读重要政策。每季度至少解读一次。于11月30日前完成评估。（县财政局牵头，县民政局配合）\n";

#[test]
fn plan_parse_keeps_its_contract() {
    let place = tempfile::tempdir().expect("place");
    let file = place.path().join("plan.txt");
    std::fs::write(&file, PLAN).expect("write");
    let plan = json(&run(place.path(), &["plan", "parse", file.to_str().expect("path"), "--json"]));
    let clause = &plan["sections"][0]["clauses"][0];
    assert_eq!(
        (plan["title"].as_str(), clause["number"].as_str()),
        (Some("2026年青禾县政务公开工作要点"), Some("（一）"))
    );
    assert_eq!(clause["owners"][0]["role"], "lead");
    assert_eq!(clause["owners"][1]["role"], "support");
    assert_eq!(clause["duties"][1]["due_on"], "2026-11-30");
    assert!(!place.path().join("gongkai.db").exists(), "parsing needs no database");
}

#[test]
fn report_check_keeps_its_contract() {
    let place = tempfile::tempdir().expect("place");
    let file = place.path().join("清河县财政局2023.json");
    let rows = serde_json::json!([{ "key": "1", "label": "一、本年新收政府信息公开申请数量", "cells": [1, 0, 0, 0, 0, 0, 0] }]);
    let report = serde_json::json!({
        "year": 2023, "organ": "清河县财政局",
        "tables": {
            "proactive": [{ "block": "第二十条第（五）项", "columns": ["本年处理决定数量"], "label": "行政许可", "cells": [7] }],
            "requests": { "rows": rows },
            "remedies": { "cells": [1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, null] },
        },
    });
    std::fs::write(&file, report.to_string()).expect("write");
    let path = file.to_str().expect("path");
    let answer = json(&run(place.path(), &["report", "check", path, "--json"]));
    let told = &answer["reports"][0];
    assert_eq!(
        (told["year"].as_i64(), told["organ"].as_str(), told["format"].as_str()),
        (Some(2023), Some("清河县财政局"), Some("2021"))
    );
    let identities = told["identities"].as_array().expect("identities");
    let held: Vec<_> = identities.iter().map(|one| (one["id"].as_str(), one["holds"].as_bool())).collect();
    let expected = [
        ("1", None),
        ("2", None),
        ("3", Some(false)),
        ("4", Some(false)),
        ("5", None),
        ("6", None),
        ("7", None),
        ("8", None),
    ];
    assert_eq!(held, expected.map(|(id, holds)| (Some(id), holds)));
    assert!(identities[2]["message"].as_str().is_some_and(|words| words.contains("自然人 1")), "{}", identities[2]);
    assert_eq!(identities[2]["cells"][0]["column"], "自然人");
    let plain = run(place.path(), &["report", "check", path]);
    assert!(plain.status.success() && String::from_utf8_lossy(&plain.stdout).contains("错误　3．"));
    // A file that cannot be read fails alone.
    let some = run(place.path(), &["report", "check", path, "none.xlsx", "--json"]);
    assert_eq!(some.status.code(), Some(1));
    let answer: Value = serde_json::from_slice(&some.stdout).expect("JSON");
    assert_eq!(
        (answer["reports"].as_array().map(Vec::len), answer["failed"][0]["file"].as_str()),
        (Some(1), Some("none.xlsx"))
    );
    assert!(!place.path().join("gongkai.db").exists(), "checking needs no database");
}

#[test]
fn check_keeps_its_contract() {
    let place = tempfile::tempdir().expect("place");
    let file = place.path().join("名单.html");
    std::fs::write(&file, "<p>身份证号：0000001990<br>01010018</p><p>电话 138·0013·8000，传真 0793-5123456</p>")
        .expect("write");
    let path = file.to_str().expect("path");
    let answer = json(&run(place.path(), &["check", path, "--json"]));
    assert_eq!(answer.as_object().expect("object").keys().collect::<Vec<_>>(), ["findings"]);
    let found = answer["findings"].as_array().expect("findings");
    let said: Vec<_> = found.iter().map(|one| (one["rule"].as_str(), one["excerpt"].as_str())).collect();
    let expected = [("privacy.id_number", "000000********0018"), ("privacy.mobile", "138****8000")];
    assert_eq!(said, expected.map(|(rule, excerpt)| (Some(rule), Some(excerpt))));
    let keys: std::collections::BTreeSet<_> =
        found[0].as_object().expect("object").keys().map(String::as_str).collect();
    assert_eq!(keys, ["end", "excerpt", "gate", "part", "rule", "severity", "start", "suggestion"].into());
    let of = |key: &str| found[0][key].clone();
    assert_eq!(
        (of("gate"), of("severity"), of("part"), of("start"), of("end")),
        ("privacy".into(), "block".into(), "body".into(), 5.into(), 24.into())
    );
    let plain = run(place.path(), &["check", path]);
    assert!(plain.status.success() && String::from_utf8_lossy(&plain.stdout).contains("必须处理　正文：138****8000"));
    let missing = run(place.path(), &["check", "none.docx", "--json"]);
    let answer: Value = serde_json::from_slice(&missing.stdout).expect("JSON of a failure, too");
    assert!(missing.status.code() == Some(1) && answer["ok"] == false, "{answer}");
    assert!(answer["reason"].as_str().is_some_and(|why| why.contains("没有这个文件")), "{answer}");
    let wrong = run(place.path(), &["check", "--json"]);
    let answer: Value = serde_json::from_slice(&wrong.stdout).expect("JSON of wrong usage, too");
    assert!(
        wrong.status.code() == Some(2) && answer["reason"].as_str().is_some_and(|why| why.contains("缺少参数")),
        "{answer}"
    );
    assert!(
        run(place.path(), &["check", "none.docx"]).stdout.is_empty(),
        "words for people are no answer for programs"
    );
    assert_eq!(run(place.path(), &["check"]).status.code(), Some(2));
    assert!(!place.path().join("gongkai.db").exists(), "checking needs no database");
}

#[test]
fn compare_keeps_its_contract() {
    let place = tempfile::tempdir().expect("place");
    let file = |name: &str, text: &str| {
        let file = place.path().join(name);
        std::fs::write(&file, text).expect("write");
        file.to_str().expect("path").to_owned()
    };
    let old = file(
        "旧.txt",
        "补贴办法\n第一条 为规范管理，制定本办法。\n第二条 标准为每月100元。\n第三条 自2025年7月1日起施行。\n",
    );
    let new = file(
        "新.txt",
        "补贴办法\n第一条 为规范管理，制定本办法。\n第二条 坚持公开、公平、公正的原则。\n第三条 标准为每月120元。\n\
         第四条 自2025年7月1日起施行。\n",
    );
    let answer = json(&run(place.path(), &["compare", &old, &new, "--json"]));
    let keys: std::collections::BTreeSet<_> = answer.as_object().expect("object").keys().map(String::as_str).collect();
    // What stands around the articles is a key of its own, beside those of the contract.
    assert_eq!(keys, ["around", "changes", "chapters", "new", "old", "summary"].into());
    assert_eq!(answer["around"], serde_json::json!([]));
    assert_eq!(
        (&answer["old"]["title"], &answer["old"]["articles"][1]["number"]),
        (&"补贴办法".into(), &"第二条".into())
    );
    let changes = answer["changes"].as_array().expect("changes");
    let told: Vec<_> =
        changes.iter().map(|one| (one["kind"].as_str(), one["old"].as_str(), one["new"].as_str())).collect();
    assert_eq!(
        told,
        [
            (Some("unchanged"), Some("第一条"), Some("第一条")),
            (Some("added"), None, Some("第二条")),
            (Some("moved-modified"), Some("第二条"), Some("第三条")),
            (Some("moved"), Some("第三条"), Some("第四条")),
        ]
    );
    let spans = changes[2]["spans"].as_array().expect("spans");
    let side = |without: &str| -> String {
        spans.iter().filter(|one| one["op"] != without).filter_map(|one| one["text"].as_str()).collect()
    };
    assert_eq!((side("insert").as_str(), side("delete").as_str()), ("标准为每月100元。", "标准为每月120元。"));
    assert_eq!((&answer["summary"]["moved"], &changes[3]["similarity"]), (&1.into(), &1.0.into()));
    let plain = run(place.path(), &["compare", &old, &new]);
    assert!(String::from_utf8_lossy(&plain.stdout).contains("〔－100〕〔＋120〕"));
    let decision = file(
        "决定.txt",
        "关于修改《补贴办法》的决定\n一、将第二条修改为：“标准为每月120元。”\n二、删去第九条。\n\
         三、增加一条，作为第二条：“第二条　坚持公开、公平、公正的原则。”\n",
    );
    let amended = run(place.path(), &["compare", &old, "--amend", &decision]);
    let (told, missing) = (String::from_utf8_lossy(&amended.stdout), String::from_utf8_lossy(&amended.stderr));
    assert!(told.contains("第三条　标准为每月120元。") && told.contains("第四条　自2025年7月1日"), "{told}");
    assert!(missing.contains("原文没有第九条") && missing.contains("1 处没有应用"), "{missing}");
    let answer = json(&run(place.path(), &["compare", &old, "--amend", &decision, "--json"]));
    assert_eq!(
        (&answer["amendment"]["failed"][0]["reason"], &answer["summary"]["added"]),
        (&"原文没有第九条".into(), &1.into())
    );
    assert_eq!(run(place.path(), &["compare", &old, &new, "--amend", &decision]).status.code(), Some(2));
    assert_eq!(run(place.path(), &["compare", &old]).status.code(), Some(2));
    assert_eq!(run(place.path(), &["compare", &old, "none.txt", "--json"]).status.code(), Some(1));
}

#[test]
fn wrong_usage_is_2_and_bad_input_is_1_with_words() {
    let place = tempfile::tempdir().expect("place");
    assert_eq!(run(place.path(), &["plan", "parse"]).status.code(), Some(2));
    assert_eq!(run(place.path(), &["frobnicate"]).status.code(), Some(2));
    let missing = run(place.path(), &["plan", "parse", "none.docx"]);
    assert_eq!(missing.status.code(), Some(1));
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said(&missing).contains("none.docx") && said(&missing).contains("没有这个文件"), "{}", said(&missing));
    for (arguments, words) in [
        (&["plan", "prase", "x"][..], "是不是要写 parse"),
        (&["plan", "import", "x", "--title", "t", "--year", "abc"], "四位年份"),
        (&["serve", "--portal", "bad"], "地址:端口"),
        (&["search"], "缺少参数"),
        (&["verify", "--nothing"], "没有“--nothing”这个选项"),
    ] {
        let wrong = run(place.path(), arguments);
        assert_eq!(wrong.status.code(), Some(2), "{arguments:?}");
        assert!(said(&wrong).contains(words) && said(&wrong).contains("--help"), "{arguments:?}: {}", said(&wrong));
        assert!(wrong.stdout.is_empty());
    }
    // What only looks makes no installation out of a mistyped folder.
    let nowhere = place.path().join("nowhere");
    for arguments in [
        &["verify"][..],
        &["backup", "b.tar.gz"],
        &["search", "公开"],
        &["user", "list"],
        &["user", "unlock", "clerk"],
        &["user", "passwd", "clerk"],
        &["serve", "--portal", "127.0.0.1:0", "--office", "127.0.0.1:0"],
        &["plan", "import", "none.txt", "--title", "t", "--year", "2026"],
    ] {
        let refused = run(&nowhere, arguments);
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}");
        assert!(!nowhere.exists(), "{arguments:?} made it");
    }
    let help = run(place.path(), &["plan", "parse", "--help"]);
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    assert!(
        help.contains("退出码") && help.contains("例：gongkai") && !help.contains("Usage") && !help.contains("Options"),
        "{help}"
    );
    for (name, bytes) in [("empty.txt", &b""[..]), ("blank.txt", b" \n\t\n"), ("mark.txt", b"\xEF\xBB\xBF")] {
        let file = place.path().join(name);
        std::fs::write(&file, bytes).expect("write");
        let blank = run(place.path(), &["plan", "parse", file.to_str().expect("path"), "--json"]);
        assert_eq!(blank.status.code(), Some(1), "{name}: {}", said(&blank));
        let answer: Value = serde_json::from_slice(&blank.stdout).expect("JSON");
        assert_eq!(answer["ok"], false, "{answer}");
    }
    let cut = place.path().join("cut.txt");
    std::fs::write(&cut, &"公开工作要点".as_bytes()[..17]).expect("write");
    assert!(said(&run(place.path(), &["plan", "parse", cut.to_str().expect("path")])).contains("UTF-8"));
    let picture = place.path().join("plan.docx");
    std::fs::write(&picture, b"\x89PNG\r\n\x1a\n0000").expect("write");
    let renamed = run(place.path(), &["plan", "parse", picture.to_str().expect("path")]);
    assert_eq!(renamed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&renamed.stderr).contains("图片"), "{}", String::from_utf8_lossy(&renamed.stderr));
}

#[test]
fn a_wrong_configuration_names_the_key() {
    let place = tempfile::tempdir().expect("place");
    let config = place.path().join("c.toml");
    std::fs::write(&config, "[server]\nupload_mb = \"many\"\n").expect("write");
    let output = run(place.path(), &["--config", config.to_str().expect("path"), "verify"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("server.upload_mb"));
}

#[test]
fn a_database_of_a_newer_version_is_refused_untouched() {
    let place = tempfile::tempdir().expect("place");
    json(&run(
        place.path(),
        &["user", "add", "admin", "--name", "甲", "--organ", "OFFICE", "--role", "system_admin", "--json"],
    ));
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    runtime.block_on(async {
        let url = format!("sqlite:{}", place.path().join("gongkai.db").display());
        let future = "INSERT INTO schema_version VALUES ('identity', 999, 'future', 'x', 'x')";
        store::test::execute(&url, future).await.expect("insert");
    });
    let output = run(place.path(), &["verify"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("999"));
}

fn request(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("connect");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("send");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("receive");
    answer
}

/// A running program and the addresses that it told.
pub(crate) struct Served {
    pub(crate) child: Child,
    portal: String,
    office: String,
}

/// Starts the program on free ports and waits until it says that it is ready.
pub(crate) fn serve(place: &Path) -> Served {
    serve_to(place, Stdio::null())
}

/// The same with another place for its log.
fn serve_to(place: &Path, log: Stdio) -> Served {
    let arguments = ["serve", "--new", "--portal", "127.0.0.1:0", "--office", "127.0.0.1:0"];
    let mut child = gongkai(place).args(arguments).stdout(Stdio::piped()).stderr(log).spawn().expect("start");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut line).expect("a line");
    assert!(line.starts_with("ready "), "{line}");
    let address = |name: &str| {
        line.split_whitespace()
            .find_map(|word| word.strip_prefix(&format!("{name}=http://")))
            .expect("an address")
            .to_owned()
    };
    Served { portal: address("portal"), office: address("office"), child }
}

/// Asks the program to stop, and expects it to end well.
pub(crate) fn stop(mut child: Child) {
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill");
    assert!(killed.success());
    assert_eq!(child.wait().expect("end").code(), Some(0));
}

#[test]
fn serve_says_ready_answers_and_stops_on_sigterm() {
    let place = tempfile::tempdir().expect("place");
    let Served { child, portal, office } = serve(place.path());
    for listener in [&portal, &office] {
        assert!(request(listener, "/healthz").starts_with("HTTP/1.1 200"), "{listener}");
    }
    assert!(request(&office, "/metrics").contains("http_requests_total"));

    // The port is taken now: a second server says so and names the key.
    let second = run(place.path(), &["serve", "--portal", &portal, "--office", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&second.stderr).contains("server.portal"));

    stop(child);
}

/// A collector that is stuck, a terminal that was stopped: pages go on, and the program ends when it is told to.
#[test]
fn pages_are_answered_while_nobody_reads_the_log() {
    let place = tempfile::tempdir().expect("place");
    let Served { child, portal, .. } = serve_to(place.path(), Stdio::piped());
    // Each writes a line; the pipe holds some three hundred.
    for _ in 0..1_000 {
        assert!(request(&portal, "/statements/privacy").starts_with("HTTP/1.1 "));
    }
    stop(child);
}

/// An empty variable, an empty database, a mistyped folder: none becomes a site in silence.
#[test]
fn nothing_becomes_a_new_site_in_silence() {
    let place = tempfile::tempdir().expect("place");
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let serve = ["serve", "--portal", "127.0.0.1:0", "--office", "127.0.0.1:0"];
    let empty = run(place.path(), &serve);
    assert_eq!(empty.status.code(), Some(1));
    assert!(said(&empty).contains("还没有数据") && said(&empty).contains("serve --new"), "{}", said(&empty));
    for name in ["GONGKAI_DATA", "GONGKAI_CONFIG"] {
        let output = gongkai(place.path()).env(name, "").args(serve).output().expect("start");
        assert_eq!(output.status.code(), Some(2), "{name}: {}", said(&output));
    }
    for name in ["GONGKAI_DATABASE", "GONGKAI_DATABASE__URL"] {
        let output = gongkai(place.path()).env(name, "").args(serve).output().expect("start");
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(said(&output).contains("是空的"), "{name}: {}", said(&output));
    }
    std::fs::write(place.path().join("gongkai.db"), b"").expect("write");
    assert_eq!(run(place.path(), &serve).status.code(), Some(1), "an empty file is no database");
    let names = std::fs::read_dir(place.path()).expect("folder").count();
    assert_eq!(names, 1, "nothing was made");
}

/// Starts the program, which must not come to serve, and returns what it says.
pub(crate) fn refuses_to_serve(place: &Path, variables: &[(&str, &str)]) -> String {
    let arguments = ["serve", "--new", "--portal", "127.0.0.1:0", "--office", "127.0.0.1:0"];
    let mut command = gongkai(place);
    command.args(arguments).envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("start");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut line).expect("a line or the end");
    if !line.is_empty() {
        let _ = child.kill();
        panic!("{variables:?}: it serves: {line}");
    }
    let output = child.wait_with_output().expect("end");
    assert_eq!(output.status.code(), Some(1), "{variables:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Reads one answer of a known length from a connection that stays open: however it is cut into packets.
fn one_answer(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).expect("an answer");
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).expect("a head");
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse().expect("a length"))
    });
    let mut body = vec![0; length.expect("a length")];
    stream.read_exact(&mut body).expect("the body");
    head
}

/// Connections that send nothing or half a head neither stay for ever nor keep the program from ending.
#[test]
fn idle_and_stalled_connections_end() {
    let place = tempfile::tempdir().expect("place");
    let Served { child, portal, .. } = serve(place.path());
    let connect = |sent: &str| {
        let mut stream = TcpStream::connect(&portal).expect("connect");
        // Far beyond the limit: only a connection that never ends fails the test.
        stream.set_read_timeout(Some(std::time::Duration::from_secs(60))).expect("timeout");
        stream.write_all(sent.as_bytes()).expect("send");
        stream
    };
    let mut stalled = connect("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    // One connection carries several requests, then idles.
    let mut kept = connect("");
    for _ in 0..2 {
        kept.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").expect("send");
        let answer = one_answer(&mut kept);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    let mut end = Vec::new();
    stalled.read_to_end(&mut end).expect("the server ends it");
    assert!(request(&portal, "/healthz").starts_with("HTTP/1.1 200"), "others are served meanwhile");
    let _idle = connect("");
    let _half = connect("GET /");
    stop(child);
}

#[test]
fn the_first_administrator_is_made_at_the_console() {
    let place = tempfile::tempdir().expect("place");
    let add =
        ["user", "add", "admin", "--name", "安全管理员", "--organ", "OFFICE", "--role", "security_admin", "--json"];
    let created = json(&run(place.path(), &add));
    assert!(created["one_time_password"].as_str().is_some_and(|secret| secret.len() >= 10));
    let again = run(place.path(), &add);
    assert_eq!(again.status.code(), Some(1), "a login is taken once");
    let conflict = run(
        place.path(),
        &["user", "add", "both", "--name", "x", "--organ", "OFFICE", "--role", "security_admin", "--role", "editor"],
    );
    assert_eq!(conflict.status.code(), Some(1));
    let list = json(&run(place.path(), &["user", "list", "--json"]));
    assert_eq!(list.as_array().map(Vec::len), Some(1));
}

#[test]
fn the_demonstration_fills_once_and_only_an_empty_place() {
    let place = tempfile::tempdir().expect("place");
    let data = place.path().join("demo");
    let first = json(&run(&data, &["demo", "--json"]));
    assert_eq!(first["filled"], true);
    assert!(first["accounts"].as_array().is_some_and(|accounts| accounts.len() >= 10));
    assert_eq!(json(&run(&data, &["demo", "--json"]))["filled"], false);
    assert_eq!(json(&run(&data, &["verify", "--json"]))["ok"], true);
    let found = json(&run(&data, &["search", "养老", "--json", "--limit", "5"]));
    assert!(found["total"].as_i64().is_some_and(|total| total > 0), "{found}");
    assert!(found["hits"].as_array().is_some_and(|hits| hits.len() <= 5));

    // What everybody knows is not for other machines.
    let public = run(&data, &["serve", "--portal", "127.0.0.1:0", "--office", "0.0.0.0:0"]);
    let said = String::from_utf8_lossy(&public.stderr).into_owned();
    assert_eq!(public.status.code(), Some(1), "{said}");
    assert!(said.contains("clerk") && said.contains("演示密码"), "{said}");

    let other = place.path().join("real");
    json(&run(
        &other,
        &["user", "add", "admin", "--name", "甲", "--organ", "OFFICE", "--role", "system_admin", "--json"],
    ));
    let refused = run(&other, &["demo"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("已有数据"),
        "{}",
        String::from_utf8_lossy(&refused.stderr)
    );
}

/// The steps of the README, in an empty folder.
#[test]
fn a_county_is_set_up_as_the_readme_says() {
    let place = tempfile::tempdir().expect("place");
    let demo = |name: &str| format!("{}/../../demo/{name}", env!("CARGO_MANIFEST_DIR"));
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let site = "[site]\nname = \"青禾县人民政府\"\ncounty = \"青禾县\"\nhost = \"青禾县人民政府办公室\"\noffice_organ = \"QH001\"\n";
    std::fs::write(place.path().join("gongkai.toml"), site).expect("write");
    let doctor = |why: &str, words: &[&str]| {
        let output = run(place.path(), &["doctor", "--json"]);
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((output.status.code(), &answer["ok"]), (Some(1), &Value::Bool(false)), "{why}");
        let notes = answer["points"].to_string();
        for word in words {
            assert!(notes.contains(word), "{why}: {word} in {notes}");
        }
        notes
    };
    doctor("before anything", &["site.phone", "site.icp", "site.domain", "server.portal_url"]);
    // The first account of an organ that nobody has entered: told in words, and nothing is made.
    let wrong =
        run(place.path(), &["user", "add", "first", "--name", "甲", "--organ", "QH002", "--role", "system_admin"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(
        said(&wrong).contains("机关 QH002 不存在") && said(&wrong).contains("site.office_organ"),
        "{}",
        said(&wrong)
    );
    assert!(!said(&wrong).contains("数据库错误") && !place.path().join("gongkai.db").exists(), "{}", said(&wrong));
    for (login, role) in [("sysadmin", "system_admin"), ("secadmin", "security_admin"), ("audit", "audit_admin")] {
        json(&run(
            place.path(),
            &["user", "add", login, "--name", "管理员", "--organ", "QH001", "--role", role, "--json"],
        ));
    }
    // Before its first start, too.
    let verified = json(&run(place.path(), &["verify", "--json"]));
    assert_eq!(verified["ok"], true, "{verified}");
    assert!(!doctor("without columns", &["还没有栏目", "保密审查员"]).contains("尚未封存"));
    // A list that has the office under another code would make it twice.
    let other = place.path().join("other.csv");
    std::fs::write(&other, "code,name,kind\nX1,青禾县人民政府办公室,county_unit\n").expect("write");
    let twice = run(place.path(), &["organ", "import", other.to_str().expect("path")]);
    assert_eq!(twice.status.code(), Some(1));
    assert!(said(&twice).contains("QH001"), "{}", said(&twice));
    let organs = json(&run(place.path(), &["organ", "import", &demo("organs.csv"), "--json"]));
    assert!(organs["imported"].as_i64().is_some_and(|count| count > 40), "{organs}");
    let columns = json(&run(place.path(), &["column", "import", &demo("columns.toml"), "--json"]));
    assert!(columns["imported"].as_i64().is_some_and(|count| count > 30), "{columns}");
    // The same again changes nothing, and says so.
    for (what, file, first) in [("organ", "organs.csv", organs), ("column", "columns.toml", columns)] {
        assert!(first["created"].as_i64().is_some_and(|count| count > 30), "{first}");
        let again = json(&run(place.path(), &[what, "import", &demo(file), "--json"]));
        assert_eq!(
            (&again["unchanged"], &again["created"], &again["changed"]),
            (&first["imported"], &0.into(), &0.into())
        );
        let told = run(place.path(), &[what, "import", &demo(file)]);
        assert!(String::from_utf8_lossy(&told.stdout).contains("没有改动"), "{told:?}");
    }
    let people = place.path().join("people.csv");
    let rows = "登录名,姓名,所在机关,角色\nclerk2,甲,QH001,county_office|编辑\n\
                checker,乙,县政府办公室,保密审查员|文字关审核员\nother,丙,QH001,政策关审核员|政治关审核员\n";
    std::fs::write(&people, rows).expect("write");
    let made = json(&run(place.path(), &["user", "import", people.to_str().expect("path"), "--json"]));
    assert_eq!(made.as_array().map(Vec::len), Some(3), "{made}");
    let again = run(place.path(), &["user", "import", people.to_str().expect("path")]);
    assert!(said(&again).contains("第 2 行") && said(&again).contains("已有人使用"), "{}", said(&again));
    let list = json(&run(place.path(), &["user", "list", "--json"]));
    assert_eq!(list.as_array().map(Vec::len), Some(6));
    let notes = doctor("with everything but the site's own data", &["site.phone"]);
    assert!(!notes.contains("还没有栏目") && !notes.contains("还没有这些角色"), "{notes}");
    let template = run(place.path(), &["column", "template"]);
    assert!(String::from_utf8_lossy(&template.stdout).contains("网址名"));
    // All columns go out and come back in as they were, in each format; nothing is written over.
    for ending in ["csv", "xlsx", "toml"] {
        let file = place.path().join(format!("columns.{ending}")).display().to_string();
        let out = json(&run(place.path(), &["column", "export", &file, "--json"]));
        assert_eq!(run(place.path(), &["column", "export", &file]).status.code(), Some(1));
        let again = json(&run(place.path(), &["column", "import", &file, "--json"]));
        assert_eq!((&again["unchanged"], &again["changed"]), (&out["exported"], &0.into()), "{ending}");
    }
    let standard = run(place.path(), &["column", "standard"]);
    let file = place.path().join("standard.toml");
    std::fs::write(&file, &standard.stdout).expect("write");
    let standard = json(&run(place.path(), &["column", "import", file.to_str().expect("path"), "--json"]));
    assert!(standard["created"].as_i64().is_some_and(|count| count > 0), "{standard}");
    let Served { child, office, .. } = serve(place.path());
    assert!(request(&office, "/signin").starts_with("HTTP/1.1 200"));
    stop(child);
}
