//! Words with which people ask and which no document answers in: 怎么, 多久, 可以. What is left of a question says what it is about.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segmenter::Segmenter;

    #[test]
    fn what_a_question_is_about_is_left() {
        let left = |text: &str| meant(Segmenter.words(text)).join(" ");
        assert_eq!(left("快递丢了怎么赔偿"), "快递 赔偿");
        assert_eq!(left("怎么办"), "怎么办", "nothing else was said");
    }
}
