//! Words with which people ask and which no document answers in: 怎么, 多久, 可以. What is left of a question says what it is about.

use crate::{segmenter::Segmenter, tokens};

/// As the dictionary cuts them.
const ASKING: [&str; 34] = [
    "怎么",
    "怎么办",
    "怎么样",
    "怎样",
    "如何",
    "多久",
    "多少",
    "多少钱",
    "多长",
    "多长时间",
    "几天",
    "几岁",
    "几年",
    "几个",
    "什么",
    "什么样",
    "为什么",
    "哪里",
    "哪儿",
    "哪些",
    "哪个",
    "是不是",
    "能不能",
    "可不可以",
    "可以",
    "能否",
    "是否",
    "请问",
    "想要",
    "想问",
    "最多",
    "最少",
    "有没有",
    "怎么着",
];

/// The words that say what a question is about; all of them where nothing else is asked.
pub(crate) fn meant(words: Vec<String>) -> Vec<String> {
    let says = |word: &String| !ASKING.contains(&word.as_str());
    if words.iter().any(says) { words.into_iter().filter(says).collect() } else { words }
}

/// What stands behind a number that is an amount of money, or a large one.
const AMOUNTS: &str = "元角万亿";

/// The words that a stretch of a question asks for, and its amounts, which are looked for as they stand: a 2 alone stands
/// everywhere, a 2元 where something costs that much.
pub(crate) fn words(text: &str) -> (Vec<String>, Vec<String>) {
    let units = tokens::units(text);
    let mut numbers: Vec<String> = Vec::new();
    let mut amounts: Vec<String> = Vec::new();
    for two in units.windows(2) {
        let (number, behind) = (two[0].word(text), two[1].word(text));
        let beside = two[0].position + 1 == two[1].position;
        if beside && number.bytes().all(|byte| byte.is_ascii_digit()) && AMOUNTS.contains(behind.as_str()) {
            amounts.push(format!("{number}{behind}"));
            numbers.push(number);
        }
    }
    let words = meant(Segmenter.words(text)).into_iter().filter(|word| !numbers.contains(word)).collect();
    (words, amounts)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn what_a_question_is_about_is_left() {
        let left = |text: &str| meant(Segmenter.words(text)).join(" ");
        assert_eq!(left("快递丢了怎么赔偿"), "快递 赔偿");
        assert_eq!(left("怎么办"), "怎么办", "nothing else was said");
    }

    #[test]
    fn an_amount_is_asked_for_as_it_stands() {
        assert_eq!(words("2元"), (Vec::new(), vec!["2元".to_owned()]));
        let (words_of, amounts) = words("停车收费2元");
        assert!(
            words_of.iter().any(|word| word.contains("停车")) && !words_of.contains(&"2".to_owned()),
            "{words_of:?}"
        );
        assert_eq!(amounts, ["2元"]);
        assert_eq!(words("2026年").1, Vec::<String>::new());
    }
}
