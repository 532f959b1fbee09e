//! What of a public document is found by itself: its articles and its files, and the other names that its title holds.

use document::public::Searchable;
use web::hooks::SearchEntry;

/// What stands before the name of a law in its full title.
const STATE: &str = "中华人民共和国";
/// Characters of a name (水法): less is none.
const SHORTEST: usize = 2;

/// Each article, opened at its place, and each file, opened by itself. `whole` is the document's own entry, without its text.
pub(crate) fn parts(whole: &SearchEntry, found: &Searchable) -> Vec<SearchEntry> {
    let articles = found.articles.iter().map(|article| {
        let (key, url) = (format!("article/{}", article.anchor), format!("{}#{}", whole.url, article.anchor));
        whole.part(key, article.number.clone(), article.text.clone(), url)
    });
    let files = found.attachments.iter().map(|file| {
        let (key, url) = (format!("attachment/{}", file.id), format!("/attachments/{}", file.id));
        whole.part(key, file.title.clone(), file.text.clone(), url)
    });
    articles.chain(files).collect()
}

/// The names by which people call a document besides its title: what a notice issues (关于印发《…》的通知, with or without the
/// marks), and a law without the name of the state.
pub(crate) fn other_names(title: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        let name = name.trim();
        if name.chars().count() >= SHORTEST && name != title && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    };
    // What explains, carries out or asks about a text is not called by its name: who types that means the text itself.
    let issues = |before: &str| ["印发", "公布", "发布", "颁布"].into_iter().any(|word| before.ends_with(word));
    let marked = title.split_once('《').filter(|(before, _)| issues(before));
    let marked = marked.and_then(|(_, rest)| rest.rsplit_once('》')).map(|(name, _)| name);
    let issued = title.split_once("印发").and_then(|(_, rest)| rest.rsplit_once("的通知")).map(|(name, _)| name);
    // One name alone: a notice about two texts is called by neither.
    let single = |name: &&str| !name.contains(['《', '》']);
    for name in [marked, issued].into_iter().flatten().filter(single) {
        add(name);
        add(name.strip_prefix(STATE).unwrap_or(name));
    }
    if let Some(name) = title.strip_prefix(STATE).filter(single) {
        add(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_call_a_text_by_what_its_title_holds() {
        let known = [
            ("中华人民共和国劳动法", vec!["劳动法"]),
            ("青禾县人民政府关于印发《青禾县养犬管理办法》的通知", vec!["青禾县养犬管理办法"]),
            ("关于印发青禾县加装电梯实施办法的通知", vec!["青禾县加装电梯实施办法"]),
            ("关于公布《中华人民共和国水法》的公告", vec!["中华人民共和国水法", "水法"]),
            ("关于贯彻《中华人民共和国水法》的意见", vec![]),
            ("家里老人能领多少补贴——《青禾县养老服务补贴办法》解读", vec![]),
            ("青禾县2026年预算", vec![]),
            ("关于废止《甲办法》和《乙办法》的决定", vec![]),
        ];
        for (title, names) in known {
            assert_eq!(other_names(title), names, "{title}");
        }
    }
}
