// Which pages there are: found by following links, sorted into kinds so that each kind is looked at in a browser.

/** Text of HTML attributes. */
const plain = (text) => text.replaceAll("&amp;", "&").replaceAll("&#38;", "&").replaceAll("&quot;", '"').replaceAll("&#34;", '"').replaceAll("&#39;", "'");

/** Addresses of the links of a page. */
export function hrefs(html) {
  return [...html.matchAll(/<a\b[^>]*?\bhref="([^"]*)"/g)].map((match) => plain(match[1]));
}

/** The page's title. */
export const title = (html) => plain(/<title>([^<]*)<\/title>/.exec(html)?.[1] ?? "");

/** Addresses that name an item of the catalogue or a domain of it by a word. */
const OF_ITEMS = /^\/(records|items|coverage|catalogue)\/(?!new$|batches|imports|doubts|coverage|standard|duties)[^/.]+/;

/** The path with everything that names one object replaced: pages of one kind share it. */
export function kind(path) {
  const named = path.split("?")[0].replace(/^\/columns\/(?!new$)[^/]+/, "/columns/*").replace(OF_ITEMS, "/$1/*");
  return named.split("/").map((part) => (/\d/.test(part) || part.length > 20 || /%/.test(part) ? "*" : part)).join("/");
}

/**
 * Says of each new address whether it may still be followed: of pages of one kind, and of pages below one page, only the first
 * `most`, for a county has hundreds that differ in nothing but their words. All of them when asked.
 */
export function sampled(most) {
  const counts = new Map();
  const all = process.env.GONGKAI_E2E_ALL === "1";
  const grows = (group) => {
    counts.set(group, (counts.get(group) ?? 0) + 1);
    return counts.get(group);
  };
  return (path) => {
    const own = kind(path);
    const above = own.replace(/\/[^/]*$/, "");
    const named = grows(own);
    // What stands at the top is each a page of its own.
    const beside = above === "" || own.endsWith("*") ? 0 : grows(`${above}/`);
    return all || (named <= most && beside <= 4 * most);
  };
}

const FEATURES = [
  "tomb", "empty", "atts", "art", "toc", "versus", "clause", "timeline", "heatmap", "cards", "pager", "figs", "notice", "facts", "prose", "steps", "errors",
  "cmp", "wl", "board", "paper", "gates", "finding", "outline", "bulk",
];

/** What a page shows besides running text: pages with different pieces are different kinds. */
export function features(html) {
  const main = html.slice(html.indexOf("<main"));
  const classes = new Set([...main.matchAll(/class="([^"]*)"/g)].flatMap((match) => match[1].split(/\s+/)));
  const found = FEATURES.filter((name) => classes.has(name));
  if (/<table/.test(main)) found.push("table");
  if (/<svg/.test(main)) found.push("svg");
  return found.join("+");
}

/**
 * Follows links from `seeds`. `get(path)` answers {status, type, html, headers}. Queries are followed only for the second
 * page of a list. `visit` is called for each page; `follow` says whether its links
 * count; `absolute`: addresses with a host lead to this very server.
 */
export async function crawl({ seeds, get, allow = () => true, follow = () => true, absolute = false, width = 6, limit = 3000, visit }) {
  const seen = new Set();
  let queue = [];
  const add = (target, from) => {
    const url = new URL(target, `http://x${from}`);
    if (url.origin !== "http://x" && !(absolute && /^https?:\/\/127\.0\.0\.1/.test(url.origin))) return;
    if (!/^https?:$/.test(url.protocol)) return;
    const path = url.pathname + url.search;
    // Papers are set one after the other, for seconds each in a development build: the journeys and stories open them.
    if (/\/(letters\/[^/]+\/(pdf|docx)|report\.(pdf|docx))$/.test(url.pathname)) return;
    if (url.search && !(from === "" || /^\?page=2$/.test(url.search))) return;
    if (seen.has(path) || !allow(path) || seen.size >= limit) return;
    seen.add(path);
    queue.push({ path, from });
  };
  for (const seed of seeds) add(seed, "");
  while (queue.length > 0) {
    const now = queue;
    queue = [];
    const next = async () => {
      for (let item = now.shift(); item; item = now.shift()) {
        const answer = await get(item.path);
        await visit({ ...item, ...answer });
        if (answer.html && follow(item.path)) for (const href of hrefs(answer.html)) add(href, item.path);
      }
    };
    await Promise.all(Array.from({ length: width }, next));
  }
  return seen.size;
}
